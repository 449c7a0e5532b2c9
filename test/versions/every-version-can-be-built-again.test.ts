import { expect, test } from 'vitest';
import { buildClockModel } from '../../src/clock/model.ts';
import { modelDigest } from '../../src/clock/versions.ts';
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import { loadEvidence } from '../../src/ingest/model-evidence.ts';
import { recompute } from '../../src/ingest/recompute.ts';
import { asStored } from '../../src/store/attendance.ts';
import { readModel } from '../../src/store/clock-models.ts';
import { randomPlan, type Theme } from '../clock/random-worlds.ts';
import { play } from '../clock/truth.ts';
import { means } from '../ingest/batches.ts';
import { createTestDatabase } from '../tools/database.ts';
import { judged } from '../tools/judged.ts';
import { batchesOf } from './day.ts';

const { db } = await createTestDatabase();

/** Every version is built again of what it names; returns how many there were, and how many rows rest on them. */
async function rebuildAll(serial: string): Promise<{ versions: number; rows: number }> {
  const versions = await db.selectFrom('clock_model').select('version').where('terminal_serial', '=', serial).execute();
  let rows = 0;
  for (const { version } of versions) {
    const stored = await readModel(db, serial, version);
    if (stored === null) throw new Error(`version ${version} is gone`);
    const { evidence } = await loadEvidence(db, stored.window);
    expect(modelDigest(evidence), `${serial}, version ${version}`).toBe(stored.digest);
    const { times } = buildClockModel(evidence);
    const named = await db
      .selectFrom('attendance_time')
      .select(['epoch', 'ordinal', 'occurred_at', 'earliest', 'latest', 'time_status'])
      .where('terminal_serial', '=', serial)
      .where('model_version', '=', version)
      .execute();
    for (const row of named) {
      const index = evidence.records.findIndex(({ epoch, ordinal }) => epoch === row.epoch && ordinal === row.ordinal);
      const time = times[index];
      expect(time && asStored(time), `${serial}, version ${version}, row ${row.ordinal}`).toEqual({
        occurredAtMs: row.occurred_at,
        earliestMs: row.earliest,
        latestMs: row.latest,
        status: row.time_status,
      });
      rows += 1;
    }
  }
  return { versions: versions.length, rows };
}

// Drawn by lot, but always the same: moved, set, reset, stopped clocks, outages, a host clock that jumps.
const worlds: readonly (readonly [Theme, number])[] = [
  ['steady', 3],
  ['moved', 5],
  ['set', 7],
  ['reset', 2],
  ['offline', 4],
  ['odd', 11],
];

test.each(worlds)('after a random stretch of polling, %s %i', { ...judged, timeout: 120_000 }, async (theme, seed) => {
  const serial = `AGAIN-${theme}-${seed}`;
  const world = play(randomPlan(seed, theme));
  const batches = batchesOf(serial, world);
  for (const batch of batches) await applyBatch(db, batch, means);
  const found = await rebuildAll(serial);
  expect(found.rows).toBe(world.evidence.records.length);
  // What came later does not reach into what was built before.
  await recompute(db, { serial, dryRun: false, concurrency: 1 });
  const later = await rebuildAll(serial);
  expect(later.rows).toBe(found.rows);
  const again = await recompute(db, { serial, dryRun: false, concurrency: 1 });
  expect(again.counts).toEqual({ rows: found.rows, changed: 0, told: 0, adjusted: 0, alarms: 0 });
  expect(await rebuildAll(serial)).toEqual(later);
});
