import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { appendOutbox, type OutboxLine, outboxChannel, takeOutbox } from '../../src/store/outbox.ts';
import { createTestDatabase } from '../tools/database.ts';

const { db, url } = await createTestDatabase();
const listener = new pg.Client({ connectionString: url });
let bells = 0;

beforeAll(async () => {
  await listener.connect();
  listener.on('notification', () => {
    bells += 1;
  });
  await listener.query(`listen ${outboxChannel}`);
});
afterAll(() => listener.end());
beforeEach(async () => {
  await db.deleteFrom('outbox').execute();
});

const range = (n: number) => ({ serial: 'AAA1', epoch: 1, from: n, to: n + 1 });

async function take(limit: number): Promise<OutboxLine[]> {
  const taken: OutboxLine[] = [];
  await takeOutbox(db, limit, async (lines) => void taken.push(...lines));
  return taken;
}

test('lines come in the order they were written, each once', async () => {
  for (const n of [0, 1, 2]) await appendOutbox(db, range(n));
  expect((await take(2)).map((line) => line.from)).toEqual([0, 1]);
  expect((await take(2)).map((line) => line.from)).toEqual([2]);
  expect(await take(2)).toEqual([]);
});

test('the bell rings with the commit, and not for what was rolled back', async () => {
  const before = bells;
  const undone = db.transaction().execute(async (tx) => {
    await appendOutbox(tx, range(0));
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  await db.transaction().execute((tx) => appendOutbox(tx, range(1)));
  while (bells === before) await delay(5);
  // The one notification there is stands behind anything that came before it.
  expect(bells).toBe(before + 1);
});

test('a publisher that fails leaves its lines for the next one', async () => {
  await appendOutbox(db, range(7));
  const failing = takeOutbox(db, 10, () => Promise.reject(new Error('broker away')));
  await expect(failing).rejects.toThrow('broker away');
  expect((await take(10)).map((line) => line.from)).toEqual([7]);
});

test('two publishers at once get different lines', async () => {
  for (let n = 0; n < 6; n += 1) await appendOutbox(db, range(n));
  const seen: number[] = [];
  await takeOutbox(db, 3, async (lines) => {
    seen.push(...lines.map((line) => line.from));
    seen.push(...(await take(3)).map((line) => line.from));
  });
  expect(seen.sort()).toEqual([0, 1, 2, 3, 4, 5]);
});
