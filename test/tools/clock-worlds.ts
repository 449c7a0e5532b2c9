/** Small worlds of clocks (test/explain/cases.ts), stored the way a gateway stores them: one batch a poll. */
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import type { Database } from '../../src/store/database.ts';
import { evidenceOf, type SmallWorld } from '../explain/cases.ts';
import { batchOf, means, record } from '../ingest/batches.ts';

/** A terminal that lived through a world. */
export interface Lived {
  readonly serial: string;
  readonly terminalName: string;
  readonly officeCode: string;
  readonly world: SmallWorld;
}

const logReadAfterMs = 10_250;

/** Applies everything a gateway saw of it. */
export async function storeWorld({ db }: Database, { serial, terminalName, officeCode, world }: Lived): Promise<void> {
  const { samples, records } = evidenceOf(world);
  const log = records.map(({ deviceMs, ordinal }) =>
    record(new Date(deviceMs ?? 0).toISOString().slice(0, 19).replace('T', ' '), String(1_000 + ordinal)),
  );
  let stored = 0;
  let absentAtMs: number | null = null;
  for (const pollMs of world.polls) {
    const presentAtMs = pollMs + logReadAfterMs;
    const to = records.filter((found) => found.presentAtMs <= presentAtMs).length;
    await applyBatch(
      db,
      batchOf(serial, log, {
        officeCode,
        terminalName,
        from: stored,
        to,
        samples: samples.filter(({ sentAtMs }) => sentAtMs >= pollMs && sentAtMs < presentAtMs),
        bracket: { absentAtMs, presentAtMs },
        readThroughMs: pollMs + 10_000,
      }),
      means,
    );
    stored = to;
    absentAtMs = pollMs + 10_000;
  }
}
