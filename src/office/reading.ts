/**
 * Reading what is new: the end of the log where that proves enough, else all of it; and what the answer means.
 */
import { createHash } from 'node:crypto';
import { GerbangError } from '../errors.ts';
import { alignTail, alignWhole, type ProvenAlignment } from '../punch/alignment.ts';
import type { LogCursor } from '../punch/batch.ts';
import { assessLoss, type Loss, mayHaveLost } from '../punch/loss.ts';
import { countRecords, sliceRecords } from '../punch/overlap.ts';
import type { LogRead, TerminalCounters, TerminalSession } from '../zk/driver.ts';
import { planRead, type ReadMemory, type ShrunkLog, type WholeReason, wholeReadDue } from './read-plan.ts';

/** What the log said in one poll. */
export type Found =
  /** Its end was read and its place in the log is proven. */
  | {
      readonly kind: 'read';
      readonly read: LogRead;
      readonly alignment: ProvenAlignment;
      readonly whole: boolean;
      /** What is gone with the log that was there before; null while it continues. */
      readonly loss: Loss | null;
    }
  /** The counter says that nothing happened since the last comparison. */
  | { readonly kind: 'unchanged' }
  /** It has to be read whole, and not now: the memory says why. */
  | { readonly kind: 'put-off' }
  /** It lost records that are stored. Believed only when a later read says the same. */
  | { readonly kind: 'shrunk'; readonly error: GerbangError };

/** What reading needs beside the session. */
export interface ReadingMeans {
  /** Where the log stands; null when it was never read. */
  readonly cursor: LogCursor | null;
  readonly counters: TerminalCounters;
  /** The stored records of the cursor's epoch still on the terminal; null when they cannot be had or compared now. */
  readonly storedImage: (() => Promise<Uint8Array>) | null;
  /** Takes the turn for a whole read; false when none is free. */
  takeTurn(): boolean;
  /** UTC and monotonic milliseconds. */
  readonly utcMs: number;
  readonly monotonicMs: number;
  /** People stand in front of the terminal now. */
  readonly rush: boolean;
}

/** A shorter log is believed when a second whole read, this much later, begins with the same bytes. */
export const confirmShrinkMs = 60_000;

/**
 * Reads the log as far as needed.
 *
 * @returns what was found, and what the next poll should remember
 * @throws GerbangError whatever the session throws; READ_INCOMPLETE and the like mean that nothing was learnt
 */
export async function readWhatIsNew(
  session: TerminalSession,
  memory: ReadMemory,
  means: ReadingMeans,
): Promise<{ readonly found: Found; readonly memory: ReadMemory }> {
  const { cursor, counters } = means;
  const due = wholeReadDue(cursor, memory, means.utcMs, means.rush);
  if (cursor === null || cursor.next === 0) return readWhole(session, memory, means, 'first-contact');
  if (due !== null && means.storedImage !== null) return readWhole(session, memory, means, due);
  const plan = planRead(cursor, counters, memory, means.monotonicMs);
  if (plan.kind === 'nothing') return { found: { kind: 'unchanged' }, memory };
  if (plan.kind === 'whole') return readWhole(session, memory, means, plan.reason);

  const { layout, strideBytes } = cursor;
  const read = await session.readTail({ layout, strideBytes, firstIndex: plan.firstIndex });
  if (read === null) return readWhole(session, memory, means, 'tail-refused');
  const alignment = alignTail({ cursor, read });
  if (alignment.kind === 'unprovable') return readWhole(session, memory, means, 'tail-unprovable');
  const compared = { ...memory, comparedAtMs: means.monotonicMs, tally: tallyAfter(memory, cursor, alignment) };
  return { found: { kind: 'read', read, alignment, whole: false, loss: null }, memory: compared };
}

