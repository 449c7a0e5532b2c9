/** `gerbang migrate`: the tables of this version, and those of the queue. */
import type { Command } from 'commander';
import { answers, frame, summaries } from '../words/commands.ts';
import { jsonOption } from './arguments.ts';
import { type Cli, environmentOf } from './cli.ts';
import { writeJson } from './output.ts';

export function addMigrate(program: Command, cli: Cli): void {
  program
    .command('migrate')
    .description(cli.say(summaries.migrate))
    .addOption(jsonOption(cli.say(frame.json)))
    .action((options: { json?: boolean }) => run(cli, options.json === true));
}

async function run(cli: Cli, json: boolean): Promise<void> {
  const environment = environmentOf(cli);
  // Loaded here, so that `--help` and `probe` do not wait for database drivers they never use.
  const { dataDirOf, findDatabase } = await import('./database.ts');
  const { startEmbeddedPostgres } = await import('../store/embedded-postgres.ts');
  if (environment.databaseUrl !== undefined && environment.ownerUrl !== undefined) {
    const applied = await migrateAsOwner(environment.databaseUrl, environment.ownerUrl, environment.redisUrl);
    return tell(cli, applied, json);
  }
  const found = await findDatabase(environment, cli.env);
  const started =
    found === null
      ? await startEmbeddedPostgres({
          dataDir: dataDirOf(environment, cli.env),
          onProgress: (step) => cli.stderr.write(`${cli.say(answers.embedded)}: ${step}\n`),
        })
      : null;
  try {
    const applied = await migrate(found ?? started?.url ?? '', environment.redisUrl);
    tell(cli, applied, json);
  } finally {
    await started?.stop();
  }
}

function tell(cli: Cli, applied: readonly string[], json: boolean): void {
  if (json) writeJson(cli.stdout, { applied });
  else if (applied.length === 0) cli.stdout.write(`${cli.say(answers.schemaCurrent)}\n`);
  else cli.stdout.write(applied.map((name) => `${cli.say(answers.migrated)}: ${name}\n`).join(''));
}

/** Makes the tables as their owner, and gives the role of the gateway its rights. */
async function migrateAsOwner(url: string, ownerUrl: string, redisUrl: string | undefined): Promise<string[]> {
  const { prepareAsOwner } = await import('../gateway/store-rights.ts');
  const { openDatabase } = await import('../store/database.ts');
  const { currentRole } = await import('../store/roles.ts');
  const gateway = openDatabase(url, { maxConnections: 1, applicationName: 'gerbang migrate' });
  try {
    return await prepareAsOwner(await currentRole(gateway.db), ownerUrl, redisUrl === undefined);
  } finally {
    await gateway.close();
  }
}

async function migrate(url: string, redisUrl: string | undefined): Promise<string[]> {
  const { openDatabase } = await import('../store/database.ts');
  const { migrateToLatest } = await import('../store/migrate.ts');
  const { queueConnection } = await import('../queue/connection.ts');
  // A migration may rebuild an index over years of punches: no limit of minutes fits it.
  const database = openDatabase(url, {
    maxConnections: 2,
    applicationName: 'gerbang migrate',
    statementTimeoutMs: 86_400_000,
  });
  try {
    const applied = await migrateToLatest(database.db);
    if (redisUrl === undefined) await queueConnection({ databaseUrl: url }).prepare();
    return applied;
  } finally {
    await database.close();
  }
}
