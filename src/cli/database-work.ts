/** Commands that work on the whole database: however long it takes, and also when no gateway runs. */
import type { Database } from '../store/database.ts';
import { answers } from '../words/commands.ts';
import { type Cli, environmentOf } from './cli.ts';

/** A table may hold years of punches. */
const statementTimeoutMs = 86_400_000;

/** A database to work on. */
export interface Workplace extends Database {
  /** Connection string of the role that works; it holds a password. */
  readonly url: string;
  /** The embedded server was started for this: no gateway can be at work on it. */
  readonly isOurs: boolean;
}

/**
 * Opens the database for as long as `work` takes: with the owner's rights where the environment names them, else as
 * `DATABASE_URL`, else the embedded one, which is started when it does not run.
 */
export async function withWholeDatabase<T>(
  cli: Cli,
  command: string,
  work: (place: Workplace) => Promise<T>,
): Promise<T> {
  const environment = environmentOf(cli);
  const { dataDirOf, findDatabase } = await import('./database.ts');
  const found = environment.ownerUrl ?? (await findDatabase(environment, cli.env));
  const started = found === null ? await startEmbedded(cli, dataDirOf(environment, cli.env)) : null;
  const url = found ?? started?.url ?? '';
  const { openDatabase } = await import('../store/database.ts');
  const database = openDatabase(url, { maxConnections: 2, applicationName: `gerbang ${command}`, statementTimeoutMs });
  try {
    return await work({ ...database, url, isOurs: started !== null });
  } finally {
    await database.close();
    await started?.stop();
  }
}

async function startEmbedded(cli: Cli, dataDir: string): Promise<{ url: string; stop(): Promise<void> }> {
  const { startEmbeddedPostgres } = await import('../store/embedded-postgres.ts');
  const onProgress = (step: string): void => void cli.stderr.write(`${cli.say(answers.embedded)}: ${step}\n`);
  return startEmbeddedPostgres({ dataDir, onProgress });
}
