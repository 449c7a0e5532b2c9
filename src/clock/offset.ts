/**
 * What samples prove about a terminal's clock: offset intervals and their intersection (docs/time.md, "One question").
 *
 * All offsets are device milliseconds, read as if the wall clock showed UTC, minus UTC milliseconds; the office's zone is
 * part of the offset. Intervals are half-open: `earliestMs ≤ offset < latestMs`.
 */
import type { ClockSample, OffsetInterval } from './sample.ts';

/**
 * How fast any clock may run wrong, in millionths: 21.6 seconds a day, some ten times what a sound crystal does. A clock
 * that leaves this limit was moved.
 */
export const rateLimitPpm = 250;

/** Limits of a rate in millionths. */
export interface RateLimits {
  readonly minPpm: number;
  readonly maxPpm: number;
}

/** What holds for any clock. */
export const anyRate: RateLimits = { minPpm: -rateLimitPpm, maxPpm: rateLimitPpm };

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
 * offset lies in `[shown − received, shown + 1,000 − sent)`: as wide as one second and the round trip. Where the host's
 * own clock may be wrong, that much is added on both sides.
 */
export function intervalOf(sample: ClockSample): OffsetInterval {
  const errorMs = sample.hostErrorMs ?? 0;
  return {
    atMs: sample.receivedAtMs,
    earliestMs: sample.deviceMs - sample.receivedAtMs - errorMs,
    latestMs: sample.deviceMs + 1_000 - sample.sentAtMs + errorMs,
  };
}

/** {@link intervalOf}, with room for what the clock may drift while the reply is under way. */
export function provenBy(sample: ClockSample): OffsetInterval {
  const { earliestMs, latestMs, atMs } = intervalOf(sample);
  const driftMs = ((sample.receivedAtMs - sample.sentAtMs) * rateLimitPpm) / 1_000_000;
  return { atMs, earliestMs: earliestMs - driftMs, latestMs: latestMs + driftMs };
}

/**
 * The same knowledge at another instant, before or after: less certain by the drift that is possible in between.
 *
 * @param rate limits of the clock's rate; those of any clock when left out
 */
export function carry(interval: OffsetInterval, atMs: number, rate: RateLimits = anyRate): OffsetInterval {
  const overMs = (atMs - interval.atMs) / 1_000_000;
  const [lowest, highest] = overMs >= 0 ? [rate.minPpm, rate.maxPpm] : [rate.maxPpm, rate.minPpm];
  return {
    atMs,
    earliestMs: interval.earliestMs + overMs * lowest,
    latestMs: interval.latestMs + overMs * highest,
  };
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
 * The offsets that fit both pieces of evidence, at the instant of the second.
 *
 * The first one is carried there. A slow reply only makes an interval wide, so nothing has to be discarded: what does
 * not help does no harm.
 */
export function intersect(first: OffsetInterval, second: OffsetInterval, rate: RateLimits = anyRate): Intersection {
  const carried = carry(first, second.atMs, rate);
  const earliestMs = Math.max(carried.earliestMs, second.earliestMs);
  const latestMs = Math.min(carried.latestMs, second.latestMs);
  if (earliestMs < latestMs) return { step: false, interval: { atMs: second.atMs, earliestMs, latestMs } };
  const forward = second.earliestMs >= carried.latestMs;
  return {
    step: true,
    byMs: forward ? second.earliestMs - carried.latestMs : second.latestMs - carried.earliestMs,
  };
}

/**
 * The samples of a burst cut where the clock must have jumped, each run with the interval that fits all of it.
 *
 * @param samples of one terminal, oldest first
 * @returns oldest run first; the last one speaks for the clock as it runs now; empty without samples
 */
export function foldSamples(samples: readonly ClockSample[]): ClockRun[] {
  const runs: { samples: ClockSample[]; interval: OffsetInterval }[] = [];
  for (const sample of samples) {
    const proven = provenBy(sample);
    const run = runs.at(-1);
    const both = run === undefined ? null : intersect(run.interval, proven);
    if (run === undefined || both === null || both.step) runs.push({ samples: [sample], interval: proven });
    else {
      run.samples.push(sample);
      run.interval = both.interval;
    }
  }
  return runs;
}
