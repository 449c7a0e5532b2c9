/**
 * Clocks that no sample saw: consecutive records of a read that no sampled clock explains, cut into as few stretches as
 * one steadily running clock each can have written (docs/time.md, "Which clock wrote it").
 */
import type { RecordEvidence, RecordTime } from './model-types.ts';
import { orderSlackMs } from './places.ts';
import type { OffsetInterval } from './sample.ts';

/** Records of one unsampled clock. */
export interface Stranger {
  /** Indexes into the records, `to` excluded. */
  readonly from: number;
  readonly to: number;
  /** What brackets leave of its offset, at the end of the read; may be as wide as a bracket, or unlimited. */
  readonly offset: OffsetInterval;
}

/** The strangers among the records, in log order. */
export function strangersOf(records: readonly RecordEvidence[], times: readonly RecordTime[]): Stranger[] {
  const strangers: { from: number; to: number; offset: OffsetInterval }[] = [];
  for (const [index, record] of records.entries()) {
    const time = times[index];
    if (time === undefined || record.deviceMs === null || !isStrange(time)) continue;
    const offset = {
      atMs: record.presentAtMs,
      earliestMs: record.deviceMs - time.latestMs,
      latestMs: record.deviceMs + 1_000 - time.earliestMs,
    };
    const stranger = strangers.at(-1);
    const previous = records[index - 1];
    const both = stranger === undefined ? null : meet(stranger.offset, offset);
    if (stranger?.to === index && previous !== undefined && both !== null && runsOn(previous, record)) {
      stranger.to = index + 1;
      stranger.offset = both;
    } else strangers.push({ from: index, to: index + 1, offset });
  }
  return strangers;
}

function isStrange({ status, basis }: RecordTime): boolean {
  return status === 'uncorrectable' && (basis === 'outside-bracket' || basis === 'behind-a-step');
}

function runsOn(previous: RecordEvidence, record: RecordEvidence): boolean {
  if (previous.epoch !== record.epoch || previous.presentAtMs !== record.presentAtMs) return false;
  return previous.deviceMs !== null && (record.deviceMs ?? 0) >= previous.deviceMs - orderSlackMs;
}

function meet(a: OffsetInterval, b: OffsetInterval): OffsetInterval | null {
  const earliestMs = Math.max(a.earliestMs, b.earliestMs);
  const latestMs = Math.min(a.latestMs, b.latestMs);
  return earliestMs < latestMs ? { atMs: b.atMs, earliestMs, latestMs } : null;
}
