/**
 * A clock with a dead coin cell restarts at 2000-01-01 00:00:00 when its power comes back (docs/time.md, "The year 2000").
 */
import type { Span } from './model-types.ts';
import { rateLimitPpm } from './offset.ts';

/** What such a clock shows first, in device milliseconds. */
export const resetDeviceMs = Date.UTC(2000, 0, 1);

/** No terminal and no punch is older than this; a clock that shows an earlier time was reset. */
export const plausibleFromMs = Date.UTC(2010, 0, 1);

/** True for what only a clock that was reset shows. */
export function isResetTime(shownMs: number): boolean {
  return shownMs >= resetDeviceMs && shownMs < plausibleFromMs;
}

/**
 * Whether a punch was made in the life of a reset clock that was sampled later, or perhaps in an earlier one.
 *
 * The sampled life began when the clock showed the first second of 2000. Had there been another restart before that one,
 * it came after the last sign of the clock before, and the punch as long after it as the clock shows. If that is already
 * later than the start of the sampled life, there was no time for it.
 *
 * @param span where the punch lies in the sampled life
 * @param formerSeenMs last sign of the clock before the reset
 * @returns null when the clock did not restart at 2000 after `formerSeenMs`; otherwise whether it is proven, and what is
 * certain if it is not
 */
export function afterReset(
  shownMs: number,
  span: Span,
  formerSeenMs: number,
): { readonly isProven: boolean; readonly certain: Span } | null {
  if (!isResetTime(shownMs)) return null;
  const shortestLifeMs = (shownMs - resetDeviceMs) / (1 + rateLimitPpm / 1_000_000);
  const longestLifeMs = (shownMs + 1_000 - resetDeviceMs) / (1 - rateLimitPpm / 1_000_000);
  const latestStartMs = span.latestMs - shortestLifeMs;
  if (latestStartMs < formerSeenMs || span.earliestMs - longestLifeMs > span.latestMs) return null;
  const earliestOfOtherMs = formerSeenMs + shortestLifeMs;
  return {
    isProven: earliestOfOtherMs > latestStartMs,
    certain: { earliestMs: Math.min(earliestOfOtherMs, span.earliestMs), latestMs: span.latestMs },
  };
}
