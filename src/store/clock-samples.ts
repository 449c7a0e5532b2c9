/** Comparisons of clocks: evidence, kept as taken. */
import { type Kysely, sql } from 'kysely';
import { deviceTimeFromMs, formatDeviceTime } from '../clock/device-time.ts';
import { intervalOf } from '../clock/offset.ts';
import type { ClockSample, SampleKind } from '../clock/sample.ts';
import type { SampleRow } from './evidence-lines.ts';
import { unpack } from './packed.ts';
import { instantText, numberArray, textArray } from './pg-types.ts';
import type { Tables } from './tables.ts';

/**
 * Stores samples; those that are stored already are left as they are. One statement, whatever their number.
 *
 * @param zoneOffsetMsAt offset of the office's zone from UTC at an instant, in milliseconds: the columns show offsets to
 * people, who expect a well-set terminal near zero
 * @param seq the batch of evidence they came with
 * @returns the rows that were new
 */
export async function insertClockSamples(
  tx: Kysely<Tables>,
  serial: string,
  samples: readonly ClockSample[],
  zoneOffsetMsAt: (atMs: number) => number,
  seq: number,
): Promise<SampleRow[]> {
  if (samples.length === 0) return [];
  const kept = samples.map(asKept);
  const offsets = kept.map((sample) => {
    const { earliestMs, latestMs } = intervalOf(sample);
    const zoneMs = zoneOffsetMsAt(sample.receivedAtMs);
    return { earliestMs: Math.floor(earliestMs - zoneMs), latestMs: Math.ceil(latestMs - zoneMs) };
  });
  const { rows } = await sql<SampleRow>`
    insert into clock_sample (terminal_serial, sampled_at, received_at, device_time,
                              offset_earliest_ms, offset_latest_ms, kind, host_error_ms, seq)
    select ${serial}::text, sampled_at, received_at, device_time, offset_earliest_ms, offset_latest_ms, kind,
           host_error_ms, ${seq}::bigint
    from unnest(${textArray(kept.map((sample) => instantText(sample.sentAtMs)))}::timestamptz[],
                ${textArray(kept.map((sample) => instantText(sample.receivedAtMs)))}::timestamptz[],
                ${textArray(kept.map((sample) => formatDeviceTime(deviceTimeFromMs(sample.deviceMs))))}::timestamp[],
                ${numberArray(offsets.map((offset) => offset.earliestMs))}::bigint[],
                ${numberArray(offsets.map((offset) => offset.latestMs))}::bigint[],
                ${textArray(kept.map((sample) => sample.kind))}::text[],
                ${numberArray(kept.map((sample) => sample.hostErrorMs ?? null))}::double precision[])
         as s (sampled_at, received_at, device_time, offset_earliest_ms, offset_latest_ms, kind, host_error_ms)
    on conflict (terminal_serial, sampled_at) do nothing
    returning ${sampleColumns}`.execute(tx);
  return rows;
}

/** A sample's columns under the names of {@link SampleRow}. */
export const sampleColumns = sql`sampled_at as "sampledAtMs", received_at as "receivedAtMs", device_time as "deviceTime",
  offset_earliest_ms as "offsetEarliestMs", offset_latest_ms as "offsetLatestMs", kind, host_error_ms as "hostErrorMs"`;

/** Longer than any kind of sample is. */
const kindBytes = 16;

/** Rows of `clock_sample` as one value, oldest first. */
export const packedSamples = sql`
  string_agg(timestamptz_send(sampled_at) || timestamptz_send(received_at) || timestamp_send(device_time)
             || float8send(coalesce(host_error_ms, 'NaN')) || convert_to(rpad(kind, ${sql.lit(kindBytes)}), 'UTF8'),
             ''::bytea order by sampled_at)`;

/**
 * The newest samples of a terminal that were asked for in a stretch of time, oldest first.
 *
 * @param range.afterMs milliseconds UTC, excluded; `-Infinity` for no limit
 * @param range.untilMs milliseconds UTC, included; `Infinity` for no limit
 * @param range.throughSeq of batches of evidence up to this one, with all from before there were any; default all
 * @param range.limit how many, at most
 */
export async function readClockSamples(
  db: Kysely<Tables>,
  serial: string,
  range: {
    readonly afterMs: number;
    readonly untilMs: number;
    readonly throughSeq?: number;
    readonly limit: number;
  },
): Promise<ClockSample[]> {
  const { rows } = await sql<{ packed: Buffer | null }>`
    select ${packedSamples} as packed
    from (select * from clock_sample
          where terminal_serial = ${serial}
            and sampled_at > ${instantText(range.afterMs)}::timestamptz
            and sampled_at <= ${instantText(range.untilMs)}::timestamptz
            and (seq is null or seq <= ${range.throughSeq ?? Number.MAX_SAFE_INTEGER})
          order by sampled_at desc
          limit ${range.limit}) as newest`.execute(db);
  return unpackSamples(rows[0]?.packed ?? null);
}

/** Samples as {@link packedSamples} packs them. */
export function unpackSamples(bytes: Buffer | null): ClockSample[] {
  const samples: ClockSample[] = [];
  for (const packed = unpack(bytes); packed.more(); ) {
    const [sentAtMs, receivedAtMs, deviceMs] = [packed.instant() ?? 0, packed.instant() ?? 0, packed.instant() ?? 0];
    const hostErrorMs = packed.float8();
    const kind = packed.word(kindBytes) as SampleKind;
    samples.push({ sentAtMs, receivedAtMs, deviceMs, kind, ...(hostErrorMs === null ? {} : { hostErrorMs }) });
  }
  return samples;
}

/**
 * When the answer to the newest question had arrived that was asked before an instant and did not come with a given
 * batch of evidence; `-Infinity` when there is none.
 */
export async function readLookBefore(
  db: Kysely<Tables>,
  serial: string,
  { beforeMs, exceptSeq }: { readonly beforeMs: number; readonly exceptSeq: number },
): Promise<number> {
  const { rows } = await sql<{ at: number }>`
    select received_at as at from clock_sample
    where terminal_serial = ${serial} and sampled_at < ${instantText(beforeMs)}::timestamptz
      and seq is distinct from ${exceptSeq}
    order by sampled_at desc limit 1`.execute(db);
  return rows[0]?.at ?? Number.NEGATIVE_INFINITY;
}

/** A sample as the table can hold it: instants to the microsecond, rounded outwards so that it proves no more than it did. */
function asKept(sample: ClockSample): ClockSample {
  return {
    ...sample,
    sentAtMs: Math.floor(sample.sentAtMs * 1000) / 1000,
    receivedAtMs: Math.ceil(sample.receivedAtMs * 1000) / 1000,
  };
}
