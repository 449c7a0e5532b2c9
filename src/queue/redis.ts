/** The queue in Redis. */
import { createRedisBackend, type IQueueBackend } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import { GerbangError, isGerbangError } from '../errors.ts';
import {
  producerTimeoutMs,
  type QueueConnection,
  type QueueRole,
  queueUnavailable,
  workerTimeoutMs,
} from './backend.ts';

/** A connection that stays ours, with the one that BullMQ copies from it for its blocking reads. */
class OwnedRedis extends Redis {
  readonly copies: { disconnect(): void }[] = [];

  override duplicate<Override extends Partial<RedisOptions> | undefined = undefined>(override?: Override) {
    const copy = super.duplicate(override);
    // BullMQ stops listening before the last error has come; without a listener ioredis prints it.
    copy.on('error', () => undefined);
    this.copies.push(copy);
    return copy;
  }
}

/** See `queueConnection`. */
export function redisConnection(redisUrl: string): QueueConnection {
  return {
    kind: 'redis',
    prepare: () => prepare(redisUrl),
    open(role) {
      let main: OwnedRedis | null = null;
      return {
        backend: (name, options, ends): IQueueBackend => {
          main = new OwnedRedis(redisUrl, optionsFor(role));
          main.on('error', () => undefined);
          return createRedisBackend(name, { ...options, connection: main }, ends);
        },
        cut: () => {
          for (const client of main === null ? [] : [main, ...main.copies]) client.disconnect();
        },
      };
    },
  };
}

function optionsFor(role: QueueRole) {
  const shared = {
    retryStrategy: (attempts: number) => Math.min(2_000, 100 * 2 ** Math.min(attempts, 10)),
    keepAlive: 10_000,
    // After a disconnect a frozen server keeps the socket half open; this is when it is destroyed.
    disconnectTimeout: 500,
  };
  if (role === 'worker') {
    // Above BullMQ's longest blocking read of ten seconds.
    return { ...shared, maxRetriesPerRequest: null, connectTimeout: 5_000, socketTimeout: workerTimeoutMs };
  }
  return {
    ...shared,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    connectTimeout: producerTimeoutMs,
    commandTimeout: producerTimeoutMs,
    socketTimeout: producerTimeoutMs,
  };
}

/** Refuses a Redis that may throw jobs away when it is full. */
async function prepare(redisUrl: string): Promise<void> {
  const client = new Redis(redisUrl, { ...optionsFor('producer'), lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const policy = /^maxmemory_policy:(\S+)/m.exec(await client.info('memory'))?.[1];
    if (policy !== undefined && policy !== 'noeviction') {
      throw new GerbangError(
        'CONFIG_INVALID',
        `Redis may throw queued batches away (maxmemory-policy ${policy}). Set maxmemory-policy noeviction in its configuration.`,
        { context: { policy } },
      );
    }
  } catch (error) {
    throw isGerbangError(error) ? error : queueUnavailable(error);
  } finally {
    client.disconnect();
  }
}
