/**
 * Lanes: tasks with the same key run one after another in the order they came; different keys run side by side.
 *
 * Two batches of one terminal handled at the same time would only meet at its row lock, and the second would be refused
 * for being ahead of the first. A task that waits for its lane takes no turn from other lanes.
 */

/** See {@link createLanes}. */
export interface Lanes {
  /** Runs `task` when all earlier tasks of `key` have ended, whatever their end, and a turn is free. */
  run<T>(key: string, task: () => Promise<T>): Promise<T>;
}

/** @param width tasks running at the same time, at most */
export function createLanes(width: number): Lanes {
  const tails = new Map<string, Promise<void>>();
  const waiting: (() => void)[] = [];
  let running = 0;

  const takeTurn = async (): Promise<void> => {
    if (running < width) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const giveTurn = (): void => {
    // A waiter inherits the turn, so the count stays.
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };

  return {
    async run(key, task) {
      const before = tails.get(key);
      let leave = (): void => undefined;
      const tail = new Promise<void>((resolve) => {
        leave = resolve;
      });
      tails.set(key, tail);
      try {
        await before;
        await takeTurn();
        try {
          return await task();
        } finally {
          giveTurn();
        }
      } finally {
        leave();
        if (tails.get(key) === tail) tails.delete(key);
      }
    },
  };
}
