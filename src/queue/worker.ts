/** The ingest end of the queue: takes batches and tries for ever. */
import { type IQueueBackend, type Job, type JobProgress, Worker } from 'bullmq';
import type { Log } from '../log.ts';
import { type BatchHandlers, createProcessor, type Processor, RetryLater } from './attempts.ts';
import { type QueueConnection, type QueueEnd, queueName } from './backend.ts';
import { recoverFromClockSteps } from './clock-steps.ts';
import { backoffMs, pause, within } from './deadline.ts';
import { occasionally } from './occasionally.ts';

/** A running worker. */
export interface IngestWorker {
  /** Takes no more batches, waits for those in hand, and resolves within five seconds whatever the backend does. */
  close(): Promise<void>;
}

/** What a worker needs. */
export interface IngestWorkerOptions extends BatchHandlers {
  readonly connection: QueueConnection;
  /** Batches handled at the same time, at most; batches of one terminal never are. */
  readonly concurrency: number;
  /** A dead worker's batches are handed out again after this, in milliseconds, plus up to two thirds of it. Default 30,000. */
  readonly lockMs?: number;
  readonly log: Log;
}

/** Jobs in hand per batch handled: those of a busy terminal wait in its lane and must not take all turns. */
const jobsPerTurn = 4;

/** Queries to the queue under way at the same time, at most: jobs are taken one by one, and each query takes milliseconds. */
const mostQueries = 18;

const defaultLockMs = 30_000;
const readyTimeoutMs = 5_000;
const closeTimeoutMs = 4_500;

/** After the last batch in hand the queue itself gets this long to be told, in milliseconds. */
const farewellMs = 1_500;

type Complain = (error: unknown) => void;

interface OpenWorker {
  readonly worker: Worker<unknown, void, string, IQueueBackend, JobProgress, string>;
  readonly processor: Processor;
  readonly end: QueueEnd;
}

/** Starts taking batches. Returns at once; a backend that is away is waited for, however long it takes. */
export function startIngestWorker(options: IngestWorkerOptions): IngestWorker {
  const stopping = new AbortController();
  const { log } = options;
  const complain = occasionally((err, omitted) => log.warn({ err, omitted }, 'queue connection trouble'));
  const opening = openWhenPossible(options, stopping.signal, complain);
  let closing: Promise<void> | null = null;
  return {
    close() {
      if (closing === null) {
        stopping.abort();
        const closed = opening.then((open) => (open === null ? undefined : closeWorker(open, log)));
        // An opening that hangs closes what it has opened when it ends; nobody needs to wait for that.
        closing = within(closeTimeoutMs + 300, closed, () => new Error('still opening')).catch(complain);
      }
      return closing;
    },
  };
}

/** BullMQ's own close never resolves when the backend is gone (taskforcesh/bullmq#4656). */
async function closeWorker({ worker, processor, end }: OpenWorker, log: Log): Promise<void> {
  const late = (): Error => new Error('not closed in time');
  const closed = worker.close();
  const farewell = processor.idle().then(() => within(farewellMs, closed, late));
  await within(closeTimeoutMs, farewell, late).catch((err: unknown) => {
    log.warn({ err }, 'ingest worker cut off; its batches stay in the queue');
  });
  end.cut();
}

async function openWhenPossible(
  options: IngestWorkerOptions,
  stopping: AbortSignal,
  complain: Complain,
): Promise<OpenWorker | null> {
  for (let failures = 1; !stopping.aborted; failures += 1) {
    try {
      await options.connection.prepare();
      if (stopping.aborted) break;
      const open = await openWorker(options, stopping, complain);
      options.log.info({ queue: options.connection.kind }, 'ingest worker takes batches');
      return open;
    } catch (error) {
      complain(error);
      await pause(backoffMs(failures, 500, 10_000), stopping);
    }
  }
  return null;
}

async function openWorker(
  options: IngestWorkerOptions,
  stopping: AbortSignal,
  complain: Complain,
): Promise<OpenWorker> {
  const { connection, concurrency, log } = options;
  const lockMs = options.lockMs ?? defaultLockMs;
  let backend: IQueueBackend | null = null;
  let lookAtClock = (): void => undefined;
  const processor = createProcessor({
    handlers: options,
    concurrency,
    stopping,
    log,
    // Refused when the job is not put back yet or already handed out; then its own delay brings it.
    promote: (jobId) => void backend?.promote(jobId).catch(() => undefined),
  });
  const jobsInHand = concurrency * jobsPerTurn;
  const end = connection.open('worker', Math.min(jobsInHand + 2, mostQueries));
  const worker = new Worker<unknown, void, string, IQueueBackend, JobProgress, string>(
    queueName,
    (job: Job<unknown, void>) => processor.process({ id: job.id ?? '', data: job.data, stalls: job.stalledCounter }),
    {
      connection: connection.kind,
      prefix: connection.prefix,
      autorun: false,
      concurrency: jobsInHand,
      lockDuration: lockMs,
      stalledInterval: lockMs / 3,
      // How often a batch may take its worker down is decided in attempts.ts, where it can be set aside.
      maxStalledCount: 1_000,
      runRetryDelay: 2_000,
      // For jobs that another program added: ours say so themselves.
      removeOnComplete: { count: 0 },
      settings: {
        backoffStrategy: (_attempts, _type, error) => {
          lookAtClock();
          return error instanceof RetryLater ? error.delayMs : 1_000;
        },
      },
    },
    (name, backendOptions, ends) => slowedByFailures(end.backend(name, backendOptions, ends), stopping),
  );
  worker.on('error', complain);
  worker.on('failed', (job, error) => {
    if (job?.finishedOn === undefined) return;
    log.error({ job: job.id, err: error }, 'job failed for good and is kept in the queue');
  });
  try {
    await within(readyTimeoutMs, worker.waitUntilReady(), () => new Error('the queue does not answer'));
  } catch (error) {
    worker.close(true).catch(() => undefined);
    end.cut();
    throw error;
  }
  backend = worker.getBackend();
  void keepRunning(worker, stopping, complain);
  lookAtClock = recoverFromClockSteps(backend, lockMs / 3, stopping, complain);
  return { worker, processor, end };
}

/** BullMQ's loop ends with the worker; should it ever end by itself, a gateway must not go on without ingest. */
async function keepRunning(worker: OpenWorker['worker'], stopping: AbortSignal, complain: Complain): Promise<void> {
  for (let ends = 1; !stopping.aborted; ends += 1) {
    await worker.run().catch(complain);
    await pause(backoffMs(ends, 500, 10_000), stopping);
  }
}

/**
 * The same backend, but after a failed attempt to take a job the next one waits, longer each time. BullMQ itself waits
 * only when the connection is refused; a database that answers "too many connections" is asked hundreds of times a second.
 */
function slowedByFailures(backend: IQueueBackend, stopping: AbortSignal): IQueueBackend {
  const take = backend.moveToActive.bind(backend);
  let failures = 0;
  backend.moveToActive = async (...facts) => {
    try {
      const taken = await take(...facts);
      failures = 0;
      return taken;
    } catch (error) {
      failures += 1;
      await pause(backoffMs(failures, 100, 5_000), stopping);
      throw error;
    }
  };
  return backend;
}
