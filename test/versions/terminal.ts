/** A terminal polled by hand: a clock that is so much ahead, reads and looks at given instants, in UTC+7. */
import type { Kysely } from 'kysely';
import { type Applied, applyBatch } from '../../src/ingest/apply-batch.ts';
import type { Tables } from '../../src/store/tables.ts';
import { batchOf, means, record, sample } from '../ingest/batches.ts';
import { shown } from './day.ts';

const jakartaMs = 7 * 3_600_000;

export interface HandPolled {
  /** Looks at the clock, and nothing else. */
  look(atMs: number, aheadMs: number): Promise<Applied>;
  /**
   * Reads punches made at these true instants, on a clock so much ahead. Not there yet at the former read. With `lookMs`
   * the clock is looked at then, before the read.
   */
  read(atMs: number, punches: readonly number[], aheadMs: number, lookMs?: number): Promise<Applied>;
}

/** A terminal of which nothing is stored yet. */
export function handPolled(db: Kysely<Tables>, serial: string, officeCode = 'kominfo'): HandPolled {
  const log: Buffer[] = [];
  let absentAtMs: number | null = null;
  return {
    look(atMs, aheadMs) {
      const bracket = { absentAtMs, presentAtMs: atMs + 100 };
      const samples = [sample(atMs, aheadMs)];
      const from = log.length;
      return applyBatch(
        db,
        { ...batchOf(serial, log, { from, bracket, samples, readThroughMs: null }), officeCode },
        means,
      );
    },
    read(atMs, punches, aheadMs, lookMs) {
      const from = log.length;
      for (const punchMs of punches) log.push(record(shown(punchMs + aheadMs + jakartaMs), String(1_000 + log.length)));
      const bracket = { absentAtMs, presentAtMs: atMs };
      const samples = lookMs === undefined ? [] : [sample(lookMs, aheadMs)];
      absentAtMs = atMs - 200;
      const batch = batchOf(serial, log, { from, bracket, samples, readThroughMs: absentAtMs });
      return applyBatch(db, { ...batch, officeCode }, means);
    },
  };
}
