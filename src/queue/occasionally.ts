/** Saying the same thing not more often than it helps. */

const intervalMs = 30_000;

/**
 * A reporter that passes on the first report and then one every 30 s, with the number it left out: a backend that is
 * away is reported at every attempt to reach it.
 *
 * @param report gets what was reported and how many reports were omitted since the last one
 */
export function occasionally(report: (error: unknown, omitted: number) => void): (error: unknown) => void {
  let nextAtMs = Number.NEGATIVE_INFINITY;
  let omitted = 0;
  return (error) => {
    const nowMs = performance.now();
    if (nowMs < nextAtMs) {
      omitted += 1;
      return;
    }
    nextAtMs = nowMs + intervalMs;
    report(error, omitted);
    omitted = 0;
  };
}
