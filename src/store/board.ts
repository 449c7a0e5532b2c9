/**
 * What the page asks: how each office stands, what arrived.
 *
 * Arrivals are found through the cursors, not through the outbox or a time column: a cursor moves in the transaction
 * that stores the records, so "behind what I have seen" can miss nothing, whenever and however often it is asked.
 */
import { type Kysely, sql } from 'kysely';
import { instantText } from './pg-types.ts';
import type { LogRange } from './punches.ts';
import type { Tables, TerminalCondition, TimeStatus } from './tables.ts';

/** An office as it is configured. */
export interface OfficeRow {
  readonly code: string;
  readonly name: string;
  readonly timeZone: string;
}

/** A terminal as its last poll left it. Instants in milliseconds UTC. */
export interface MachineRow {
  readonly officeCode: string;
  readonly name: string;
  readonly serial: string | null;
  readonly address: string;
  readonly state: TerminalCondition;
  readonly errorCode: string | null;
  readonly errorText: string | null;
  readonly failingSinceMs: number | null;
  readonly lastAttemptMs: number | null;
  readonly lastReadMs: number | null;
  /** Clock of the terminal minus true time in the office's zone. */
  readonly offsetMs: number | null;
  readonly offsetBoundMs: number | null;
  readonly records: number | null;
  readonly recordCapacity: number | null;
  readonly users: number | null;
  readonly firmware: string | null;
  readonly platform: string | null;
  readonly deviceName: string | null;
  readonly updatedMs: number;
}

