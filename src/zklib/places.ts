/** How many processes with the library there may be at once. */
import { GerbangError } from '../errors.ts';

/** Each takes some 50 MB. */
const maxProcesses = 16;

/** See {@link createPlaces}. */
export interface Places {
  /**
   * Waits for a place, in the order of asking.
   *
   * @returns gives it back; to be called once
   * @throws GerbangError READ_TOO_SLOW when none became free in time
   */
  take(withinMs: number): Promise<() => void>;
}

/** @param count places that can be taken at once */
export function createPlaces(count = maxProcesses): Places {
  const waiting: (() => void)[] = [];
  let taken = 0;

  function giveBack(): void {
    const next = waiting.shift();
    if (next === undefined) taken -= 1;
    else next();
  }

  return {
    take(withinMs) {
      if (taken < count) {
        taken += 1;
        return Promise.resolve(giveBack);
      }
      return new Promise((resolve, reject) => {
        const served = (): void => {
          clearTimeout(timer);
          resolve(giveBack);
        };
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(served), 1);
          reject(noPlace(count, withinMs));
        }, withinMs);
        timer.unref();
        waiting.push(served);
      });
    },
  };
}

function noPlace(count: number, withinMs: number): GerbangError {
  return new GerbangError(
    'READ_TOO_SLOW',
    `All ${count} processes for node-zklib were busy the whole time. Use driver: zk where you can, or poll less often.`,
    { context: { withinMs } },
  );
}
