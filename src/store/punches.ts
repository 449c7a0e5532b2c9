/** Evidence: what terminals wrote. Inserted once, never changed. */
import { type Kysely, sql } from 'kysely';
import { deviceMsOf, deviceTimeFromMs, formatDeviceTime } from '../clock/device-time.ts';
import type { RecordEvidence } from '../clock/model-types.ts';
import type { PunchRecord } from '../punch/record.ts';
import type { PunchRow } from './evidence-lines.ts';
import { instantText, instantTextOrNull, numberArray, readInstant, storableText, textArray } from './pg-types.ts';
import type { Tables } from './tables.ts';

/** Ordinals `from` (included) to `to` (excluded) of one epoch of one terminal's log. */
export interface LogRange {
  readonly serial: string;
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
}

/** Consecutive records and what is known of all of them together. */
export interface PunchRun {
  readonly serial: string;
  readonly epoch: number;
  /** Ordinal of the first record. */
  readonly from: number;
  readonly strideBytes: number;
  /** The records' bytes, and the same records decoded. */
  readonly bytes: Uint8Array;
  readonly records: readonly PunchRecord[];
  /** How the records came here, such as `pull`. */
  readonly source: string;
  /** Arrival bracket in milliseconds UTC: not yet there, and there. */
  readonly absentAtMs: number | null;
  readonly presentAtMs: number;
}

/**
 * Stores punches in one statement. The bytes travel as they are and are cut by the database: that costs a tenth of
 * sending them one by one.
 */
export async function insertPunches(tx: Kysely<Tables>, run: PunchRun): Promise<void> {
  const { records } = run;
  const deviceSeconds = records.map(({ deviceTime }) => {
    const deviceMs = deviceMsOf(deviceTime);
    return deviceMs === null ? null : deviceMs / 1000;
  });
  await sql`
    insert into punch (terminal_serial, epoch, ordinal, pin, device_time, device_time_raw, verify_mode, punch_state,
                       work_code, raw, source, received_at, absent_at)
    select ${run.serial}::text, ${run.epoch}::integer, ${run.from}::bigint + i - 1, pin,
           timestamp '1970-01-01' + device_s * interval '1 second', device_time_raw, verify_mode, punch_state, work_code,
           substr(${Buffer.from(run.bytes)}::bytea, ((i - 1) * ${run.strideBytes}::integer + 1)::integer, ${run.strideBytes}::integer),
           ${run.source}::text, ${instantText(run.presentAtMs)}::timestamptz,
           ${instantTextOrNull(run.absentAtMs)}::timestamptz
    from unnest(${textArray(records.map((record) => record.pin))}::text[],
                ${numberArray(deviceSeconds)}::bigint[],
                ${numberArray(records.map((record) => record.deviceTimeRaw))}::bigint[],
                ${numberArray(records.map((record) => record.verifyMode))}::smallint[],
                ${numberArray(records.map((record) => record.punchState))}::smallint[],
                ${numberArray(records.map((record) => record.workCode))}::bigint[])
         with ordinality
         as r (pin, device_s, device_time_raw, verify_mode, punch_state, work_code, i)`.execute(tx);
}

/** The rows that {@link insertPunches} makes of a run, without asking the database for what was just sent to it. */
export function* punchRowsOf(run: PunchRun): Iterable<PunchRow> {
  const receivedAtMs = asStored(run.presentAtMs);
  const absentAtMs = run.absentAtMs === null ? null : asStored(run.absentAtMs);
  for (const [at, record] of run.records.entries()) {
    const { pin, deviceTimeRaw, verifyMode, punchState, workCode } = record;
    const deviceMs = deviceMsOf(record.deviceTime);
    yield {
      ordinal: run.from + at,
      pin: storableText(pin),
      deviceTime: deviceMs === null ? null : formatDeviceTime(deviceTimeFromMs(deviceMs)).replace('T', ' '),
      deviceTimeRaw,
      verifyMode,
      punchState,
      workCode,
      raw: run.bytes.subarray(at * run.strideBytes, (at + 1) * run.strideBytes),
      source: run.source,
      receivedAtMs,
      absentAtMs,
    };
  }
}

/** A punch's columns under the names of {@link PunchRow}. */
export const punchColumns = sql`ordinal, pin, device_time as "deviceTime", device_time_raw as "deviceTimeRaw",
  verify_mode as "verifyMode", punch_state as "punchState", work_code as "workCode", raw, source,
  received_at as "receivedAtMs", absent_at as "absentAtMs"`;

/** What the records of a run say about time, as their rows hold it. */
export function recordEvidenceOf(run: PunchRun): RecordEvidence[] {
  const presentAtMs = asStored(run.presentAtMs);
  const absentAtMs = run.absentAtMs === null ? null : asStored(run.absentAtMs);
  return run.records.map(({ deviceTime }, at) => {
    return { epoch: run.epoch, ordinal: run.from + at, deviceMs: deviceMsOf(deviceTime), absentAtMs, presentAtMs };
  });
}

/** An instant as the table keeps it: to the microsecond. */
function asStored(ms: number): number {
  return readInstant(instantText(ms).replace('T', ' ').replace('Z', '+00'));
}

/**
 * For each record, the newest earlier epoch of the same terminal that holds the very same bytes; null for none.
 *
 * Only a reason for a second look: after a clock reset the same person can hit the same second again.
 *
 * @param bytes whole records of `strideBytes`
 */
export async function findInEarlierEpochs(
  tx: Kysely<Tables>,
  serial: string,
  epoch: number,
  bytes: Uint8Array,
  strideBytes: number,
): Promise<(number | null)[]> {
  const count = bytes.length / strideBytes;
  const { rows } = await sql<{ position: number; seen: number }>`
    select r.position, max(p.epoch) as seen
    from (select i as position,
                 substr(${Buffer.from(bytes)}::bytea, ((i - 1) * ${strideBytes}::integer + 1)::integer, ${strideBytes}::integer) as raw
          from generate_series(1, ${count}::integer) as i) r
    join punch p on p.raw = r.raw and p.terminal_serial = ${serial} and p.epoch < ${epoch}
    group by r.position`.execute(tx);
  const seen: (number | null)[] = Array.from({ length: count }, () => null);
  for (const row of rows) seen[row.position - 1] = row.seen;
  return seen;
}
