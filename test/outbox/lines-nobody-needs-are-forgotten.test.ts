import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { readChangeBounds, readChanges } from '../../src/store/changes.ts';
import { enrolConsumer, moveConsumer, noteFailure } from '../../src/store/consumers.ts';
import { appendOutbox, pruneOutbox, sequenceOutbox } from '../../src/store/outbox.ts';
import { createTestDatabase } from '../tools/database.ts';

const { db } = await createTestDatabase();
const dayMs = 86_400_000;
const keeping = { keepMs: 14 * dayMs, lagMs: 60 * dayMs };

/** Ten lines of two rows each, the first one `days` old, each a day younger than the one before. */
async function tenLines(days: number): Promise<void> {
  for (let n = 0; n < 10; n += 1) await appendOutbox(db, { serial: 'AAA1', epoch: 1, from: 2 * n, to: 2 * n + 2 });
  await sequenceOutbox(db);
  await sql`update outbox set sequenced_at = now() - (${days} - (end_position - 2) / 2 + 0.5) * interval '1 day'`.execute(
    db,
  );
}

const stand = (name: string, position: number): Promise<unknown> =>
  sql`update outbox_consumer set position = ${position} where name = ${name}`.execute(db);
const oldest = async (): Promise<number> => (await readChangeBounds(db)).oldest;

beforeEach(async () => {
  await db.deleteFrom('outbox').execute();
  await sql`delete from outbox_consumer where name <> 'mqtt'`.execute(db);
  await sql`update outbox_head set next_position = 0, sequenced_at = now() - interval '1000 days'`.execute(db);
  await stand('mqtt', 0);
});

test('what everybody has confirmed is kept for its days, and then forgotten from the front', async () => {
  await tenLines(20);
  await stand('mqtt', 20);
  expect(await pruneOutbox(db, keeping, 100)).toBe(7);
  expect(await oldest()).toBe(14);
  expect(await pruneOutbox(db, keeping, 100)).toBe(0);
});

test('in pieces', async () => {
  await tenLines(20);
  await stand('mqtt', 20);
  expect(await pruneOutbox(db, keeping, 3)).toBe(3);
  expect(await oldest()).toBe(6);
  expect(await pruneOutbox(db, keeping, 3)).toBe(3);
  expect(await pruneOutbox(db, keeping, 3)).toBe(1);
});

test('lines wait for a consumer that lags, and for one that is switched off, but not past the limit', async () => {
  await tenLines(30);
  await stand('mqtt', 20);
  await enrolConsumer(db, 'webhook:slow', 'oldest');
  await moveConsumer(db, 'webhook:slow', { from: 0, to: 5, rows: 5 });
  await noteFailure(db, 'webhook:slow', 5, 'disabled', 'HTTP 410');
  // Five rows confirmed: the line with the sixth is not.
  expect(await pruneOutbox(db, keeping, 100)).toBe(2);
  expect(await readChanges(db, { from: 5, limit: 100 })).toMatchObject({ kind: 'page', next: 20 });
  expect(await pruneOutbox(db, { keepMs: 14 * dayMs, lagMs: 25 * dayMs }, 100)).toBe(4);
  expect(await oldest()).toBe(12);
  // Told, not led past the hole.
  expect(await readChanges(db, { from: 5, limit: 100 })).toMatchObject({ kind: 'gone', bounds: { oldest: 12 } });
  await noteFailure(db, 'webhook:slow', 5, 'gone', 'what comes next is kept no longer');
  // Nobody waits for one that is gone any more.
  expect(await pruneOutbox(db, keeping, 100)).toBe(4);
});

test('lines wait for MQTT for ever', async () => {
  await tenLines(500);
  await stand('mqtt', 7);
  expect(await pruneOutbox(db, keeping, 100)).toBe(3);
  expect(await oldest()).toBe(6);
});

test('lines without a position are never forgotten', async () => {
  await appendOutbox(db, { serial: 'AAA1', epoch: 1, from: 0, to: 2 });
  await sql`update outbox set created_at = now() - interval '900 days'`.execute(db);
  expect(await pruneOutbox(db, keeping, 100)).toBe(0);
  await sequenceOutbox(db);
  expect(await oldest()).toBe(0);
});

test('a host clock that is set back makes no hole', async () => {
  await appendOutbox(db, { serial: 'AAA1', epoch: 1, from: 0, to: 2 });
  await sql`update outbox_head set sequenced_at = now() + interval '3 days'`.execute(db);
  await sequenceOutbox(db);
  await appendOutbox(db, { serial: 'AAA1', epoch: 1, from: 2, to: 4 });
  await sequenceOutbox(db);
  const { rows } = await sql<{ falling: boolean }>`
    select sequenced_at < lag(sequenced_at) over (order by end_position) as falling from outbox order by end_position`.execute(
    db,
  );
  expect(rows.map(({ falling }) => falling)).toEqual([null, false]);
});
