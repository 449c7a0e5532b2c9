/**
 * What is gone when a log does not continue what is stored, and how much of it can be proven.
 *
 * Three witnesses are heard: the counter, which says how many records were written while nothing could be read; the
 * records themselves, which show by standing where they stood, or by their running numbers, that nothing unread was
 * overwritten; and the host's clock, which says between which instants it must have happened. A punch that was made
 * after the last count and erased before the next left no trace with any of them, so what is said is nearly always a
 * lower bound. It is never more than what was lost, as long as the counter counts.
 */
import type { ProvenAlignment, WholeRead } from './alignment.ts';
import type { LogCursor } from './batch.ts';
import { countRecords, sameBytes, sliceRecords } from './overlap.ts';

/** What happened to the log, as far as can be told from outside. */
export type LossKind = 'cleared' | 'shrank' | 'wrapped' | 'rewritten' | 'layout-changed' | 'swapped';

/** What the bounds rest on. */
export type LossGround =
  /** Nothing watches a terminal between two polls: there may have been more. */
  | 'unwatched'
  /** The terminal numbers its records, and numbers are missing. Numbering may have begun anew in between. */
  | 'numbered'
  /** The last stored records stand where they stood, so nothing behind them was dropped or overwritten: none is lost. */
  | 'in-place'
  /** The counter contradicted what was read, so nothing is built on it. */
  | 'counter-doubted'
  /** The machine is gone from its place, perhaps with records on it that can still be read elsewhere. */
  | 'out-of-reach';

/** Records that were written and never read. Travels in the batch that opens the next epoch. */
export interface Loss {
  readonly kind: LossKind;
  /** At least so many; 0 where none can be proven. */
  readonly atLeast: number;
  /** At most so many; null where nothing limits it. With 0 nothing was lost, provably. */
  readonly atMost: number | null;
  readonly ground: LossGround;
  /** They were written after this host time; null when the log had never been read to its end. Milliseconds UTC. */
  readonly sinceMs: number | null;
  /** And before this one. */
  readonly untilMs: number;
  /** Records stored of the epoch that were still on the terminal when it was last read. */
  readonly stored: number;
  /** Records the counter saw being written since then, at least. */
  readonly counted: number;
  /** Records on the terminal now; null when that is not its log. */
  readonly found: number | null;
}

/**
 * What a terminal's counter said since its log was last read to the end. Only its growth is evidence: that it says what
 * is stored proves nothing, for a full log drops as many as it writes, and a cleared one can be filled to the same length.
 */
export interface CountTally {
  /** The place in the log it starts from; a tally of another place says nothing. */
  readonly epoch: number;
  readonly next: number;
  /** The sum of all growth that was seen: so many records were written, whatever was erased in between. */
  readonly written: number;
  readonly last: number;
  /** A read contradicted it. */
  readonly doubted: boolean;
}

/** Equal records in a row that do not stand in the same place by accident; as for a shift (shift.ts). */
const enoughInPlace = 8;
/** From this share of its capacity on, a log may have begun to drop or overwrite its oldest records. */
const nearlyFullShare = 0.95;
/** A full log that drops its oldest records keeps at least this share of them. */
const droppedShare = 0.5;
/** Where a 40-byte record of a ring log holds its running number (docs/protocol.md, "40-byte record"). */
const runningNumberAt = 36;

/**
 * The tally after one more count.
 *
 * @param tally null before the first count since the log was read
 * @param cursor where the log stands, enqueued records included; null for a terminal that was never read
 * @param count what the terminal says; null where it says nothing
 */
export function tallied(tally: CountTally | null, cursor: LogCursor | null, count: number | null): CountTally | null {
  if (cursor === null || count === null) return tally;
  const continues = tally !== null && tally.epoch === cursor.epoch && tally.next === cursor.next;
  const before = continues ? tally : { written: 0, last: cursor.next - cursor.base, doubted: false };
  const written = before.written + Math.max(0, count - before.last);
  return { epoch: cursor.epoch, next: cursor.next, written, last: count, doubted: before.doubted };
}

