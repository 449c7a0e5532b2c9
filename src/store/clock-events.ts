/**
 * What else is known of a terminal's clock beside samples: sets of ours, lines of its operation log, jumps of the host's
 * clock. Evidence, kept as learnt.
 */
import { type Kysely, sql } from 'kysely';
import { deviceTimeFromMs, formatDeviceTime } from '../clock/device-time.ts';
import type { ClockEvents, OperationEntry } from '../clock/model-types.ts';
import type { EventRow } from './evidence-lines.ts';
import { instantText, instantTextOrNull, numberArray, textArray } from './pg-types.ts';
import type { Tables } from './tables.ts';

type EventKind = Tables['clock_event']['kind'];

interface NewEvent extends EventRow {
  readonly kind: EventKind;
  /** Skipped when so many equal lines of an operation log are stored already; 0 never. */
  readonly unlessStored: number;
}

/**
 * Stores events; those that are stored already are left as they are. One statement, whatever their number.
 *
 * A line of an operation log has no number. One that was seen to arrive (`absentAtMs`) is itself; one that was found at a
 * first look is new only if fewer equal lines are stored than were found, so that a log read again adds nothing.
 *
 * @param seq the batch of evidence they came with
 * @returns the rows that were new
 */
export async function insertClockEvents(
  tx: Kysely<Tables>,
  serial: string,
  events: ClockEvents,
  seq: number,
): Promise<EventRow[]> {
  const given = [...setsOf(events), ...operationsOf(events.operations), ...hostStepsOf(events)];
  if (given.length === 0) return [];
  const { rows } = await sql<EventRow>`
    insert into clock_event (terminal_serial, identity, seq, kind, at, until, absent_at, device_time, operation, by_ms)
    select ${serial}::text, identity, ${seq}::bigint, kind, at, until, absent_at, device_time, operation, by_ms
    from unnest(${textArray(given.map((event) => event.identity))}::text[],
                ${textArray(given.map((event) => event.kind))}::text[],
                ${textArray(given.map((event) => instantText(event.atMs)))}::timestamptz[],
                ${textArray(given.map((event) => instantTextOrNull(event.untilMs)))}::timestamptz[],
                ${textArray(given.map((event) => instantTextOrNull(event.absentAtMs)))}::timestamptz[],
                ${textArray(given.map((event) => event.deviceTime))}::timestamp[],
                ${numberArray(given.map((event) => event.operation))}::integer[],
                ${numberArray(given.map((event) => event.byMs))}::double precision[],
                ${numberArray(given.map((event) => event.unlessStored))}::bigint[])
         as e (identity, kind, at, until, absent_at, device_time, operation, by_ms, unless_stored)
    where unless_stored = 0 or unless_stored > (
      select count(*) from clock_event s
      where s.terminal_serial = ${serial} and s.kind = 'operation' and s.operation = e.operation
        and s.device_time is not distinct from e.device_time)
    on conflict (terminal_serial, identity) do nothing
    returning ${eventColumns}`.execute(tx);
  return rows;
}

/**
 * Events of a terminal, each kind in the order of time.
 *
 * @param range.untilMs known up to then, included, in milliseconds UTC; default no limit
 * @param range.throughSeq of batches up to this one; default all
 * @param range.limit how many at most, the newest
 */
export async function readClockEvents(
  db: Kysely<Tables>,
  serial: string,
  range: {
    readonly afterMs?: number;
    readonly untilMs?: number;
    readonly throughSeq?: number;
    readonly limit: number;
  },
): Promise<ClockEvents> {
  const { rows } = await sql<TimedEvent>`
    select kind, at as "atMs", until as "untilMs", absent_at as "absentAtMs",
           extract(epoch from device_time)::bigint as "deviceS", operation, by_ms as "byMs"
    from clock_event
    where terminal_serial = ${serial}
      and at > ${instantText(range.afterMs ?? Number.NEGATIVE_INFINITY)}::timestamptz
      and at <= ${instantText(range.untilMs ?? Number.POSITIVE_INFINITY)}::timestamptz
      and seq <= ${range.throughSeq ?? Number.MAX_SAFE_INTEGER}
    order by at desc, identity desc
    limit ${range.limit}`.execute(db);
  return eventsOf(rows.reverse());
}

/** What a model takes of an event, its device time as seconds. */
export type TimedEvent = Omit<EventRow, 'identity' | 'deviceTime'> & { readonly deviceS: number | null };

/** Rows in the order of time, by kind. */
export function eventsOf(ordered: readonly TimedEvent[]): ClockEvents {
  const of = (kind: EventKind) => ordered.filter((row) => row.kind === kind);
  return {
    sets: of('set').map((row) => ({
      sentAtMs: row.atMs,
      receivedAtMs: row.untilMs ?? row.atMs,
      deviceMs: (row.deviceS ?? 0) * 1000,
    })),
    operations: of('operation').map((row) => ({
      operation: row.operation ?? 0,
      deviceMs: row.deviceS === null ? null : row.deviceS * 1000,
      absentAtMs: row.absentAtMs,
      presentAtMs: row.atMs,
    })),
    hostSteps: of('host-step').map((row) => ({ atMs: row.atMs, byMs: row.byMs ?? 0 })),
  };
}

/** An event's columns under the names of {@link EventRow}. */
export const eventColumns = sql`identity, kind, at as "atMs", until as "untilMs", absent_at as "absentAtMs",
  device_time as "deviceTime", operation, by_ms as "byMs"`;

function setsOf({ sets }: ClockEvents): NewEvent[] {
  return sets.map((set) => ({
    ...nothing,
    identity: `set-${microsOf(set.sentAtMs)}`,
    kind: 'set',
    // Rounded outwards, so that it proves no more than it did.
    atMs: Math.floor(set.sentAtMs * 1000) / 1000,
    untilMs: Math.ceil(set.receivedAtMs * 1000) / 1000,
    deviceTime: formatDeviceTime(deviceTimeFromMs(set.deviceMs)),
  }));
}

function operationsOf(entries: readonly OperationEntry[]): NewEvent[] {
  const seen = new Map<string, number>();
  return entries.map(({ operation, deviceMs, absentAtMs, presentAtMs }) => {
    const what = `operation-${operation}-${deviceMs === null ? 'none' : deviceMs / 1000}`;
    const identified = `${what}-${absentAtMs === null ? 'found' : microsOf(presentAtMs)}`;
    const times = (seen.get(identified) ?? 0) + 1;
    seen.set(identified, times);
    return {
      ...nothing,
      identity: `${identified}-${times}`,
      kind: 'operation',
      atMs: Math.ceil(presentAtMs * 1000) / 1000,
      absentAtMs: absentAtMs === null ? null : Math.floor(absentAtMs * 1000) / 1000,
      deviceTime: deviceMs === null ? null : formatDeviceTime(deviceTimeFromMs(deviceMs)),
      operation,
      unlessStored: absentAtMs === null ? times : 0,
    };
  });
}

function hostStepsOf({ hostSteps }: ClockEvents): NewEvent[] {
  return hostSteps.map(({ atMs, byMs }) => ({
    ...nothing,
    identity: `host-step-${microsOf(atMs)}`,
    kind: 'host-step',
    atMs,
    byMs,
  }));
}

const nothing = { untilMs: null, absentAtMs: null, deviceTime: null, operation: null, byMs: null, unlessStored: 0 };

function microsOf(ms: number): number {
  return Math.round(ms * 1000);
}
