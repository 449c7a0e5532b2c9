/** The queue in Redis: one server, servers behind sentinels, or a cluster. */
import { createRedisBackend, type IQueueBackend } from 'bullmq';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { GerbangError, isGerbangError } from '../errors.ts';
import {
  keyPrefix,
  producerTimeoutMs,
  type QueueConnection,
  type QueueRole,
  queueUnavailable,
  workerTimeoutMs,
} from './backend.ts';
import { parseRedisAddress, type RedisAddress } from './redis-address.ts';

type Client = Redis | Cluster;

/** Connections that stay ours, with those that BullMQ copies from them for its blocking reads. */
interface Owned {
  readonly client: Client;
  readonly copies: { disconnect(): void }[];
}

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

class OwnedCluster extends Cluster {
  readonly copies: { disconnect(): void }[] = [];

  override duplicate(...overrides: Parameters<Cluster['duplicate']>) {
    const copy = super.duplicate(...overrides);
    copy.on('error', () => undefined);
    this.copies.push(copy);
    return copy;
  }
}

/** See `queueConnection`. */
export function redisConnection(redisUrl: string): QueueConnection {
  const address = parseRedisAddress(redisUrl);
  return {
    kind: 'redis',
    // All keys of one script must lie in one slot, which the part in braces decides.
    prefix: address.kind === 'cluster' ? `{${keyPrefix}}` : keyPrefix,
    prepare: () => prepare(address),
    open(role) {
      let owned: Owned | null = null;
      return {
        backend: (name, options, ends): IQueueBackend => {
          owned = connect(address, role);
          owned.client.on('error', () => undefined);
          return createRedisBackend(name, { ...options, connection: owned.client }, ends);
        },
        cut: () => {
          for (const client of owned === null ? [] : [owned.client, ...owned.copies]) client.disconnect();
        },
      };
    },
  };
}

/** How to reach it, and how often to try again: `for-ever` or not at all. */
function connect(address: RedisAddress, role: QueueRole, tries: 'for-ever' | 'once' = 'for-ever'): Owned {
  const client = clientOf(address, role, tries);
  return { client, copies: client.copies };
}

function clientOf(address: RedisAddress, role: QueueRole, tries: 'for-ever' | 'once'): OwnedRedis | OwnedCluster {
  const node = nodeOptions(role);
  const again = tries === 'once' ? () => null : backoffMs;
  const lazyConnect = tries === 'once';
  if (address.kind === 'single') return new OwnedRedis(address.url, { ...node, lazyConnect, retryStrategy: again });
  const { account, tls } = address;
  if (address.kind === 'sentinel') {
    const { sentinels, name, database } = address;
    return new OwnedRedis({
      ...node,
      ...account,
      lazyConnect,
      retryStrategy: again,
      sentinels: sentinels.map((sentinel) => ({ ...sentinel })),
      name,
      db: database,
      ...(tls ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
      // The sentinels tell of a new master some seconds after the old one has gone.
      sentinelRetryStrategy: again,
      sentinelCommandTimeout: producerTimeoutMs,
    });
  }
  return new OwnedCluster(
    address.nodes.map((seed) => ({ ...seed })),
    {
      redisOptions: { ...node, ...account, ...(tls ? { tls: {} } : {}) },
      lazyConnect,
      enableOfflineQueue: role === 'worker',
      clusterRetryStrategy: again,
      slotsRefreshTimeout: producerTimeoutMs,
    },
  );
}

const backoffMs = (attempts: number): number => Math.min(2_000, 100 * 2 ** Math.min(attempts, 10));

function nodeOptions(role: QueueRole) {
  const shared = {
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
async function prepare(address: RedisAddress): Promise<void> {
  const { client } = connect(address, 'producer', 'once');
  client.on('error', () => undefined);
  try {
    await client.connect();
    const servers = client instanceof Cluster ? client.nodes('master') : [client];
    for (const server of servers) refuseEviction(await server.info('memory'));
  } catch (error) {
    throw isGerbangError(error) ? error : queueUnavailable(error);
  } finally {
    client.disconnect();
  }
}

function refuseEviction(memory: string): void {
  const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1];
  if (policy === undefined || policy === 'noeviction') return;
  throw new GerbangError(
    'CONFIG_INVALID',
    `Redis may throw queued batches away (maxmemory-policy ${policy}). Set maxmemory-policy noeviction in its configuration.`,
    { context: { policy } },
  );
}
