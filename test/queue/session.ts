/** Queues and workers of one test, closed after it whatever its outcome. */
import { afterEach } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { queueConnection } from '../../src/queue/connection.ts';
import { type BatchQueue, createBatchQueue } from '../../src/queue/producer.ts';
import { type IngestWorker, type IngestWorkerOptions, startIngestWorker } from '../../src/queue/worker.ts';
import type { Address } from './places.ts';

export interface Session {
  queue(address: Address, maxDepth?: number): BatchQueue;
  worker(address: Address, options: Pick<IngestWorkerOptions, 'handle'> & Partial<IngestWorkerOptions>): IngestWorker;
}

/** Call it inside `describe`. Locks are short, so that a killed worker is noticed within seconds. */
export function openSession(): Session {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });
  const keep = <T extends { close(): Promise<void> }>(one: T): T => {
    open.push(one);
    return one;
  };
  return {
    queue: (address, maxDepth = 1_000) =>
      keep(createBatchQueue({ connection: queueConnection(address), log: silentLog(), maxDepth })),
    worker: (address, options) =>
      keep(
        startIngestWorker({
          connection: queueConnection(address),
          concurrency: 2,
          lockMs: 3_000,
          log: silentLog(),
          onSetAside: (_rejected, error) => Promise.reject(error),
          ...options,
        }),
      ),
  };
}
