import { expect, test } from 'vitest';
import { setAside } from '../../src/store/set-aside.ts';
import { createTestDatabase } from '../tools/database.ts';

const { db } = await createTestDatabase();
const entry = { serial: 'AAA1', officeCode: 'kominfo', reasonCode: 'BATCH_CONTRADICTS_STORED', reason: 'differs' };

test('the same content again only counts up; another reason or content is another entry', async () => {
  const content = Uint8Array.from([0, 255, 1, 0, 10]);
  await setAside(db, { ...entry, content });
  await setAside(db, { ...entry, content });
  await setAside(db, { ...entry, content: Uint8Array.from([1]) });
  await setAside(db, { ...entry, content, reasonCode: 'BATCH_FENCED', reason: 'old\u0000 lease' });
  const rows = await db.selectFrom('set_aside').selectAll().orderBy('set_aside_id').execute();
  expect(rows.map((row) => [row.reason_code, row.times, row.reason, [...row.content]])).toEqual([
    ['BATCH_CONTRADICTS_STORED', 2, 'differs', [0, 255, 1, 0, 10]],
    ['BATCH_CONTRADICTS_STORED', 1, 'differs', [1]],
    ['BATCH_FENCED', 1, 'old\ufffd lease', [0, 255, 1, 0, 10]],
  ]);
});

test('what is read and refused at each poll is one entry, when it says what it is', async () => {
  for (const batchId of ['one', 'two', 'three']) {
    await setAside(db, { ...entry, serial: 'BBB2', content: Buffer.from(batchId), identity: 'BBB2/1/0-5' });
  }
  const rows = await db.selectFrom('set_aside').selectAll().where('terminal_serial', '=', 'BBB2').execute();
  expect(rows.map((row) => [row.times, row.content.toString()])).toEqual([[3, 'one']]);
});
