/** The poller's end of the queue: fails soon, because the terminal can wait and keeps its records. */
import { type IQueueBackend, Queue } from 'bullmq';
import { GerbangError, isGerbangError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Batch } from '../punch/batch.ts';
import { producerTimeoutMs, type QueueConnection, type QueueEnd, queueName, queueUnavailable } from './backend.ts';
import { batchToJobData, jobIdOf } from './batch-json.ts';
import { within } from './deadline.ts';
import { occasionally } from './occasionally.ts';

/** Where pollers put batches. */
export interface BatchQueue {
  /**
   * Adds a batch. Adding the same batch again, because the first answer was lost, adds it once.
   *
   * @throws GerbangError QUEUE_FULL beyond the configured depth, QUEUE_UNAVAILABLE when the backend has not taken it
   *   within two seconds (it may have all the same), BATCH_MALFORMED when it is no batch
   */
  enqueue(batch: Batch): Promise<void>;
  /**
   * Batches that are not applied yet, waiting for a retry included; at most a second old.
   *
   * @throws GerbangError QUEUE_UNAVAILABLE
   */
  depth(): Promise<number>;
  /** Resolves within two seconds, whatever the backend does. */
  close(): Promise<void>;
}

/** What a producer needs. */
export interface BatchQueueOptions {
  readonly connection: QueueConnection;
  readonly log: Log;
  /** Batches in the queue, at most; pollers wait beyond it. */
  readonly maxDepth: number;
}

type BatchJobs = Queue<unknown, void, string, unknown, void, string, IQueueBackend, string>;

interface OpenQueue {
  readonly queue: BatchJobs;
  readonly end: QueueEnd;
}

/** Queries under way at the same time, at most: adds of many pollers, and the counting. */
const producerQueries = 4;

const depthFreshMs = 1_000;
const closeTimeoutMs = 1_000;

/** Events BullMQ keeps in its stream, which nobody reads. Not 0: on PostgreSQL that would keep all of them. */
const keptEvents = 100;

/** How a batch is added, by whichever version. */
export const jobDefaults = {
  // Failing for good is the worker's decision, never a count's: see `src/queue/attempts.ts`.
  attempts: 1_000_000,
  backoff: { type: 'gerbang' },
  removeOnComplete: true,
  removeOnFail: false,
  stackTraceLimit: 0,
};

/** Creates the producer. Connects at the first use, so that a gateway can start while its queue is still away. */
export function createBatchQueue(options: BatchQueueOptions): BatchQueue {
  const { connection, log, maxDepth } = options;
  const complain = occasionally((error, omitted) => log.warn({ err: error, omitted }, 'queue connection trouble'));
  let opening: Promise<OpenQueue> | null = null;
  let closed = false;

  const opened = (): Promise<OpenQueue> => {
    if (closed) return Promise.reject(new GerbangError('SHUTDOWN', 'The queue is closed; the gateway is stopping.'));
    opening ??= openQueue(connection, complain).catch((error: unknown) => {
      // BullMQ remembers a failed start for ever, so the next use builds everything anew.
      opening = null;
      throw error;
    });
    return opening;
  };

  const counter = createDepthCounter(async () => {
    const { queue } = await opened();
    return queue.getJobCountByTypes('waiting', 'active', 'delayed');
  });

  return {
    async enqueue(batch) {
      const data = batchToJobData(batch);
      await orUnavailable(async () => {
        const { queue } = await opened();
        const depth = await counter.depth();
        if (depth >= maxDepth) throw queueFull(depth, maxDepth);
        await queue.add('batch', data, { jobId: jobIdOf(batch) });
        counter.added();
      });
    },
    depth: () => orUnavailable(() => counter.depth()),
    async close() {
      closed = true;
      const finished = Promise.resolve(opening).then((open) => (open === null ? undefined : closeQueue(open)));
      await within(closeTimeoutMs + 300, finished, () => queueUnavailable(undefined)).catch(complain);
    },
  };
}

async function closeQueue({ queue, end }: OpenQueue): Promise<void> {
  try {
    await within(closeTimeoutMs, queue.close(), () => queueUnavailable(undefined));
  } finally {
    end.cut();
  }
}

async function openQueue(connection: QueueConnection, complain: (error: unknown) => void): Promise<OpenQueue> {
  await connection.prepare();
  const end = connection.open('producer', producerQueries);
  const queue: BatchJobs = new Queue(
    queueName,
    {
      connection: connection.kind,
      prefix: connection.prefix,
      streams: { events: { maxLen: keptEvents } },
      defaultJobOptions: jobDefaults,
    },
    end.backend,
  );
  queue.on('error', complain);
  try {
    await within(producerTimeoutMs, queue.waitUntilReady(), () => queueUnavailable(undefined));
    return { queue, end };
  } catch (error) {
    queue.close().catch(() => undefined);
    end.cut();
    throw error;
  }
}

/** Counting is cheap but not free: once a second, and adding up in between. */
function createDepthCounter(count: () => Promise<number>) {
  let counted = 0;
  let addedSince = 0;
  let countedAtMs = Number.NEGATIVE_INFINITY;
  let counting: Promise<number> | null = null;

  const recount = async (): Promise<number> => {
    try {
      counted = await count();
      addedSince = 0;
      countedAtMs = performance.now();
      return counted;
    } finally {
      counting = null;
    }
  };
  return {
    added: () => {
      addedSince += 1;
    },
    depth(): Promise<number> {
      if (performance.now() - countedAtMs < depthFreshMs) return Promise.resolve(counted + addedSince);
      counting ??= recount();
      return counting;
    },
  };
}

async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await within(producerTimeoutMs, work(), () => queueUnavailable(undefined));
  } catch (error) {
    if (isGerbangError(error, 'QUEUE_FULL', 'QUEUE_UNAVAILABLE', 'SHUTDOWN')) throw error;
    // Redis at its memory limit takes no more jobs but still hands them out: waiting is right, as when we are full.
    if (error instanceof Error && error.message.startsWith('OOM ')) throw queueFull(null, null, error);
    throw queueUnavailable(error);
  }
}

function queueFull(depth: number | null, maxDepth: number | null, cause?: unknown): GerbangError {
  return new GerbangError(
    'QUEUE_FULL',
    'The queue takes no more batches until some are stored; terminals wait and keep their records. Look at the database and the ingest worker.',
    { context: { depth, maxDepth }, cause },
  );
}
