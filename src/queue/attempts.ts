/**
 * What becomes of one job: applied, tried again later, or set aside. Everything the worker decides, without the worker.
 *
 * BullMQ would count attempts and fail a job for good. Here only two things end a job: it was applied, or it was handed
 * over to be set aside. Everything else is a delay.
 */
import { GerbangError, isGerbangError, isHopelessBatch, isStoreAway } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Batch } from '../punch/batch.ts';
import { parseBatch } from './batch-json.ts';
import { backoffMs, pause, within } from './deadline.ts';
import { createLanes } from './lanes.ts';
import { occasionally } from './occasionally.ts';

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

/** One `handle` may take this long. It is not cancelled; applying a batch twice changes nothing. */
const handleTimeoutMs = 120_000;

/** With the store away, a job is kept in hand this long before it goes back to the queue. */
const patienceMs = 60_000;

/** A batch still ahead of its predecessor after this many tries has lost it: the poller must read again. */
const maxTriesAhead = 60;

/** An error nobody foresaw, at the same batch again and again, will not go away by itself. */
const maxTriesBroken = 12;

/** A batch that every worker dies of: more often than any row of restarts would explain. */
const maxStalls = 8;

/**
 * Delays up to this are waited for without giving the job back. Workers that fetch side by side may get the answers in
 * the wrong order, and then the batch that is missing is only milliseconds away.
 */
const inHandMs = 100;

/** For a job put back because this worker stops: another, or this one after its restart, goes on with it. */
const soonMs = 100;

interface Tries {
  ahead: number;
  broken: number;
  away: number;
}

/**
 * Creates the processor of jobs.
 *
 * @param options.concurrency batches handled at the same time, at most
 * @param options.stopping when aborted, jobs waiting for the store go back to the queue
 * @returns a function that resolves when the job is done with, and rejects with {@link RetryLater} otherwise
 */
export function createProcessor(options: {
  readonly handlers: BatchHandlers;
  readonly concurrency: number;
  readonly stopping: AbortSignal;
  readonly log: Log;
}): (job: QueuedJob) => Promise<void> {
  const { handlers, stopping, log } = options;
  const lanes = createLanes(options.concurrency);
  const complain = occasionally((err, omitted) => log.warn({ err, omitted }, 'batches wait for the store'));
  // Tries are remembered here, not in the job: an hour without a database must not count against a batch.
  const memory = new Map<string, Tries>();
  let applied = 0;

  /** Tries until the store answers. Gives up early when other batches get through: then it is not the store. */
  const applyPatiently = async (batch: Batch): Promise<void> => {
    const appliedBefore = applied;
    const untilMs = performance.now() + patienceMs;
    for (let failures = 1; ; failures += 1) {
      try {
        await within(handleTimeoutMs, handlers.handle(batch), () => tooSlow());
        applied += 1;
        return;
      } catch (error) {
        if (!isStoreAway(error)) throw error;
        complain(error);
        if (stopping.aborted || applied > appliedBefore || performance.now() > untilMs) throw error;
        await pause(backoffMs(failures, 250, 5_000), stopping);
        if (stopping.aborted) throw error;
      }
    }
  };

  const setAside = async (job: QueuedJob, batch: Batch | null, error: GerbangError): Promise<'done' | RetryLater> => {
    const place = { office: batch?.officeCode, terminal: batch?.terminalName, serial: batch?.serial, job: job.id };
    try {
      await within(handleTimeoutMs, handlers.onSetAside({ batch, data: job.data }, error), () => tooSlow());
    } catch (failure) {
      log.error({ ...place, err: failure }, 'batch could not be set aside and stays in the queue');
      const tries = triesOf(memory, job.id);
      tries.away += 1;
      return new RetryLater(error.code, backoffMs(tries.away, 1_000, 60_000));
    }
    memory.delete(job.id);
    log.error({ ...place, err: error }, 'batch set aside');
    return 'done';
  };

  const attempt = async (job: QueuedJob, batch: Batch): Promise<'done' | RetryLater> => {
    if (stopping.aborted) return new RetryLater('SHUTDOWN', soonMs);
    if (job.stalls > maxStalls) return setAside(job, batch, neverFinished(job.stalls));
    try {
      await applyPatiently(batch);
      memory.delete(job.id);
      return 'done';
    } catch (error) {
      const verdict = judge(error, triesOf(memory, job.id), stopping.aborted);
      if (!(verdict instanceof RetryLater)) return setAside(job, batch, verdict);
      const facts = { serial: batch.serial, job: job.id, delayMs: verdict.delayMs, err: error };
      if (verdict.message === 'INTERNAL') log.error(facts, 'batch not applied');
      else log.debug(facts, 'batch not applied yet');
      return verdict;
    }
  };

  return async (job) => {
    let batch: Batch;
    try {
      batch = parseBatch(job.data);
    } catch (error) {
      if (!isGerbangError(error)) throw error;
      const verdict = await setAside(job, null, error);
      if (verdict === 'done') return;
      throw verdict;
    }
    for (;;) {
      const verdict = await lanes.run(batch.serial, () => attempt(job, batch));
      if (verdict === 'done') return;
      if (verdict.delayMs > inHandMs || stopping.aborted) throw verdict;
      // Outside its lane, so that the batch it waits for can pass.
      await pause(verdict.delayMs, stopping);
    }
  };
}

/** How long the job waits for its next turn, or the error under which it is set aside. */
function judge(error: unknown, tries: Tries, stopping: boolean): RetryLater | GerbangError {
  if (isGerbangError(error) && isHopelessBatch(error)) return error;
  if (stopping) return new RetryLater('SHUTDOWN', soonMs);
  if (isGerbangError(error, 'BATCH_AHEAD')) {
    tries.ahead += 1;
    if (tries.ahead > maxTriesAhead) return error;
    // No jitter: batches of one terminal come back in the order they went.
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

/** Entries of jobs that another worker has finished stay behind; a queue never holds this many. */
const maxRemembered = 20_000;

function triesOf(memory: Map<string, Tries>, jobId: string): Tries {
  const known = memory.get(jobId);
  if (known !== undefined) return known;
  if (memory.size >= maxRemembered) memory.clear();
  const fresh = { ahead: 0, broken: 0, away: 0 };
  memory.set(jobId, fresh);
  return fresh;
}

function tooSlow(): GerbangError {
  const text = `Storing a batch took longer than ${handleTimeoutMs / 1_000} s. Look at the database: a lock that is held, or a disk that is full.`;
  return new GerbangError('STORE_UNAVAILABLE', text, { context: { timeoutMs: handleTimeoutMs } });
}

function neverFinished(stalls: number): GerbangError {
  const text = `A batch was begun ${stalls} times and the process ended each time. Look at the process's last words in the system log; the terminal is read again.`;
  return new GerbangError('BATCH_MALFORMED', text, { context: { stalls } });
}

function brokenFor(tries: number, cause: unknown): GerbangError {
  const text = `A batch could not be applied in ${tries} tries. Please report it with the log; the terminal is read again.`;
  return new GerbangError('INTERNAL', text, { context: { tries }, cause });
}
