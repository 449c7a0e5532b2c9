/** Conclusions: when each punch truly happened. Written with the evidence, revised when there is more of it. */
import { type Kysely, sql } from 'kysely';
import type { CorrectedTime } from '../clock/correct.ts';
import { numberArray, textArray } from './pg-types.ts';
import type { LogRange } from './punches.ts';
import type { Tables, TimeStatus } from './tables.ts';

/** Consecutive conclusions of one office's terminal. */
export interface AttendanceRun {
  readonly serial: string;
  readonly epoch: number;
  /** Ordinal of the first one. */
  readonly from: number;
  readonly officeCode: string;
  readonly times: readonly CorrectedTime[];
  /** Reason to look twice, per record; null for none. */
  readonly suspects: readonly (string | null)[];
}

/** Stores the conclusions of freshly stored punches in one statement. */
export async function insertAttendance(tx: Kysely<Tables>, run: AttendanceRun): Promise<void> {
  await sql`
    insert into attendance_time (terminal_serial, epoch, ordinal, office_code, occurred_at, earliest, latest,
                                 time_status, suspect)
    select ${run.serial}::text, ${run.epoch}::integer, ${run.from}::bigint + i - 1, ${run.officeCode}::text,
           ${instantFrom('occurred')}, coalesce(${instantFrom('earliest')}, '-infinity'), ${instantFrom('latest')},
           time_status, suspect
    from unnest(${microsOf(run.times, 'occurredAtMs')}::bigint[], ${microsOf(run.times, 'earliestMs')}::bigint[],
                ${microsOf(run.times, 'latestMs')}::bigint[], ${textArray(run.times.map((time) => time.status))}::text[],
                ${textArray(run.suspects)}::text[])
         with ordinality as r (occurred, earliest, latest, time_status, suspect, i)`.execute(tx);
}

/** A conclusion as stored, with the reading it was drawn from and the arrival bracket of its read. */
export interface StoredConclusion {
  readonly ordinal: number;
  /** As of `deviceMsOf`; null for a date that cannot exist. */
  readonly deviceMs: number | null;
  readonly absentAtMs: number | null;
  readonly presentAtMs: number;
  readonly status: TimeStatus;
}

/** The stored conclusions of a range, in ordinal order. The caller bounds the range. */
export async function readConclusions(db: Kysely<Tables>, range: LogRange): Promise<StoredConclusion[]> {
  const { rows } = await sql<StoredConclusion>`
    select ordinal, (extract(epoch from p.device_time) * 1000)::bigint as "deviceMs", p.absent_at as "absentAtMs",
           p.received_at as "presentAtMs", a.time_status as status
    from punch p
    join attendance_time a using (terminal_serial, epoch, ordinal)
    where p.terminal_serial = ${range.serial} and p.epoch = ${range.epoch}
      and ordinal >= ${range.from} and ordinal < ${range.to}
    order by ordinal`.execute(db);
  return rows;
}

/**
 * Replaces conclusions that turn out different and counts up their revision; equal ones stay as they are.
 *
 * @param times one per ordinal of `range`, in order
 * @returns how many changed
 */
export async function reviseAttendance(
  tx: Kysely<Tables>,
  range: LogRange,
  times: readonly CorrectedTime[],
): Promise<number> {
  const { numAffectedRows } = await sql`
    update attendance_time a
    set occurred_at = n.occurred_at, earliest = n.earliest, latest = n.latest, time_status = n.time_status,
        revision = a.revision + 1
    from (select ${range.from}::bigint + i - 1 as ordinal, ${instantFrom('occurred')} as occurred_at,
                 coalesce(${instantFrom('earliest')}, '-infinity') as earliest, ${instantFrom('latest')} as latest,
                 time_status
          from unnest(${microsOf(times, 'occurredAtMs')}::bigint[], ${microsOf(times, 'earliestMs')}::bigint[],
                      ${microsOf(times, 'latestMs')}::bigint[], ${textArray(times.map((time) => time.status))}::text[])
               with ordinality as r (occurred, earliest, latest, time_status, i)) n
    where a.terminal_serial = ${range.serial} and a.epoch = ${range.epoch} and a.ordinal = n.ordinal
      and (a.occurred_at, a.earliest, a.latest, a.time_status)
          is distinct from (n.occurred_at, n.earliest, n.latest, n.time_status)`.execute(tx);
  return Number(numAffectedRows ?? 0n);
}

/** Microseconds since 1970 as an array literal; an unknown earliest (`-Infinity`) becomes null. */
function microsOf(times: readonly CorrectedTime[], key: 'occurredAtMs' | 'earliestMs' | 'latestMs'): string {
  // Bounds are rounded outwards: they must hold after they were stored, too.
  const round = { occurredAtMs: Math.round, earliestMs: Math.floor, latestMs: Math.ceil }[key];
  return numberArray(times.map((time) => (Number.isFinite(time[key]) ? round(time[key] * 1000) : null)));
}

/** Adding an interval to a fixed instant is several times faster than parsing text, and exact. */
function instantFrom(column: 'occurred' | 'earliest' | 'latest') {
  return sql`timestamptz '1970-01-01 00:00:00+00' + ${sql.ref(column)} * interval '1 microsecond'`;
}
