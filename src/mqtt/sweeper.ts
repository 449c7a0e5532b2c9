/** Work that runs when asked for, and regularly in case nobody asks; never twice at once. */
import { isGerbangError } from '../errors.ts';
import type { Log } from '../log.ts';

/** A running sweeper. */
export interface Sweeper {
  /** Runs at once after a rest, otherwise after the next one; asked for while it runs, it runs once more. */
  soon(): void;
  /** No new runs; resolves when the running one has ended. */
  close(): Promise<void>;
}

/**
 * The rest after each run, in milliseconds. A run costs the same for one row as for a hundred, and at a rush, one after the
 * other, they took an eighth of the machine from those who store.
 */
const restMs = 200;

/** @param work may throw; it is tried again at the next turn */
export function createSweeper(work: () => Promise<void>, everyMs: number, log: Log): Sweeper {
  let wanted = false;
  let closed = false;
  let wake = (): void => {};

  async function sweep(): Promise<void> {
    while (!closed) {
      if (!wanted) await pause(everyMs);
      wanted = false;
      if (closed) return;
      await work().catch((error: unknown) => {
        // A broker or database that is away is reported by whoever looks after its connection.
        const expected = isGerbangError(error, 'MQTT_UNAVAILABLE', 'STORE_UNAVAILABLE');
        log[expected ? 'debug' : 'error']({ err: error }, 'publishing interrupted');
        wanted = false;
      });
      if (!closed) await rest();
    }
  }

  function pause(forMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, forMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Whoever asks meanwhile is heard behind it. */
  async function rest(): Promise<void> {
    const resting = pause(restMs);
    const end = wake;
    wake = () => {
      if (closed) end();
    };
    await resting;
    wake = (): void => {};
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
