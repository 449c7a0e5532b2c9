import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { recompute } from '../../src/ingest/recompute.ts';
import { countAlarms, readAlarms } from '../../src/store/alarms.ts';
import { createTestDatabase } from '../tools/database.ts';
import { handPolled } from './terminal.ts';

const { db } = await createTestDatabase();
const second = 1_000;
const minute = 60_000;
const startMs = Date.UTC(2026, 2, 2, 0);

test('the earlier answer is kept, the row holds both bounds and is not final, and it is said once', async () => {
  const terminal = handPolled(db, 'ALARM1');
  await terminal.read(startMs, [], 0, startMs - second);
  const punches = [startMs + 20 * second, startMs + 30 * second, startMs + 40 * second];
  await terminal.read(startMs + minute, punches, 0, startMs + minute - second);
  const rows = () =>
    db.selectFrom('attendance').selectAll().where('terminal_serial', '=', 'ALARM1').orderBy('ordinal').execute();
  const truth = await rows();
  expect(truth.map(({ time_status }) => time_status)).toEqual(['final', 'final', 'final']);

  // Planted: what an earlier model would have said, had it believed something that was not so.
  await sql`
    update attendance_time
    set occurred_at = occurred_at - interval '9 s', earliest = earliest - interval '9 s', latest = latest - interval '9 s'
    where terminal_serial = 'ALARM1' and ordinal in (1, 2)`.execute(db);
  const planted = await rows();
  const request = { serial: 'ALARM1', dryRun: false, concurrency: 1 };
  expect((await recompute(db, request)).counts).toEqual({ rows: 3, changed: 2, told: 2, adjusted: 0, alarms: 2 });

  const after = await rows();
  expect(after[0]).toEqual(truth[0]);
  for (const at of [1, 2]) {
    expect(after[at]).toMatchObject({
      time_status: 'bounded',
      occurred_at: truth[at]?.occurred_at,
      earliest: planted[at]?.earliest,
      latest: truth[at]?.latest,
      model_version: 2,
    });
  }
  const kept = await db.selectFrom('attendance_change').selectAll().where('terminal_serial', '=', 'ALARM1').execute();
  expect(kept).toMatchObject([
    { ordinal: 1, why: 'contradicted', time_status: 'final', occurred_at: planted[1]?.occurred_at, model_version: 1 },
    { ordinal: 2, why: 'contradicted', time_status: 'final', occurred_at: planted[2]?.occurred_at, model_version: 1 },
  ]);
  expect(await countAlarms(db, 0)).toBe(1);
  expect(await readAlarms(db, { sinceMs: 0, limit: 10 })).toMatchObject([
    {
      serial: 'ALARM1',
      officeCode: 'kominfo',
      terminalName: 'Lobi',
      epoch: 1,
      from: 1,
      to: 3,
      earlierVersion: 1,
      modelVersion: 2,
      earlier: { earliestMs: planted[1]?.earliest, latestMs: planted[1]?.latest, status: 'final' },
      later: { earliestMs: truth[1]?.earliest, latestMs: truth[1]?.latest, status: 'final' },
    },
  ]);
  const lines = await db.selectFrom('outbox').selectAll().where('terminal_serial', '=', 'ALARM1').execute();
  expect(lines.map((line) => [line.from_ordinal, line.to_ordinal])).toContainEqual([1, 3]);

  expect((await recompute(db, request)).counts).toEqual({ rows: 3, changed: 0, told: 0, adjusted: 0, alarms: 0 });
  expect(await rows()).toEqual(after);
  expect(await countAlarms(db, 0)).toBe(1);
});
