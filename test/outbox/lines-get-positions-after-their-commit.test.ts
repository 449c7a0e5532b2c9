import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { readChanges } from '../../src/store/changes.ts';
import { appendOutbox, outboxChannel, sequenceOutbox } from '../../src/store/outbox.ts';
import { createTestDatabase } from '../tools/database.ts';

// A busy machine is no failure.
vi.setConfig({ testTimeout: 120_000 });
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
  await sql`update outbox_head set next_position = 0`.execute(db);
});

const range = (from: number, rows = 1, serial = 'AAA1') => ({ serial, epoch: 1, from, to: from + rows });

async function lines(): Promise<readonly (readonly [serial: string, from: number, ends: number | null])[]> {
  const { rows } = await sql<{ serial: string; from: number; ends: number | null }>`
    select terminal_serial as serial, from_ordinal as "from", end_position as ends
    from outbox order by end_position nulls last, outbox_id`.execute(db);
  return rows.map((row) => [row.serial, row.from, row.ends]);
}

test('a line takes as many positions as it has rows, without gaps', async () => {
  for (const line of [range(0, 3), range(3, 1), range(4, 2_000)]) await appendOutbox(db, line);
  await sequenceOutbox(db);
  await appendOutbox(db, range(2_004, 2));
  await sequenceOutbox(db);
  expect(await lines()).toEqual([
    ['AAA1', 0, 3],
    ['AAA1', 3, 4],
    ['AAA1', 4, 2_004],
    ['AAA1', 2_004, 2_006],
  ]);
});

test('an empty range leaves no line', async () => {
  await appendOutbox(db, { serial: 'AAA1', epoch: 1, from: 5, to: 5 });
  expect(await lines()).toEqual([]);
});

test('more lines than one call may hold are all sequenced', async () => {
  await sql`insert into outbox (terminal_serial, epoch, from_ordinal, to_ordinal)
            select 'AAA1', 1, i, i + 1 from generate_series(0, 2300) as i`.execute(db);
  await sequenceOutbox(db);
  const { rows } = await sql<{ lines: number; top: number }>`
    select count(end_position)::int as lines, max(end_position) as top from outbox`.execute(db);
  expect(rows).toEqual([{ lines: 2_301, top: 2_301 }]);
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

test('what commits late comes later, though it was written first', async () => {
  const late = new pg.Client({ connectionString: url });
  await late.connect();
  await late.query('begin');
  await late.query("insert into outbox (terminal_serial, epoch, from_ordinal, to_ordinal) values ('LATE', 1, 0, 5)");
  await appendOutbox(db, range(0, 2));
  await sequenceOutbox(db);
  expect(await lines()).toEqual([['AAA1', 0, 2]]);
  await late.query('commit');
  await late.end();
  await sequenceOutbox(db);
  expect(await lines()).toEqual([
    ['AAA1', 0, 2],
    ['LATE', 0, 7],
  ]);
});

test('callers at once share the work and leave no gap', async () => {
  for (let n = 0; n < 40; n += 1) await appendOutbox(db, range(n));
  await Promise.all([1, 2, 3, 4].map(() => sequenceOutbox(db)));
  expect(await lines()).toEqual(Array.from({ length: 40 }, (_, n) => ['AAA1', n, n + 1]));
});

test('a place once given is kept, though an earlier line commits while two callers are at work', async () => {
  const [late, first, second] = await Promise.all(
    ['late writer', 'first caller', 'second caller'].map(async (application_name) => {
      const client = new pg.Client({ connectionString: url, application_name });
      await client.connect();
      return client;
    }),
  );
  await late?.query('begin');
  await late?.query("insert into outbox (terminal_serial, epoch, from_ordinal, to_ordinal) values ('LATE', 1, 0, 5)");
  await appendOutbox(db, range(0, 2));
  await first?.query('begin');
  await first?.query('select sequence_outbox(10)');
  await late?.query('commit');
  const call = second?.query('select sequence_outbox(10)');
  const waits = sql`
    select from pg_stat_activity where application_name = 'second caller' and wait_event_type = 'Lock'`;
  await expect.poll(async () => (await waits.execute(db)).rows.length, { timeout: 60_000 }).toBe(1);
  await first?.query('commit');
  await call;
  expect(await lines()).toEqual([
    ['AAA1', 0, 2],
    ['LATE', 0, 7],
  ]);
  await Promise.all([late, first, second].map((client) => client?.end()));
});

test('a caller whose connection is killed while it waits leaves everything to the next one', async () => {
  await appendOutbox(db, range(0, 2));
  const blocker = new pg.Client({ connectionString: url });
  await blocker.connect();
  await blocker.query('begin; select next_position from outbox_head for update');
  const doomed = new pg.Client({ connectionString: url, application_name: 'doomed sequencer' });
  doomed.on('error', () => {});
  await doomed.connect();
  const call = doomed.query('select sequence_outbox(10)').then(
    () => 'done',
    () => 'killed',
  );
  const waits = sql<{ pid: number }>`
    select pid from pg_stat_activity where application_name = 'doomed sequencer' and wait_event_type = 'Lock'`;
  await expect.poll(async () => (await waits.execute(db)).rows.length, { timeout: 60_000 }).toBe(1);
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'doomed sequencer'`.execute(
    db,
  );
  expect(await call).toBe('killed');
  await blocker.query('rollback');
  await blocker.end();
  await doomed.end().catch(() => {});
  expect(await lines()).toEqual([['AAA1', 0, null]]);
  await sequenceOutbox(db);
  expect(await lines()).toEqual([['AAA1', 0, 2]]);
});

test('a hole in the order is never stepped over', async () => {
  for (const line of [range(0, 2), range(2, 2), range(4, 2)]) await appendOutbox(db, line);
  await sequenceOutbox(db);
  await db.deleteFrom('outbox').where('end_position', '=', 4).execute();
  const before = await readChanges(db, { from: 0, limit: 100 });
  expect(before).toMatchObject({ kind: 'page', next: 2 });
  expect(await readChanges(db, { from: 2, limit: 100 })).toMatchObject({ kind: 'gone', bounds: { head: 6 } });
  expect(await readChanges(db, { from: 3, limit: 100 })).toMatchObject({ kind: 'gone' });
  expect(await readChanges(db, { from: 5, limit: 100 })).toMatchObject({ kind: 'page', next: 6 });
  expect(await readChanges(db, { from: 6, limit: 100 })).toMatchObject({ kind: 'page', next: 6 });
  expect(await readChanges(db, { from: 7, limit: 100 })).toMatchObject({ kind: 'gone' });
});
