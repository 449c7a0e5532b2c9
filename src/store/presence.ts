/** Whether a gateway is at work on this database, as other processes can tell. */
import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

/** Names under which a running gateway connects (`application_name`). Other commands connect under other names. */
const gatewayNames = ['gerbang', 'gerbang keeper', 'gerbang-queue-worker'];

/** What can be told about a gateway on this database. */
export interface Presence {
  readonly connections: number;
  /** When a poller last wrote how a terminal stands, in milliseconds before now by the database's clock. */
  readonly lastStateAgeMs: number | null;
}

/** Counts the connections of gateways, and reads how fresh their last word is. */
export async function readPresence(db: Kysely<Tables>): Promise<Presence> {
  const { rows } = await sql<Presence>`
    select (select count(*)::int from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()
              and application_name = any (${gatewayNames}::text[])) as connections,
           (select extract(epoch from now() - max(updated_at))::float8 * 1000 from terminal_state) as "lastStateAgeMs"`.execute(
    db,
  );
  return rows[0] ?? { connections: 0, lastStateAgeMs: null };
}

/** How many connections gateways hold on this database, whatever tables it has. */
export async function countGatewayConnections(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ connections: number }>`
    select count(*)::int as connections from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and application_name = any (${gatewayNames}::text[])`.execute(db);
  return rows[0]?.connections ?? 0;
}

/** Batches and records that were set aside for people to look at. */
export async function countSetAside(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ entries: number }>`select count(*)::int as entries from set_aside`.execute(db);
  return rows[0]?.entries ?? 0;
}
