import { expect, test } from 'vitest';
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import { createTestDatabase } from '../tools/database.ts';
import { batchOf, means, record, sample } from './batches.ts';

const { db } = await createTestDatabase();
/** 19:00 in UTC+7. */
const readAtMs = Date.UTC(2026, 2, 2, 12);

interface Row {
  readonly status: string;
  readonly revision: number;
}

async function rowsOf(serial: string): Promise<Row[]> {
  const rows = await db
    .selectFrom('attendance')
    .selectAll()
    .where('terminal_serial', '=', serial)
    .orderBy('ordinal')
    .execute();
  return rows.map((row) => ({ status: row.time_status, revision: row.revision }));
}

/** A whole log in batches of two: the first brings the samples, the last says that the log ended. */
async function read(serial: string, log: Buffer[]): Promise<number[]> {
  const samples = [sample(readAtMs - 1_000, 0), sample(readAtMs + 100, 0, 'after-read')];
  const revised: number[] = [];
  for (let from = 0; from < log.length; from += 2) {
    const to = Math.min(from + 2, log.length);
    const given = {
      from,
      to,
      samples: from === 0 ? samples : [],
      bracket: { absentAtMs: null, presentAtMs: readAtMs },
      readThroughMs: to === log.length ? readAtMs - 50 : null,
    };
    revised.push((await applyBatch(db, batchOf(serial, log, given), means)).revised);
  }
  return revised;
}

const steady = [
  record('2026-03-02 07:00:00'),
  record('2026-03-02 07:10:00'),
  record('2026-03-02 07:20:00'),
  record('2026-03-02 07:30:00'),
];

test('a steady log in several batches is never concluded twice', async () => {
  expect(await read('STEADY1', [...steady, record('2026-03-02 07:40:00'), record('2026-03-02 07:50:00')])).toEqual([
    0, 0, 0,
  ]);
  expect(await rowsOf('STEADY1')).toEqual(Array(6).fill({ status: 'provisional', revision: 1 }));
});

test('a coin cell that died is found in a later batch: what came before it is concluded anew', async () => {
  const log = [...steady, record('2000-01-01 00:05:00'), record('2026-03-02 18:00:00')];
  expect(await read('RESET1', log)).toEqual([0, 0, 4]);
  const rows = await rowsOf('RESET1');
  expect(rows.slice(0, 4)).toEqual(Array(4).fill({ status: 'uncorrectable', revision: 2 }));
  expect(rows[5]).toEqual({ status: 'provisional', revision: 1 });
  const lines = await db
    .selectFrom('outbox')
    .selectAll()
    .where('terminal_serial', '=', 'RESET1')
    .orderBy('outbox_id')
    .execute();
  expect(lines.map((line) => [line.from_ordinal, line.to_ordinal])).toEqual([
    [0, 2],
    [2, 4],
    [0, 4],
    [4, 6],
  ]);
});

test('a second jump revises what stands between the two, and nothing a second time', async () => {
  const between = [record('2012-01-01 08:05:00'), record('2012-01-01 08:06:00')];
  const after = [record('2011-01-01 08:00:00'), record('2011-01-01 08:01:00')];
  expect(await read('TWICE1', [...steady, ...between, ...after])).toEqual([0, 0, 4, 2]);
  const rows = await rowsOf('TWICE1');
  expect(rows.slice(0, 6)).toEqual(Array(6).fill({ status: 'uncorrectable', revision: 2 }));
});

test('a later read does not touch what an earlier read concluded', async () => {
  await read('LATER1', steady);
  const log = [...steady, record('2026-03-02 06:00:00')];
  const given = { from: 4, bracket: { absentAtMs: readAtMs, presentAtMs: readAtMs + 60_000 } };
  expect((await applyBatch(db, batchOf('LATER1', log, given), means)).revised).toBe(0);
  const rows = await rowsOf('LATER1');
  expect(rows.slice(0, 4)).toEqual(Array(4).fill({ status: 'provisional', revision: 1 }));
  expect(rows[4]?.status).not.toBe('final');
});
