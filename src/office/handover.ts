/** Handing batches to the queue, never more of them than may be outstanding. */
import { crashPoint } from '../crash-points.ts';
import { isGerbangError } from '../errors.ts';
import type { Delivery, ReadyBatch } from './batches.ts';
import { withoutTaken } from './clock-memory.ts';
import type { OfficeMeans } from './means.ts';
import { startOf, type TerminalMemory, withEnqueued, withStored } from './memory.ts';

type HandingMeans = Pick<OfficeMeans, 'queue' | 'time'>;

/** How soon the database is asked whether batches were stored; doubled while they are not. Milliseconds. */
const firstLookMs = 100;
const slowestLookMs = 2_000;

/**
 * Enqueues one batch and remembers it. Until this returns nothing is remembered, so a batch whose enqueueing failed is
 * read again.
 *
 * @throws GerbangError QUEUE_UNAVAILABLE, QUEUE_FULL
 */
export async function handOverOne(ready: ReadyBatch, memory: TerminalMemory, means: HandingMeans): Promise<void> {
  crashPoint('poll.before-enqueue');
  await means.queue.enqueue(ready.batch);
  crashPoint('poll.after-enqueue');
  const nowMs = means.time.nowMs();
  memory.log = withEnqueued(memory.log, ready.batch, ready.ahead, nowMs);
  const { samples, events, from, to } = ready.batch;
  memory.clock = withoutTaken(memory.clock, { samples, events, records: to - from });
  memory.lastBatchAtMs = nowMs;
  crashPoint('poll.remembered');
}

/**
 * Enqueues batches as long as the terminal may have more of them outstanding.
 *
 * @returns true when all are handed over
 */
export async function handOver(
  delivery: Delivery,
  memory: TerminalMemory,
  means: HandingMeans,
  batchesPerTerminal: number,
): Promise<boolean> {
  while (delivery.left() > 0 && memory.log.outstanding.length < batchesPerTerminal) {
    await handOverOne(delivery.take(), memory, means);
  }
  return delivery.left() === 0;
}

/**
 * Hands over what is left as the database stores what came before. Called with the session closed: the terminal is free
 * while its log waits here.
 *
 * Ends early, leaving the rest to a later read, when `signal` is aborted, the database goes away, stops storing, or holds
 * something else than was enqueued.
 *
 * @returns true when all are handed over
 */
export async function handOverRest(
  delivery: Delivery,
  memory: TerminalMemory,
  means: Pick<OfficeMeans, 'queue' | 'time' | 'store'>,
  batchesPerTerminal: number,
  signal: AbortSignal,
): Promise<boolean> {
  const { serial } = memory;
  let lookMs = firstLookMs;
  while (delivery.left() > 0 && serial !== null) {
    await means.time.pause(lookMs, signal);
    if (signal.aborted) return false;
    const before = memory.log.outstanding.length;
    try {
      memory.log = withStored(memory.log, await means.store.readCursor(serial), means.time.nowMs());
    } catch (error) {
      if (isGerbangError(error, 'STORE_UNAVAILABLE')) return false;
      throw error;
    }
    if (!continues(delivery, memory)) return false;
    lookMs = memory.log.outstanding.length < before ? firstLookMs : Math.min(2 * lookMs, slowestLookMs);
    await handOver(delivery, memory, means, batchesPerTerminal);
  }
  return delivery.left() === 0;
}

function continues(delivery: Delivery, memory: TerminalMemory): boolean {
  const start = startOf(memory.log);
  const next = delivery.nextAt();
  return start !== null && next !== null && start.epoch === next.epoch && start.next === next.from;
}
