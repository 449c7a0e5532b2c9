/**
 * Closed months: never rewritten. What is learnt about them later is noted beside them (docs/data.md, `closed_period`).
 *
 * Locks, in this order: the terminal, then the months (`holdMonths`), whoever gives rows an answer; the months alone
 * (`closeMonth`), whoever closes. So nobody waits in a circle, and whoever writes after a closing has seen it.
 */
import { type Kysely, sql } from 'kysely';
import type { Answer } from '../clock/versions.ts';
import { instantFrom, microsOf } from './attendance.ts';
import { instantText, numberArray, textArray } from './pg-types.ts';
import type { LogRange } from './punches.ts';
import type { Tables } from './tables.ts';

/** A closed month of an office: `startMs ≤ occurred_at < endMs`. */
export interface ClosedMonth {
  readonly officeCode: string;
  /** `YYYY-MM` */
  readonly month: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** A month as it was closed. */
export interface ClosedPeriod extends ClosedMonth {
  readonly timeZone: string;
  readonly closedAtMs: number;
  readonly closedBy: string;
  readonly rows: number;
  readonly notFinal: number;
  /** Fingerprint of its rows, 64 hexadecimal digits. */
  readonly digest: string;
}

/** Inside a transaction: no month is closed until its end. Taken before closed months are looked at. */
export async function holdMonths(tx: Kysely<Tables>): Promise<void> {
  await sql`select ${holdingMonths}`.execute(tx);
}

/** {@link holdMonths} as a part of a statement; closed months are read by a later one. */
export const holdingMonths = sql`pg_advisory_xact_lock_shared(hashtextextended('closed months', 0))`;

/** The closed months of some offices. Under {@link holdMonths} they stay the only ones. */
export async function readClosedMonths(db: Kysely<Tables>, offices: readonly string[]): Promise<ClosedMonth[]> {
  const { rows } = await sql<ClosedMonth>`
    select office_code as "officeCode", month, starts_at as "startMs", ends_at as "endMs"
    from closed_period
    where office_code = any (${textArray(offices)}::text[])`.execute(db);
  return rows;
}

/** A closed month; null when it is open. */
export async function readClosedPeriod(
  db: Kysely<Tables>,
  officeCode: string,
  month: string,
): Promise<ClosedPeriod | null> {
  const { rows } = await sql<ClosedPeriod>`
    select office_code as "officeCode", month, starts_at as "startMs", ends_at as "endMs", time_zone as "timeZone",
           closed_at as "closedAtMs", closed_by as "closedBy", rows, not_final as "notFinal",
           encode(digest, 'hex') as digest
    from closed_period
    where office_code = ${officeCode} and month = ${month}`.execute(db);
  return rows[0] ?? null;
}

/** The rows of a stretch as they are now: how many, how many not final, their fingerprint. */
export interface RowsNow {
  readonly rows: number;
  readonly notFinal: number;
  readonly digest: string;
}

/** Counts and fingerprints the rows of an office that happened within `startMs ≤ t < endMs` (docs/data.md prints the query). */
export async function fingerprintRows(
  db: Kysely<Tables>,
  { officeCode, startMs, endMs }: Omit<ClosedMonth, 'month'>,
): Promise<RowsNow> {
  const { rows } = await sql<RowsNow>`
    select count(*) as rows, count(*) filter (where time_status <> 'final') as "notFinal",
           encode(sha256(coalesce(string_agg(sha256(convert_to(concat_ws('|', punch_id, pin,
             occurred_at at time zone 'UTC', earliest at time zone 'UTC', latest at time zone 'UTC', time_status,
             verify_mode, punch_state, work_code, revision, coalesce(model_version::text, '')), 'UTF8')), ''::bytea
             order by terminal_serial, epoch, ordinal), '')), 'hex') as digest
    from attendance
    where office_code = ${officeCode} and occurred_at >= ${instantText(startMs)}::timestamptz
      and occurred_at < ${instantText(endMs)}::timestamptz`.execute(db);
  const [row] = rows;
  return row ?? { rows: 0, notFinal: 0, digest: '' };
}

/**
 * Closes a month. One that is closed already stays as it is. Waits for everybody who gives rows an answer, and they wait
 * until it is done: their rows are either among those that were counted, or know that the month is closed.
 *
 * @returns the month as it is closed now, and whether it was closed by this call
 */
export async function closeMonth(
  db: Kysely<Tables>,
  month: ClosedMonth & { readonly timeZone: string; readonly closedBy: string },
): Promise<{ readonly period: ClosedPeriod; readonly isNew: boolean }> {
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('closed months', 0))`.execute(tx);
    const known = await readClosedPeriod(tx, month.officeCode, month.month);
    if (known !== null) return { period: known, isNew: false };
    const now = await fingerprintRows(tx, month);
    await sql`
      insert into closed_period (office_code, month, time_zone, starts_at, ends_at, closed_by, rows, not_final, digest)
      values (${month.officeCode}, ${month.month}, ${month.timeZone}, ${instantText(month.startMs)},
              ${instantText(month.endMs)}, ${month.closedBy}, ${now.rows}, ${now.notFinal},
              decode(${now.digest}, 'hex'))`.execute(tx);
    const period = await readClosedPeriod(tx, month.officeCode, month.month);
    if (period === null) throw new RangeError(`month ${month.month} was not stored`);
    return { period, isNew: true };
  });
}

/** What was learnt about a closed month. */
export interface Adjustment {
  readonly ordinal: number;
  readonly officeCode: string;
  readonly month: string;
  /** The answer that stands; null for a punch that arrived after the month was closed. */
  readonly was: Answer | null;
  readonly wouldBe: Answer;
  readonly why: Tables['attendance_adjustment']['why'];
}

/** Notes adjustments, in one statement. */
export async function insertAdjustments(
  tx: Kysely<Tables>,
  place: { readonly serial: string; readonly epoch: number; readonly modelVersion: number },
  adjustments: readonly Adjustment[],
): Promise<void> {
  if (adjustments.length === 0) return;
  const was = adjustments.map((one) => one.was ?? nothing);
  const next = adjustments.map(({ wouldBe }) => wouldBe);
  const isAdded = adjustments.map((one) => (one.was === null ? 'added' : 'changed'));
  await sql`
    insert into attendance_adjustment (terminal_serial, epoch, ordinal, model_version, office_code, month, kind,
      was_occurred_at, was_earliest, was_latest, was_status, occurred_at, earliest, latest, time_status, why)
    select ${place.serial}::text, ${place.epoch}::integer, ordinal, ${place.modelVersion}::integer, office_code, month,
           kind, ${instantFrom('was_occurred')},
           case when kind = 'changed' then coalesce(${instantFrom('was_earliest')}, '-infinity') end,
           ${instantFrom('was_latest')}, was_status, ${instantFrom('occurred')},
           coalesce(${instantFrom('earliest')}, '-infinity'), ${instantFrom('latest')}, time_status, why
    from unnest(${numberArray(adjustments.map(({ ordinal }) => ordinal))}::bigint[],
                ${textArray(adjustments.map(({ officeCode }) => officeCode))}::text[],
                ${textArray(adjustments.map(({ month }) => month))}::text[], ${textArray(isAdded)}::text[],
                ${microsOf(was, 'occurredAtMs')}::bigint[], ${microsOf(was, 'earliestMs')}::bigint[],
                ${microsOf(was, 'latestMs')}::bigint[],
                ${textArray(adjustments.map((one) => one.was?.status ?? null))}::text[],
                ${microsOf(next, 'occurredAtMs')}::bigint[], ${microsOf(next, 'earliestMs')}::bigint[],
                ${microsOf(next, 'latestMs')}::bigint[], ${textArray(next.map(({ status }) => status))}::text[],
                ${textArray(adjustments.map(({ why }) => why))}::text[])
         as r (ordinal, office_code, month, kind, was_occurred, was_earliest, was_latest, was_status, occurred, earliest,
               latest, time_status, why)`.execute(tx);
}

const nothing: Answer = {
  occurredAtMs: Number.NaN,
  earliestMs: Number.NaN,
  latestMs: Number.NaN,
  status: 'uncorrectable',
};

/** The newest adjustment of each row of a range that has one, by ordinal. */
export async function readAdjusted(
  db: Kysely<Tables>,
  range: LogRange,
): Promise<ReadonlyMap<number, Answer & { readonly modelVersion: number }>> {
  const { rows } = await sql<Answer & { readonly ordinal: number; readonly modelVersion: number }>`
    select distinct on (ordinal) ordinal, model_version as "modelVersion", occurred_at as "occurredAtMs",
           earliest as "earliestMs", latest as "latestMs", time_status as status
    from attendance_adjustment
    where terminal_serial = ${range.serial} and epoch = ${range.epoch}
      and ordinal >= ${range.from} and ordinal < ${range.to}
    order by ordinal, model_version desc`.execute(db);
  return new Map(rows.map((row) => [row.ordinal, row]));
}
