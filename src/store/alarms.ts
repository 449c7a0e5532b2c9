/** Alarms: later models that contradict earlier ones (docs/data.md, `clock_alarm`). */
import { type Kysely, sql } from 'kysely';
import type { Answer } from '../clock/versions.ts';
import { instantText } from './pg-types.ts';
import type { LogRange } from './punches.ts';
import type { Tables } from './tables.ts';

/** Rows of one terminal whose earlier and later bounds do not meet. The answers are those of the first row. */
export interface ClockAlarm extends LogRange {
  readonly modelVersion: number;
  /** Null when the earlier answer is older than versions. */
  readonly earlierVersion: number | null;
  readonly earlier: Omit<Answer, 'occurredAtMs'>;
  readonly later: Omit<Answer, 'occurredAtMs'>;
}

/** A stored alarm. */
export interface FoundAlarm extends ClockAlarm {
  readonly officeCode: string;
  readonly terminalName: string;
  /** Milliseconds UTC. */
  readonly foundAtMs: number;
}

/** For so long after it was found an alarm is counted among those a person should look at, in milliseconds. */
export const alarmsForMs = 30 * 86_400_000;

/** Stores an alarm. */
export async function insertAlarm(tx: Kysely<Tables>, alarm: ClockAlarm): Promise<void> {
  const { earlier, later } = alarm;
  await tx
    .insertInto('clock_alarm')
    .values({
      terminal_serial: alarm.serial,
      epoch: alarm.epoch,
      from_ordinal: alarm.from,
      to_ordinal: alarm.to,
      model_version: alarm.modelVersion,
      earlier_version: alarm.earlierVersion,
      earlier_status: earlier.status,
      earlier_earliest: instantText(earlier.earliestMs),
      earlier_latest: instantText(earlier.latestMs),
      later_status: later.status,
      later_earliest: instantText(later.earliestMs),
      later_latest: instantText(later.latestMs),
    })
    .execute();
}

/** Which ordinals of a range models have contradicted each other about. */
export async function readContradicted(db: Kysely<Tables>, range: LogRange): Promise<readonly LogRange[]> {
  const { rows } = await sql<LogRange>`
    select terminal_serial as serial, epoch, from_ordinal as "from", to_ordinal as "to"
    from clock_alarm
    where terminal_serial = ${range.serial} and epoch = ${range.epoch}
      and from_ordinal < ${range.to} and to_ordinal > ${range.from}`.execute(db);
  return rows;
}

/** The newest alarms that were found since an instant, newest first. */
export async function readAlarms(
  db: Kysely<Tables>,
  since: { readonly sinceMs: number; readonly limit: number },
): Promise<FoundAlarm[]> {
  const rows = await db
    .selectFrom('clock_alarm')
    .innerJoin('terminal', 'terminal.serial', 'clock_alarm.terminal_serial')
    .selectAll('clock_alarm')
    .select(['terminal.office_code', 'terminal.name'])
    .where('found_at', '>=', sql<number>`${instantText(since.sinceMs)}::timestamptz`)
    .orderBy('found_at', 'desc')
    .limit(since.limit)
    .execute();
  return rows.map((row) => ({
    serial: row.terminal_serial,
    officeCode: row.office_code,
    terminalName: row.name,
    epoch: row.epoch,
    from: row.from_ordinal,
    to: row.to_ordinal,
    modelVersion: row.model_version,
    foundAtMs: row.found_at,
    earlierVersion: row.earlier_version,
    earlier: { earliestMs: row.earlier_earliest, latestMs: row.earlier_latest, status: row.earlier_status },
    later: { earliestMs: row.later_earliest, latestMs: row.later_latest, status: row.later_status },
  }));
}

/** How many alarms were found since an instant. */
export async function countAlarms(db: Kysely<Tables>, sinceMs: number): Promise<number> {
  const { rows } = await sql<{ alarms: number }>`
    select count(*)::int as alarms from clock_alarm where found_at >= ${instantText(sinceMs)}::timestamptz`.execute(db);
  return rows[0]?.alarms ?? 0;
}
