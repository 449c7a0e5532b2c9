/**
 * What becomes of one job: applied, tried again later, or set aside. Everything the worker decides, without the worker.
 *
 * BullMQ would count attempts and fail a job for good. Here only two things end a job: it was applied, or it was handed
 * over to be set aside. Everything else is a delay.
 */
import { crashPoint } from '../crash-points.ts';
import { GerbangError, isGerbangError, isHopelessBatch, isStoreAway } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Batch } from '../punch/batch.ts';
import { parseBatch } from './batch-json.ts';
import { backoffMs, pause } from './deadline.ts';
import { createJobMemory, type Tries } from './job-memory.ts';
import { createLanes } from './lanes.ts';
import { inTime, patiently } from './patience.ts';

/** A batch that will not be applied. `batch` is null when the job's data is no batch; `data` is always what was queued. */
export interface Rejected {
  readonly batch: Batch | null;
  readonly data: unknown;
}

/** What is done with batches. */
export interface BatchHandlers {
  /** Applies one batch; idempotent. Rejects with BATCH_AHEAD, a store that is away, a hopeless batch, or anything else. */
  handle(batch: Batch): Promise<void>;
  /** Keeps a batch that will not be applied. When it rejects, the job stays in the queue and comes again. */
  onSetAside(rejected: Rejected, error: GerbangError): Promise<void>;
}

/** What this file needs to know of a job. */
export interface QueuedJob {
  readonly id: string;
  readonly data: unknown;
  /** How often a worker took it and was never heard of again. */
  readonly stalls: number;
}

/** Thrown to the queue: put the job back and hand it out again after a while. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  readonly delayMs: number;

  constructor(reason: string, delayMs: number) {
    super(reason);
    this.delayMs = delayMs;
  }
}

/** How a turn with a job ended. */
type Outcome = 'done' | RetryLater;

/** A batch still ahead of its predecessor after this many tries has lost it: the poller must read again. */
const maxTriesAhead = 60;

/** An error nobody foresaw, at the same batch again and again, will not go away by itself. */
const maxTriesBroken = 12;

/** A batch that every worker dies of: more often than any row of restarts would explain. */
const maxStalls = 8;

/**
 * Delays up to this are waited for without giving the job back: the batch before it may only be milliseconds away, in
 * another worker's hand.
 */
const inHandMs = 100;

/**
 * About an hour of waiting for a version that can read a batch: longer than any deploy. Its terminal has been read again
 * long before, by whoever is left.
 */
const maxTriesNewer = 120;

/** For a job put back because this worker stops: another, or this one after its restart, goes on with it. */
const soonMs = 100;

/** What a worker hands its jobs to. */
export interface Processor {
  /** Resolves when the job is done with, and rejects with {@link RetryLater} otherwise. */
  process(job: QueuedJob): Promise<void>;
  /** Resolves when no job is in hand. */
  idle(): Promise<unknown>;
}

/** What a processor needs. */
export interface ProcessorOptions {
  readonly handlers: BatchHandlers;
  /** Batches handled at the same time, at most; batches of one terminal never are. */
  readonly concurrency: number;
  /** When aborted, jobs that have not begun or wait for the store go back to the queue. */
  readonly stopping: AbortSignal;
  /** Asks the queue to hand out now a job that was put back: the batch it waited for is there. */
  promote(jobId: string): void;
  readonly log: Log;
}

