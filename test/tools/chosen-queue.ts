/**
 * Where the queue lives in a test that names neither place: in Postgres, or, with `GERBANG_TEST_QUEUE=redis`, in a Redis of
 * the test's own. Both must give the same results.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisMissing, startRedis } from './redis.ts';

/** A queue's place; stop it last. */
export interface ChosenQueue {
  /** For `startGateway` or `REDIS_URL`; undefined for the queue in Postgres. */
  readonly redisUrl: string | undefined;
  stop(): Promise<void>;
}

/** @throws Error when Redis is asked for and this machine has none */
export async function startChosenQueue(): Promise<ChosenQueue> {
  if (process.env.GERBANG_TEST_QUEUE !== 'redis') return { redisUrl: undefined, stop: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'gerbang-queue-'));
  const redis = await startRedis(folder);
  if (redis === null) throw new Error(redisMissing);
  return {
    redisUrl: redis.url,
    async stop() {
      await redis.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
