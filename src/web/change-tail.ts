/** Where the order of changes ends, watched once for all requests that wait for it to grow. */
import { isStoreAway } from '../errors.ts';
import type { Log } from '../log.ts';
import { readChangeBounds } from '../store/changes.ts';
import type { Database } from '../store/database.ts';
import { sequenceOutbox } from '../store/outbox.ts';
import { watchOutbox } from '../store/watch-outbox.ts';

/** The watched end. */
export interface ChangeTail {
  /** Waits until there is something at or behind `position`, at most so long; also ends with `signal` and with the server. */
  waitBeyond(position: number, limitMs: number, signal: AbortSignal): Promise<void>;
  /** How many wait. */
  waiting(): number;
  isClosed(): boolean;
  /** Lets everybody go. */
  close(): Promise<void>;
}

/** At the peak a commit comes every few milliseconds; all who wait share one look in so long. */
const lookEveryMs = 200;
/** A notification may be lost. */
const lookAnywayMs = 5_000;

interface Waiter {
  readonly position: number;
  end(): void;
}

/** Starts watching. Costs a connection that listens; looks only while somebody waits. */
export function startChangeTail(database: Database, log: Log): ChangeTail {
  const waiters = new Set<Waiter>();
  let looking: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;
  let closed = false;

  async function look(): Promise<void> {
    try {
      await sequenceOutbox(database.db);
      const { head } = await readChangeBounds(database.db);
      for (const waiter of [...waiters]) if (waiter.position < head) waiter.end();
    } catch (error) {
      // Who waits asks again, and is told by its own reading that the database is away.
      if (!isStoreAway(error)) log.error({ err: error }, 'the end of the changes was not read');
      for (const waiter of [...waiters]) waiter.end();
    }
  }

  function soon(): void {
    if (closed || timer !== null || waiters.size === 0) return;
    timer = setTimeout(() => {
      timer = null;
      looking = looking.then(look);
    }, lookEveryMs);
  }
  const watch = watchOutbox(database, soon);
  const anyway = setInterval(soon, lookAnywayMs);
  anyway.unref();

  return {
    waitBeyond(position, limitMs, signal) {
      if (closed || signal.aborted || limitMs <= 0) return Promise.resolve();
      return new Promise((resolve) => {
        const waiter: Waiter = {
          position,
          end() {
            clearTimeout(limit);
            signal.removeEventListener('abort', waiter.end);
            waiters.delete(waiter);
            resolve();
          },
        };
        const limit = setTimeout(waiter.end, limitMs);
        signal.addEventListener('abort', waiter.end, { once: true });
        waiters.add(waiter);
        // What was committed between the reader's own look and this line rang before anybody waited.
        soon();
      });
    },
    waiting: () => waiters.size,
    isClosed: () => closed,
    async close() {
      closed = true;
      clearInterval(anyway);
      if (timer !== null) clearTimeout(timer);
      for (const waiter of [...waiters]) waiter.end();
      await Promise.all([watch.close(), looking]);
    },
  };
}
