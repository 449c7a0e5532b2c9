/** Conclusions: when each punch truly happened. Written with the evidence, revised when there is more of it. */
import { type Kysely, sql } from 'kysely';
import type { RecordEvidence } from '../clock/model-types.ts';
import type { Answer } from '../clock/versions.ts';
import type { ChangeReason } from './model-tables.ts';
import { outboxLines } from './outbox.ts';
import { packedNull, unpack } from './packed.ts';
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
  readonly times: readonly Answer[];
  /** Reason to look twice, per record; null for none. */
  readonly suspects: readonly (string | null)[];
  /** The version of the clock's model that they come from; null when no model gave them. */
  readonly modelVersion: number | null;
  /** Ordinals that arrived for a month that is closed: they are not shown in the view. */
  readonly afterClose: ReadonlySet<number>;
}

/**
 * Stores the conclusions of freshly stored punches, and word of them to consumers, in one statement.
 *
 * @param told what consumers are told of, as by `appendOutbox`
 */
export async function insertAttendance(
  tx: Kysely<Tables>,
  run: AttendanceRun,
  told: readonly LogRange[],
): Promise<void> {
  await sql`
    with line as (${outboxLines(told)})
    insert into attendance_time (terminal_serial, epoch, ordinal, office_code, occurred_at, earliest, latest,
                                 time_status, suspect, model_version, after_close)
    select ${run.serial}::text, ${run.epoch}::integer, ${run.from}::bigint + i - 1, ${run.officeCode}::text,
           ${instantFrom('occurred')}, coalesce(${instantFrom('earliest')}, '-infinity'), ${instantFrom('latest')},
           time_status, suspect, ${run.modelVersion}::integer,
           ${run.from}::bigint + i - 1 = any (${numberArray([...run.afterClose])}::bigint[])
    from unnest(${microsOf(run.times, 'occurredAtMs')}::bigint[], ${microsOf(run.times, 'earliestMs')}::bigint[],
                ${microsOf(run.times, 'latestMs')}::bigint[], ${textArray(run.times.map((time) => time.status))}::text[],
                ${textArray(run.suspects)}::text[])
         with ordinality as r (occurred, earliest, latest, time_status, suspect, i)`.execute(tx);
}

/** A row as it stands: what its record says of time, and the answer it has. */
export interface StandingRow extends RecordEvidence, Answer {
  readonly officeCode: string;
  readonly status: TimeStatus;
  /** The version of the clock's model that gave the answer; null when it is older than versions. */
  readonly modelVersion: number | null;
  /** It arrived for a month that was closed. */
  readonly afterClose: boolean;
}

/** Rows of a range as they stand, in ordinal order. The caller bounds the range. */
export async function readStanding(db: Kysely<Tables>, range: LogRange): Promise<StandingRow[]> {
  const { rows } = await sql<PackedRows>`
    select a.office_code as "officeCode", ${packedStanding} as packed
    from punch p
    join attendance_time a using (terminal_serial, epoch, ordinal)
    where p.terminal_serial = ${range.serial} and p.epoch = ${range.epoch}
      and p.ordinal >= ${range.from} and p.ordinal < ${range.to}
    group by a.office_code`.execute(db);
  return unpackStanding(rows);
}

/** The newest rows of a terminal, newest first, from `skip` on. */
export async function readNewest(
  db: Kysely<Tables>,
  serial: string,
  page: { readonly skip: number; readonly limit: number },
): Promise<StandingRow[]> {
  // Rows first, then their answers one by one: joined as wholes, the planner would read a terminal's whole log.
  const { rows } = await sql<PackedRows>`
    select a.office_code as "officeCode", ${packedStanding} as packed
    from (select * from punch where terminal_serial = ${serial}
          order by epoch desc, ordinal desc offset ${page.skip} limit ${page.limit}) p
    cross join lateral (
      select * from attendance_time where terminal_serial = ${serial} and epoch = p.epoch and ordinal = p.ordinal limit 1
    ) a
    group by a.office_code`.execute(db);
  return unpackStanding(rows).reverse();
}

/** Rows of one office; a terminal that moved has several. */
interface PackedRows {
  readonly officeCode: string;
  readonly packed: Buffer | null;
}

/** As long as the longest status. */
const statusBytes = 16;

const packedStanding = sql`
  string_agg(int8send(p.epoch) || int8send(p.ordinal) || coalesce(timestamp_send(p.device_time), ${packedNull})
             || coalesce(timestamptz_send(p.absent_at), ${packedNull}) || timestamptz_send(p.received_at)
             || timestamptz_send(a.occurred_at) || timestamptz_send(a.earliest) || timestamptz_send(a.latest)
             || coalesce(int8send(a.model_version), ${packedNull}) || int8send(a.after_close::int)
             || convert_to(rpad(a.time_status, ${sql.lit(statusBytes)}), 'UTF8'),
             ''::bytea order by p.epoch, p.ordinal)`;

