/** A queue that delivers late, twice, out of order or not at all, and the workers that take from it. */
import type { Random } from '../../device-sim/random.ts';
import { GerbangError, isGerbangError, isHopelessBatch } from '../../src/errors.ts';
import type { Batch } from '../../src/punch/batch.ts';
import { batchToJobData } from '../../src/queue/batch-json.ts';
import type { Kernel } from './kernel.ts';
import type { Life } from './life.ts';

/** How a queue behaves, as chances between 0 and 1. */
export interface QueueManners {
  /** Longest a job waits before it may be taken, in milliseconds. */
  readonly delayMs: number;
  readonly twice: number;
  /** It took the job and the answer got lost. */
  readonly unanswered: number;
}

interface Job {
  readonly batch: Batch;
  readyAtMs: number;
  tries: number;
  /** Whoever has it in hand; given out again when that one is silent for too long. */
  inHandUntilMs: number;
}

/** What ended without being stored. */
export interface SetAside {
  readonly batch: Batch;
  readonly code: string;
}

export interface WorldQueue {
  setAway(away: boolean): void;
  manners: QueueManners;
  readonly setAside: SetAside[];
  depth(): number;
  /** Takes a batch as the backend does, in one instant. @throws GerbangError QUEUE_UNAVAILABLE */
  add(batch: Batch): void;
  /** Everything in it is gone. */
  flush(): void;
  /** Lets a process take batches until it dies. @param apply stores one in one instant; throws as `applyBatch` does */
  serve(worker: Life, storeRoundTripMs: number, apply: (batch: Batch) => void): void;
}

/** A worker that is silent for so long has lost its batch to another one. */
const lockMs = 30_000;
const maxTriesAhead = 60;
/** So many batches pass without being taken through the job data's own checks: those take long. */
const uncheckedJobs = 8;

export function createWorldQueue(kernel: Kernel, random: Random): WorldQueue {
  let jobs: Job[] = [];
  let isAway = false;
  let added = 0;
  const wakers = new Set<() => void>();
  const isFree = (job: Job): boolean => job.readyAtMs <= kernel.nowMs() && job.inHandUntilMs <= kernel.nowMs();
  const wake = (): void => {
    if (isAway || !jobs.some(isFree)) return;
    for (const rouse of wakers) rouse();
  };
  const put = (batch: Batch): void => {
    const readyAtMs = kernel.nowMs() + random.next() * queue.manners.delayMs;
    jobs.push({ batch, readyAtMs, tries: 0, inHandUntilMs: Number.NEGATIVE_INFINITY });
    if (readyAtMs > kernel.nowMs()) kernel.at(readyAtMs, wake);
  };
  const take = (): Job | null => {
    const nowMs = kernel.nowMs();
    const free = jobs.filter(isFree);
    const job = free[Math.floor(random.next() * Math.min(free.length, 3))];
    if (job === undefined) return null;
    job.inHandUntilMs = nowMs + lockMs;
    kernel.at(job.inHandUntilMs + 1, wake);
    return job;
  };
  const finish = (job: Job): void => {
    jobs = jobs.filter((other) => other !== job);
  };

  /** What becomes of a job that was not stored. */
  const judge = (job: Job, error: unknown): void => {
    if (!isGerbangError(error)) throw error;
    job.inHandUntilMs = Number.NEGATIVE_INFINITY;
    job.tries += 1;
    if (isHopelessBatch(error) || (error.code === 'BATCH_AHEAD' && job.tries > maxTriesAhead)) {
      kernel.note('queue', `set aside ${error.message}`);
      queue.setAside.push({ batch: job.batch, code: error.code });
      finish(job);
      return;
    }
    const longestMs = error.code === 'BATCH_AHEAD' ? 5_000 : 60_000;
    job.readyAtMs = kernel.nowMs() + Math.min(longestMs, 30 * 2 ** Math.min(job.tries, 20));
    kernel.at(job.readyAtMs, wake);
  };

  const queue: WorldQueue = {
    setAway(now) {
      isAway = now;
      wake();
    },
    manners: { delayMs: 0, twice: 0, unanswered: 0 },
    setAside: [],
    depth() {
      if (isAway) throw away();
      return jobs.length;
    },
    add(batch) {
      if (isAway) throw away();
      const data = added % uncheckedJobs === 0 ? batchToJobData(batch) : batch;
      added += 1;
      put(data);
      if (random.chance(queue.manners.twice)) put(data);
      wake();
      if (random.chance(queue.manners.unanswered)) throw away();
    },
    flush() {
      kernel.note('queue', `flushed of ${jobs.length}`);
      jobs = [];
    },
    serve(worker, storeRoundTripMs, apply) {
      let isBusy = false;
      const work = async (): Promise<void> => {
        for (;;) {
          const job = isAway ? null : await worker.call('take', 1, take);
          if (job === null) return;
          const { serial, epoch, from, to } = job.batch;
          try {
            await worker.call('apply', storeRoundTripMs, () => apply(job.batch));
            kernel.note(worker.name, `stored ${serial} ${epoch}:${from}..${to}`);
            await worker.call('finish', 1, () => finish(job));
          } catch (error) {
            await worker.call('put back', 1, () => judge(job, error));
          }
        }
      };
      wakers.add(() =>
        worker.receive(() => {
          if (isBusy) return;
          isBusy = true;
          void work().finally(() => {
            isBusy = false;
          });
        }),
      );
    },
  };
  return queue;
}

function away(): GerbangError {
  return new GerbangError('QUEUE_UNAVAILABLE', 'The queue is away in this world.');
}
