/** Commands that only look: one connection to the database that is there, closed afterwards. */
import type { Kysely } from 'kysely';
import { GerbangError } from '../errors.ts';
import type { Tables } from '../store/tables.ts';
import { type Cli, environmentOf } from './cli.ts';

/** A look takes seconds; a database that needs longer is in trouble. */
const statementTimeoutMs = 60_000;

/**
 * Opens the database of `DATABASE_URL`, else the running embedded one, for as long as `look` takes.
 *
 * @throws GerbangError GATEWAY_NOT_RUNNING when there is neither; what `look` throws
 */
export async function withDatabase<T>(cli: Cli, command: string, look: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
  const environment = environmentOf(cli);
  const { findDatabase } = await import('./database.ts');
  const url = await findDatabase(environment, cli.env);
  if (url === null) {
    throw new GerbangError('GATEWAY_NOT_RUNNING', 'DATABASE_URL is not set and no embedded database runs.');
  }
  const { openDatabase } = await import('../store/database.ts');
  const database = openDatabase(url, { maxConnections: 1, applicationName: `gerbang ${command}`, statementTimeoutMs });
  try {
    return await look(database.db);
  } finally {
    await database.close();
  }
}
