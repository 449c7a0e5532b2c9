/**
 * Small batches of several terminals, applied in one transaction each: at a rush everybody's batch is small, and a
 * transaction of its own costs each more than its records do (docs/decisions/0019-batches-together.md).
 */
import { crashPoint } from '../crash-points.ts';
import { isStoreAway } from '../errors.ts';
import type { Batch } from '../punch/batch.ts';
import type { SharedTransactions } from '../store/database.ts';
import { type Applied, applyIn, type IngestMeans } from './apply-batch.ts';

/** See {@link createApplier}. */
export interface Applier {
  /** As `applyBatch`, in a transaction that may hold other terminals' batches; resolves when it is committed. */
  apply(batch: Batch): Promise<Applied>;
}

interface Waiting {
  readonly batch: Batch;
  done(applied: Applied): void;
  failed(error: unknown): void;
}

/** Batches of one transaction, at most. */
const mostTogether = 16;
/** Transactions that small batches begin before there are enough to fill one: fewer and fuller ones store more. */
const eager = 2;
/** … and their bytes in base64, at most: a large batch gains nothing by company, and would be done twice if that fails. */
const mostBase64 = 16_000;

/**
 * @param transactions where batches are applied
 * @param width transactions at a time; what comes meanwhile waits, and goes together
 */
export function createApplier(transactions: SharedTransactions, means: IngestMeans, width: number): Applier {
  const waiting: Waiting[] = [];
  let running = 0;

  const applyAll = (group: readonly Waiting[]): Promise<Applied[]> =>
    transactions.run(
      group.map(
        ({ batch }) =>
          (tx) =>
            applyIn(tx, batch, means),
      ),
    );

  const applyAlone = async (one: Waiting): Promise<void> => {
    try {
      const [applied] = await applyAll([one]);
      crashPoint('ingest.after-commit');
      if (applied !== undefined) one.done(applied);
    } catch (error) {
      one.failed(error);
    }
  };

  const applyGroup = async (group: readonly Waiting[]): Promise<void> => {
    const [first] = group;
    if (group.length === 1 && first !== undefined) return applyAlone(first);
    let applied: readonly Applied[];
    try {
      applied = await applyAll(group);
    } catch (error) {
      // One that cannot be applied takes nobody with it.
      for (const one of group) await (isStoreAway(error) ? one.failed(error) : applyAlone(one));
      return;
    }
    crashPoint('ingest.after-commit');
    for (const [at, one] of group.entries()) {
      const outcome = applied[at];
      if (outcome !== undefined) one.done(outcome);
    }
  };

  const begin = (): void => {
    while (running < width && waiting.length > 0 && (running < eager || isWorthOne(waiting))) {
      running += 1;
      void applyGroup(takeGroup(waiting)).finally(() => {
        running -= 1;
        begin();
      });
    }
  };

  return {
    apply: (batch) =>
      new Promise((done, failed) => {
        waiting.push({ batch, done, failed });
        begin();
      }),
  };
}

/** Whether what waits fills a transaction. */
function isWorthOne(waiting: readonly Waiting[]): boolean {
  return waiting.length >= mostTogether || (waiting[0]?.batch.recordsBase64.length ?? 0) > mostBase64;
}

/**
 * Takes the longest waiting, and who may go with it. In the order of their serials, so that two transactions that lock the
 * same terminals never wait for each other; a second batch of one terminal waits for its first.
 */
function takeGroup(waiting: Waiting[]): Waiting[] {
  const group = new Map<string, Waiting>();
  let base64 = 0;
  for (let at = 0; at < waiting.length && group.size < mostTogether; ) {
    const one = waiting[at];
    const bytes = one?.batch.recordsBase64.length ?? 0;
    const fits = group.size === 0 || base64 + bytes <= mostBase64;
    if (one === undefined || !fits || group.has(one.batch.serial)) {
      at += 1;
      continue;
    }
    group.set(one.batch.serial, one);
    base64 += bytes;
    waiting.splice(at, 1);
  }
  return [...group.values()].sort((a, b) => (a.batch.serial < b.batch.serial ? -1 : 1));
}
