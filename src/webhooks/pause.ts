/** How long a receiver that fails is left alone: longer each time, up to a limit, and for ever again. */

const firstMs = 1_000;
/** Ten minutes: what waits is safe, and a receiver that is back should not wait for hours. */
const longestMs = 600_000;

/**
 * The pause after a failure, in milliseconds.
 *
 * @param failures in a row, this one included
 * @param retryAfterMs what the receiver asked for; honoured up to the limit
 * @param random in [0, 1): half of the pause is by chance, so that gateways do not return in step
 */
export function pauseAfterFailure(failures: number, retryAfterMs: number, random: number): number {
  const grownMs = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 20));
  return Math.max(grownMs * (0.5 + random / 2), Math.min(retryAfterMs, longestMs));
}
