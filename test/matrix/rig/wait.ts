/** Waiting for something to be so; the deadline is for things that never come, not a promise of speed. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Set by the drill, where most waits are for what a missing guard keeps away. */
const patienceMs = Number(process.env.GERBANG_MATRIX_PATIENCE_MS ?? Number.POSITIVE_INFINITY);

/** A wait for what never comes, no longer than whoever runs the rows has patience. */
export function atMost(usualMs: number): number {
  return Math.min(usualMs, patienceMs);
}

/** Resolves when `holds`; throws what was waited for after `withinMs`. An error of `holds` counts as "not yet". */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  options: { readonly withinMs?: number; readonly everyMs?: number } = {},
): Promise<void> {
  const { everyMs = 25 } = options;
  const withinMs = options.withinMs ?? atMost(600_000);
  const lastMs = performance.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      if (await holds()) return;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > lastMs) throw new Error(`not within ${withinMs / 1_000} s: ${what}`, { cause: last });
    await sleep(everyMs);
  }
}
