/** Waiting for the store with a batch in hand. */
import { GerbangError, isStoreAway } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Batch } from '../punch/batch.ts';
import { backoffMs, pause, within } from './deadline.ts';
import { occasionally } from './occasionally.ts';

/** One attempt may take this long. It is not cancelled; applying a batch twice changes nothing. */
const attemptTimeoutMs = 120_000;

/** With the store away, a batch is kept in hand this long before it goes back to the queue. */
const patienceMs = 60_000;

/**
 * A `handle` that tries until the store answers, so that a short outage neither shuffles the queue nor touches it. It
 * gives up early when other batches get through meanwhile: then it is not the store.
 *
 * @param stopping when aborted, it gives up at once
 */
export function patiently(
  handle: (batch: Batch) => Promise<void>,
  stopping: AbortSignal,
  log: Log,
): (batch: Batch) => Promise<void> {
  const complain = occasionally((err, omitted) => log.warn({ err, omitted }, 'batches wait for the store'));
  let applied = 0;
  return async (batch) => {
    const appliedBefore = applied;
    const untilMs = performance.now() + patienceMs;
    for (let failures = 1; ; failures += 1) {
      try {
        await inTime(handle(batch));
        applied += 1;
        return;
      } catch (error) {
        if (!isStoreAway(error)) throw error;
        complain(error);
        const hopeless = stopping.aborted || applied > appliedBefore || performance.now() > untilMs;
        if (!hopeless) await pause(backoffMs(failures, 250, 5_000), stopping);
        if (hopeless || stopping.aborted) throw error;
      }
    }
  };
}

/** The outcome of work at the store, or STORE_UNAVAILABLE when it takes longer than two minutes. */
export function inTime<T>(work: Promise<T>): Promise<T> {
  return within(attemptTimeoutMs, work, () => {
    const text = `Storing a batch took longer than ${attemptTimeoutMs / 1_000} s. Look at the database: a lock that is held, or a disk that is full.`;
    return new GerbangError('STORE_UNAVAILABLE', text, { context: { timeoutMs: attemptTimeoutMs } });
  });
}
