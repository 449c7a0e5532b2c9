import { expect, test } from 'vitest';
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import { createTestDatabase } from '../tools/database.ts';
import { batchOf, means, record, sample } from './batches.ts';

const { db } = await createTestDatabase();
/** 07:00 in UTC+7. Polls a minute apart, each with a sample before and after its read. */
const firstMs = Date.UTC(2026, 2, 2, 0);
const secondMs = firstMs + 60_000;

async function poll(serial: string, log: Buffer[], from: number, readMs: number, offMs: number, before: number | null) {
  const samples = [sample(readMs - 300, offMs), sample(readMs + 200, offMs, 'after-read')];
  const given = {
    from,
    samples,
    bracket: { absentAtMs: before, presentAtMs: readMs + 100 },
    readThroughMs: readMs,
    opens: from === 0 && before === null ? { reason: 'first-contact' as const, priorEpoch: 0, priorNext: 0 } : null,
  };
  await applyBatch(db, batchOf(serial, log, given), means);
}

async function timesOf(serial: string) {
  return db.selectFrom('attendance').selectAll().where('terminal_serial', '=', serial).orderBy('ordinal').execute();
}

test('a clock minutes off, the same before and after: final, and right', async () => {
  // 07:00:30 true, on a clock 4:10 ahead.
  const log = [record('2026-03-02 07:04:40')];
  await poll('FINAL1', [], 0, firstMs, 250_000, null);
  await poll('FINAL1', log, 0, secondMs, 250_000, firstMs);
  const [row] = await timesOf('FINAL1');
  const truth = firstMs + 30_000;
  expect(row?.time_status).toBe('final');
  expect(row?.earliest).toBeLessThanOrEqual(truth);
  expect(row?.latest).toBeGreaterThanOrEqual(truth);
  expect((row?.latest ?? 0) - (row?.earliest ?? 0)).toBeLessThan(3_500);
  expect(Math.abs((row?.occurred_at ?? 0) - truth)).toBeLessThan(1_000);
});

test('a clock that was moved in between: not final, and the bounds still hold the truth', async () => {
  // 07:00:30 true, on a clock that was right; then somebody moved it an hour ahead.
  const log = [record('2026-03-02 07:00:30')];
  await poll('MOVED1', [], 0, firstMs, 0, null);
  await poll('MOVED1', log, 0, secondMs, 3_600_000, firstMs);
  const [row] = await timesOf('MOVED1');
  const truth = firstMs + 30_000;
  expect(row?.time_status).toBe('bounded');
  expect(row?.earliest).toBeLessThanOrEqual(truth);
  expect(row?.latest).toBeGreaterThanOrEqual(truth);
});

test('later samples of the same terminal, and samples of others, change nothing', async () => {
  const log = [record('2026-03-02 07:04:40')];
  await poll('OTHER1', [], 0, firstMs, -999_000, null);
  await poll('SAME1', [], 0, firstMs, 250_000, null);
  await poll('SAME1', log, 0, secondMs, 250_000, firstMs);
  await poll('SAME1', log, 1, secondMs + 60_000, 400_000, secondMs);
  const [same] = await timesOf('SAME1');
  const [reference] = await timesOf('FINAL1');
  expect({ ...same, punch_id: '', terminal_serial: '' }).toEqual({ ...reference, punch_id: '', terminal_serial: '' });
});
