/** `gerbang rehearse`: one office as it is configured, on simulated terminals, until Ctrl-C. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { type Config, type OfficeConfig, parseConfig } from '../config.ts';
import { GerbangError } from '../errors.ts';
import { createLog } from '../log.ts';
import { effectiveOf } from '../setup/effective.ts';
import { parameters, summaries } from '../words/commands.ts';
import { running, rehearsal as words } from '../words/running.ts';
import { wholeNumberArgument } from './arguments.ts';
import { type Cli, configOf, environmentOf } from './cli.ts';
import { beginLife } from './lifetime.ts';
import { rehearsalPort } from './rehearsal/place.ts';
import { startRehearsal } from './rehearsal/run.ts';

interface Options {
  readonly office: string;
  readonly config?: string;
  readonly people: number;
  readonly port: number;
  readonly for?: number;
}

export function addRehearse(program: Command, cli: Cli): void {
  program
    .command('rehearse')
    .description(cli.say(summaries.rehearse))
    .requiredOption('--office <CODE>', cli.say(words.office))
    .option('--config <FILE>', cli.say(parameters.config))
    .addOption(new Option('--people <N>', cli.say(words.people)).argParser(wholeNumberArgument(1, 100_000)).default(60))
    .addOption(
      new Option('--port <P>', cli.say(words.port)).argParser(wholeNumberArgument(0, 65_535)).default(rehearsalPort),
    )
    .addOption(new Option('--for <SECONDS>', cli.say(words.forSeconds)).argParser(wholeNumberArgument(1, 86_400)))
    .action((options: Options) => run(cli, options));
}

async function run(cli: Cli, options: Options): Promise<void> {
  const environment = environmentOf(cli);
  const file = options.config === undefined ? parseConfig('{}', {}) : await configOf(cli, options.config);
  const office = await findOffice(cli, file, options.office);
  const log = createLog({ level: cli.env.LOG_LEVEL === undefined ? 'silent' : environment.logLevel });
  const say = (text: string): void => void cli.stdout.write(`${text}\n`);
  const life = beginLife(() => say(cli.say(running.stopping)));
  try {
    const { dataDirOf } = await import('./database.ts');
    say(`${cli.say(words.title)}: ${office.name} (${office.code})`);
    const place = { dataDir: dataDirOf(environment, cli.env), host: file.web.host, port: options.port };
    const rehearsal = await startRehearsal({ ...place, office, people: options.people, lang: cli.lang }, life, log);
    if (rehearsal === null) return;
    say(`${cli.say(words.terminals)}: ${rehearsal.serials.join(', ')}`);
    say(`${cli.say(running.page)}: ${rehearsal.pageUrl}`);
    if (rehearsal.firstLink !== null) say(`${cli.say(running.firstOperator)}:\n  ${rehearsal.firstLink}`);
    say(cli.say(running.stopHint));
    const seconds = options.for;
    const over = sleep((seconds ?? 0) * 1_000, undefined, { signal: life.signal }).catch(() => undefined);
    await (seconds === undefined ? life.ended : over);
  } finally {
    await life.stopAll((err) => log.error({ err }, 'a part did not stop cleanly'));
    say(cli.say(running.stopped));
  }
}

/** The office as the gateway would poll it: of the file, with what was added in the browser where that can be read. */
async function findOffice(cli: Cli, file: Config, code: string): Promise<OfficeConfig> {
  const { findDatabase } = await import('./database.ts');
  const url = await findDatabase(environmentOf(cli), cli.env);
  let { offices } = file;
  if (url !== null) {
    const { openDatabase } = await import('../store/database.ts');
    const { readManaged } = await import('../store/setup.ts');
    const database = openDatabase(url, { maxConnections: 1, applicationName: 'gerbang rehearse' });
    try {
      offices = effectiveOf({ file, keys: null, rehearsal: false }, await readManaged(database.db)).offices;
    } catch (error) {
      cli.stderr.write(`${cli.say(words.noDatabase)}\n`);
      if (!(error instanceof GerbangError)) throw error;
    } finally {
      await database.close();
    }
  }
  const office = offices.find((one) => one.code === code);
  if (office !== undefined) return office;
  const known = offices
    .map((one) => one.code)
    .slice(0, 20)
    .join(', ');
  throw new GerbangError('USAGE_INVALID', `There is no office ${code}. Known offices: ${known || 'none'}.`);
}
