/** Being told when something new was committed. A hint, never a truth: who is woken looks, and looks by itself too. */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Database } from './database.ts';
import { outboxChannel } from './outbox.ts';

/** A running watch. */
export interface OutboxWatch {
  close(): Promise<void>;
}

const maxPauseMs = 30_000;

/**
 * Calls `onWake` after each commit that left something to publish, and after each new connection, because what was said
 * in between was not heard. Holds one connection of the pool; a lost one is replaced after 1 s to 30 s.
 */
export function watchOutbox(database: Database, onWake: () => void): OutboxWatch {
  const closing = new AbortController();

  async function watch(): Promise<void> {
    let failures = 0;
    while (!closing.signal.aborted) {
      try {
        await listenOnce(database.pool, closing.signal, () => {
          failures = 0;
          onWake();
        });
      } catch {
        failures += 1;
      }
      const pauseMs = Math.min(maxPauseMs, 1_000 * 2 ** Math.min(failures, 5));
      await sleep(pauseMs, undefined, { signal: closing.signal }).catch(() => {});
    }
  }
  const watching = watch();

  return {
    async close() {
      closing.abort();
      await watching;
    },
  };
}

/** Listens until the connection ends or `signal` says so. */
async function listenOnce(pool: pg.Pool, signal: AbortSignal, onWake: () => void): Promise<void> {
  const client = await pool.connect();
  let stop = (): void => {};
  const ended = new Promise<void>((resolve) => {
    stop = resolve;
    // Not once: a broken connection may report more than one error, and an unheard one ends the process.
    client.on('error', stop);
    client.once('end', stop);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  });
  try {
    client.on('notification', onWake);
    await client.query(`listen ${outboxChannel}`);
    onWake();
    await ended;
  } finally {
    signal.removeEventListener('abort', stop);
    // Destroyed, not given back: a connection that listens must not serve anybody else.
    client.release(true);
  }
}