/**
 * Whether a log must be judged by {@link assessLoss}: it opens an epoch, or it follows an empty one and holds so much that
 * it may have begun to drop its oldest records. Nothing of an empty log can be missed, so it would pass for its own begin.
 */
export function mayHaveLost(
  alignment: ProvenAlignment,
  cursor: LogCursor,
  read: WholeRead,
  recordCapacity: number | null,
): boolean {
  if (alignment.kind === 'new-epoch') return true;
  const wasEmpty = cursor.next === cursor.base;
  return wasEmpty && recordCapacity !== null && read.totalRecords >= recordCapacity * droppedShare;
}

/**
 * Judges a log that does not simply continue ({@link mayHaveLost}): what it was that happened to it, and what is gone.
 *
 * @param input.cursor where the log stood
 * @param input.stored the stored records of ordinals `cursor.base` to `cursor.next`, oldest first
 * @param input.read the whole log as it is now
 * @param input.tally what the counter said since the log was last read
 * @param input.recordCapacity null where the terminal does not say
 * @param input.seenAtMs host time of the read, in milliseconds UTC
 */
export function assessLoss(input: {
  readonly cursor: LogCursor;
  readonly stored: Uint8Array;
  readonly read: WholeRead;
  readonly alignment: ProvenAlignment;
  readonly tally: CountTally | null;
  readonly recordCapacity: number | null;
  readonly seenAtMs: number;
}): Loss {
  const { cursor, stored, read, tally, seenAtMs } = input;
  const counted = tally === null || tally.doubted ? 0 : tally.written;
  const comparable = cursor.strideBytes === read.strideBytes && cursor.layout === read.layout;
  const place = comparable ? inPlace(stored, read) : { records: 0, toTheEnd: false };
  const facts = {
    kind: kindOf(input, place.records),
    sinceMs: cursor.readThroughMs,
    untilMs: Math.max(seenAtMs, cursor.readThroughMs ?? seenAtMs),
    stored: cursor.next - cursor.base,
    counted,
    found: read.totalRecords,
  };
  const numbers = comparable ? missingNumbers(stored, read) : null;
  if (numbers !== null && numbers > 0) return { ...facts, atLeast: numbers, atMost: null, ground: 'numbered' };

  // Of what was written since, no more can have been read than what stands there and did not stand there before.
  const atLeast = Math.max(0, counted - (read.totalRecords - place.records));
  if (atLeast > 0) return { ...facts, atLeast, atMost: null, ground: 'unwatched' };
  if (numbers === 0 || place.toTheEnd) return { ...facts, atLeast: 0, atMost: 0, ground: 'in-place' };
  return { ...facts, atLeast: 0, atMost: null, ground: tally?.doubted ? 'counter-doubted' : 'unwatched' };
}

/**
 * What is out of reach when another machine answers in the place of a known one.
 *
 * @param cursor where the log of the machine that is gone stood
 * @param seenAtMs host time when the other one answered, in milliseconds UTC
 */
export function assessSwap(cursor: LogCursor, tally: CountTally | null, seenAtMs: number): Loss {
  const counted = tally === null || tally.doubted ? 0 : tally.written;
  return {
    kind: 'swapped',
    atLeast: counted,
    atMost: null,
    ground: 'out-of-reach',
    sinceMs: cursor.readThroughMs,
    untilMs: Math.max(seenAtMs, cursor.readThroughMs ?? seenAtMs),
    stored: cursor.next - cursor.base,
    counted,
    found: null,
  };
}

