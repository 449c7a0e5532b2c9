/** The Postgres server itself, for `gerbang doctor`. */
import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

/** @returns its version, the size of this database, and how long it took to answer the simplest question */
export async function readServer(
  db: Kysely<Tables>,
): Promise<{ readonly version: string; readonly bytes: number; readonly answeredInMs: number }> {
  // The first question opens the connection; the second one is the server's own time.
  await sql`select 1`.execute(db);
  const startedMs = performance.now();
  await sql`select 1`.execute(db);
  const answeredInMs = performance.now() - startedMs;
  const { rows } = await sql<{ version: string; bytes: number }>`
    select current_setting('server_version') as version, pg_database_size(current_database()) as bytes`.execute(db);
  return { version: rows[0]?.version ?? '', bytes: rows[0]?.bytes ?? 0, answeredInMs };
}
