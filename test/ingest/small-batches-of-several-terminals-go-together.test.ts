import { sql } from 'kysely';
import { afterAll, describe, expect, test } from 'vitest';
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import { createApplier } from '../../src/ingest/apply-together.ts';
import type { Batch } from '../../src/punch/batch.ts';
import { openSharedTransactions } from '../../src/store/database.ts';
import { createTestDatabase } from '../tools/database.ts';
import { batchOf, means, morning } from './batches.ts';

const { db, url } = await createTestDatabase();
const transactions = openSharedTransactions(url, { maxConnections: 2 });
afterAll(() => transactions.close());

const one = createApplier(transactions, means, 1);

/** How many transactions stored the punches of these terminals. */
async function transactionsOf(...serials: string[]): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(distinct xmin::text)::int as n from punch where terminal_serial = any (${serials})`.execute(db);
  return rows[0]?.n ?? 0;
}

async function rowsOf(serial: string): Promise<unknown> {
  const { rows } = await sql`
    select epoch, ordinal, pin, occurred_at, earliest, latest, time_status, suspect, revision, model_version
    from attendance where terminal_serial = ${serial} order by epoch, ordinal`.execute(db);
  return rows;
}

const few = (serial: string, from = 0, count = 3): Batch =>
  batchOf(serial, morning(from + count), { from, to: from + count });

describe('while one batch is stored', () => {
  test('those of other terminals gather, and share the next transaction', async () => {
    const serials = ['D', 'B', 'C', 'A', 'E'].map((letter) => `TOGETHER${letter}`);
    const applied = await Promise.all(serials.map((serial) => one.apply(few(serial))));
    expect(applied.map(({ outcome, stored }) => `${outcome} ${stored}`)).toEqual(serials.map(() => 'applied 3'));
    expect(await transactionsOf(...serials)).toBe(2);
    expect(await transactionsOf('TOGETHERD')).toBe(1);
    expect(await transactionsOf(...serials.slice(1))).toBe(1);
  });

  test('they give the rows they would have given alone', async () => {
    await Promise.all(['FIRST', 'COMPANYA', 'COMPANYB'].map((serial) => one.apply(few(serial))));
    await Promise.all([one.apply(few('FIRST', 3)), one.apply(few('COMPANYA', 3)), one.apply(few('COMPANYB', 3))]);
    await applyBatch(db, few('ALONE'), means);
    await applyBatch(db, few('ALONE', 3), means);
    expect(await rowsOf('COMPANYA')).toHaveLength(6);
    expect(await rowsOf('COMPANYA')).toEqual(await rowsOf('ALONE'));
    expect(await rowsOf('COMPANYB')).toEqual(await rowsOf('ALONE'));
  });

  test('two of one terminal follow each other, whatever stands between them', async () => {
    const outcomes = await Promise.all([
      one.apply(few('BEFORE')),
      one.apply(few('SAME')),
      one.apply(few('OTHER')),
      one.apply(few('SAME', 3)),
    ]);
    expect(outcomes.map(({ stored }) => stored)).toEqual([3, 3, 3, 3]);
    expect(await transactionsOf('SAME')).toBe(2);
  });

  test('a large one takes nobody with it', async () => {
    const large = few('LARGE', 0, 400);
    await Promise.all([one.apply(few('BEFORELARGE')), one.apply(few('BESIDE')), one.apply(large)]);
    expect(await transactionsOf('BESIDE', 'LARGE')).toBe(2);
  });
});

describe('a batch that cannot be applied', () => {
  test('is refused for what it is, and its company is stored', async () => {
    await one.apply(few('CONTRADICTED'));
    const wrong = batchOf('CONTRADICTED', morning(4).reverse(), { from: 0, to: 4 });
    const [, refused, kept] = await Promise.allSettled([
      one.apply(few('BEFOREWRONG')),
      one.apply(wrong),
      one.apply(few('INNOCENT')),
    ]);
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'BATCH_CONTRADICTS_STORED' } });
    expect(kept).toMatchObject({ status: 'fulfilled', value: { outcome: 'applied', stored: 3 } });
    expect(await rowsOf('CONTRADICTED')).toHaveLength(3);
    expect(await rowsOf('INNOCENT')).toHaveLength(3);
  });

  test('and one that is ahead of its predecessor waits for it, while its company is stored', async () => {
    const [, ahead, kept] = await Promise.allSettled([
      one.apply(few('BEFOREAHEAD')),
      one.apply(few('AHEAD', 3)),
      one.apply(few('PUNCTUAL')),
    ]);
    expect(ahead).toMatchObject({ status: 'rejected', reason: { code: 'BATCH_AHEAD' } });
    expect(kept).toMatchObject({ status: 'fulfilled', value: { stored: 3 } });
    expect(await rowsOf('AHEAD')).toHaveLength(0);
  });
});

describe('a transaction that tasks share', () => {
  const note = (text: string) => (tx: typeof db) => sql`select pg_notify('nobody', ${text})`.execute(tx);

  test('is not committed when a task stumbles, whatever the others did', async () => {
    const store = (tx: typeof db) =>
      sql`insert into office (code, name, time_zone) values ('bersama', 'Bersama', 'Asia/Jakarta')`.execute(tx);
    await expect(transactions.run([store, () => Promise.reject(new Error('stumbled'))])).rejects.toThrow('stumbled');
    expect(await db.selectFrom('office').selectAll().where('code', '=', 'bersama').execute()).toEqual([]);
  });

  test('says so when a statement failed and its task kept it to itself', async () => {
    const quiet = (tx: typeof db) => sql`select 1 / 0`.execute(tx).catch(() => null);
    await expect(transactions.run([quiet])).rejects.toMatchObject({ code: 'INTERNAL' });
    // The connection serves on.
    await expect(transactions.run([note('again'), note('and again')])).resolves.toHaveLength(2);
  });
});

test('with the database away, everybody is told so at once', async () => {
  const nowhere = openSharedTransactions('postgres://nobody@127.0.0.1:1/none', { maxConnections: 1 });
  const applier = createApplier(nowhere, means, 1);
  const ends = await Promise.allSettled(['X', 'Y', 'Z'].map((serial) => applier.apply(few(serial))));
  for (const end of ends) expect(end).toMatchObject({ status: 'rejected', reason: { code: 'STORE_UNAVAILABLE' } });
  await nowhere.close();
});
