import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, inject, test } from 'vitest';
import { GerbangError } from '../../src/errors.ts';
import type { Batch } from '../../src/punch/batch.ts';
import type { Rejected } from '../../src/queue/attempts.ts';
import { queueConnection } from '../../src/queue/connection.ts';
import { redisMissing } from '../tools/redis.ts';
import { batchOf, createLedger, recordBytes } from './batches.ts';
import { addForeignJob } from './foreign-job.ts';
import { places } from './places.ts';
import { openSession } from './session.ts';

if (inject('redisUrl') === null) test('in Redis', (context) => context.skip(redisMissing));

describe.each(places)('in $name', async ({ open }) => {
  const place = await open();
  const session = openSession();
  beforeEach(() => place.reset());

  test('5,000 records of 40 bytes arrive byte for byte, with everything else the batch says', async () => {
    const ledger = createLedger();
    const sent = batchOf('BIG1', 0, 5_000);
    const queue = session.queue(place.address);
    await queue.enqueue(sent);
    session.worker(place.address, { handle: ledger.apply });
    await ledger.reached(5_000, 'BIG1');
    expect(ledger.deliveries).toEqual([sent]);
    expect(ledger.stored('BIG1').equals(recordBytes('BIG1', 0, 5_000))).toBe(true);
  });

  test('what the backend holds is plain ASCII apart from the names', async () => {
    const queue = session.queue(place.address);
    await queue.enqueue(batchOf('RAW1', 0, 10));
    const [text] = await place.rawJobs();
    expect(text).toContain(recordBytes('RAW1', 0, 10).toString('base64'));
    expect(text?.replaceAll('Lobi Utama – Gedung Ā', '')).toMatch(/^[\x20-\x7e]+$/);
  });

  test('the same batch added again is one job, the same records in another batch are two', async () => {
    const queue = session.queue(place.address);
    const batch = batchOf('TWICE', 0, 10);
    await queue.enqueue(batch);
    await queue.enqueue(batch);
    await queue.enqueue(batchOf('TWICE', 0, 10));
    expect(await place.rawJobs()).toHaveLength(2);
  });

  test('batches added backwards and twice end in the same records', async () => {
    const ledger = createLedger();
    const queue = session.queue(place.address);
    for (let from = 290; from >= 0; from -= 10) {
      await queue.enqueue(batchOf('BACK', from, from + 10));
      await queue.enqueue(batchOf('BACK', from, from + 10));
    }
    session.worker(place.address, { handle: ledger.apply });
    // Thirty times the wait for a predecessor that is not called would run into the time limit.
    await ledger.reached(300, 'BACK');
    expect(ledger.stored('BACK').equals(recordBytes('BACK', 0, 300))).toBe(true);
  });

  test('batches of one terminal are handled one after another, in the order they were added', async () => {
    const serials = ['A', 'B', 'C', 'D', 'E'];
    const ledger = createLedger();
    const busy = new Set<string>();
    const overlaps: string[] = [];
    const queue = session.queue(place.address);
    for (let from = 0; from < 40; from += 1) {
      for (const serial of serials) await queue.enqueue(batchOf(serial, from, from + 1));
    }
    session.worker(place.address, {
      concurrency: 3,
      handle: async (batch) => {
        if (busy.has(batch.serial)) overlaps.push(batch.serial);
        busy.add(batch.serial);
        await delay(batch.serial === 'A' ? 5 : 1);
        await ledger.apply(batch).finally(() => busy.delete(batch.serial));
      },
    });
    await ledger.reached(40, ...serials);
    expect(overlaps).toEqual([]);
    // Had one been handed over before its predecessor, it would have been refused and come again.
    expect(ledger.deliveries).toHaveLength(200);
  });

  test('a job that is no batch is set aside with what it holds, and the next one is applied', async () => {
    const ledger = createLedger();
    const rejected: (Rejected & { code: string })[] = [];
    const queue = session.queue(place.address);
    await queue.depth();
    await addForeignJob(place.address, { serial: 'ODD', records: [1, 2, 3] });
    await queue.enqueue(batchOf('FINE', 0, 5));
    session.worker(place.address, {
      handle: ledger.apply,
      onSetAside: async (job, error) => void rejected.push({ ...job, code: error.code }),
    });
    await ledger.reached(5, 'FINE');
    await expect.poll(() => rejected).toHaveLength(1);
    expect(rejected).toEqual([{ batch: null, data: { serial: 'ODD', records: [1, 2, 3] }, code: 'BATCH_MALFORMED' }]);
    await expect.poll(() => place.rawJobs()).toEqual([]);
  });

  test('a batch that contradicts what is stored is set aside whole; when that fails it comes again', async () => {
    const contradiction = new GerbangError('BATCH_CONTRADICTS_STORED', 'It differs.');
    const asides: Batch[] = [];
    const queue = session.queue(place.address);
    const batch = batchOf('BAD', 0, 3);
    await queue.enqueue(batch);
    session.worker(place.address, {
      handle: () => Promise.reject(contradiction),
      onSetAside: async (job, error) => {
        if (job.batch !== null) asides.push(job.batch);
        if (asides.length === 1) throw new GerbangError('STORE_UNAVAILABLE', 'Away.');
        expect(error).toBe(contradiction);
      },
    });
    await expect.poll(() => asides, { timeout: 20_000 }).toEqual([batch, batch]);
    await expect.poll(() => place.rawJobs()).toEqual([]);
  });

  test('the depth counts what is not applied, and nothing is taken beyond the limit', async () => {
    const queue = session.queue(place.address, 3);
    expect(await queue.depth()).toBe(0);
    for (const serial of ['D1', 'D2', 'D3']) await queue.enqueue(batchOf(serial, 0, 1));
    expect(await queue.depth()).toBe(3);
    await expect(queue.enqueue(batchOf('D4', 0, 1))).rejects.toMatchObject({ code: 'QUEUE_FULL' });
    expect(await place.rawJobs()).toHaveLength(3);

    const other = session.queue(place.address, 3);
    expect(await other.depth()).toBe(3);
    const ledger = createLedger();
    session.worker(place.address, { handle: ledger.apply });
    await ledger.reached(1, 'D1', 'D2', 'D3');
    await expect.poll(() => queue.depth(), { timeout: 10_000 }).toBe(0);
    await queue.enqueue(batchOf('D4', 0, 1));
  });

  test('a store that is away for a while loses nothing and sets nothing aside', async () => {
    const ledger = createLedger();
    const queue = session.queue(place.address);
    for (let from = 0; from < 10; from += 1) await queue.enqueue(batchOf('WAIT', from, from + 1));
    let refusals = 0;
    session.worker(place.address, {
      handle: async (batch) => {
        if (refusals < 4) {
          refusals += 1;
          throw new GerbangError('STORE_UNAVAILABLE', 'Away.');
        }
        await ledger.apply(batch);
      },
    });
    await ledger.reached(10, 'WAIT');
    // The first batch waited in hand: none of its successors was even tried meanwhile.
    expect(ledger.deliveries.map((batch) => batch.from)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('a batch that only brings samples is not taken for the one before it', async () => {
    const queue = session.queue(place.address);
    await queue.enqueue(batchOf('IDLE', 7, 7));
    await queue.enqueue(batchOf('IDLE', 7, 7, { readThroughMs: 1_767_225_660_000 }));
    expect(await place.rawJobs()).toHaveLength(2);
  });

  test('text that PostgreSQL cannot hold never reaches the queue', async () => {
    const queue = session.queue(place.address);
    for (const terminalName of ['nul \u0000', 'half \ud800', 'bell \u0007']) {
      await expect(queue.enqueue(batchOf('TXT', 0, 1, { terminalName }))).rejects.toMatchObject({
        code: 'BATCH_MALFORMED',
      });
    }
    await expect(queue.enqueue(batchOf('TXT', 0, 1, { batchId: `a:${randomUUID()}` }))).rejects.toThrow();
    await queue.depth();
    expect(await place.rawJobs()).toEqual([]);
  });

  test('preparing it twice, and by two at once, is preparing it', async () => {
    const [one, two] = [queueConnection(place.address), queueConnection(place.address)];
    await Promise.all([one.prepare(), two.prepare(), one.prepare()]);
    await queueConnection(place.address).prepare();
  });
});
