/**
 * Applying a batch: one transaction, top to bottom, that stores all of it or nothing.
 *
 * The cursor moves in the transaction that stores the records, and nowhere else. So the queue may deliver late, twice or
 * out of order, and a process may die between any two lines: what is stored is always a whole number of batches.
 */
import type { Kysely } from 'kysely';
import { crashPoint } from '../crash-points.ts';
import { GerbangError } from '../errors.ts';
import { type ApplyDecision, decideBatch } from '../punch/apply.ts';
import type { Batch, LogCursor } from '../punch/batch.ts';
import { countRecords, sameBytes, sliceRecords } from '../punch/overlap.ts';
import type { PunchRecord, RecordLayout } from '../punch/record.ts';
import { needsUserTable } from '../punch/user-pins.ts';
import { insertClockEvents } from '../store/clock-events.ts';
import { insertClockSamples } from '../store/clock-samples.ts';
import {
  openEpoch,
  readEpochEnd,
  readLongestEpochEnd,
  readStoredImage,
  type StoredCursor,
  writeCursor,
} from '../store/cursor.ts';
import { appendEvidence, type ChainEnd } from '../store/evidence-batches.ts';
import { noteGap } from '../store/gaps.ts';
import { manyRecords, ownRound } from '../store/own-round.ts';
import { findInEarlierEpochs, insertPunches, type PunchRun, punchRowsOf, recordEvidenceOf } from '../store/punches.ts';
import type { Tables } from '../store/tables.ts';
import { readTerminalStart } from '../store/terminal-start.ts';
import { registerTerminal } from '../store/terminals.ts';
import { type Concluded, conclude } from './conclude.ts';

/** The time zone of an office. */
export interface OfficeZone {
  /** IANA name, such as `Asia/Jakarta`. */
  readonly timeZone: string;
  /** What the zone adds to UTC at an instant, in milliseconds. */
  offsetMs(utcMs: number): number;
}

/** What applying needs from outside: it knows neither zones nor record layouts. */
export interface IngestMeans {
  zoneOf(officeCode: string): OfficeZone;
  /** One punch per `strideBytes`, in order. */
  decode(
    layout: RecordLayout,
    strideBytes: number,
    bytes: Uint8Array,
    pinByUid?: ReadonlyMap<number, string>,
  ): Iterable<PunchRecord>;
}

/** What came of a batch. */
export interface Applied {
  /** `already`: all its records were stored before; only its clock samples may have been new. */
  readonly outcome: 'applied' | 'already';
  /** Records stored now. */
  readonly stored: number;
  /** Stored before, and given another answer because of what the batch brought. */
  readonly revised: number;
  /** Of these, how many contradict what an earlier model said of them. */
  readonly contradicted: number;
}

/**
 * Stores a batch: punches, cursor, clock samples, attendance and what is to be published. Applying it again, or after
 * its successor, changes nothing.
 *
 * @throws GerbangError BATCH_AHEAD (try again later), BATCH_CONTRADICTS_STORED, BATCH_FENCED, BATCH_MALFORMED (set it
 * aside), STORE_UNAVAILABLE (try again; whether the commit came through shows when it is applied again)
 */
export async function applyBatch(db: Kysely<Tables>, batch: Batch, means: IngestMeans): Promise<Applied> {
  const applied = await db.transaction().execute((tx) => applyIn(tx, batch, means));
  crashPoint('ingest.after-commit');
  return applied;
}

/**
 * {@link applyBatch} in a transaction of the caller's, which must not be committed when this throws. The first statement
 * locks the terminal; no two batches of one terminal share a transaction.
 */