function kindOf(
  { alignment, cursor, stored, read, tally, recordCapacity }: Parameters<typeof assessLoss>[0],
  inPlaceRecords: number,
): LossKind {
  const { totalRecords, strideBytes, bytes } = read;
  if (alignment.kind !== 'new-epoch') return 'wrapped';
  if (alignment.reason === 'layout-changed') return 'layout-changed';
  if (totalRecords === 0) return 'cleared';
  const storedRecords = cursor.next - cursor.base;
  const beginning = sliceRecords(stored, strideBytes, 0, totalRecords);
  if (totalRecords < storedRecords && sameBytes(beginning, bytes)) return 'shrank';
  const full = (recordCapacity ?? Number.POSITIVE_INFINITY) * nearlyFullShare;
  const wasFull = storedRecords + (tally?.written ?? 0) >= full && totalRecords >= full * droppedShare;
  if (totalRecords >= full || wasFull) return 'wrapped';
  return inPlaceRecords > 0 || alignment.reason === 'log-rewritten' ? 'rewritten' : 'cleared';
}

/**
 * How many records stand where they stood, and whether the last stored ones do. Only runs count that are long enough to
 * be no accident; a record that repeats the one before it adds nothing to a run's length.
 */
function inPlace(stored: Uint8Array, read: WholeRead): { readonly records: number; readonly toTheEnd: boolean } {
  const { strideBytes, bytes, totalRecords } = read;
  const storedRecords = countRecords(stored, strideBytes);
  let records = 0;
  let run = { records: 0, distinct: 0 };
  for (let at = 0; at < Math.min(storedRecords, totalRecords); at += 1) {
    const record = sliceRecords(stored, strideBytes, at, at + 1);
    if (!sameBytes(record, sliceRecords(bytes, strideBytes, at, at + 1))) {
      if (run.distinct >= enoughInPlace) records += run.records;
      run = { records: 0, distinct: 0 };
      continue;
    }
    const repeats = at > 0 && sameBytes(record, sliceRecords(stored, strideBytes, at - 1, at));
    run = { records: run.records + 1, distinct: run.distinct + (repeats ? 0 : 1) };
  }
  if (run.distinct >= enoughInPlace) records += run.records;
  return { records, toTheEnd: totalRecords >= storedRecords && run.distinct >= enoughInPlace };
}

/**
 * How many running numbers lie between the newest stored record and the oldest one in the read.
 *
 * @returns null where records bear no running numbers, or these do not go on from the stored ones
 */
function missingNumbers(stored: Uint8Array, read: WholeRead): number | null {
  if (read.layout !== 'zk40') return null;
  const before = numbersOf(stored, read.strideBytes);
  const now = numbersOf(read.bytes, read.strideBytes);
  if (before === null || now === null || now.lowest < before.lowest || now.highest <= before.highest) return null;
  if (now.lowest > before.highest) return now.lowest - before.highest - 1;
  const common = sliceRecords(
    stored,
    read.strideBytes,
    before.positionOf(now.lowest),
    before.positionOf(now.lowest) + 1,
  );
  const again = sliceRecords(read.bytes, read.strideBytes, now.positionOf(now.lowest), now.positionOf(now.lowest) + 1);
  return sameBytes(common, again) ? 0 : null;
}

/** Running numbers, if there are: each one more than the one before it, but for the one place where a ring begins. */
function numbersOf(
  bytes: Uint8Array,
  strideBytes: number,
): { readonly lowest: number; readonly highest: number; positionOf(number: number): number } | null {
  const records = countRecords(bytes, strideBytes);
  if (records < enoughInPlace) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numberAt = (at: number): number => view.getUint32(at * strideBytes + runningNumberAt, true);
  let start = 0;
  for (let at = 1; at < records; at += 1) {
    if (numberAt(at) === numberAt(at - 1) + 1) continue;
    if (start > 0) return null;
    start = at;
  }
  const lowest = numberAt(start);
  const highest = numberAt((start + records - 1) % records);
  if (highest - lowest !== records - 1) return null;
  return { lowest, highest, positionOf: (number) => (start + number - lowest) % records };
}