/** Creates the processor of jobs. */
export function createProcessor(options: ProcessorOptions): Processor {
  const { handlers, stopping, log } = options;
  const lanes = createLanes(options.concurrency);
  const memory = createJobMemory();
  const apply = patiently((batch) => handlers.handle(batch), stopping, log);

  const setAside = async (job: QueuedJob, batch: Batch | null, error: GerbangError): Promise<Outcome> => {
    const place = { office: batch?.officeCode, terminal: batch?.terminalName, serial: batch?.serial, job: job.id };
    try {
      await inTime(handlers.onSetAside({ batch, data: job.data }, error));
    } catch (failure) {
      log.error({ ...place, err: failure }, 'batch could not be set aside and stays in the queue');
      const tries = memory.triesOf(job.id);
      tries.away += 1;
      return new RetryLater(error.code, backoffMs(tries.away, 1_000, 60_000));
    }
    memory.forget(job.id);
    log.error({ ...place, err: error }, 'batch set aside');
    return 'done';
  };

  const attempt = async (job: QueuedJob, batch: Batch): Promise<Outcome> => {
    if (stopping.aborted) return new RetryLater('SHUTDOWN', soonMs);
    if (job.stalls > maxStalls) return setAside(job, batch, neverFinished(job.stalls));
    try {
      await apply(batch);
    } catch (error) {
      const verdict = judge(error, memory.triesOf(job.id), stopping.aborted);
      if (!(verdict instanceof RetryLater)) return setAside(job, batch, verdict);
      const facts = { serial: batch.serial, job: job.id, delayMs: verdict.delayMs, err: error };
      if (verdict.message === 'INTERNAL') log.error(facts, 'batch not applied');
      else log.debug(facts, 'batch not applied yet');
      if (verdict.message === 'BATCH_AHEAD') memory.waits(job.id, batch);
      return verdict;
    }
    memory.forget(job.id);
    for (const jobId of memory.releasedBy(batch)) options.promote(jobId);
    return 'done';
  };

  const leaveForNewer = (job: QueuedJob, error: GerbangError): Promise<Outcome> | Outcome => {
    const tries = memory.triesOf(job.id);
    tries.newer += 1;
    if (tries.newer > maxTriesNewer && !stopping.aborted) return setAside(job, null, error);
    log.warn({ job: job.id, err: error }, 'batch left for a newer version');
    return new RetryLater(error.code, backoffMs(tries.newer, 1_000, 30_000));
  };

  const process = async (job: QueuedJob): Promise<void> => {
    crashPoint('queue.after-take');
    const batch = read(job.data);
    let outcome: Outcome;
    if (isGerbangError(batch, 'BATCH_NEWER')) {
      outcome = await leaveForNewer(job, batch);
    } else if (batch instanceof GerbangError) {
      outcome = await setAside(job, null, batch);
    } else {
      outcome = await lanes.run(batch.serial, () => attempt(job, batch));
      while (outcome !== 'done' && outcome.delayMs <= inHandMs && !stopping.aborted) {
        // Outside its lane, so that the batch it waits for can pass.
        await pause(outcome.delayMs, stopping);
        outcome = await lanes.run(batch.serial, () => attempt(job, batch));
      }
    }
    if (outcome !== 'done') throw outcome;
  };

  const inHand = new Set<Promise<void>>();
  return {
    process(job) {
      const processing = process(job).finally(() => inHand.delete(processing));
      inHand.add(processing);
      return processing;
    },
    idle: () => Promise.allSettled(inHand),
  };
}

function read(data: unknown): Batch | GerbangError {
  try {
    return parseBatch(data);
  } catch (error) {
    if (isGerbangError(error)) return error;
    throw error;
  }
}

/** How long the job waits for its next turn, or the error under which it is set aside. */
function judge(error: unknown, tries: Tries, stopping: boolean): RetryLater | GerbangError {
  if (isGerbangError(error) && isHopelessBatch(error)) return error;
  if (stopping) return new RetryLater('SHUTDOWN', soonMs);
  if (isGerbangError(error, 'BATCH_AHEAD')) {
    tries.ahead += 1;
    if (tries.ahead > maxTriesAhead) return error;
    return new RetryLater(error.code, Math.min(5_000, 30 * 2 ** (tries.ahead - 1)));
  }
  if (isGerbangError(error) && isStoreAway(error)) {
    tries.away += 1;
    return new RetryLater(error.code, backoffMs(tries.away, 2_000, 60_000));
  }
  tries.broken += 1;
  if (tries.broken > maxTriesBroken) return brokenFor(tries.broken, error);
  return new RetryLater('INTERNAL', backoffMs(tries.broken, 1_000, 60_000));
}

function neverFinished(stalls: number): GerbangError {
  const text = `A batch was begun ${stalls} times and the process ended each time. Look at the process's last words in the system log; the terminal is read again.`;
  return new GerbangError('BATCH_MALFORMED', text, { context: { stalls } });
}

function brokenFor(tries: number, cause: unknown): GerbangError {
  const text = `A batch could not be applied in ${tries} tries. Please report it with the log; the terminal is read again.`;
  return new GerbangError('INTERNAL', text, { context: { tries }, cause });
}
