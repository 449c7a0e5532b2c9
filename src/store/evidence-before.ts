/**
 * Evidence from before the chain began: rows of an older version, or of a backup from then. Nobody can say any more what
 * was done to them until then; the first batch of the chain seals them as they were found.
 */
import { type Kysely, sql } from 'kysely';
import { sampleColumns } from './clock-samples.ts';
import {
  contentWriter,
  type EpochRow,
  epochLine,
  noHead,
  type PunchRow,
  punchLine,
  recordsLine,
  type SampleRow,
  sampleLine,
} from './evidence-lines.ts';
import { punchColumns } from './punches.ts';
import type { Tables } from './tables.ts';

/** Where a chain begins. */
export interface ChainStart {
  readonly serial: string;
  readonly epoch: number;
  readonly from: number;
  /** Whether the first batch opened `epoch`. */
  readonly opens: boolean;
}

/** What was there before, and what the first batch is chained to. */
export interface Before {
  readonly head: Buffer;
  readonly epochs: number;
  readonly punches: number;
  readonly samples: number;
}

const pageRows = 5_000;

/** Seals what a terminal has in front of the first batch of its chain: nothing, for a terminal that is new. */
export async function sealBefore(tx: Kysely<Tables>, start: ChainStart): Promise<Before> {
  const writer = contentWriter(false);
  const epochs = await epochsBefore(tx, start);
  for (const row of epochs) writer.add(epochLine(row));
  const punches = await addPunches(tx, start, writer.add);
  const samples = await addSamples(tx, start.serial, writer.add);
  const isEmpty = epochs.length + punches + samples === 0;
  return { head: isEmpty ? noHead : writer.finish().digest, epochs: epochs.length, punches, samples };
}

async function epochsBefore(tx: Kysely<Tables>, { serial, epoch, opens }: ChainStart): Promise<EpochRow[]> {
  const { rows } = await sql<EpochRow>`
    select epoch, reason, prior_next as "priorNext", opened_at as "openedAtMs" from log_epoch
    where terminal_serial = ${serial} and epoch <= ${opens ? epoch - 1 : epoch}
    order by epoch`.execute(tx);
  return rows;
}

async function addPunches(tx: Kysely<Tables>, start: ChainStart, add: (line: string) => void): Promise<number> {
  let count = 0;
  let at = { epoch: -1, ordinal: -1 };
  for (;;) {
    const { rows } = await sql<PunchRow & { epoch: number }>`
      select epoch, ${punchColumns} from punch
      where terminal_serial = ${start.serial} and (epoch, ordinal) > (${at.epoch}, ${at.ordinal})
        and (epoch, ordinal) < (${start.epoch}, ${start.from})
      order by epoch, ordinal limit ${pageRows}`.execute(tx);
    for (const row of rows) {
      if (row.epoch !== at.epoch) add(recordsLine(row.epoch));
      add(punchLine(row));
      at = row;
    }
    count += rows.length;
    if (rows.length < pageRows) return count;
  }
}

async function addSamples(tx: Kysely<Tables>, serial: string, add: (line: string) => void): Promise<number> {
  let count = 0;
  let after = '-infinity';
  for (;;) {
    const { rows } = await sql<SampleRow & { key: string }>`
      select ${sampleColumns}, sampled_at::text as key from clock_sample
      where terminal_serial = ${serial} and seq is null and sampled_at > ${after}::timestamptz
      order by sampled_at limit ${pageRows}`.execute(tx);
    for (const row of rows) add(sampleLine(row));
    count += rows.length;
    after = rows.at(-1)?.key ?? after;
    if (rows.length < pageRows) return count;
  }
}
