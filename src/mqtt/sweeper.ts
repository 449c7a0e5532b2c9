/** Work that runs when asked for, and regularly in case nobody asks; never twice at once. */
import { isGerbangError } from '../errors.ts';
import type { Log } from '../log.ts';

/** A running sweeper. */
export interface Sweeper {
  /** Runs as soon as possible; asked for while it runs, it runs once more. */
  soon(): void;
  /** No new runs; resolves when the running one has ended. */
  close(): Promise<void>;
}

/** @param work may throw; it is tried again at the next turn */
export function createSweeper(work: () => Promise<void>, everyMs: number, log: Log): Sweeper {
  let wanted = false;
  let closed = false;
  let wake = (): void => {};

  async function sweep(): Promise<void> {
    while (!closed) {
      if (!wanted) await pause();
      wanted = false;
      if (closed) return;
      await work().catch((error: unknown) => {
        // A broker or database that is away is reported by whoever looks after its connection.
        const expected = isGerbangError(error, 'MQTT_UNAVAILABLE', 'STORE_UNAVAILABLE');
        log[expected ? 'debug' : 'error']({ err: error }, 'publishing interrupted');
        wanted = false;
      });
    }
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, everyMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  const sweeping = sweep();
  return {
    soon() {
      wanted = true;
      wake();
    },
    async close() {
      closed = true;
      wake();
      await sweeping;
    },
  };
}
