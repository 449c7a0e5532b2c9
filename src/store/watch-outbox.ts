/** Being told when something new was committed. A hint, never a truth: who is woken looks, and looks by itself too. */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Database } from './database.ts';
import { machinesChannel } from './machine-commands.ts';
import { outboxChannel } from './outbox.ts';
import { setupChannel } from './setup.ts';

/** A running watch. */
export interface OutboxWatch {
  close(): Promise<void>;
}

/** Channels that are listened to, all on one connection. */
type Channel = typeof outboxChannel | typeof setupChannel | typeof machinesChannel;

interface Wake {
  readonly channel: Channel;
  call(): void;
}

interface Listening {
  readonly wakes: Set<Wake>;
  close(): Promise<void>;
}

const maxPauseMs = 30_000;
/** One connection listens for everybody who watches the same database. */
const listening = new WeakMap<pg.Pool, Listening>();

/**
 * Calls `onWake` after each commit that left something to tell, and after each new connection, because what was said in
 * between was not heard. All watches of a database together hold one connection of its pool; a lost one is replaced after
 * 1 s to 30 s.
 */
export function watchOutbox(database: Pick<Database, 'pool'>, onWake: () => void): OutboxWatch {
  return watch(database, outboxChannel, onWake);
}

/** The same after each commit that changed which offices and machines there are. */
export function watchSetup(database: Pick<Database, 'pool'>, onWake: () => void): OutboxWatch {
  return watch(database, setupChannel, onWake);
}

/** The same for commands to machines and pauses. */
export function watchMachines(database: Pick<Database, 'pool'>, onWake: () => void): OutboxWatch {
  return watch(database, machinesChannel, onWake);
}

function watch({ pool }: Pick<Database, 'pool'>, channel: Channel, onWake: () => void): OutboxWatch {
  const shared = listening.get(pool) ?? startListening(pool);
  listening.set(pool, shared);
  // An object of its own for each watch: the same function given twice is two watches.
  const wake: Wake = { channel, call: () => onWake() };
  shared.wakes.add(wake);
  // Whoever joins a connection that listens already has missed its first call.
  wake.call();
  return {
    async close() {
      shared.wakes.delete(wake);
      if (shared.wakes.size > 0) return;
      if (listening.get(pool) === shared) listening.delete(pool);
      await shared.close();
    },
  };
}

function startListening(pool: pg.Pool): Listening {
  const closing = new AbortController();
  const wakes = new Set<Wake>();

  async function listen(): Promise<void> {
    let failures = 0;
    while (!closing.signal.aborted) {
      try {
        await listenOnce(pool, closing.signal, (channel) => {
          failures = 0;
          for (const wake of wakes) if (channel === null || wake.channel === channel) wake.call();
        });
      } catch {
        failures += 1;
      }
      const pauseMs = Math.min(maxPauseMs, 1_000 * 2 ** Math.min(failures, 5));
      await sleep(pauseMs, undefined, { signal: closing.signal }).catch(() => {});
    }
  }
  const done = listen();

  return {
    wakes,
    async close() {
      closing.abort();
      await done;
    },
  };
}

/** Listens until the connection ends or `signal` says so. `null`: whatever was said before was not heard. */
async function listenOnce(pool: pg.Pool, signal: AbortSignal, onWake: (channel: string | null) => void): Promise<void> {
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
    client.on('notification', ({ channel }) => onWake(channel));
    await client.query(`listen ${outboxChannel}; listen ${setupChannel}; listen ${machinesChannel}`);
    onWake(null);
    await ended;
  } finally {
    signal.removeEventListener('abort', stop);
    // Destroyed, not given back: a connection that listens must not serve anybody else.
    client.release(true);
  }
}
