/** What worlds take for a database is held to the real one: the same batches in the same order, refusals and all. */
import { expect, test } from 'vitest';
import { zoneOffsetMs } from '../../src/clock/zone.ts';
import { isGerbangError } from '../../src/errors.ts';
import { applyBatch, type IngestMeans } from '../../src/ingest/apply-batch.ts';
import type { Batch } from '../../src/punch/batch.ts';
import { readCursor } from '../../src/store/cursor.ts';
import { registerOffice } from '../../src/store/terminals.ts';
import { decodeRecords } from '../../src/zk/records.ts';
import { createTestDatabase } from '../tools/database.ts';
import { judged } from '../tools/judged.ts';
import { planWorld } from './plan.ts';
import type { Shelf } from './store.ts';
import { playWorld } from './world.ts';

/** Small worlds with batches that come late and twice, and logs that do not simply go on. A backup would undo commits. */
function isTelling(seed: number): boolean {
  const { terminals, queue, troubles } = planWorld(seed);
  const has = (...kinds: readonly string[]): boolean => troubles.some(({ trouble }) => kinds.includes(trouble.kind));
  return (
    terminals.length === 2 && queue.twice > 0.1 && has('clear', 'hides', 'spoil') && has('crash') && !has('restore')
  );
}

const seeds = Array.from({ length: 500 }, (_, index) => index + 1)
  .filter(isTelling)
  .slice(0, 2);

test.each(seeds)('the batches of seed %i', { ...judged, timeout: 240_000 }, async (seed) => {
  const plan = planWorld(seed);
  const { batches, store } = await playWorld(plan);
  const { db } = await createTestDatabase();
  const { timeZone } = plan.office;
  await registerOffice(db, { code: 'dunia', name: 'Dunia', timeZone });
  const means: IngestMeans = {
    zoneOf: () => ({ timeZone, offsetMs: (utcMs) => zoneOffsetMs(timeZone, utcMs) }),
    decode: decodeRecords,
  };
  const outcomeOf = (batch: Batch): Promise<string> =>
    applyBatch(db, batch, means).then(
      ({ outcome }) => outcome,
      (error) => (isGerbangError(error) ? error.code : String(error)),
    );
  for (const { batch, outcome } of batches) {
    const name = `${batch.serial} ${batch.epoch}:${batch.from}..${batch.to}`;
    expect(`${name} ${await outcomeOf(batch)}`).toBe(`${name} ${outcome}`);
  }
  for (const serial of store.serials()) {
    const shelf = store.shelfOf(serial);
    expect(await readCursor(db, serial)).toEqual(shelf === null ? null : cursorOf(shelf));
    expect(await rowsIn(db, serial)).toEqual(rowsOf(shelf));
    const samples = await db
      .selectFrom('clock_sample')
      .select('sampled_at')
      .where('terminal_serial', '=', serial)
      .execute();
    expect(samples).toHaveLength(shelf?.samples.length ?? 0);
  }
});

const cursorOf = ({ cursor }: Shelf) => ({ ...cursor, window: Buffer.from(cursor.window) });

function rowsOf(shelf: Shelf | null): string[] {
  return [...(shelf?.epochs ?? [])].flatMap(([epoch, { rows }]) =>
    rows.map(({ raw, seenInEpoch }, ordinal) => `${epoch}:${ordinal} ${raw.toString('hex')} ${seenInEpoch ?? ''}`),
  );
}

async function rowsIn(db: Awaited<ReturnType<typeof createTestDatabase>>['db'], serial: string): Promise<string[]> {
  const rows = await db
    .selectFrom('punch as p')
    .innerJoin('attendance as a', (join) =>
      join
        .onRef('a.terminal_serial', '=', 'p.terminal_serial')
        .onRef('a.epoch', '=', 'p.epoch')
        .onRef('a.ordinal', '=', 'p.ordinal'),
    )
    .select(['p.epoch', 'p.ordinal', 'p.raw', 'a.suspect'])
    .where('p.terminal_serial', '=', serial)
    .orderBy('p.epoch')
    .orderBy('p.ordinal')
    .execute();
  return rows.map(({ epoch, ordinal, raw, suspect }) => {
    const seen = /seen-in-epoch-(\d+)/.exec(suspect ?? '');
    return `${epoch}:${ordinal} ${raw.toString('hex')} ${seen?.[1] ?? ''}`;
  });
}
