/** What both backends of the queue agree on. */
import type { BackendFactory, IQueueBackend } from 'bullmq';
import { GerbangError } from '../errors.ts';

/** Name of the one queue. */
export const queueName = 'batches';

/** Namespace of the queue's keys in Redis; its schema in PostgreSQL is `gerbang_queue`. */
export const keyPrefix = 'gerbang';

/** Longest a producer may take for one add, on either backend, in milliseconds. */
export const producerTimeoutMs = 2_000;

/** Longest silence of the backend before a worker gives a connection up and opens another, in milliseconds. */
export const workerTimeoutMs = 15_000;

/** Which end of the queue asks. */
export type QueueRole = 'producer' | 'worker';

/** The connections of one end. */
export interface QueueEnd {
  /** Builds what BullMQ calls a backend; its `connection` option is ignored. */
  readonly backend: BackendFactory<IQueueBackend, string>;
  /** Destroys every socket of this end at once. For the last step of a close, graceful or not. */
  cut(): void;
}

/** Where the queue lives, and how to get there. Holds no connection itself. */
export interface QueueConnection {
  readonly kind: 'postgres' | 'redis';
  /** Namespace of its keys. */
  readonly prefix: string;
  /**
   * Makes the queue ready to be used: applies BullMQ's migrations, or checks that Redis keeps what it is given. Safe to
   * call often; after the first success it does nothing.
   *
   * @throws GerbangError QUEUE_UNAVAILABLE when the backend cannot be reached now, CONFIG_INVALID when a person must act
   */
  prepare(): Promise<void>;
  /** Connections for one end. `maxQueries`: how many it may have under way at the same time. */
  open(role: QueueRole, maxQueries: number): QueueEnd;
}

/** The error for a backend that does not answer, refuses, or is too slow. */
export function queueUnavailable(cause: unknown): GerbangError {
  return new GerbangError(
    'QUEUE_UNAVAILABLE',
    'The queue cannot be used right now. Check that Redis (REDIS_URL) or else Postgres (DATABASE_URL) runs and can be reached; terminals keep their records and Gerbang keeps trying.',
    { cause },
  );
}
