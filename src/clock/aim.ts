/**
 * Asking at the right moment: directed sampling (docs/time.md, "Eight questions").
 *
 * A clock that shows whole seconds tells most at the instant it ticks. If the question is read when the middle of what
 * is still possible falls on a tick, each answer rules out half of it, until the round trip itself is the limit.
 */
import { foldSamples, intersect, midpointOf, widthOf } from './offset.ts';
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
  return delayUntilTickMs(input.nowMs + input.roundTripMs / 2 + midpointOf(input.interval));
}

/**
 * The next step of a burst of questions: ask again after `delayMs`, or stop.
 *
 * The last question of a short burst is not aimed at the middle but at the side that the burst has not proven itself yet
 * (just before the tick, or just after it). Otherwise two answers of a poll could all be of one kind, and a clock that
 * was moved by half a second would still agree with them.
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
  const roundTripMs = typicalRoundTripMs(input.samples);
  const own = foldSamples(input.samples).at(-1)?.interval ?? null;
  const interval = knownSoFar(input.prior, own);
  const isLast = input.samples.length === input.count - 1;
  const closing = isLast && own !== null && interval !== null ? closingPhaseMs(own, interval, roundTripMs) : null;
  if (closing !== null) return { delayMs: delayUntilTickMs(input.nowMs + closing) };
  return { delayMs: aimDelayMs({ interval, nowMs: input.nowMs, roundTripMs }) };
}

function knownSoFar(prior: OffsetInterval | null, own: OffsetInterval | null): OffsetInterval | null {
  if (prior === null || own === null) return own ?? prior;
  const both = intersect(prior, own);
  return both.step ? own : both.interval;
}

/**
 * What to add to the host time of sending so that a whole second is the right moment to prove the open side.
 *
 * @returns null when the burst has proven both sides, or too little is known to aim past a tick
 */
function closingPhaseMs(own: OffsetInterval, known: OffsetInterval, roundTripMs: number): number | null {
  const openMs = 3 * roundTripMs;
  if (widthOf(known) + openMs > 500) return null;
  // Answered well before the tick even if the offset is the highest: the old second is still shown, or the clock was moved.
  if (own.latestMs > known.latestMs + openMs) return known.latestMs + roundTripMs * 2;
  // Sent well after the tick even if the offset is the lowest: the new second is already shown, or the clock was moved.
  if (own.earliestMs < known.earliestMs - openMs) return known.earliestMs - roundTripMs / 2;
  return null;
}

/** How long until a clock that now reads `shownMs` reaches its next whole second: 0 up to but not including 1,000. */
function delayUntilTickMs(shownMs: number): number {
  const delayMs = Math.ceil(shownMs / 1_000) * 1_000 - shownMs;
  return delayMs >= 1_000 ? 0 : delayMs;
}

/** The median: a single late reply must not spoil the aim of the rest. */
function typicalRoundTripMs(samples: readonly ClockSample[]): number {
  const sorted = samples.map((sample) => sample.receivedAtMs - sample.sentAtMs).sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? unknownRoundTripMs;
}
