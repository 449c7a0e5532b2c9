/** Reading the attendance log, whole or its end (docs/protocol.md, "Prepare and read", "Tail reads"). */
import { GerbangError, isGerbangError } from '../errors.ts';
import {
  freeBuffer,
  type OnProgress,
  prepare,
  type ReadLimits,
  readDirectly,
  readRange,
  withoutPrefix,
} from './bulk.ts';
import type { HostClock, LogRead, TailRequest, TerminalTarget } from './driver.ts';
import { readCounters } from './inquiries.ts';
import { largestLogBytes, provenLog, type WholeLog } from './log-proof.ts';
import type { ReadingManner } from './reading-manner.ts';
import { layoutBytes } from './records.ts';
import type { Conversation } from './session.ts';
import { isShortRecord } from './short-records.ts';
import { command, dataset, datasetPrefixBytes } from './wire.ts';

/** What both kinds of read need. */
export interface LogReader {
  readonly conversation: Conversation;
  readonly clock: HostClock;
  readonly prepareTimeoutMs: number;
  readonly manner: ReadingManner;
  readonly keepUnproven: TerminalTarget['keepUnproven'];
  /** Capacity in the last counters the caller has read in this session; null before. */
  recordCapacity(): number | null;
}

/**
 * Reads the whole log and proves its layout. See {@link TerminalSession.readLog}.
 *
 * The counter is read before and after, because people go on punching: the true number of records lies between.
 */
export async function readLog(reader: LogReader, onProgress?: OnProgress): Promise<LogRead> {
  const { conversation, clock } = reader;
  const bytesBefore = conversation.bytesReceived;
  const before = await readCounters(conversation);
  await freeBuffer(conversation);
  const preparedAtMs = clock.nowMs();
  const whole = await readDataset(reader, largestLogBytes(before), before.records !== null, onProgress);
  const bytesReceived = conversation.bytesReceived - bytesBefore;
  await freeBuffer(conversation);
  const after = await readCounters(conversation);
  const log: WholeLog = { ...whole, before, after, preparedAtMs, bytesReceived, nowMs: clock.nowMs() };
  return provenLog(log, reader.keepUnproven);
}

/** Fetches the prepared log; null when the terminal says there is nothing. */
async function readDataset(
  reader: LogReader,
  maxBytes: number,
  countTold: boolean,
  onProgress: OnProgress | undefined,
): Promise<{ dataset: Uint8Array | null; completedAtMs: number }> {
  const { conversation, prepareTimeoutMs, manner } = reader;
  const limits = { prepareTimeoutMs, maxBytes };
  const prepared = manner.direct
    ? await readDirectly(conversation, command.readLogDirectly, limits)
    : await prepare(conversation, { dataset: dataset.attendance }, limits);
  if (prepared.kind === 'nothing' && !countTold) await ensureEmpty(conversation, limits, manner.direct);
  const { receivedAtMs } = prepared.answer;
  switch (prepared.kind) {
    case 'nothing':
      return { dataset: null, completedAtMs: receivedAtMs };
    case 'inline':
      onProgress?.(prepared.dataset.length, prepared.dataset.length);
      return { dataset: prepared.dataset, completedAtMs: receivedAtMs };
    case 'buffered': {
      const target = Buffer.allocUnsafe(prepared.sizeBytes);
      const completedAtMs = await readRange(conversation, 0, target, manner, onProgress);
      return { dataset: target, completedAtMs };
    }
  }
}

/**
 * "Nothing to read" is also what a terminal says that does not know the buffered read, and what is left of a direct one
 * when all but its closing OK is lost. Without a counter to contradict it, only asking directly, or once more, can tell.
 *
 * @throws GerbangError ZK_UNSUPPORTED, READ_INCOMPLETE when there is something after all
 */
