/** Comparisons of clocks: evidence, kept as taken. */
import { type Kysely, sql } from 'kysely';
import { deviceTimeFromMs, formatDeviceTime } from '../clock/device-time.ts';
import { intervalOf } from '../clock/offset.ts';
import type { ClockSample, SampleKind } from '../clock/sample.ts';
import { instantText, numberArray, textArray } from './pg-types.ts';
import type { Tables } from './tables.ts';

/**
 * Stores samples; those that are stored already are left as they are. One statement, whatever their number.
 *
 * @param zoneOffsetMsAt offset of the office's zone from UTC at an instant, in milliseconds: the columns show offsets to
 * people, who expect a well-set terminal near zero
 */
export async function insertClockSamples(
  tx: Kysely<Tables>,
  serial: string,
  samples: readonly ClockSample[],
  zoneOffsetMsAt: (atMs: number) => number,
): Promise<void> {
  if (samples.length === 0) return;
  const kept = samples.map(asKept);
  const offsets = kept.map((sample) => {
    const { earliestMs, latestMs } = intervalOf(sample);
    const zoneMs = zoneOffsetMsAt(sample.receivedAtMs);
    return { earliestMs: Math.floor(earliestMs - zoneMs), latestMs: Math.ceil(latestMs - zoneMs) };
  });
  await sql`
    insert into clock_sample (terminal_serial, sampled_at, received_at, device_time,
                              offset_earliest_ms, offset_latest_ms, kind)
    select ${serial}::text, sampled_at, received_at, device_time, offset_earliest_ms, offset_latest_ms, kind
    from unnest(${textArray(kept.map((sample) => instantText(sample.sentAtMs)))}::timestamptz[],
                ${textArray(kept.map((sample) => instantText(sample.receivedAtMs)))}::timestamptz[],
                ${textArray(kept.map((sample) => formatDeviceTime(deviceTimeFromMs(sample.deviceMs))))}::timestamp[],
                ${numberArray(offsets.map((offset) => offset.earliestMs))}::bigint[],
                ${numberArray(offsets.map((offset) => offset.latestMs))}::bigint[],
                ${textArray(kept.map((sample) => sample.kind))}::text[])
         as s (sampled_at, received_at, device_time, offset_earliest_ms, offset_latest_ms, kind)
    on conflict (terminal_serial, sampled_at) do nothing`.execute(tx);
}

/**
 * The newest samples of a terminal that were asked for in a stretch of time, oldest first.
 *
 * @param range.afterMs milliseconds UTC, excluded; `-Infinity` for no limit
 * @param range.untilMs milliseconds UTC, included; `Infinity` for no limit
 * @param range.limit how many, at most
 */
export async function readClockSamples(
  db: Kysely<Tables>,
  serial: string,
  range: { readonly afterMs: number; readonly untilMs: number; readonly limit: number },
): Promise<ClockSample[]> {
  const { rows } = await sql<{ sent_at: number; received_at: number; device_s: number; kind: SampleKind }>`
    select sampled_at as sent_at, received_at, extract(epoch from device_time)::bigint as device_s, kind
    from clock_sample
    where terminal_serial = ${serial}
      and sampled_at > ${instantText(range.afterMs)}::timestamptz
      and sampled_at <= ${instantText(range.untilMs)}::timestamptz
    order by sampled_at desc
    limit ${range.limit}`.execute(db);
  return rows.reverse().map((row) => ({
    sentAtMs: row.sent_at,
    receivedAtMs: row.received_at,
    deviceMs: row.device_s * 1000,
    kind: row.kind,
  }));
}

/** A sample as the table can hold it: instants to the microsecond, rounded outwards so that it proves no more than it did. */
function asKept(sample: ClockSample): ClockSample {
  return {
    ...sample,
    sentAtMs: Math.floor(sample.sentAtMs * 1000) / 1000,
    receivedAtMs: Math.ceil(sample.receivedAtMs * 1000) / 1000,
  };
}
