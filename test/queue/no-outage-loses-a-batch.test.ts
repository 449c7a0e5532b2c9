import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { isGerbangError } from '../../src/errors.ts';
import { queueConnection } from '../../src/queue/connection.ts';
import type { BatchQueue } from '../../src/queue/producer.ts';
import { createTestDatabase } from '../tools/database.ts';
import { childArguments } from '../tools/program.ts';
import { redisMissing } from '../tools/redis.ts';
import { batchOf, createLedger, recordBytes } from './batches.ts';
import { type Address, type Place, places } from './places.ts';
import { openSession } from './session.ts';
import { openTunnel, type Tunnel } from './tunnel.ts';

const lockMs = 3_000;

/** A worker in another process has taken a batch; then that process is killed. Resolves with the batch's id. */
async function takeAndDie(address: Address): Promise<string> {
  const words = [...childArguments('test/queue/doomed-worker.ts'), JSON.stringify(address), String(lockMs)];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [batchId] = await once(child, 'message');
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  return String(batchId);
}

/** Adds batches of one record each until `enough`, again and again where the queue does not take them. */
function keepAdding(queue: BatchQueue, serial: string) {
  let refused = 0;
  let next = 0;
  return {
    refused: () => refused,
    async until(to: number): Promise<void> {
      while (next < to) {
        const batch = batchOf(serial, next, next + 1);
        try {
          await queue.enqueue(batch);
          next += 1;
        } catch (error) {
          if (isGerbangError(error, 'SHUTDOWN')) return;
          if (!isGerbangError(error, 'QUEUE_UNAVAILABLE')) throw error;
          refused += 1;
          await delay(100);
        }
      }
    },
  };
}

if (inject('redisUrl') === null) test('in Redis', (context) => context.skip(redisMissing));