async function ensureEmpty(conversation: Conversation, limits: ReadLimits, askedDirectly: boolean): Promise<void> {
  const direct = await readDirectly(conversation, command.readLogDirectly, limits);
  if (direct.kind === 'nothing' || (direct.kind === 'inline' && direct.dataset.length <= datasetPrefixBytes)) return;
  if (askedDirectly) {
    throw new GerbangError(
      'READ_INCOMPLETE',
      'The terminal sent nothing of its log and, asked again, something. Nothing of it was kept; try again.',
    );
  }
  throw new GerbangError(
    'ZK_UNSUPPORTED',
    'The terminal knows only the old direct read. Set the quirk readDirectly for it and compare the first log with the terminal.',
  );
}

/** Reads the end of the log from a record index on. See {@link TerminalSession.readTail}. */
export async function readTail(reader: LogReader, request: TailRequest): Promise<LogRead | null> {
  const { conversation, clock, prepareTimeoutMs, manner } = reader;
  const { layout, strideBytes, firstIndex } = request;
  if (manner.direct) return null;
  const bytesBefore = conversation.bytesReceived;
  await freeBuffer(conversation);
  const preparedAtMs = clock.nowMs();
  const { recordCapacity } = reader;
  const limits = { prepareTimeoutMs, maxBytes: largestLogBytes({ recordCapacity: recordCapacity() }, strideBytes) };
  const prepared = await prepare(conversation, { dataset: dataset.attendance }, limits);
  if (prepared.kind === 'nothing') return null;
  const size = prepared.kind === 'inline' ? prepared.dataset.length : prepared.sizeBytes;
  const totalRecords = (size - datasetPrefixBytes) / strideBytes;
  if (!Number.isInteger(totalRecords)) {
    await freeBuffer(conversation);
    return null;
  }
  let completedAtMs = prepared.answer.receivedAtMs;
  let bytes: Uint8Array = new Uint8Array(0);
  if (prepared.kind === 'inline') {
    bytes = withoutPrefix(prepared.dataset).subarray(firstIndex * strideBytes);
  } else if (firstIndex < totalRecords) {
    const tail = await readPreparedTail(reader, size, firstIndex * strideBytes);
    if (tail === null) {
      await freeBuffer(conversation);
      return null;
    }
    ({ bytes, completedAtMs } = tail);
  }
  const bytesReceived = conversation.bytesReceived - bytesBefore;
  await freeBuffer(conversation);
  if (layout === 'zk8' && (await isCompressed(conversation, bytes, totalRecords))) return null;
  return { layout, strideBytes, totalRecords, firstIndex, bytes, preparedAtMs, completedAtMs, bytesReceived };
}

/** In a compressed log the position of a record says nothing about its index, and there are more records than it seems. */
async function isCompressed(conversation: Conversation, tail: Uint8Array, seeming: number): Promise<boolean> {
  for (let at = 0; at < tail.length; at += layoutBytes.zk8) if (isShortRecord(tail, at)) return true;
  const { records } = await readCounters(conversation);
  return records !== null && records > seeming;
}

/** Null when the terminal refuses to start in the middle. */
async function readPreparedTail(
  reader: LogReader,
  sizeBytes: number,
  skippedBytes: number,
): Promise<{ bytes: Uint8Array; completedAtMs: number } | null> {
  const { conversation, manner } = reader;
  // Offsets 1 to 3 point into the length prefix and are mishandled by some firmware; 4 and above are safe.
  const offset = datasetPrefixBytes + skippedBytes;
  const bytes = Buffer.allocUnsafe(sizeBytes - offset);
  try {
    // On TCP a refusal is final: it is how firmware without random access answers. On UDP it may be a lost datagram.
    const attempts = conversation.transport === 'tcp' ? 1 : manner.attempts;
    const completedAtMs = await readRange(conversation, offset, bytes, { ...manner, attempts });
    return { bytes, completedAtMs };
  } catch (error) {
    if (isGerbangError(error, 'ZK_REFUSED', 'READ_INCOMPLETE')) return null;
    throw error;
  }
}
