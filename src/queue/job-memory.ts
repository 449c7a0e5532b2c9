/**
 * What a worker remembers of jobs it has put back: how often, and for which batch they wait.
 *
 * It is kept here and not in the job, because an hour without a database must not count against a batch. A memory only:
 * after a restart everything is tried afresh.
 */
import type { Batch } from '../punch/batch.ts';

/** How often a job was tried in vain, by what stood in the way. */
export interface Tries {
  /** An earlier batch had not been applied. */
  ahead: number;
  /** The store was away. */
  away: number;
  /** Something nobody foresaw. */
  broken: number;
  /** Only a newer version can read it. */
  newer: number;
}

/** Where a batch stands in its terminal's log. Its records are not kept: thousands of jobs may wait. */
type Standing = Pick<Batch, 'serial' | 'epoch' | 'from'>;

interface Remembered extends Tries {
  /** The batch, while it waits for an earlier one. */
  waiting: Standing | null;
}

/** Entries of jobs that another worker has finished stay behind; a queue never holds this many. */
const maxRemembered = 20_000;

/** See {@link createJobMemory}. */
export interface JobMemory {
  /** The job's counts; the caller raises them. */
  triesOf(jobId: string): Tries;
  /** The job waits for an earlier batch than `batch`, its own. */
  waits(jobId: string, batch: Batch): void;
  /** Jobs that waited for `applied` and can be tried now. They no longer count as waiting. */
  releasedBy(applied: Batch): string[];
  /** The job is done with. */
  forget(jobId: string): void;
}

/** An empty memory. */
export function createJobMemory(): JobMemory {
  const jobs = new Map<string, Remembered>();
  const waiters = new Map<string, Set<string>>();

  const recall = (jobId: string): Remembered => {
    const known = jobs.get(jobId);
    if (known !== undefined) return known;
    if (jobs.size >= maxRemembered) {
      jobs.clear();
      waiters.clear();
    }
    const fresh = { ahead: 0, away: 0, broken: 0, newer: 0, waiting: null };
    jobs.set(jobId, fresh);
    return fresh;
  };
  const stopWaiting = (jobId: string, job: Remembered): void => {
    if (job.waiting === null) return;
    const { serial } = job.waiting;
    job.waiting = null;
    const others = waiters.get(serial);
    others?.delete(jobId);
    if (others?.size === 0) waiters.delete(serial);
  };

  return {
    triesOf: recall,
    waits(jobId, batch) {
      const { serial, epoch, from } = batch;
      recall(jobId).waiting = { serial, epoch, from };
      const others = waiters.get(serial) ?? new Set();
      waiters.set(serial, others.add(jobId));
    },
    releasedBy(applied) {
      const released: string[] = [];
      for (const jobId of waiters.get(applied.serial) ?? []) {
        const job = jobs.get(jobId);
        if (job?.waiting == null || !follows(job.waiting, applied)) continue;
        stopWaiting(jobId, job);
        released.push(jobId);
      }
      return released;
    },
    forget(jobId) {
      const job = jobs.get(jobId);
      if (job === undefined) return;
      stopWaiting(jobId, job);
      jobs.delete(jobId);
    },
  };
}

/** True when `batch` needs nothing between itself and `applied`. */
function follows(batch: Standing, applied: Batch): boolean {
  if (batch.epoch === applied.epoch) return batch.from <= applied.to;
  return batch.epoch === applied.epoch + 1 && batch.from === 0;
}
