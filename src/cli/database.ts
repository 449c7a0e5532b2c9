/** Which database a command works on: `DATABASE_URL`, else the embedded one in the data folder. */
import type { Environment, Variables } from '../config.ts';
import { defaultDataDir, findEmbeddedPostgres } from '../store/embedded-postgres.ts';

/** The folder of the embedded database. */
export function dataDirOf(environment: Environment, env: Variables): string {
  return environment.dataDir ?? defaultDataDir({ ...env });
}

/**
 * The connection string of a database that is there already; it holds a password.
 *
 * @returns null when `DATABASE_URL` is not set and no embedded server runs
 */
export async function findDatabase(environment: Environment, env: Variables): Promise<string | null> {
  return environment.databaseUrl ?? (await findEmbeddedPostgres(dataDirOf(environment, env)));
}
