/** `gerbang start`: the gateway on real terminals, until Ctrl-C or SIGTERM. */
import { tmpdir } from 'node:os';
import type { Command } from 'commander';
import { parseConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { secretOfFolder } from '../setup/secret-file.ts';
import { parameters, summaries } from '../words/commands.ts';
import { running } from '../words/running.ts';
import { type Cli, configOf, environmentOf } from './cli.ts';
import { beginLife } from './lifetime.ts';
import { createRehearsals } from './rehearsal/keeper.ts';
import { rehearsalPort } from './rehearsal/place.ts';
import { keepHeapSmall } from './small-heap.ts';
import { packageVersion } from './version.ts';

export function addStart(program: Command, cli: Cli): void {
  program
    .command('start')
    .description(cli.say(summaries.start))
    .option('--config <FILE>', cli.say(parameters.config))
    .action((options: { config?: string }) => run(cli, options.config ?? null));
}

/** @param path null: offices and machines come from the settings pages alone */
async function run(cli: Cli, path: string | null): Promise<void> {
  const environment = environmentOf(cli);
  const checked = path === null ? parseConfig('{}', {}) : await configOf(cli, path);
  const config = { ...checked, web: { ...checked.web, port: environment.port ?? checked.web.port } };
  const log = createLog({ level: environment.logLevel, pretty: cli.stderr.isTTY });
  const life = beginLife(() => log.info('told to stop'));
  keepHeapSmall();
  try {
    const { dataDirOf } = await import('./database.ts');
    const { startGateway } = await import('../gateway.ts');
    let { databaseUrl, ownerUrl } = environment;
    const dataDir = dataDirOf(environment, cli.env);
    if (databaseUrl === undefined) {
      const { startEmbeddedPostgres } = await import('../store/embedded-postgres.ts');
      const onProgress = (step: string): void => log.info({ step, dataDir }, 'embedded database');
      const postgres = await startEmbeddedPostgres({ dataDir, onProgress });
      life.onStop(() => postgres.stop());
      databaseUrl = postgres.gatewayUrl;
      ownerUrl = postgres.url;
    }
    if (life.signal.aborted) return;
    const secret = environment.secret ?? (await secretOfFolder(dataDirOf(environment, cli.env)));
    // Whoever leaves the choice of a port to the system leaves this one to it too; the page says which it is.
    const port = config.web.port === 0 ? 0 : rehearsalPort;
    const rehearsals = createRehearsals({ dataDir, host: config.web.host, port, lang: cli.lang }, log);
    life.onStop(() => rehearsals.close());
    const gateway = await startGateway({
      config,
      databaseUrl,
      ownerUrl,
      exclusiveDatabase: environment.databaseUrl === undefined,
      redisUrl: environment.redisUrl,
      mqttUrl: environment.mqttUrl,
      lang: cli.lang,
      secret,
      rehearsals,
      version: packageVersion(),
      // Where the database is elsewhere the log and the queue's own files still need room here.
      folders: [dataDir, tmpdir()],
      log,
      signal: life.signal,
    });
    life.onStop(() => gateway.stop());
    cli.stderr.write(
      `${cli.say(running.page)}: ${gateway.pageUrl}\n${cli.say(running.mqtt)}: ${gateway.mqttUrl}\n${cli.say(running.stopHint)}\n`,
    );
    if (gateway.firstLink !== null) cli.stderr.write(`${cli.say(running.firstOperator)}:\n  ${gateway.firstLink}\n`);
    await life.ended;
  } finally {
    await life.stopAll((err) => log.error({ err }, 'a part did not stop cleanly'));
  }
}
