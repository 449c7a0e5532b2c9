/**
 * The chain of evidence of each terminal: what a batch stored, in the order of commits, so that nothing of it can be
 * altered, taken out or slipped in unnoticed (docs/data.md, "Evidence that shows tampering").
 */
import type { Kysely } from 'kysely';
import { sealBefore } from './evidence-before.ts';
import {
  type BatchHeader,
  type Content,
  contentWriter,
  type EpochRow,
  type EventRow,
  epochLine,
  eventLine,
  headerLine,
  headOf,
  type PunchRow,
  punchLine,
  type SampleRow,
  sampleLine,
} from './evidence-lines.ts';
import { manyRecords, ownRound } from './own-round.ts';
import { instantText } from './pg-types.ts';
import type { Tables } from './tables.ts';

/** Where the chain of a terminal goes on. */
export interface ChainEnd {
  readonly serial: string;
  /** Number of the next batch, from 1. */
  readonly seq: number;
  /** Head of the batch before it; null when it is the first. */
  readonly prior: Uint8Array | null;
  /** Start of the transaction, never earlier than the batch before, in milliseconds UTC to the microsecond. */
  readonly storedAtMs: number;
}

/** What a transaction stored, as its rows hold it: rows that were there before are not part of it. */
export interface StoredEvidence {
  /**
   * The epoch of the punches; ordinals `from` (included) to `to` (excluded). Without any, both are where the log is stored
   * to, so that every batch of a terminal begins where the one before it ended or in a later epoch.
   */
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
  /** The opening of `epoch`, when this batch opened it. */
  readonly opened: EpochRow | null;
  /** One per ordinal, in order. */
  readonly punches: Iterable<PunchRow>;
  readonly samples: readonly SampleRow[];
  readonly events: readonly EventRow[];
}

/**
 * Ends the evidence part of a transaction: one row for everything it stored, chained to the batch before. Without
 * anything new it writes none.
 *
 * @returns `seq` of the row; null when nothing was new
 */
export async function appendEvidence(
  tx: Kysely<Tables>,
  end: ChainEnd,
  stored: StoredEvidence,
): Promise<number | null> {
  const { epoch, from, to, opened, samples, events } = stored;
  if (from === to && opened === null && samples.length + events.length === 0) return null;
  const header: BatchHeader = {
    serial: end.serial,
    seq: end.seq,
    epoch,
    from,
    to,
    samples: samples.length,
    events: events.length,
    opens: opened !== null,
    storedAtMs: end.storedAtMs,
  };
  const content = await contentByRounds(linesOf(stored));
  const prior = end.prior ?? (await sealBefore(tx, header)).head;
  await tx
    .insertInto('evidence_batch')
    .values({
      terminal_serial: end.serial,
      seq: end.seq,
      epoch,
      from_ordinal: from,
      to_ordinal: to,
      samples: samples.length,
      events: events.length,
      opens: opened !== null,
      stored_at: instantText(end.storedAtMs),
      content: content.digest,
      row_marks: content.marks,
      head: headOf(prior, headerLine(header), content),
    })
    .execute();
  return end.seq;
}

/** `contentOf`, a stretch at a time: hashing two thousand records takes as long as making a page. */
async function contentByRounds(lines: Iterable<string>): Promise<Content> {
  const writer = contentWriter();
  let written = 0;
  for (const line of lines) {
    if (written > 0 && written % manyRecords === 0) await ownRound();
    writer.add(line);
    written += 1;
  }
  return writer.finish();
}

function* linesOf(stored: StoredEvidence): Iterable<string> {
  if (stored.opened !== null) yield epochLine(stored.opened);
  for (const punch of stored.punches) yield punchLine(punch);
  const samples = stored.samples.toSorted((a, b) => a.sampledAtMs - b.sampledAtMs);
  for (const sample of samples) yield sampleLine(sample);
  for (const event of stored.events.toSorted(byIdentity)) yield eventLine(event);
}

/** As `collate "C"` sorts: identities are ASCII. */
function byIdentity(a: EventRow, b: EventRow): number {
  if (a.identity === b.identity) return 0;
  return a.identity < b.identity ? -1 : 1;
}
