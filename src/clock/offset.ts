/**
 * What samples prove about a terminal's clock: offset intervals and their intersection (docs/time.md, "One question").
 *
 * All offsets are device milliseconds, read as if the wall clock showed UTC, minus UTC milliseconds; the office's zone is
 * part of the offset. Intervals are half-open: `earliestMs ≤ offset < latestMs`.
 */
import type { ClockSample, OffsetInterval } from './sample.ts';

/** How fast a terminal's crystal may run wrong before it counts as broken: 100 millionths, 8.6 seconds a day. */
export const defaultDriftPpm = 100;

/** Either one interval that fits both, or the news that none does: somebody or something moved the clock. */
export type Intersection =
  | { readonly step: false; readonly interval: OffsetInterval }
  /** The clock jumped by at least `byMs` between the two; positive is forward. */
  | { readonly step: true; readonly byMs: number };

/** Samples that one steadily running clock explains, and what they prove together at the last of them. */
export interface ClockRun {
  readonly samples: readonly ClockSample[];
  readonly interval: OffsetInterval;
}

/**
 * What one sample proves, whatever the delays were on each way.
 *
 * The terminal read its clock at some instant between sending and receiving and showed the second it was in, so the
 * offset lies in `[shown − received, shown + 1,000 − sent)`: as wide as one second and the round trip.
 */
export function intervalOf(sample: ClockSample): OffsetInterval {
  return {
    atMs: sample.receivedAtMs,
    earliestMs: sample.deviceMs - sample.receivedAtMs,
    latestMs: sample.deviceMs + 1_000 - sample.sentAtMs,
  };
}

/**
 * The same knowledge at another instant, before or after: less certain by the drift in between.
 *
 * @param driftPpm the most the clock may gain or lose, in millionths
 */
export function widen(interval: OffsetInterval, atMs: number, driftPpm: number = defaultDriftPpm): OffsetInterval {
  const driftMs = (Math.abs(atMs - interval.atMs) * driftPpm) / 1_000_000;
  return { atMs, earliestMs: interval.earliestMs - driftMs, latestMs: interval.latestMs + driftMs };
}

/** Middle of an interval: the best single guess of the offset, in milliseconds. */
export function midpointOf(interval: OffsetInterval): number {
  return (interval.earliestMs + interval.latestMs) / 2;
}

/** Width of an interval in milliseconds; half of it is the error bound of {@link midpointOf}. */
export function widthOf(interval: OffsetInterval): number {
  return interval.latestMs - interval.earliestMs;
}

/**
 * The offsets that fit both pieces of evidence, at the later of their two instants.
 *
 * The earlier one is widened by the drift that is possible in between. A slow reply only makes an interval wide, so
 * nothing has to be discarded: what does not help does no harm.
 */
export function intersect(a: OffsetInterval, b: OffsetInterval, driftPpm: number = defaultDriftPpm): Intersection {
  const atMs = Math.max(a.atMs, b.atMs);
  const [first, second] = a.atMs <= b.atMs ? [widen(a, atMs, driftPpm), b] : [widen(b, atMs, driftPpm), a];
  const earliestMs = Math.max(first.earliestMs, second.earliestMs);
  const latestMs = Math.min(first.latestMs, second.latestMs);
  if (earliestMs < latestMs) return { step: false, interval: { atMs, earliestMs, latestMs } };
  const forward = second.earliestMs >= first.latestMs;
  return {
    step: true,
    byMs: forward ? second.earliestMs - first.latestMs : second.latestMs - first.earliestMs,
  };
}

/**
 * The samples cut where the clock must have jumped, each run with the interval that fits all of it.
 *
 * @param samples of one terminal, oldest first
 * @returns oldest run first; the last one speaks for the clock as it runs now; empty without samples
 */
export function foldSamples(samples: readonly ClockSample[], driftPpm: number = defaultDriftPpm): ClockRun[] {
  const runs: ClockRun[] = [];
  for (const sample of samples) {
    const evidence = evidenceOf(sample, driftPpm);
    const run = runs.at(-1);
    const both = run === undefined ? null : intersect(run.interval, evidence, driftPpm);
    if (run === undefined || both === null || both.step) runs.push({ samples: [sample], interval: evidence });
    else runs[runs.length - 1] = { samples: [...run.samples, sample], interval: both.interval };
  }
  return runs;
}

/** {@link intervalOf}, with room for what the clock may drift while the reply is under way. */
function evidenceOf(sample: ClockSample, driftPpm: number): OffsetInterval {
  const interval = intervalOf(sample);
  return { ...widen(interval, sample.sentAtMs, driftPpm), atMs: interval.atMs };
}
