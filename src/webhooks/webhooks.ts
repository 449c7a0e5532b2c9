/** All receivers, each with a loop, a cursor and a fate of its own: one that is slow or dead costs the others nothing. */
import { isGerbangError } from '../errors.ts';
import type { Log } from '../log.ts';
import { disableConsumers, resumeConsumer } from '../store/consumers.ts';
import type { Database } from '../store/database.ts';
import { createTurn } from '../store/turn.ts';
import { watchOutbox } from '../store/watch-outbox.ts';
import { consumerOf, type DeliveryMeans, deliverNext, type Receiver, type Step } from './delivery.ts';

/** What webhooks need. */
export interface WebhookOptions {
  readonly database: Database;
  /** Those to deliver to; a receiver that is switched off is not among them. */
  readonly receivers: readonly Receiver[];
  readonly log: Log;
  /** Host time in milliseconds UTC. */
  readonly nowMs: () => number;
  /** In [0, 1). Default `Math.random`. */
  readonly random?: () => number;
  /** Told what came of each message: rows delivered, or null for a failure. */
  readonly onOutcome?: (receiver: string, rows: number | null) => void;
  /** One request may take so long, in milliseconds. Default 15,000. */
  readonly answerWithinMs?: number;
  /** How often to look without having been told, in milliseconds. Default 5,000. */
  readonly lookEveryMs?: number;
  /** Shortens every pause, for tests. Default 1. */
  readonly pauseFactor?: number;
}

/** Running webhooks. */
export interface Webhooks {
  /** Ends requests under way, which are repeated later, and gives the turns back. */
  close(): Promise<void>;
}

/** Starts a loop per receiver. Returns at once; a database or a receiver that is away is tried again for as long as it runs. */
export function startWebhooks(options: WebhookOptions): Webhooks {
  const closing = new AbortController();
  const loops = options.receivers.map((receiver) => startLoop(receiver, options, closing.signal));
  const watch = watchOutbox(options.database, () => {
    for (const loop of loops) loop.wake();
  });
  const { db } = options.database;
  // For people to see; those who are told again say so themselves.
  const idle = disableConsumers(
    db,
    options.receivers.map(({ name }) => consumerOf(name)),
  ).catch(() => {});
  return {
    async close() {
      closing.abort();
      await Promise.all([watch.close(), idle, ...loops.map((loop) => loop.done)]);
    },
  };
}

interface Loop {
  wake(): void;
  readonly done: Promise<void>;
}

function startLoop(receiver: Receiver, options: WebhookOptions, signal: AbortSignal): Loop {
  const { database } = options;
  const log = options.log.child({ webhook: receiver.name });
  const lookEveryMs = options.lookEveryMs ?? 5_000;
  const turn = createTurn(database, consumerOf(receiver.name));
  const bell = createBell(signal);
  const means: DeliveryMeans = {
    database,
    nowMs: options.nowMs,
    random: options.random ?? Math.random,
    answerWithinMs: options.answerWithinMs ?? 15_000,
    signal,
  };

  /** Returns false when this receiver is to be left alone until the next start. */
  async function after(step: Step): Promise<boolean> {
    switch (step.kind) {
      case 'delivered':
        options.onOutcome?.(receiver.name, step.rows);
        return true;
      case 'moved':
        return true;
      case 'nothing':
        await bell.wait(lookEveryMs);
        return true;
      case 'failed': {
        options.onOutcome?.(receiver.name, null);
        const pauseMs = step.pauseMs * (options.pauseFactor ?? 1);
        log.warn({ reason: step.reason, againInMs: Math.round(pauseMs) }, 'webhook not confirmed: it is repeated');
        // New rows do not shorten the pause: the receiver is as far away for them.
        await bell.pause(pauseMs);
        return true;
      }
      case 'unwanted':
        log.warn('webhook switched off by its receiver (HTTP 410): a restart tries again');
        return false;
      case 'gone':
        log.error('webhook lagged for too long: give it a new name and reload it (docs/integration.md)');
        return false;
    }
  }

  async function run(): Promise<void> {
    let resumed = false;
    while (!signal.aborted) {
      try {
        if (!(await turn.take())) {
          await bell.pause(lookEveryMs);
          continue;
        }
        if (!resumed) await resumeConsumer(database.db, consumerOf(receiver.name));
        resumed = true;
        if (!(await after(await deliverNext(receiver, means)))) break;
      } catch (error) {
        const expected = isGerbangError(error, 'STORE_UNAVAILABLE');
        log[expected ? 'debug' : 'error']({ err: error }, 'webhook interrupted');
        await bell.pause(lookEveryMs);
      }
    }
    await turn.release();
  }
  return { wake: bell.ring, done: run() };
}

interface Bell {
  ring(): void;
  /** Until it rings, at most so long. A ring while nobody waited is not forgotten. */
  wait(limitMs: number): Promise<void>;
  /** So long, whoever rings. */
  pause(ms: number): Promise<void>;
}

/** Waiting that ends at once when `signal` says so, and keeps no process alive by itself. */
function createBell(signal: AbortSignal): Bell {
  let rung = false;
  let wake = (): void => {};

  function sleep(ms: number, wakeable: boolean): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        wake = () => {};
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end, { once: true });
      if (wakeable) wake = end;
    });
  }

  return {
    ring() {
      rung = true;
      wake();
    },
    async wait(limitMs) {
      if (!rung) await sleep(limitMs, true);
      rung = false;
    },
    pause: (ms) => sleep(ms, false),
  };
}