/** In the order of the log. */
function unpackStanding(offices: readonly PackedRows[]): StandingRow[] {
  const rows: StandingRow[] = [];
  for (const { officeCode, packed: bytes } of offices) {
    for (const packed = unpack(bytes); packed.more(); ) {
      rows.push({
        epoch: packed.int8() ?? 0,
        ordinal: packed.int8() ?? 0,
        deviceMs: packed.instant(),
        absentAtMs: packed.instant(),
        presentAtMs: packed.instant() ?? 0,
        occurredAtMs: packed.instant() ?? 0,
        earliestMs: packed.instant() ?? 0,
        latestMs: packed.instant() ?? 0,
        modelVersion: packed.int8(),
        afterClose: packed.int8() === 1,
        status: packed.word(statusBytes) as TimeStatus,
        officeCode,
      });
    }
  }
  return offices.length > 1 ? rows.sort((a, b) => a.epoch - b.epoch || a.ordinal - b.ordinal) : rows;
}

/** Another answer for a row that is stored. */
export interface Rewrite {
  readonly ordinal: number;
  readonly answer: Answer;
  readonly why: ChangeReason;
}

/** Gives rows other answers, counts up their revision, and keeps the answers they had. One statement. */
export async function rewriteAttendance(
  tx: Kysely<Tables>,
  place: { readonly serial: string; readonly epoch: number; readonly modelVersion: number },
  rewrites: readonly Rewrite[],
): Promise<void> {
  if (rewrites.length === 0) return;
  const { serial, epoch, modelVersion } = place;
  const times = rewrites.map(({ answer }) => answer);
  await sql`
    with next as (
      select ordinal, ${instantFrom('occurred')} as occurred_at,
             coalesce(${instantFrom('earliest')}, '-infinity') as earliest, ${instantFrom('latest')} as latest,
             time_status, why
      from unnest(${numberArray(rewrites.map(({ ordinal }) => ordinal))}::bigint[],
                  ${microsOf(times, 'occurredAtMs')}::bigint[], ${microsOf(times, 'earliestMs')}::bigint[],
                  ${microsOf(times, 'latestMs')}::bigint[], ${textArray(times.map((time) => time.status))}::text[],
                  ${textArray(rewrites.map(({ why }) => why))}::text[])
           as r (ordinal, occurred, earliest, latest, time_status, why)
    ), kept as (
      insert into attendance_change (terminal_serial, epoch, ordinal, revision, occurred_at, earliest, latest,
                                     time_status, model_version, why)
      select a.terminal_serial, a.epoch, a.ordinal, a.revision, a.occurred_at, a.earliest, a.latest, a.time_status,
             a.model_version, n.why
      from attendance_time a join next n on n.ordinal = a.ordinal
      where a.terminal_serial = ${serial} and a.epoch = ${epoch}
    )
    update attendance_time a
    set occurred_at = n.occurred_at, earliest = n.earliest, latest = n.latest, time_status = n.time_status,
        revision = a.revision + 1, model_version = ${modelVersion}, after_close = false
    from next n
    where a.terminal_serial = ${serial} and a.epoch = ${epoch} and a.ordinal = n.ordinal`.execute(tx);
}

/** An answer as the table holds it: to the microsecond, its bounds rounded outwards, so that they hold after it, too. */
export function asStored(time: Answer): Answer {
  return {
    occurredAtMs: microsIn(time, 'occurredAtMs') / 1000,
    earliestMs: microsIn(time, 'earliestMs') / 1000,
    latestMs: microsIn(time, 'latestMs') / 1000,
    status: time.status,
  };
}

type Instant = 'occurredAtMs' | 'earliestMs' | 'latestMs';

function microsIn(time: Answer, key: Instant): number {
  const micros = time[key] * 1000;
  if (!Number.isFinite(micros)) return micros;
  const nearest = Math.round(micros);
  // What is stored already stays as it is: a quarter of a microsecond is less than a number can tell at this size.
  if (key === 'occurredAtMs' || Math.abs(micros - nearest) <= 0.25) return nearest;
  return key === 'earliestMs' ? Math.floor(micros) : Math.ceil(micros);
}

/** Microseconds since 1970 as an array literal; an unknown earliest (`-Infinity`) becomes null. */
export function microsOf(times: readonly Answer[], key: Instant): string {
  return numberArray(times.map((time) => (Number.isFinite(time[key]) ? microsIn(time, key) : null)));
}

/** Adding an interval to a fixed instant is several times faster than parsing text, and exact. */
export function instantFrom(column: string) {
  return sql`timestamptz '1970-01-01 00:00:00+00' + ${sql.ref(column)} * interval '1 microsecond'`;
}
