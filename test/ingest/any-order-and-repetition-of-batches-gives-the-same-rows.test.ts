import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isGerbangError } from '../../src/errors.ts';
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import type { Batch } from '../../src/punch/batch.ts';
import { createTestDatabase } from '../tools/database.ts';
import { judged } from '../tools/judged.ts';
import { batchOf, means, record, sample } from './batches.ts';

const { db } = await createTestDatabase();
const startMs = Date.UTC(2026, 2, 2, 0);
let serials = 0;

/** Everything stored of a terminal, without its name. */
async function rowsOf(serial: string): Promise<unknown> {
  const punches = await db
    .selectFrom('punch')
    .selectAll()
    .where('terminal_serial', '=', serial)
    .orderBy('ordinal')
    .execute();
  const times = await db
    .selectFrom('attendance')
    .selectAll()
    .where('terminal_serial', '=', serial)
    .orderBy('ordinal')
    .execute();
  const log = await db.selectFrom('terminal_log').selectAll().where('serial', '=', serial).executeTakeFirst();
  const withoutName = (row: object) => ({ ...row, terminal_serial: '', serial: '', punch_id: '' });
  return [punches.map(withoutName), times.map(withoutName), withoutName(log ?? {})];
}

/** Delivers like a queue that retries: what came too early comes again, until all is done. */
async function deliver(serial: string, batches: readonly Batch[], order: readonly number[]): Promise<void> {
  let waiting = order.map((n) => batches[n % batches.length]).filter((batch) => batch !== undefined);
  waiting.push(...batches);
  for (let round = 0; waiting.length > 0 && round <= batches.length; round += 1) {
    const early: Batch[] = [];
    for (const batch of waiting) {
      try {
        await applyBatch(db, { ...batch, serial }, means);
      } catch (error) {
        if (!isGerbangError(error, 'BATCH_AHEAD')) throw error;
        early.push(batch);
      }
    }
    waiting = early;
  }
  expect(waiting).toEqual([]);
}

test('records that repeat, batches cut anywhere, delivered in any order, any number of times', {
  ...judged,
  timeout: 240_000,
}, async () => {
  // Few seconds and few pins: many records are byte for byte the same, and each of them is a punch.
  const logs = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 2 })), {
    minLength: 1,
    maxLength: 90,
  });
  const cuts = fc.array(fc.nat(90), { maxLength: 5 });
  const orders = fc.array(fc.nat(20), { maxLength: 14 });
  await fc.assert(
    fc.asyncProperty(logs, cuts, orders, async (punches, at, order) => {
      const log = punches.map(([second, pin]) => record(`2026-03-02 07:00:0${second}`, `${pin}`));
      const edges = [...new Set([0, ...at.map((cut) => cut % log.length), log.length])].sort((a, b) => a - b);
      const batches = edges.slice(1).map((to, n) => {
        const from = edges[n] ?? 0;
        return batchOf('X', log, {
          from,
          to,
          bracket: { absentAtMs: n === 0 ? null : startMs + n * 60_000, presentAtMs: startMs + (n + 1) * 60_000 },
          readThroughMs: startMs + (n + 1) * 60_000,
          samples: [sample(startMs + n * 60_000 + 59_000, 5_000)],
        });
      });
      serials += 2;
      const [shuffled, straight] = [`ORDER${serials}`, `ORDER${serials + 1}`];
      await deliver(shuffled, batches, order);
      await deliver(straight, batches, []);
      const stored = await rowsOf(shuffled);
      expect(stored).toEqual(await rowsOf(straight));
      expect(stored).toMatchObject([{ length: log.length }, { length: log.length }, { next_ordinal: log.length }]);
    }),
    { numRuns: 25 },
  );
});
