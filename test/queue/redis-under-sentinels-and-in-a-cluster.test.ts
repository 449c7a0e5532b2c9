import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, inject, test } from 'vitest';
import { isGerbangError } from '../../src/errors.ts';
import { queueConnection } from '../../src/queue/connection.ts';
import { parseRedisAddress } from '../../src/queue/redis-address.ts';
import { redisMissing } from '../tools/redis.ts';
import { batchOf, createLedger, recordBytes } from './batches.ts';
import { ask, kill, prepareServers, startCluster, startSentinels } from './redis-servers.ts';
import { openSession } from './session.ts';

const hasRedis = inject('redisUrl') !== null;
await prepareServers();
const session = openSession();
const at = (redisUrl: string) => ({ redisUrl, databaseUrl: 'postgres://unused' });

/** Adds a batch until the queue takes it. */
async function addUntilTaken(queue: ReturnType<typeof session.queue>, ...batch: Parameters<typeof batchOf>) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await queue.enqueue(batchOf(...batch));
    } catch (error) {
      if (!isGerbangError(error, 'QUEUE_UNAVAILABLE') || attempt > 300) throw error;
      await delay(100);
    }
  }
}

test('under sentinels the queue follows the master, and what comes after the change arrives', {
  timeout: 120_000,
}, async (context) => {
  if (!hasRedis) return context.skip(redisMissing);
  const servers = await startSentinels();
  const ledger = createLedger();
  const queue = session.queue(at(servers.url));
  session.worker(at(servers.url), { handle: ledger.apply });
  for (let from = 0; from < 50; from += 10) await addUntilTaken(queue, 'SEN1', from, from + 10);
  await ledger.reached(50, 'SEN1');
  const first = await servers.master();
  await kill(first);
  for (let from = 50; from < 100; from += 10) await addUntilTaken(queue, 'SEN1', from, from + 10);
  await ledger.reached(100, 'SEN1');
  expect(await servers.master()).not.toBe(first);
  expect(ledger.stored('SEN1').equals(recordBytes('SEN1', 0, 100))).toBe(true);
});

describe('in a cluster', () => {
  test('batches arrive, all keys in one slot, and eviction is refused on whichever server has it', {
    timeout: 120_000,
  }, async (context) => {
    if (!hasRedis) return context.skip(redisMissing);
    const { url, ports } = await startCluster();
    const ledger = createLedger();
    const queue = session.queue(at(url));
    session.worker(at(url), { handle: ledger.apply });
    for (let from = 0; from < 100; from += 10) await addUntilTaken(queue, 'CLU1', from, from + 10);
    await ledger.reached(100, 'CLU1');
    expect(ledger.stored('CLU1').equals(recordBytes('CLU1', 0, 100))).toBe(true);
    const keys = await Promise.all(ports.map((port) => ask(port, (client) => client.dbsize())));
    expect(keys.filter((count) => count > 0)).toHaveLength(1);

    await ask(ports[2] ?? 0, (client) => client.config('SET', 'maxmemory-policy', 'allkeys-lru'));
    await expect(queueConnection(at(url)).prepare()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      context: { policy: 'allkeys-lru' },
    });
  });
});

describe('an address', () => {
  test.each([
    ['redis://a:1/2', { kind: 'single', url: 'redis://a:1/2' }],
    [
      'redis+sentinel://user:p%40ss@a:1,b/mymaster/3',
      {
        kind: 'sentinel',
        sentinels: [
          { host: 'a', port: 1 },
          { host: 'b', port: 26_379 },
        ],
        name: 'mymaster',
        database: 3,
        account: { username: 'user', password: 'p@ss' },
        tls: false,
      },
    ],
    [
      'rediss+cluster://:secret@[::1]:7000,b',
      {
        kind: 'cluster',
        nodes: [
          { host: '::1', port: 7_000 },
          { host: 'b', port: 6_379 },
        ],
        account: { password: 'secret' },
        tls: true,
      },
    ],
  ])('%s is understood', (text, address) => {
    expect(parseRedisAddress(text)).toEqual(address);
  });

  test.each([
    'redis+sentinel://a:1,b:2',
    'redis+cluster://a:1/name',
    'redis+cluster://a:0',
    'redis+cluster://a:65536',
    'redis+cluster://',
    'redis+cluster://:hush@a b',
    'http://a',
  ])('%s is refused, and nothing of it repeated', (text) => {
    let refused: unknown;
    try {
      parseRedisAddress(text);
    } catch (error) {
      refused = error;
    }
    expect(isGerbangError(refused, 'CONFIG_INVALID')).toBe(true);
    expect(String(refused)).not.toContain('hush');
  });
});
