/** Walking through all rows of terminals, window by window, to work them out again. */
import { type Kysely, sql } from 'kysely';
import { instantText } from './pg-types.ts';
import type { Tables } from './tables.ts';

/** A position in a terminal's log: an ordinal of an epoch. */
export interface LogPosition {
  readonly epoch: number;
  readonly ordinal: number;
}

/** A row and what decides which window it belongs to. */
export interface WindowStart extends LogPosition {
  readonly presentAtMs: number;
  readonly officeCode: string;
  /** IANA zone of that office. */
  readonly zone: string;
}

/** Terminals that have rows or had, by serial. */
export async function readSerials(db: Kysely<Tables>): Promise<string[]> {
  const rows = await db.selectFrom('terminal').select('serial').orderBy('serial').execute();
  return rows.map(({ serial }) => serial);
}

/** Inside a transaction: nobody else stores or concludes anything of this terminal until its end. */
export async function lockTerminal(tx: Kysely<Tables>, serial: string): Promise<void> {
  await sql`select from terminal where serial = ${serial} for no key update`.execute(tx);
}

/** The first row of a terminal at or behind a position; null when there is none. */
export async function readRowFrom(db: Kysely<Tables>, serial: string, from: LogPosition): Promise<WindowStart | null> {
  const { rows } = await sql<WindowStart>`
    select epoch, ordinal, p.received_at as "presentAtMs", a.office_code as "officeCode", o.time_zone as zone
    from punch p
    join attendance_time a using (terminal_serial, epoch, ordinal)
    join office o on o.code = a.office_code
    where p.terminal_serial = ${serial} and (p.epoch, p.ordinal) >= (${from.epoch}::integer, ${from.ordinal}::bigint)
    order by p.epoch, p.ordinal
    limit 1`.execute(db);
  return rows[0] ?? null;
}

/** The first ordinal behind a row that was read at or after an instant; null when there is none. */
export async function readWindowEnd(
  db: Kysely<Tables>,
  serial: string,
  start: LogPosition,
  untilMs: number,
): Promise<number | null> {
  const { rows } = await sql<{ ordinal: number }>`
    select ordinal
    from punch
    where terminal_serial = ${serial} and epoch = ${start.epoch} and ordinal > ${start.ordinal}
      and received_at >= ${instantText(untilMs)}::timestamptz
    order by ordinal
    limit 1`.execute(db);
  return rows[0]?.ordinal ?? null;
}