export async function applyIn(tx: Kysely<Tables>, batch: Batch, means: IngestMeans): Promise<Applied> {
  const bytes = Buffer.from(batch.recordsBase64, 'base64');
  const zone = means.zoneOf(batch.officeCode);
  const { officeCode, terminalName, serial, strideBytes } = batch;
  // Locks the terminal until the commit, known or not: batches of one terminal are applied one after the other.
  await registerTerminal(tx, { serial, officeCode, name: terminalName, timeZone: zone.timeZone });
  crashPoint('ingest.after-lock');
  const { stored, chain } = await readTerminalStart(tx, serial);
  const decision = await judge(tx, batch, bytes, stored);
  crashPoint('ingest.after-judge');
  const applies = decision.kind === 'apply' ? decision : null;
  if (batch.to - batch.from >= manyRecords) await ownRound();
  const added = sliceRecords(bytes, strideBytes, applies?.skip ?? batch.to - batch.from, batch.to - batch.from);
  const run = runOf(batch, applies?.from ?? batch.to, added, means);
  const place = applies === null && stored !== null ? placeOf(stored.cursor) : { epoch: batch.epoch, from: run.from };
  const opensEpoch = applies?.opensEpoch ?? false;
  const brought = await storeEvidence(tx, batch, chain, { ...place, run, opensEpoch, zone });
  crashPoint('ingest.after-evidence');
  if (batch.loss !== undefined) await noteGap(tx, batch, batch.loss);
  const { revised, contradicted } = await concludeFrom(tx, batch, run, { ...brought, zone });
  if (applies === null) return { outcome: 'already', stored: 0, revised, contradicted };
  await writeCursor(tx, applies.cursor, batch.fence);
  crashPoint('ingest.before-commit');
  return { outcome: 'applied', stored: run.records.length, revised, contradicted };
}

/** The records of a batch that are not stored yet, from ordinal `from` on; none is a run, too. */
function runOf(batch: Batch, from: number, bytes: Uint8Array, means: IngestMeans): PunchRun {
  const { serial, epoch, layout, strideBytes, bracket } = batch;
  const records = bytes.length > 0 ? [...means.decode(layout, strideBytes, bytes, new Map(batch.userPins))] : [];
  if (records.length !== batch.to - from) throw malformed('its records do not fill its range');
  return { serial, epoch, from, strideBytes, bytes, records, source: 'pull', ...bracket };
}

/** What a batch brought: its number in the chain, null when nothing was new, and its samples if any of them was. */
interface StoredEvidence {
  readonly seq: number | null;
  readonly samples: Batch['samples'];
}

/** All that a batch brings and that is not stored yet, and the line of the chain that covers it. */
async function storeEvidence(
  tx: Kysely<Tables>,
  batch: Batch,
  end: ChainEnd,
  part: { epoch: number; from: number; run: PunchRun; opensEpoch: boolean; zone: OfficeZone },
): Promise<StoredEvidence> {
  const { serial, opens } = batch;
  const { epoch, from, run } = part;
  const samples = await insertClockSamples(tx, serial, batch.samples, part.zone.offsetMs, end.seq);
  const events = batch.events === undefined ? [] : await insertClockEvents(tx, serial, batch.events, end.seq);
  const opened =
    part.opensEpoch && opens !== null
      ? await openEpoch(tx, { serial, epoch, reason: opens.reason, priorNext: opens.priorNext })
      : null;
  if (run.records.length >= manyRecords) await ownRound();
  if (run.records.length > 0) {
    await insertPunches(tx, run);
    crashPoint('ingest.after-punches');
  }
  const to = from + run.records.length;
  const line = { epoch, from, to, opened, punches: punchRowsOf(run), samples, events };
  return { seq: await appendEvidence(tx, end, line), samples: samples.length > 0 ? batch.samples : [] };
}

/** Where the log is stored to: the place of evidence that brings no records. */
function placeOf(cursor: LogCursor): { epoch: number; from: number } {
  return { epoch: cursor.epoch, from: cursor.next };
}

/** What follows from the evidence, and word of it. Nothing follows from evidence that was there before. */
async function concludeFrom(
  tx: Kysely<Tables>,
  batch: Batch,
  run: PunchRun,
  { seq, samples, zone }: StoredEvidence & { readonly zone: OfficeZone },
): Promise<Concluded> {
  const { serial, epoch, officeCode, events } = batch;
  if (seq === null) return { revised: 0, contradicted: 0 };
  const news = { serial, seq, zone: zone.timeZone, samples, events };
  if (run.records.length === 0) return conclude(tx, { ...news, fresh: null });
  const records = recordEvidenceOf(run);
  const suspects = await suspectsOf(tx, batch, run);
  return conclude(tx, {
    ...news,
    fresh: { serial, epoch, from: run.from, to: batch.to, officeCode, records, suspects },
  });
}

/** Reasons to look twice at the records of a run; null for none. */
async function suspectsOf(tx: Kysely<Tables>, batch: Batch, run: PunchRun): Promise<(string | null)[]> {
  const pinByUid = new Map(batch.userPins);
  const repeats = await repeatsOf(tx, batch, run);
  return run.records.map(({ uid }, at) => {
    const unresolved = needsUserTable(batch.layout) && uid !== null && !pinByUid.has(uid);
    return [repeats[at], unresolved ? 'pin-unresolved' : null].filter((reason) => reason != null).join(', ') || null;
  });
}

