/** Which rows of a batch are not the ones it was made of, told by the marks it keeps of each. */
import type { Kysely } from 'kysely';
import {
  type EpochRow,
  epochLine,
  eventLine,
  markBytes,
  markOf,
  punchLine,
  sampleLine,
} from '../store/evidence-lines.ts';
import { type BatchRow, readEventsOf, readPunchesOf, readSamplesOf } from '../store/evidence-scan.ts';
import type { Tables } from '../store/tables.ts';
import type { FindingList } from './findings.ts';

/**
 * Names what differs in a batch whose content does not hash to what it says. Missing punches are named already.
 *
 * @returns whether it is the batch itself that was altered: all its rows are as they were
 */
export async function nameAltered(
  { tx, serial, findings }: { tx: Kysely<Tables>; serial: string; findings: FindingList },
  batch: BatchRow,
  opened: EpochRow | null,
): Promise<boolean> {
  const { seq, epoch, from, to } = batch;
  if (!findings.hasRoom()) return true;
  const before = findings.count;
  const marks = marksOf(batch);
  if (batch.opens && opened !== null && markOf(epochLine(opened)) !== marks.epoch) {
    findings.add({ table: 'log_epoch', what: 'altered', serial, epoch });
  }
  let present = 0;
  await readPunchesOf(tx, { serial, epoch, from, to }, (row) => {
    present += 1;
    if (markOf(punchLine(row)) === marks.punches[row.ordinal - from]) return;
    findings.add({ table: 'punch', what: 'altered', serial, epoch, ordinals: [row.ordinal, row.ordinal] });
  });

  const samples = await readSamplesOf(tx, serial, seq);
  const strangeSamples = unmatched(samples, (row) => markOf(sampleLine(row)), marks.samples);
  for (const { sampledAtMs: atMs } of strangeSamples.rows) {
    findings.add({ table: 'clock_sample', what: strangeSamples.what, serial, atMs, seqs: [seq, seq] });
  }
  if (strangeSamples.removed > 0) {
    findings.add({ table: 'clock_sample', what: 'removed', serial, seqs: [seq, seq], rows: strangeSamples.removed });
  }

  const events = await readEventsOf(tx, serial, seq);
  const strangeEvents = unmatched(events, (row) => markOf(eventLine(row)), marks.events);
  for (const { identity } of strangeEvents.rows) {
    findings.add({ table: 'clock_event', what: strangeEvents.what, serial, identity, seqs: [seq, seq] });
  }
  if (strangeEvents.removed > 0) {
    findings.add({ table: 'clock_event', what: 'removed', serial, seqs: [seq, seq], rows: strangeEvents.removed });
  }
  const isWhole = present === to - from && (!batch.opens || opened !== null);
  return findings.count === before && isWhole;
}

/** Rows no mark is left for, and marks no row is left for: as many of each were altered as there are of both. */
function unmatched<Row>(
  rows: readonly Row[],
  markOfRow: (row: Row) => string,
  marks: readonly string[],
): { rows: Row[]; what: 'altered' | 'inserted'; removed: number } {
  const left = new Map<string, number>();
  for (const mark of marks) left.set(mark, (left.get(mark) ?? 0) + 1);
  const strange = rows.filter((row) => {
    const mark = markOfRow(row);
    const times = left.get(mark) ?? 0;
    if (times > 0) left.set(mark, times - 1);
    return times === 0;
  });
  const unused = [...left.values()].reduce((sum, times) => sum + times, 0);
  return { rows: strange, what: unused > 0 ? 'altered' : 'inserted', removed: Math.max(0, unused - strange.length) };
}

function marksOf({ marks, opens, from, to, samples, events }: BatchRow) {
  const hex = marks.toString('hex');
  const digits = 2 * markBytes;
  const all = Array.from({ length: marks.length / markBytes }, (_, at) => hex.slice(at * digits, (at + 1) * digits));
  const punchesAt = opens ? 1 : 0;
  const samplesAt = punchesAt + to - from;
  const eventsAt = samplesAt + samples;
  return {
    epoch: opens ? all[0] : undefined,
    punches: all.slice(punchesAt, samplesAt),
    samples: all.slice(samplesAt, eventsAt),
    events: all.slice(eventsAt, eventsAt + events),
  };
}
