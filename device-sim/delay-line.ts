import type { Knobs } from './knobs.ts';
import type { Random } from './random.ts';

/** A stretch of wire: what goes in comes out in the same order, each piece after its delay. */
export type DelayLine = {
  push(delayMs: number, run: () => void): void;
  readonly length: number;
  clear(): void;
};

export function createDelayLine(): DelayLine {
  let queue: { dueMs: number; run: () => void }[] = [];
  let timer: NodeJS.Timeout | undefined;

  function release(): void {
    timer = undefined;
    while (queue[0] && queue[0].dueMs <= performance.now()) queue.shift()?.run();
    if (queue[0]) timer = setTimeout(release, Math.max(1, queue[0].dueMs - performance.now()));
  }

  return {
    get length() {
      return queue.length;
    },
    push(delayMs, run) {
      if (delayMs <= 0 && queue.length === 0) {
        run();
        return;
      }
      const last = queue.at(-1);
      queue.push({ dueMs: Math.max(last?.dueMs ?? 0, performance.now() + delayMs), run });
      timer ??= setTimeout(release, delayMs);
    },
    clear() {
      queue = [];
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

/** Half a simulated round trip, give or take: the two directions need not be alike. */
export function oneWayMs({ knobs, random }: { knobs: Knobs; random: Random }): number {
  const { rttMs, rttJitterMs } = knobs;
  return rttMs === 0 && rttJitterMs === 0 ? 0 : rttMs / 2 + (rttJitterMs / 2) * random.next();
}
