/**
 * Which record layout a log has, by proof (docs/protocol.md, "Proving the record size").
 *
 * No reply states the record size, and clients that divide once and trust the quotient read 49-byte records as garbage
 * or shift a whole log when somebody punches between "count" and "read". Here a layout needs witnesses that agree: the
 * dataset must divide by the stride, the number of records must lie between the terminal's counter before the read and
 * the counter after it, and the records must look like records.
 */
import type { RecordLayout } from '../punch/record.ts';
import { plausibility, type Shape } from './plausible.ts';
import { layoutBytes } from './records.ts';
import { expandShortRecords } from './short-records.ts';

/** Longest record considered; the longest seen is 49 bytes. */
export const maxStrideBytes = 128;

/** Punches allowed for when the counter could be read only once. */
const slackRecords = 8;

/** How plausible the records must be when the terminal's counter vouches for the stride: all times may be doubtful. */
const enoughWithCounter = 0.5;

/** More than this share must look like records but for their times, or half of a two-record log would prove it. */
const mostMustLookRight = 0.5;

/** And when the content is the only witness. */
const enoughAlone = 0.9;

/** What is known about a log whose layout is to be proven. */
export interface LayoutEvidence {
  /** The dataset without its length prefix. Not empty. */
  readonly recordBytes: Uint8Array;
  /** The terminal's record counter before "prepare"; null when it gave none. */
  readonly countBefore: number | null;
  /** The counter after the last byte. */
  readonly countAfter: number | null;
  /** The host's time in packed form, of whatever zone: later times are suspicious. */
  readonly nowPacked: number;
}

/** Outcome of a proof. */
export type LayoutVerdict =
  | {
      readonly kind: 'proven';
      readonly layout: RecordLayout;
      readonly strideBytes: number;
      readonly records: number;
      /** Set when short records were expanded: use these bytes instead of the terminal's. */
      readonly expanded: Uint8Array | null;
    }
  /** A layout that is recognised but cannot be decoded with certainty. */
  | { readonly kind: 'unsupported'; readonly strideBytes: number }
  /** The content has a clear layout, but the number of records cannot be squared with the counter. */
  | { readonly kind: 'contradicts-counter'; readonly strideBytes: number; readonly records: number }
  | { readonly kind: 'unproven' };

interface CountRange {
  readonly low: number;
  readonly high: number;
}

/** Finds the layout that all witnesses support. Pure: the same evidence gives the same verdict. */
export function proveLayout(evidence: LayoutEvidence): LayoutVerdict {
  const range = countRange(evidence.countBefore, evidence.countAfter);
  if (range !== null) {
    const verdict = proveWithCounter(evidence, range);
    if (verdict !== null) return verdict;
  }
  const alone = proveAlone(evidence);
  if (alone.kind !== 'proven' || range === null) return alone;
  return { kind: 'contradicts-counter', strideBytes: alone.strideBytes, records: alone.records };
}

/**
 * Numbers of records the counters allow. The log may grow, be cleared or drop its oldest records while it is read, so
 * either counter may be the larger one. A counter of zero beside a log that has bytes is no witness at all: some
 * firmware always says zero.
 */
function countRange(before: number | null, after: number | null): CountRange | null {
  const known = [before ?? 0, after ?? 0].filter((count) => count > 0);
  if (known.length === 0) return null;
  const low = before === 0 || after === 0 ? 1 : Math.min(...known);
  const high = Math.max(...known) + (known.length === 2 ? 0 : slackRecords);
  return { low, high };
}

function proveWithCounter(evidence: LayoutEvidence, range: CountRange): LayoutVerdict | null {
  const { recordBytes, nowPacked } = evidence;
  let best: { stride: number; score: number } | null = null;
  // Ascending, and only a better score wins: a long stride whose unread tail is made of records loses to the short one.
  for (const stride of strides) {
    const records = recordBytes.length / stride;
    if (!Number.isInteger(records) || records < range.low || records > range.high) continue;
    const { looksRight, score } = plausibility(shapeOf(stride), stride, recordBytes, nowPacked);
    const isEnough = looksRight > mostMustLookRight && score >= enoughWithCounter;
    if (isEnough && score > (best?.score ?? 0)) best = { stride, score };
  }
  if (best === null) return proveShort(evidence, range);
  // Two short records side by side pass for a long one in a few places, but never as well as for what they are.
  const short = best.score < enoughAlone ? proveShort(evidence, range) : null;
  return short ?? shorterRecords(evidence, best.stride, range) ?? verdictFor(best.stride, recordBytes);
}

/**
 * Records that make up the ones of `stride` without a rest, where a counter wrong by little hides them: two records
 * counted as one are, byte for byte, one record of twice the length.
 */
function shorterRecords(evidence: LayoutEvidence, stride: number, range: CountRange): LayoutVerdict | null {
  const { recordBytes, nowPacked } = evidence;
  const shorter = strides.find(
    (other) =>
      other < stride &&
      stride % other === 0 &&
      recordBytes.length / other <= range.high + slackRecords &&
      plausibility(shapeOf(other), other, recordBytes, nowPacked).score >= enoughAlone,
  );
  if (shorter === undefined) return null;
  return { kind: 'contradicts-counter', strideBytes: shorter, records: recordBytes.length / shorter };
}

/** Without a usable counter exactly one layout must fit, and fit well. */
function proveAlone({ recordBytes, nowPacked }: LayoutEvidence): LayoutVerdict {
  const fitting = strides.filter(
    (stride) =>
      stride <= longestKnownStride &&
      recordBytes.length % stride === 0 &&
      plausibility(shapeOf(stride), stride, recordBytes, nowPacked).score >= enoughAlone,
  );
  const [stride, ...others] = fitting;
  return stride === undefined || others.length > 0 ? { kind: 'unproven' } : verdictFor(stride, recordBytes);
}

function verdictFor(stride: number, recordBytes: Uint8Array): LayoutVerdict {
  const shape = shapeOf(stride);
  if (shape === 'zk22') return { kind: 'unsupported', strideBytes: stride };
  return { kind: 'proven', layout: shape, strideBytes: stride, records: recordBytes.length / stride, expanded: null };
}

/** The compressed 8-byte log. Its record count follows from the bytes alone, so the counter is a strong witness. */
function proveShort(evidence: LayoutEvidence, range: CountRange): LayoutVerdict | null {
  const expanded = expandShortRecords(evidence.recordBytes);
  if (expanded === null) return null;
  const records = expanded.length / layoutBytes.zk8;
  if (records < range.low || records > range.high) return null;
  const { looksRight, score } = plausibility('zk8-expanded', layoutBytes.zk8, expanded, evidence.nowPacked);
  if (looksRight < enoughAlone || score < enoughWithCounter) return null;
  return { kind: 'proven', layout: 'zk8', strideBytes: layoutBytes.zk8, records, expanded };
}

/** Longest record that has been seen. Longer ones need the counter's word. */
const longestKnownStride = 49;

/** Every stride considered, ascending. */
const strides: readonly number[] = [8, 16, 22, ...Array.from({ length: maxStrideBytes - 39 }, (_, at) => 40 + at)];

function shapeOf(stride: number): Exclude<Shape, 'zk8-expanded'> {
  if (stride === 8) return 'zk8';
  if (stride === 16) return 'zk16';
  return stride === 22 ? 'zk22' : 'zk40';
}
