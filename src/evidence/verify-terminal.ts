/**
 * Recomputes the chain of one terminal from its rows (docs/data.md, "Evidence that shows tampering").
 *
 * Every row must be where a batch put it, every batch must hash to what it says, and every head must follow from the one
 * before it. Rows are read once, in the order they were chained.
 */
import type { Kysely } from 'kysely';
import { readCursor } from '../store/cursor.ts';
import { sealBefore } from '../store/evidence-before.ts';
import {
  contentWriter,
  type EpochRow,
  epochLine,
  eventLine,
  headerLine,
  headOf,
  markBytes,
  punchLine,
  sampleLine,
} from '../store/evidence-lines.ts';
import {
  type BatchRow,
  batchBefore,
  countUnchained,
  type DayRange,
  type PlacedPunch,
  type RowStream,
  readEpochs,
  type SeqEvent,
  type SeqSample,
  streamBatches,
  streamEvents,
  streamPunches,
  streamSamples,
} from '../store/evidence-scan.ts';
import type { Tables } from '../store/tables.ts';
import type { FindingList } from './findings.ts';
import { nameAltered } from './name-altered.ts';

/** What was looked at, for people who wait. */
export interface Tally {
  batches: number;
  punches: number;
  samples: number;
  events: number;
  epochs: number;
  /** Rows from before the chain began, sealed as they were found or not at all. */
  readonly unchained: { punches: number; samples: number; epochs: number };
  /** Terminals whose rows are older than any chain. */
  terminalsWithoutChain: number;
}

interface Streams {
  readonly punches: RowStream<PlacedPunch>;
  readonly samples: RowStream<SeqSample>;
  readonly events: RowStream<SeqEvent>;
}

interface Walk {
  readonly tx: Kysely<Tables>;
  readonly serial: string;
  readonly range: DayRange;
  readonly findings: FindingList;
  readonly tally: Tally;
  readonly onProgress: () => void;
}

/** Where the chain stands: what the next batch must follow. */
interface Place {
  readonly seq: number;
  /** What the next head may follow: where one was altered, also what it must have been. Null: not known. */
  readonly heads: readonly Buffer[] | null;
  readonly epoch: number;
  readonly to: number;
}

/** Verifies one terminal. Findings and counts are added to `walk`. */
export async function verifyTerminal(walk: Walk): Promise<void> {
  const { tx, serial, range } = walk;
  const batches = await streamBatches(tx, serial, range);
  const first = await takeOne(batches);
  if (first === null) {
    await batches.close();
    if (range.fromDay === null && range.toDay === null) await verifyUnchained(walk);
    return;
  }
  const epochs = new Map((await readEpochs(tx, serial)).map((row) => [row.epoch, row]));
  let place = await startOf(walk, first, epochs);
  const streams: Streams = {
    punches: await streamPunches(tx, serial, { epoch: place.epoch, ordinal: place.to }),
    samples: await streamSamples(tx, serial, place.seq + 1),
    events: await streamEvents(tx, serial, place.seq + 1),
  };
  for (let batch: BatchRow | null = first; batch !== null; batch = await takeOne(batches)) {
    place = await verifyBatch(walk, streams, place, batch, epochs);
    walk.onProgress();
  }
  if (range.toDay === null) await verifyEnd(walk, streams, place, epochs);
  for (const stream of [batches, streams.punches, streams.samples, streams.events]) await stream.close();
}

async function takeOne(batches: RowStream<BatchRow>): Promise<BatchRow | null> {
  let taken: BatchRow | null = null;
  await batches.take(
    () => taken === null,
    (row) => {
      taken = row;
    },
  );
  return taken;
}

/** What the first batch follows: the batch before the range, or what was there before there was a chain. */
async function startOf(walk: Walk, first: BatchRow, epochs: Map<number, EpochRow>): Promise<Place> {
  const { tx, serial, tally, findings } = walk;
  const before = first.seq === 1 ? null : await batchBefore(tx, serial, first.seq);
  if (before !== null) {
    // Openings before the range are not looked at.
    for (const epoch of epochs.keys()) if (epoch <= before.epoch) epochs.delete(epoch);
    return { ...before, heads: [before.head] };
  }
  if (first.seq > 1) {
    findings.add({ table: 'evidence_batch', what: 'removed', serial, seqs: [1, first.seq - 1], rows: first.seq - 1 });
    return { seq: first.seq - 1, heads: null, epoch: first.epoch, to: first.from };
  }
  const found = await sealBefore(tx, { serial, epoch: first.epoch, from: first.from, opens: first.opens });
  tally.unchained.punches += found.punches;
  tally.unchained.samples += found.samples;
  tally.unchained.epochs += found.epochs;
  for (const epoch of epochs.keys()) if (epoch < first.epoch || !first.opens) epochs.delete(epoch);
  return { seq: 0, heads: [found.head], epoch: first.epoch, to: first.from };
}

