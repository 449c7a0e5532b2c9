/** A job in our queue that our producer did not write, as another program or another version would add it. */
import { createPostgresBackend, createRedisBackend, withBackend } from 'bullmq';
import { jobDefaults } from '../../src/queue/producer.ts';
import type { Address } from './places.ts';

/** What another version has put into the queue. */
export interface NewerBatch {
  /** How often a worker has taken it and put it back. */
  takenTimes(): Promise<number>;
  /** `delayed`, `waiting`, `active`; `failed` when nobody will ever take it again, `unknown` when it is gone. */
  state(): Promise<string>;
  close(): Promise<void>;
}

/** As another program adds a job, knowing nothing of ours. */
export async function addForeignJob(address: Address, data: unknown): Promise<void> {
  const queue = queueAt(address);
  await queue.add('batch', data);
  await queue.close();
}

/** As a newer version adds a batch of its own, which no version here can read. */
export async function addNewerBatch(address: Address): Promise<NewerBatch> {
  const queue = queueAt(address);
  const { id = '' } = await queue.add('batch', { version: 2, serial: 'NEWER', anything: [1, 2, 3] }, jobDefaults);
  return {
    takenTimes: async () => (await queue.getJob(id))?.attemptsMade ?? 0,
    state: async () => queue.getJobState(id),
    close: () => queue.close(),
  };
}

function queueAt(address: Address) {
  const queue = openQueue(address);
  queue.on('error', () => undefined);
  return queue;
}

function openQueue(address: Address) {
  return address.redisUrl === undefined
    ? new (withBackend(createPostgresBackend).Queue)('batches', {
        connection: { connectionString: address.databaseUrl, schema: 'gerbang_queue' },
      })
    : new (withBackend(createRedisBackend).Queue)('batches', {
        connection: { url: address.redisUrl },
        prefix: 'gerbang',
      });
}
