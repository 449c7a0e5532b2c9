/** Reading back what was stored, whole and in order, to hold it against a ledger of what truly happened. */
import { type Kysely, sql } from 'kysely';
import type { TimeStatus } from '../clock/correct.ts';
import type { Tables } from './tables.ts';

/** One stored punch with its conclusion. Instants in milliseconds UTC; `earliestMs` may be -Infinity. */
export interface AuditedPunch {
  readonly serial: string;
  readonly rawHex: string;
  readonly occurredAtMs: number;
  readonly earliestMs: number;
  readonly latestMs: number;
  readonly timeStatus: TimeStatus;
}

/** Everything stored of these terminals, in the order of their logs. Holds it all in memory: for rehearsals. */
export async function readAudit(db: Kysely<Tables>, serials: readonly string[]): Promise<AuditedPunch[]> {
  const { rows } = await sql<AuditedPunch>`
    select p.terminal_serial as serial, encode(p.raw, 'hex') as "rawHex", a.occurred_at as "occurredAtMs",
           a.earliest as "earliestMs", a.latest as "latestMs", a.time_status as "timeStatus"
    from punch p join attendance_time a using (terminal_serial, epoch, ordinal)
    where p.terminal_serial = any (${[...serials]}::text[])
    order by p.terminal_serial, p.epoch, p.ordinal`.execute(db);
  return rows;
}

/** How many punches of these terminals are stored. */
export async function countPunches(db: Kysely<Tables>, serials: readonly string[]): Promise<number> {
  const { rows } = await sql<{ stored: number }>`
    select count(*)::int as stored from punch where terminal_serial = any (${[...serials]}::text[])`.execute(db);
  return rows[0]?.stored ?? 0;
}
