/** Reading the attendance log, whole or its end (docs/protocol.md, "Prepare and read", "Tail reads"). */
import { GerbangError, isGerbangError } from '../errors.ts';
import {
  freeBuffer,
  maxDatasetBytes,
  type OnProgress,
  prepare,
  readDirectly,
  readRange,
  withoutPrefix,
} from './bulk.ts';
import type { HostClock, LogRead, TailRequest, TerminalCounters, TerminalTarget } from './driver.ts';
import { readCounters } from './inquiries.ts';
import { maxStrideBytes, proveLayout } from './layout-proof.ts';
import { packedFromMs } from './packed-time.ts';
import type { ReadingManner } from './reading-manner.ts';
import { layoutBytes } from './records.ts';
import type { Conversation } from './session.ts';
import { isShortRecord } from './short-records.ts';
import { command, dataset, datasetPrefixBytes } from './wire.ts';

/** Records beyond its stated capacity a terminal may plausibly hold. */
const spareRecords = 1000;

/** What both kinds of read need. */
export interface LogReader {
  readonly conversation: Conversation;
  readonly clock: HostClock;
  readonly prepareTimeoutMs: number;
  readonly manner: ReadingManner;
  readonly keepUnproven: TerminalTarget['keepUnproven'];
}

/** Bound on a log's size, from the longest record considered and the terminal's own capacity. */
function boundBytes(counters: TerminalCounters): number {
  const { recordCapacity } = counters;
  if (recordCapacity === null || recordCapacity === 0) return maxDatasetBytes;
  return Math.min(maxDatasetBytes, maxStrideBytes * (recordCapacity + spareRecords) + datasetPrefixBytes);
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
  const whole = await readDataset(reader, boundBytes(before), onProgress);
  const bytesReceived = conversation.bytesReceived - bytesBefore;
  await freeBuffer(conversation);
  const after = await readCounters(conversation);
  const completedAtMs = whole.completedAtMs;
  const facts = { firstIndex: 0, preparedAtMs, completedAtMs, bytesReceived };
  const recordBytes = whole.dataset === null ? new Uint8Array(0) : withoutPrefix(whole.dataset);
  if (recordBytes.length === 0) {
    if ((before.records ?? 0) > 0 && (after.records ?? 0) > 0) throw contradictsCounter(0, before, after);
    // An empty log proves no layout; 40 bytes is what nearly every terminal in use will write first.
    return { ...facts, layout: 'zk40', strideBytes: 40, totalRecords: 0, bytes: recordBytes };
  }
  const verdict = proveLayout({
    recordBytes,
    countBefore: before.records,
    countAfter: after.records,
    nowPacked: packedFromMs(clock.nowMs()),
  });
  switch (verdict.kind) {
    case 'proven': {
      const { layout, strideBytes, records } = verdict;
      return { ...facts, layout, strideBytes, totalRecords: records, bytes: verdict.expanded ?? recordBytes };
    }
    case 'contradicts-counter':
      throw contradictsCounter(verdict.records, before, after);
    case 'unsupported':
      throw new GerbangError(
        'ZK_UNSUPPORTED',
        'The log is in the 22-byte form of WL10, WL20 and AK3750, whose fields are not known well enough. Nothing was stored.',
        { context: { strideBytes: verdict.strideBytes } },
      );
    case 'unproven':
      reader.keepUnproven?.(recordBytes);
      throw layoutUnproven(recordBytes.length, before, after);
  }
}

/** Fetches the prepared log; null when the terminal says there is nothing. */
async function readDataset(
  reader: LogReader,
  maxBytes: number,
  onProgress: OnProgress | undefined,
): Promise<{ dataset: Uint8Array | null; completedAtMs: number }> {
  const { conversation, prepareTimeoutMs, manner } = reader;
  const limits = { prepareTimeoutMs, maxBytes };
  const prepared = manner.direct
    ? await readDirectly(conversation, command.readLogDirectly, limits)
    : await prepare(conversation, { dataset: dataset.attendance }, limits);
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

function contradictsCounter(records: number, before: TerminalCounters, after: TerminalCounters): GerbangError {
  return new GerbangError(
    'READ_CONTRADICTS_COUNTER',
    'The log holds another number of records than the terminal counts. Nothing was stored; if this repeats, check that its option DownloadNewLog is 0.',
    { context: { records, countBefore: before.records, countAfter: after.records } },
  );
}

function layoutUnproven(bytes: number, before: TerminalCounters, after: TerminalCounters): GerbangError {
  return new GerbangError(
    'READ_LAYOUT_UNPROVEN',
    'No known record layout fits this log. Nothing was stored; attach a capture of `gerbang probe --capture` to a report.',
    { context: { bytes, countBefore: before.records, countAfter: after.records } },
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
  const limits = { prepareTimeoutMs, maxBytes: maxDatasetBytes };
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
  // In a compressed log the position of a record says nothing about its index.
  if (layout === 'zk8' && holdsShortRecord(bytes)) return null;
  return { layout, strideBytes, totalRecords, firstIndex, bytes, preparedAtMs, completedAtMs, bytesReceived };
}

function holdsShortRecord(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += layoutBytes.zk8) if (isShortRecord(bytes, at)) return true;
  return false;
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
