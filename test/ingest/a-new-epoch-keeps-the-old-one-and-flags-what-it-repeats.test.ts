import { expect, test } from 'vitest';
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import type { Batch } from '../../src/punch/batch.ts';
import { readCursor } from '../../src/store/cursor.ts';
import { createTestDatabase } from '../tools/database.ts';
import { batchOf, means, morning, record } from './batches.ts';

const { db } = await createTestDatabase();
const noon = Date.UTC(2026, 2, 2, 12);

const rewritten = (
  serial: string,
  log: Buffer[],
  epoch: number,
  priorNext: number,
  given: Partial<Batch> = {},
): Batch =>
  batchOf(serial, log, { epoch, opens: { reason: 'log-rewritten', priorEpoch: epoch - 1, priorNext }, ...given });

async function suspectsOf(serial: string, epoch: number): Promise<(string | null)[]> {
  const rows = await db
    .selectFrom('attendance')
    .select('suspect')
    .where('terminal_serial', '=', serial)
    .where('epoch', '=', epoch)
    .orderBy('ordinal')
    .execute();
  return rows.map((row) => row.suspect);
}

test('records that stood in an earlier epoch are stored and flagged with the newest of them', async () => {
  const first = morning(4);
  await applyBatch(db, batchOf('EPOCH1', first), means);
  const fresh = [record('2026-03-03 07:00:00', '77'), record('2026-03-03 07:00:00', '78')];
  const second = [...first.slice(2), ...fresh.slice(0, 1)];
  await applyBatch(db, rewritten('EPOCH1', second, 2, 4), means);
  expect(await suspectsOf('EPOCH1', 2)).toEqual(['seen-in-epoch-1', 'seen-in-epoch-1', null]);

  const third = [...first.slice(0, 1), ...second.slice(1), ...fresh.slice(1)];
  await applyBatch(db, rewritten('EPOCH1', third, 3, 3), means);
  expect(await suspectsOf('EPOCH1', 3)).toEqual(['seen-in-epoch-1', 'seen-in-epoch-2', 'seen-in-epoch-2', null]);
  expect(await suspectsOf('EPOCH1', 1)).toEqual([null, null, null, null]);
  const epochs = await db
    .selectFrom('log_epoch')
    .selectAll()
    .where('terminal_serial', '=', 'EPOCH1')
    .orderBy('epoch')
    .execute();
  expect(epochs.map((row) => [row.epoch, row.reason, row.prior_next])).toEqual([
    [1, 'first-contact', 0],
    [2, 'log-rewritten', 4],
    [3, 'log-rewritten', 3],
  ]);
});

test('a log that had hidden its end shows it again: flagged where an earlier epoch reached as far, and nowhere else', async () => {
  const log = morning(3);
  await applyBatch(db, batchOf('EPOCH2', log), means);
  await applyBatch(db, rewritten('EPOCH2', log.slice(0, 1), 2, 3), means);
  const arrived = { opens: null, epoch: 2, bracket: { absentAtMs: noon, presentAtMs: noon + 60_000 } };
  const later = [...log, record('2026-03-03 07:00:00', '77')];
  await applyBatch(db, batchOf('EPOCH2', later, { ...arrived, from: 1, to: 3 }), means);
  // Behind where any earlier epoch ended, a record was made anew, whatever it looks like.
  const anew = [...later, ...log.slice(0, 1)];
  await applyBatch(db, batchOf('EPOCH2', anew, { ...arrived, from: 3, to: 5 }), means);
  const seen = 'seen-in-epoch-1';
  expect(await suspectsOf('EPOCH2', 2)).toEqual([seen, seen, seen, null, null]);
});

test('a late batch of a closed epoch adds nothing: stored already, or refused', async () => {
  const first = morning(10);
  await applyBatch(db, batchOf('EPOCH3', first, { to: 6 }), means);
  await applyBatch(db, rewritten('EPOCH3', morning(3).reverse(), 2, 6), means);
  expect(await applyBatch(db, batchOf('EPOCH3', first, { to: 6 }), means)).toMatchObject({ outcome: 'already' });
  const late = applyBatch(db, batchOf('EPOCH3', first, { from: 6 }), means);
  await expect(late).rejects.toMatchObject({ code: 'BATCH_CONTRADICTS_STORED', context: { why: 'epoch-closed' } });
  const altered = first.with(1, record('2026-03-02 09:00:00', '1'));
  const contradicting = applyBatch(db, batchOf('EPOCH3', altered, { to: 6 }), means);
  await expect(contradicting).rejects.toMatchObject({
    code: 'BATCH_CONTRADICTS_STORED',
    context: { why: 'records-differ' },
  });
  expect(await readCursor(db, 'EPOCH3')).toMatchObject({ epoch: 2, next: 3 });
});

test('of two pollers that open the same epoch, one wins and nothing of the other is mixed in', async () => {
  await applyBatch(db, batchOf('EPOCH4', morning(5)), means);
  const openings = [morning(9).reverse(), morning(8).reverse()].map((log) => rewritten('EPOCH4', log, 2, 5));
  const outcomes = await Promise.allSettled(openings.map((batch) => applyBatch(db, batch, means)));
  expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
  const winner = openings[outcomes.findIndex((outcome) => outcome.status === 'fulfilled')];
  expect((await suspectsOf('EPOCH4', 2)).length).toBe(winner?.to);
});
