/** What came from one machine lately, and how much it writes a day. */
import { type Kysely, sql } from 'kysely';
import { instantText } from './pg-types.ts';
import type { Tables } from './tables.ts';

/** A read that brought something. */
export interface BroughtRead {
  readonly atMs: number;
  readonly records: number;
}

/** The last reads that brought new punches, newest first. */
export async function readBroughtReads(
  db: Kysely<Tables>,
  serial: string,
  limit: number,
): Promise<readonly BroughtRead[]> {
  const { rows } = await sql<BroughtRead>`
    select stored_at as "atMs", to_ordinal - from_ordinal as records
    from (select * from evidence_batch where terminal_serial = ${serial} order by seq desc limit 500) as lately
    where to_ordinal > from_ordinal
    order by seq desc limit ${limit}`.execute(db);
  return rows;
}

/** Punches of one machine that happened since, and when the first of them did; null when there is none. */
export async function countPunchesSince(
  db: Kysely<Tables>,
  officeCode: string,
  serial: string,
  sinceMs: number,
): Promise<{ readonly punches: number; readonly firstMs: number } | null> {
  const { rows } = await sql<{ punches: number; firstMs: number | null }>`
    select count(*)::int as punches, min(occurred_at) as "firstMs" from attendance_time
    where office_code = ${officeCode} and terminal_serial = ${serial}
      and occurred_at >= ${instantText(sinceMs)}::timestamptz`.execute(db);
  const row = rows[0];
  return row === undefined || row.firstMs === null ? null : { punches: row.punches, firstMs: row.firstMs };
}