/** One local day of one office: `startMs ≤ instant < endMs`. */
export interface OfficeDay {
  readonly officeCode: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** The punches of one office within five minutes. */
export interface DayBin {
  readonly officeCode: string;
  /** Five-minute step since the start of the day: 0…287, or up to 299 on a day of 25 hours. */
  readonly bin: number;
  readonly punches: number;
  /** Of these, how many have no certain instant (`ambiguous`, `uncorrectable`). */
  readonly uncertain: number;
}

/** Where a terminal's stored log ends. */
export interface LogMark {
  readonly serial: string;
  readonly epoch: number;
  readonly baseOrdinal: number;
  readonly nextOrdinal: number;
}

/** One attendance row as the page and MQTT show it. Instants in milliseconds UTC. */
export interface Arrival {
  readonly punchId: string;
  readonly officeCode: string;
  readonly serial: string;
  readonly terminalName: string;
  readonly pin: string;
  readonly personId: string | null;
  readonly occurredAtMs: number;
  /** `-Infinity` when unknown. */
  readonly earliestMs: number;
  readonly latestMs: number;
  readonly timeStatus: TimeStatus;
  /** `YYYY-MM-DD HH:MM:SS` as the terminal's clock showed it; null for a date that does not exist. */
  readonly deviceTime: string | null;
  readonly verifyMode: number;
  readonly punchState: number;
  readonly workCode: number;
  readonly source: string;
  readonly receivedAtMs: number;
  readonly revision: number;
  readonly suspect: string | null;
  readonly epoch: number;
  readonly ordinal: number;
}

/** All offices and all terminals, by code and name. */
export async function readFleet(
  db: Kysely<Tables>,
): Promise<{ readonly offices: readonly OfficeRow[]; readonly machines: readonly MachineRow[] }> {
  const [offices, machines] = await Promise.all([readOffices(db), readMachineStates(db)]);
  return { offices, machines };
}

/** All offices, by name. */
export async function readOffices(db: Kysely<Tables>): Promise<readonly OfficeRow[]> {
  const { rows } = await sql<OfficeRow>`
    select code, name, time_zone as "timeZone" from office order by name, code`.execute(db);
  return rows;
}

async function readMachineStates(db: Kysely<Tables>): Promise<readonly MachineRow[]> {
  const { rows } = await sql<MachineRow>`
    select office_code as "officeCode", terminal_name as name, serial, address, state,
           error_code as "errorCode", error_text as "errorText", failing_since as "failingSinceMs",
           last_attempt_at as "lastAttemptMs", last_read_at as "lastReadMs",
           offset_ms as "offsetMs", offset_bound_ms as "offsetBoundMs",
           records, record_capacity as "recordCapacity", users,
           firmware, platform, device_name as "deviceName", updated_at as "updatedMs"
    from terminal_state
    order by office_code, terminal_name`.execute(db);
  return rows;
}

/**
 * Punches per office and five minutes of its day. Empty bins are left out.
 *
 * One look into the index per office: joined all at once, the planner cannot know how short a day is beside the whole
 * table and reads all of it (2 million rows, 28,000 of them today: 1.6 s instead of 0.07 s).
 */
export async function readDayBins(db: Kysely<Tables>, days: readonly OfficeDay[]): Promise<readonly DayBin[]> {
  const { rows } = await sql<DayBin>`
    select d.office_code as "officeCode", b.bin, b.punches, b.uncertain
    from ${daysTable(days)}
    cross join lateral (
      select floor(extract(epoch from a.occurred_at - d.starts_at) / 300)::int as bin,
             count(*)::int as punches,
             (count(*) filter (where a.time_status in ('ambiguous', 'uncorrectable')))::int as uncertain
      from attendance_time a
      where a.office_code = d.office_code and a.occurred_at >= d.starts_at and a.occurred_at < d.ends_at
      group by 1
    ) b
    order by 1, 2`.execute(db);
  return rows;
}

/** Different PINs per office and day: about as many people, where one PIN means one person in the whole office. */
export async function readDayPins(
  db: Kysely<Tables>,
  days: readonly OfficeDay[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ officeCode: string; pins: number }>`
    select d.office_code as "officeCode", c.pins
    from ${daysTable(days)}
    cross join lateral (
      select count(distinct p.pin)::int as pins
      from attendance_time a
      join punch p using (terminal_serial, epoch, ordinal)
      where a.office_code = d.office_code and a.occurred_at >= d.starts_at and a.occurred_at < d.ends_at
    ) c`.execute(db);
  return new Map(rows.map((row) => [row.officeCode, row.pins]));
}

/** Where every terminal's stored log ends now. */
export async function readLogMarks(db: Kysely<Tables>): Promise<readonly LogMark[]> {
  const { rows } = await sql<LogMark>`
    select serial, epoch, base_ordinal as "baseOrdinal", next_ordinal as "nextOrdinal" from terminal_log`.execute(db);
  return rows;
}

/** Which of the rows in a range are wanted. */
export interface ArrivalBounds {
  /** Only rows that happened at or after this instant. */
  readonly sinceMs: number;
  /** Only the latest so many. */
  readonly limit: number;
}

/** The columns of an {@link Arrival}, from `attendance a` and `terminal t`. */
export const arrivalColumns = sql`
  a.punch_id as "punchId", a.office_code as "officeCode", a.terminal_serial as serial,
  coalesce(t.name, a.terminal_serial) as "terminalName", a.pin, a.person_id as "personId",
  a.occurred_at as "occurredAtMs", a.earliest as "earliestMs", a.latest as "latestMs",
  a.time_status as "timeStatus", a.device_time as "deviceTime", a.verify_mode as "verifyMode",
  a.punch_state as "punchState", a.work_code as "workCode", a.source, a.received_at as "receivedAtMs",
  a.revision, a.suspect, a.epoch, a.ordinal`;

/**
 * `a`: the rows of each range of `r`. Range by range: joined all at once, the planner reads the whole of a young table
 * rather than the few rows that were asked for.
 */
export const attendanceOfRange = sql`
  cross join lateral (
    select * from attendance
    where terminal_serial = r.serial and epoch = r.epoch and ordinal >= r.from_ordinal and ordinal < r.to_ordinal
    offset 0
  ) a`;

/** The rows of these ranges, in the order they were received. The caller bounds the ranges, or gives `bounds`. */
export async function readArrivals(
  db: Kysely<Tables>,
  ranges: readonly LogRange[],
  bounds: ArrivalBounds = { sinceMs: -Infinity, limit: 100_000 },
): Promise<readonly Arrival[]> {
  if (ranges.length === 0) return [];
  const { rows } = await sql<Arrival>`
    select ${arrivalColumns}
    from unnest(${ranges.map((r) => r.serial)}::text[], ${ranges.map((r) => r.epoch)}::int[],
                ${ranges.map((r) => r.from)}::bigint[], ${ranges.map((r) => r.to)}::bigint[])
           as r (serial, epoch, from_ordinal, to_ordinal)
    ${attendanceOfRange}
    left join terminal t on t.serial = a.terminal_serial
    where a.occurred_at >= ${instantText(bounds.sinceMs)}::timestamptz
    order by a.received_at desc, a.terminal_serial desc, a.epoch desc, a.ordinal desc
    limit ${bounds.limit}`.execute(db);
  return rows.reverse();
}

/** Lines that MQTT has not confirmed yet. */
export async function countOutbox(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ lines: number }>`
    select (select count(*) from outbox where end_position is null)::int
         + (select count(*) from outbox
            where end_position > (select position from outbox_consumer where name = 'mqtt'))::int as lines`.execute(db);
  return rows[0]?.lines ?? 0;
}

function daysTable(days: readonly OfficeDay[]) {
  return sql`unnest(${days.map((day) => day.officeCode)}::text[],
                    ${days.map((day) => instantText(day.startMs))}::timestamptz[],
                    ${days.map((day) => instantText(day.endMs))}::timestamptz[]) as d (office_code, starts_at, ends_at)`;
}