/**
 * Whatever stood in the log when its epoch was opened may have been stored before, in an earlier one. So may what came
 * later: a log that had hidden its end shows it again, where it stood.
 */
async function repeatsOf(tx: Kysely<Tables>, batch: Batch, { from, bytes }: PunchRun): Promise<(string | null)[]> {
  const { serial, epoch, strideBytes, bracket } = batch;
  const mayRepeat = epoch > 1 && (bracket.absentAtMs === null || from < (await readLongestEpochEnd(tx, serial, epoch)));
  if (!mayRepeat) return Array.from({ length: countRecords(bytes, strideBytes) }, () => null);
  const seen = await findInEarlierEpochs(tx, serial, epoch, bytes, strideBytes);
  return seen.map((earlier) => (earlier === null ? null : `seen-in-epoch-${earlier}`));
}

/** The verdict on the batch, or the error that says why there is nothing to do now or ever. */
async function judge(
  tx: Kysely<Tables>,
  batch: Batch,
  records: Uint8Array,
  stored: StoredCursor | null,
): Promise<Extract<ApplyDecision, { kind: 'apply' | 'already' }>> {
  const cursor = stored?.cursor ?? null;
  const isOlder = cursor !== null && batch.epoch < cursor.epoch;
  const epochClosedAt = isOlder ? await readEpochEnd(tx, batch.serial, batch.epoch) : null;
  const input = { batch, records, cursor, storedFence: stored?.fence ?? null, epochClosedAt };
  let decision = decide(input);
  if (decision.kind === 'fenced') {
    // Read under a lease that has passed on, but by now its successor has stored the same: nothing is left to refuse.
    const repeat = decide({ ...input, storedFence: null });
    if (repeat.kind === 'already') decision = repeat;
  }
  if (decision.kind === 'apply' || decision.kind === 'already') {
    if (await repeatsWhatIsStored(tx, batch, records, cursor)) return decision;
    decision = { kind: 'contradicts', why: 'records-differ' };
  }
  throw refusal(batch, decision);
}

function decide(input: Parameters<typeof decideBatch>[0]): ApplyDecision {
  try {
    return decideBatch(input);
  } catch (error) {
    if (error instanceof RangeError) throw malformed(error.message);
    throw error;
  }
}

/** Compares the part of a batch that is stored with what is stored, byte for byte. */
async function repeatsWhatIsStored(
  tx: Kysely<Tables>,
  batch: Batch,
  records: Uint8Array,
  cursor: LogCursor | null,
): Promise<boolean> {
  if (cursor === null || batch.epoch > cursor.epoch) return true;
  const { serial, epoch, from, strideBytes } = batch;
  const to = epoch === cursor.epoch ? Math.min(batch.to, cursor.next) : batch.to;
  const windowFrom = cursor.next - countRecords(cursor.window, cursor.strideBytes);
  // decideBatch has compared what lies in the window beside the cursor.
  if (from >= to || (epoch === cursor.epoch && from >= windowFrom)) return true;
  const stored = await readStoredImage(tx, serial, epoch, from, to);
  return sameBytes(sliceRecords(records, strideBytes, 0, to - from), stored);
}

function refusal(batch: Batch, decision: Exclude<ApplyDecision, { kind: 'apply' | 'already' }>): GerbangError {
  const { serial, epoch, from, to, fence } = batch;
  const context = { serial, epoch, from, to, fence };
  switch (decision.kind) {
    case 'ahead':
      return new GerbangError('BATCH_AHEAD', 'A batch came before its predecessor. It is tried again.', { context });
    case 'fenced':
      return new GerbangError(
        'BATCH_FENCED',
        'A batch was read under a lease that has passed to another gateway. It is set aside; the terminal is read again.',
        { context },
      );
    case 'contradicts':
      return new GerbangError(
        'BATCH_CONTRADICTS_STORED',
        `A batch does not continue what is stored (${decision.why}). It is set aside whole; the terminal is read again.`,
        { context: { ...context, why: decision.why } },
      );
  }
}

function malformed(why: string): GerbangError {
  return new GerbangError(
    'BATCH_MALFORMED',
    `A batch is not whole (${why}). It is set aside; the terminal is read again.`,
  );
}