describe.each(places)('in $name', async ({ open }) => {
  const place: Place = await open();
  const session = openSession();
  const tunnels: Tunnel[] = [];
  beforeEach(() => place.reset());
  afterEach(async () => {
    for (const tunnel of tunnels.splice(0)) await tunnel.close();
    await place.bringBack();
  });
  const tunnelled = async (): Promise<{ tunnel: Tunnel; address: Address }> => {
    const tunnel = await openTunnel(place.target);
    tunnels.push(tunnel);
    return { tunnel, address: place.through(tunnel.port) };
  };

  test('a batch whose worker is killed is done again, even after the clock was set back', {
    timeout: 60_000,
  }, async () => {
    const queue = session.queue(place.address);
    const batch = batchOf('KILL', 0, 20);
    await queue.enqueue(batch);
    expect(await takeAndDie(place.address)).toBe(batch.batchId);
    await place.pretendClockWasAhead(3_600_000);

    const ledger = createLedger();
    session.worker(place.address, { lockMs, handle: ledger.apply });
    await ledger.reached(20, 'KILL');
    expect(ledger.deliveries).toEqual([batch]);
  });

  test('the queue goes away and comes back: all that was acknowledged is applied', { timeout: 90_000 }, async () => {
    const ledger = createLedger();
    const queue = session.queue(place.address);
    session.worker(place.address, { lockMs, handle: ledger.apply });
    const adding = keepAdding(queue, 'AWAY');
    await adding.until(20);
    await ledger.reached(10, 'AWAY');

    await place.takeAway();
    const more = adding.until(60);
    await expect.poll(adding.refused, { timeout: 20_000 }).toBeGreaterThan(2);
    // The depth may be a second old.
    await expect.poll(() => queue.depth().catch((error: { code: string }) => error.code)).toBe('QUEUE_UNAVAILABLE');
    await place.bringBack();

    await more;
    await ledger.reached(60, 'AWAY');
    expect(ledger.stored('AWAY').equals(recordBytes('AWAY', 0, 60))).toBe(true);
    // What was done but not yet crossed off when the queue went comes again after its lock has run out.
    await expect.poll(() => queue.depth(), { timeout: 30_000, interval: 500 }).toBe(0);
  });

  test('worker and producer that start before the queue find it when it comes', { timeout: 60_000 }, async () => {
    const { tunnel, address } = await tunnelled();
    await tunnel.cut();
    const ledger = createLedger();
    session.worker(address, { handle: ledger.apply });
    const adding = keepAdding(session.queue(address), 'EARLY');
    const all = adding.until(3);
    await expect.poll(adding.refused, { timeout: 20_000 }).toBeGreaterThan(2);
    await tunnel.restore();
    await all;
    await ledger.reached(3, 'EARLY');
  });

  test('a worker that is turned away does not storm the door', async () => {
    const { tunnel, address } = await tunnelled();
    const queue = session.queue(place.address);
    for (let from = 0; from < 60; from += 1) await queue.enqueue(batchOf('STORM', from, from + 1));
    const ledger = createLedger();
    session.worker(address, { handle: (batch) => delay(30).then(() => ledger.apply(batch)) });
    await ledger.reached(10, 'STORM');
    // In the middle of its work: a worker that waits for work asks rarely anyway.
    await place.takeAway();
    const before = tunnel.connections();
    await delay(4_000);
    expect(tunnel.connections() - before).toBeLessThan(60);
    await place.bringBack();
    await ledger.reached(60, 'STORM');
  });

  test('a queue that no longer answers is an error to the producer, not a wait', async () => {
    const { tunnel, address } = await tunnelled();
    const queue = session.queue(address);
    await queue.enqueue(batchOf('FROZEN', 0, 1));
    tunnel.freeze();
    await expect(queue.enqueue(batchOf('FROZEN', 1, 2))).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
  });

  test.each(['frozen', 'gone'] as const)('both ends close although the queue is %s', async (how) => {
    const { tunnel, address } = await tunnelled();
    const ledger = createLedger();
    const queue = session.queue(address);
    await queue.enqueue(batchOf('CLOSE', 0, 1));
    const worker = session.worker(address, { handle: ledger.apply });
    await ledger.reached(1, 'CLOSE');
    if (how === 'frozen') tunnel.freeze();
    else await tunnel.cut();
    // Without a deadline of its own neither ever resolves, and the test runs into its time limit.
    await Promise.all([worker.close(), queue.close()]);
    await expect(queue.enqueue(batchOf('CLOSE', 1, 2))).rejects.toMatchObject({ code: 'SHUTDOWN' });
  });

  test('closing waits for the batch in hand and leaves the others in the queue', async () => {
    const ledger = createLedger();
    const queue = session.queue(place.address);
    for (let from = 0; from < 4; from += 1) await queue.enqueue(batchOf('LAST', from, from + 1));
    let begun = (): void => undefined;
    const inHand = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const worker = session.worker(place.address, {
      handle: async (batch) => {
        begun();
        await delay(300);
        await ledger.apply(batch);
      },
    });
    await inHand;
    await worker.close();
    expect(ledger.next('LAST')).toBe(1);
    expect(await place.rawJobs()).toHaveLength(3);

    session.worker(place.address, { handle: ledger.apply });
    await ledger.reached(4, 'LAST');
    expect(ledger.deliveries.map((batch) => batch.from)).toEqual([0, 1, 2, 3]);
  });

  test('a batch put back for a moment does not wait for an hour because the clock was set back', async () => {
    const ledger = createLedger();
    const queue = session.queue(place.address);
    await queue.enqueue(batchOf('STEP', 1, 2));
    const worker = session.worker(place.address, { handle: ledger.apply });
    // The second delay is long enough to be spent in the queue; the batch before it never came.
    await expect.poll(() => ledger.deliveries.length).toBeGreaterThan(4);
    await worker.close();
    await place.pretendClockWasAhead(3_600_000);

    await queue.enqueue(batchOf('STEP', 0, 1));
    session.worker(place.address, { handle: ledger.apply });
    await ledger.reached(2, 'STEP');
  });
});

test('a Redis that may throw jobs away is refused', async (context) => {
  const redisUrl = inject('redisUrl');
  if (redisUrl === null) return context.skip(redisMissing);
  const connection = queueConnection({ redisUrl, databaseUrl: 'postgres://unused' });
  const redis = new Redis(redisUrl);
  try {
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await expect(connection.prepare()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('noeviction'),
      context: { policy: 'allkeys-lru' },
    });
  } finally {
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    redis.disconnect();
  }
  await connection.prepare();
});

describe('a database role without the right to create schemas', async () => {
  const { url, pool } = await createTestDatabase();
  const limited = new URL(url);
  limited.username = 'queue_limited';

  test('is told what to grant, and can use a schema that somebody else has prepared', async () => {
    await pool.query(
      `do $$ begin create role queue_limited login password 'x'; exception when duplicate_object then end $$`,
    );
    limited.password = 'x';
    const connection = queueConnection({ databaseUrl: limited.href });
    await expect(connection.prepare()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('grant create on database'),
    });
    await queueConnection({ databaseUrl: url }).prepare();
    await pool.query('grant usage on schema gerbang_queue to queue_limited');
    await pool.query('grant all on all tables in schema gerbang_queue to queue_limited');
    await connection.prepare();
  });
});