/** Verifies one batch against its rows and the head before it. Returns where the chain stands behind it. */
async function verifyBatch(
  walk: Walk,
  streams: Streams,
  place: Place,
  batch: BatchRow,
  epochs: Map<number, EpochRow>,
): Promise<Place> {
  const { serial, findings, tally } = walk;
  const { seq, epoch, from, to } = batch;
  const isNext = seq === place.seq + 1;
  if (!isNext) {
    const seqs = [place.seq + 1, seq - 1] as const;
    findings.add({ table: 'evidence_batch', what: 'removed', serial, seqs, rows: seq - place.seq - 1 });
  }
  await takeStrays(walk, streams, batch);

  const writer = contentWriter(false);
  const missing: [number, number][] = [];
  let [next, samples, events] = [from, 0, 0];
  const opened = batch.opens ? epochs.get(epoch) : undefined;
  if (opened !== undefined) writer.add(epochLine(opened));
  else if (batch.opens) findings.add({ table: 'log_epoch', what: 'removed', serial, epoch });
  epochs.delete(epoch);
  await streams.punches.take(
    (row) => row.epoch === epoch && row.ordinal < to,
    (row) => {
      if (row.ordinal > next) missing.push([next, row.ordinal - 1]);
      next = row.ordinal + 1;
      writer.add(punchLine(row));
    },
  );
  if (next < to) missing.push([next, to - 1]);
  await streams.samples.take(
    (row) => row.seq === seq,
    (row) => {
      samples += 1;
      writer.add(sampleLine(row));
    },
  );
  await streams.events.take(
    (row) => row.seq === seq,
    (row) => {
      events += 1;
      writer.add(eventLine(row));
    },
  );
  for (const [first, last] of missing) {
    findings.add({ table: 'punch', what: 'removed', serial, epoch, ordinals: [first, last], rows: last - first + 1 });
  }
  tally.batches += 1;
  tally.epochs += opened === undefined ? 0 : 1;
  tally.punches += to - from;
  tally.samples += samples;
  tally.events += events;

  const isAltered = !writer.finish().digest.equals(batch.content) && (await nameAltered(walk, batch, opened ?? null));
  // With the first batch it may also be what was there before the chain.
  const computed = (isNext ? place.heads : null)?.map((prior) => headAfter(prior, batch, serial)) ?? null;
  const followed = isWhole(batch) && (computed === null || computed.some((head) => head.equals(batch.head)));
  if (isAltered || !followed) findings.add({ table: 'evidence_batch', what: 'altered', serial, seqs: [seq, seq] });
  return { ...batch, heads: followed ? [batch.head] : [batch.head, ...(computed ?? [])] };
}

function headAfter(prior: Buffer, batch: BatchRow, serial: string): Buffer {
  return headOf(prior, headerLine({ ...batch, serial }), { digest: batch.content, marks: batch.marks });
}

/** It keeps a mark of every row it says to have brought. */
function isWhole(batch: BatchRow): boolean {
  return batch.marks.length === expectedLines(batch) * markBytes;
}

function expectedLines({ from, to, samples, events, opens }: BatchRow): number {
  return (opens ? 1 : 0) + to - from + samples + events;
}

/** Rows in front of a batch that the batches before it did not bring. */
async function takeStrays(walk: Walk, streams: Streams, batch: BatchRow | null): Promise<void> {
  const { serial, findings } = walk;
  const isBefore = (epoch: number, ordinal: number): boolean =>
    batch === null || epoch < batch.epoch || (epoch === batch.epoch && ordinal < batch.from);
  await streams.punches.take(
    (row) => isBefore(row.epoch, row.ordinal),
    ({ epoch, ordinal }) =>
      findings.add({ table: 'punch', what: 'inserted', serial, epoch, ordinals: [ordinal, ordinal] }),
  );
  await streams.samples.take(
    (row) => batch === null || row.seq < batch.seq,
    (row) =>
      findings.add({
        table: 'clock_sample',
        what: 'inserted',
        serial,
        atMs: row.sampledAtMs,
        seqs: [row.seq, row.seq],
      }),
  );
  await streams.events.take(
    (row) => batch === null || row.seq < batch.seq,
    (row) =>
      findings.add({
        table: 'clock_event',
        what: 'inserted',
        serial,
        identity: row.identity,
        seqs: [row.seq, row.seq],
      }),
  );
}

/** Behind the last batch there is nothing, and the cursor stands where it ended. */
async function verifyEnd(walk: Walk, streams: Streams, place: Place, epochs: Map<number, EpochRow>): Promise<void> {
  const { tx, serial, findings } = walk;
  await takeStrays(walk, streams, null);
  for (const epoch of epochs.keys()) findings.add({ table: 'log_epoch', what: 'inserted', serial, epoch });
  const cursor = await readCursor(tx, serial);
  if (cursor === null) return;
  const isAhead = cursor.epoch > place.epoch || (cursor.epoch === place.epoch && cursor.next > place.to);
  if (!isAhead) return;
  const from = cursor.epoch === place.epoch ? place.to : 0;
  const ordinals = [from, Math.max(from, cursor.next - 1)] as const;
  findings.add({ table: 'evidence_batch', what: 'removed', serial, epoch: cursor.epoch, ordinals });
}

async function verifyUnchained({ tx, serial, tally }: Walk): Promise<void> {
  const { punches, samples, epochs } = await countUnchained(tx, serial);
  if (punches + samples + epochs === 0) return;
  tally.terminalsWithoutChain += 1;
  tally.unchained.punches += punches;
  tally.unchained.samples += samples;
  tally.unchained.epochs += epochs;
}
