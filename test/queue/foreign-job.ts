/** A job in our queue that our producer did not write, as another program or another version would add it. */
import { createPostgresBackend, createRedisBackend, withBackend } from 'bullmq';
import type { Address } from './places.ts';

export async function addForeignJob(address: Address, data: unknown): Promise<void> {
  const queue =
    address.redisUrl === undefined
      ? new (withBackend(createPostgresBackend).Queue)('batches', {
          connection: { connectionString: address.databaseUrl, schema: 'gerbang_queue' },
        })
      : new (withBackend(createRedisBackend).Queue)('batches', {
          connection: { url: address.redisUrl },
          prefix: 'gerbang',
        });
  await queue.add('batch', data);
  await queue.close();
}
