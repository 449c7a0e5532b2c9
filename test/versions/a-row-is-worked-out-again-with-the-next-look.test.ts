import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { recompute } from '../../src/ingest/recompute.ts';
import { createTestDatabase } from '../tools/database.ts';
import { handPolled } from './terminal.ts';

const { db } = await createTestDatabase();
const second = 1_000;
const minute = 60_000;
/** 07:00:20 in UTC+7. */
const startMs = Date.UTC(2026, 2, 2, 0, 0, 20);

const rowsOf = (serial: string) =>
  db.selectFrom('attendance').selectAll().where('terminal_serial', '=', serial).orderBy('ordinal').execute();
const changesOf = (serial: string) =>
  db.selectFrom('attendance_change').selectAll().where('terminal_serial', '=', serial).orderBy('ordinal').execute();
const linesOf = async (serial: string) => {
  const lines = await db
    .selectFrom('outbox')
    .selectAll()
    .where('terminal_serial', '=', serial)
    .orderBy('outbox_id')
    .execute();
  return lines.map((line) => [line.from_ordinal, line.to_ordinal]);
};

test('a punch made after the last look is final with the next one, and the answer it had is kept', async () => {
  const terminal = handPolled(db, 'NEXT1');
  await terminal.read(startMs, [], 5 * second, startMs - second);
  // The terminal is looked at, then somebody punches, then the log is read.
  const punchMs = startMs + minute - 300;
  await terminal.read(startMs + minute, [punchMs], 5 * second, startMs + minute - 2 * second);
  const [before] = await rowsOf('NEXT1');
  expect(before).toMatchObject({ time_status: 'provisional', revision: 1, model_version: 1 });
  expect(await changesOf('NEXT1')).toEqual([]);

  expect(await terminal.look(startMs + minute + second, 5 * second)).toMatchObject({ revised: 1, contradicted: 0 });
  const [after] = await rowsOf('NEXT1');
  expect(after).toMatchObject({ time_status: 'final', revision: 2, model_version: 2 });
  expect(after?.earliest).toBeLessThanOrEqual(punchMs);
  expect(after?.latest).toBeGreaterThanOrEqual(punchMs);
  const [kept] = await changesOf('NEXT1');
  expect(kept).toMatchObject({
    revision: 1,
    occurred_at: before?.occurred_at,
    earliest: before?.earliest,
    latest: before?.latest,
    time_status: 'provisional',
    model_version: 1,
    why: 'settled',
  });
  // It stayed within its minute and its bounds: nobody is told a second time.
  expect(await linesOf('NEXT1')).toEqual([[0, 1]]);
});

test('looks that tell nothing new write nothing', async () => {
  const terminal = handPolled(db, 'QUIET1');
  await terminal.read(startMs, [], 0, startMs - second);
  await terminal.read(startMs + minute, [startMs + 30 * second], 0, startMs + minute - second);
  for (let n = 2; n < 6; n += 1) {
    expect(await terminal.look(startMs + n * minute, 0)).toMatchObject({ revised: 0 });
  }
  const versions = await db.selectFrom('clock_model').selectAll().where('terminal_serial', '=', 'QUIET1').execute();
  expect(versions).toHaveLength(1);
  expect(await rowsOf('QUIET1')).toMatchObject([{ time_status: 'final', revision: 1, model_version: 1 }]);
});

test('punches read before the first look get their times with it, and everybody is told', async () => {
  const terminal = handPolled(db, 'LATE1');
  const punches = [startMs - 3 * minute, startMs - 2 * minute];
  // Two minutes ahead: without a look they can only be placed where the screen showed them, or when they were read.
  await terminal.read(startMs, punches, 2 * minute);
  expect(await rowsOf('LATE1')).toMatchObject([{ time_status: 'uncorrectable' }, { time_status: 'uncorrectable' }]);
  expect(await terminal.look(startMs + second, 2 * minute)).toMatchObject({ revised: 2 });
  const rows = await rowsOf('LATE1');
  expect(rows).toMatchObject([{ time_status: 'provisional' }, { time_status: 'provisional' }]);
  for (const [index, row] of rows.entries()) {
    expect(Math.abs(row.occurred_at - (punches[index] ?? 0))).toBeLessThan(2 * second);
  }
  expect(await changesOf('LATE1')).toMatchObject([{ why: 'crosses-minute' }, { why: 'crosses-minute' }]);
  expect(await linesOf('LATE1')).toEqual([
    [0, 2],
    [0, 2],
  ]);
});

test('rows from before there were versions are given one, once, and nobody is told', async () => {
  const terminal = handPolled(db, 'OLD1');
  await terminal.read(startMs, [], 0, startMs - second);
  await terminal.read(startMs + minute, [startMs + 30 * second], 0, startMs + minute - second);
  const [before] = await rowsOf('OLD1');
  await db.transaction().execute(async (tx) => {
    // Stored as an older Gerbang stored it.
    await sql`set local session_replication_role = replica`.execute(tx);
    await sql`update attendance_time set model_version = null where terminal_serial = 'OLD1'`.execute(tx);
    await sql`update clock_sample set seq = null where terminal_serial = 'OLD1'`.execute(tx);
    await sql`delete from clock_model where terminal_serial = 'OLD1'`.execute(tx);
  });

  const request = { serial: 'OLD1', dryRun: false, concurrency: 1 };
  const dry = await recompute(db, { ...request, dryRun: true });
  expect(dry.counts).toEqual({ rows: 1, changed: 1, told: 0, adjusted: 0, alarms: 0 });
  expect(await rowsOf('OLD1')).toMatchObject([{ model_version: null }]);
  expect((await recompute(db, request)).counts).toEqual(dry.counts);
  expect((await recompute(db, request)).counts).toMatchObject({ rows: 1, changed: 0 });
  const [after] = await rowsOf('OLD1');
  expect(after).toMatchObject({ model_version: 1, revision: 2, time_status: before?.time_status });
  expect(await changesOf('OLD1')).toMatchObject([{ why: 'versioned', model_version: null }]);
  expect(await linesOf('OLD1')).toEqual([[0, 1]]);
});

test('days choose rows by where they stand, in the time of the office', async () => {
  const terminal = handPolled(db, 'DAYS1');
  const midnightMs = Date.UTC(2026, 2, 1, 17);
  await terminal.read(midnightMs - 10 * minute, [], 0, midnightMs - 11 * minute);
  const punches = [midnightMs - 5 * second, midnightMs + 5 * second, midnightMs + 8 * second];
  await terminal.read(midnightMs + minute, punches, 0, midnightMs + 30 * second);
  const count = async (fromDay?: string, toDay?: string) =>
    (await recompute(db, { serial: 'DAYS1', fromDay, toDay, dryRun: true, concurrency: 1 })).counts.rows;
  expect(await count('2026-03-01', '2026-03-01')).toBe(1);
  expect(await count('2026-03-02')).toBe(2);
  expect(await count(undefined, '2026-02-28')).toBe(0);
  expect(await count()).toBe(3);
});
