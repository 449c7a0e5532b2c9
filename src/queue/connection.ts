/**
 * Where the queue lives: PostgreSQL, or Redis when its address is given. Everything above this file is the same for both.
 *
 * The two ends want opposite things of an outage. The producer is asked by a poller that has a terminal waiting: it
 * must fail soon. The worker has nothing else to do: it waits and tries again for ever.
 */
import type { QueueConnection } from './backend.ts';
import { postgresConnection } from './postgres.ts';
import { redisConnection } from './redis.ts';

/**
 * Names the queue's place; connects nothing yet.
 *
 * @param options.redisUrl `redis://` or `rediss://`; the queue then lives in Redis
 * @param options.databaseUrl `postgres://`; used when there is no `redisUrl`
 */
export function queueConnection(options: {
  readonly redisUrl?: string | undefined;
  readonly databaseUrl: string;
}): QueueConnection {
  const connection =
    options.redisUrl === undefined ? postgresConnection(options.databaseUrl) : redisConnection(options.redisUrl);
  let preparing: Promise<void> | null = null;
  return {
    ...connection,
    prepare() {
      preparing ??= connection.prepare().catch((error: unknown) => {
        preparing = null;
        throw error;
      });
      return preparing;
    },
  };
}
