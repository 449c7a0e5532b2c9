/**
 * Asking at the right moment: directed sampling (docs/time.md, "Eight questions").
 *
 * A clock that shows whole seconds tells most at the instant it ticks. If the question is read when the middle of what
 * is still possible falls on a tick, each answer rules out half of it, until the round trip itself is the limit.
 */
import { foldSamples, intersect, midpointOf } from './offset.ts';
import type { ClockSample, OffsetInterval } from './sample.ts';

/** How many times a clock is asked at each occasion: few suffice where the last answers still hold. */
export const burstSizes = { firstContact: 12, hourly: 8, poll: 2 } as const;

/** A guess for the round trip before the first reply, in milliseconds. A wrong guess costs precision, never truth. */
export const unknownRoundTripMs = 25;

/**
 * How long to wait before sending the next request.
 *
 * @param input.interval what is known of the offset; null sends at once
 * @param input.nowMs host time, in milliseconds UTC
 * @param input.roundTripMs the round trip to expect; the terminal is taken to read its clock half-way through it
 * @returns milliseconds from `nowMs`, 0 up to but not including 1,000
 */
export function aimDelayMs(input: {
  readonly interval: OffsetInterval | null;
  readonly nowMs: number;
  readonly roundTripMs: number;
}): number {
  if (input.interval === null) return 0;
  const shownAtOnceMs = input.nowMs + input.roundTripMs / 2 + midpointOf(input.interval);
  const sinceTickMs = shownAtOnceMs - Math.floor(shownAtOnceMs / 1_000) * 1_000;
  const delayMs = 1_000 - sinceTickMs;
  return delayMs >= 1_000 ? 0 : delayMs;
}

/**
 * The next step of a burst of questions: ask again after `delayMs`, or stop.
 *
 * @param input.prior what was known before the burst; ignored as soon as the burst contradicts it (the clock was moved)
 * @param input.samples the answers of this burst so far, oldest first
 * @param input.count how many answers are wanted ({@link burstSizes})
 * @param input.nowMs host time, in milliseconds UTC
 * @returns null when there are enough answers
 */
export function planBurst(input: {
  readonly prior: OffsetInterval | null;
  readonly samples: readonly ClockSample[];
  readonly count: number;
  readonly nowMs: number;
}): { readonly delayMs: number } | null {
  if (input.samples.length >= input.count) return null;
  const interval = knownSoFar(input.prior, input.samples);
  return { delayMs: aimDelayMs({ interval, nowMs: input.nowMs, roundTripMs: typicalRoundTripMs(input.samples) }) };
}

function knownSoFar(prior: OffsetInterval | null, samples: readonly ClockSample[]): OffsetInterval | null {
  const burst = foldSamples(samples).at(-1)?.interval ?? null;
  if (prior === null || burst === null) return burst ?? prior;
  const both = intersect(prior, burst);
  return both.step ? burst : both.interval;
}

/** The median: a single late reply must not spoil the aim of the rest. */
function typicalRoundTripMs(samples: readonly ClockSample[]): number {
  const sorted = samples.map((sample) => sample.receivedAtMs - sample.sentAtMs).sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? unknownRoundTripMs;
}