async function readWhole(
  session: TerminalSession,
  memory: ReadMemory,
  means: ReadingMeans,
  reason: WholeReason,
): Promise<{ found: Found; memory: ReadMemory }> {
  const { cursor, counters, storedImage } = means;
  const owing = { ...memory, owed: reason };
  if (storedImage === null || !means.takeTurn()) return { found: { kind: 'put-off' }, memory: owing };
  const read = await session.readLog();
  const stored = await storedImage();
  const confirmedShrink = memory.shrunk !== null && confirms(memory.shrunk, read, means.monotonicMs);
  const alignment = alignWhole({ cursor, stored, read, confirmedShrink });
  if (alignment.kind === 'suspicious') {
    const shrunk = sameShrink(memory.shrunk, read) ?? shrunkLogOf(read, means.monotonicMs);
    const error = shrankError(alignment.missingRecords, read.totalRecords);
    return { found: { kind: 'shrunk', error }, memory: { ...owing, owed: 'shrink-to-confirm', shrunk } };
  }
  const learnt: ReadMemory = {
    ...memory,
    comparedAtMs: means.monotonicMs,
    tailRefused: refusesTails(memory, reason, alignment),
    counterLies: memory.counterLies || (counters.records !== null && counters.records < minimumOf(read, cursor)),
    owed: null,
    shrunk: null,
    tally: tallyAfter(memory, cursor, alignment),
  };
  const loss = lossOf(memory, means, stored, read, alignment);
  return { found: { kind: 'read', read, alignment, whole: true, loss }, memory: learnt };
}

/**
 * Where the log still ends where it ended, the counter's growth is settled. Elsewhere the tally is kept until the records
 * are on their way: it starts anew where the cursor then stands.
 */
function tallyAfter(memory: ReadMemory, cursor: LogCursor | null, { epoch, to }: ProvenAlignment): ReadMemory['tally'] {
  return epoch === cursor?.epoch && to === cursor.next ? null : memory.tally;
}

/** A terminal that counts nothing, or less than it holds, is no witness of what it wrote. */
function lossOf(
  { tally, counterLies }: ReadMemory,
  { cursor, counters }: ReadingMeans,
  stored: Uint8Array,
  read: LogRead,
  alignment: ProvenAlignment,
): Loss | null {
  const { recordCapacity } = counters;
  if (cursor === null || !mayHaveLost(alignment, cursor, read, recordCapacity)) return null;
  return assessLoss({
    cursor,
    stored,
    read,
    alignment,
    tally: counterLies && tally !== null ? { ...tally, doubted: true } : tally,
    recordCapacity,
    seenAtMs: Math.ceil(read.preparedAtMs),
  });
}

/**
 * Firmware that refuses tails is not asked for them until the next daily verification: it may have been updated. A log
 * that was cleared refuses one too, and says nothing about the firmware.
 */
function refusesTails(memory: ReadMemory, reason: WholeReason, alignment: ProvenAlignment): boolean {
  if (reason === 'daily') return false;
  const continues = alignment.kind === 'append' || alignment.kind === 'unchanged';
  return memory.tailRefused || (reason === 'tail-refused' && continues);
}

/** The fewest records the counter must have shown: those that were on the terminal before this session. */
function minimumOf(read: LogRead, cursor: LogCursor | null): number {
  return cursor === null ? 0 : Math.min(read.totalRecords, cursor.next - cursor.base);
}

function confirms(shrunk: ShrunkLog, read: LogRead, monotonicMs: number): boolean {
  return monotonicMs - shrunk.firstSeenAtMs >= confirmShrinkMs && sameShrink(shrunk, read) !== null;
}

/** The earlier sighting, if this log begins with what it saw: punches made since may follow. */
function sameShrink(shrunk: ShrunkLog | null, read: LogRead): ShrunkLog | null {
  if (shrunk === null || countRecords(read.bytes, read.strideBytes) < shrunk.records) return null;
  const beginning = sliceRecords(read.bytes, read.strideBytes, 0, shrunk.records);
  return digestOf(beginning) === shrunk.sha256 ? shrunk : null;
}

function shrunkLogOf(read: LogRead, monotonicMs: number): ShrunkLog {
  return { records: read.totalRecords, sha256: digestOf(read.bytes), firstSeenAtMs: monotonicMs };
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function shrankError(missingRecords: number, records: number): GerbangError {
  const text =
    `The terminal lists ${missingRecords} records fewer than it did; what was read before stays stored. ` +
    'It is read again in a minute; if its log was cleared on purpose, nothing needs to be done.';
  return new GerbangError('READ_LOG_SHRANK', text, { context: { missingRecords, records } });
}
