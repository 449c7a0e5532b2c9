/** Reading the attendance log, whole or its end (docs/protocol.md, "Prepare and read", "Tail reads"). */
import { GerbangError, isGerbangError } from '../errors.ts';
import {
  freeBuffer,
  maxDatasetBytes,
  type OnProgress,
  prepare,
  type ReadLimits,
  readDirectly,
  readRange,
  withoutPrefix,
} from './bulk.ts';
import type { HostClock, LogRead, TailRequest, TerminalCounters, TerminalTarget } from './driver.ts';
import { readCounters } from './inquiries.ts';
import { maxStrideBytes, proveLayout } from './layout-proof.ts';
import { packedFromMs } from './packed-time.ts';
import { isCutLogOf22 } from './plausible.ts';
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
  const whole = await readDataset(reader, boundBytes(before), before.records !== null, onProgress);
  const bytesReceived = conversation.bytesReceived - bytesBefore;
  await freeBuffer(conversation);
  const after = await readCounters(conversation);
  const completedAtMs = whole.completedAtMs;
  const facts = { firstIndex: 0, preparedAtMs, completedAtMs, bytesReceived };
  const recordBytes = whole.dataset === null ? new Uint8Array(0) : recordsIn(whole.dataset);
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
      throw wlSeries();
    case 'unproven':
      reader.keepUnproven?.(recordBytes);
      throw layoutUnproven(recordBytes.length, before, after);
  }
}

/** The dataset without its prefix. WL units cut a longer log at 4,096 bytes, which their records explain better. */
function recordsIn(whole: Uint8Array): Uint8Array {
  try {
    return withoutPrefix(whole);
  } catch (error) {
    const records = whole.subarray(datasetPrefixBytes);
    throw isCutLogOf22(records) ? wlSeries() : error;
  }
}

function wlSeries(): GerbangError {
  return new GerbangError(
    'ZK_UNSUPPORTED',
    'The log is in the 22-byte form of WL10, WL20 and AK3750: its fields are not known well enough, and these machines give only the first 4 KB of it. Nothing was stored.',
    { context: { strideBytes: 22 } },
  );
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
  if (prepared.kind === 'nothing' && !manner.direct && !countTold) await ensureEmpty(conversation, limits);
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
 * "Nothing to read" is also what a terminal says that does not know the buffered read. Without a counter to contradict
 * it, only the old direct read can tell the two apart.
 */
async function ensureEmpty(conversation: Conversation, limits: ReadLimits): Promise<void> {
  const direct = await readDirectly(conversation, command.readLogDirectly, limits);
  if (direct.kind === 'nothing' || (direct.kind === 'inline' && direct.dataset.length <= datasetPrefixBytes)) return;
  throw new GerbangError(
    'ZK_UNSUPPORTED',
    'The terminal knows only the old direct read. Set the quirk readDirectly for it and compare the first log with the terminal.',
  );
}

function contradictsCounter(records: number, before: TerminalCounters, after: TerminalCounters): GerbangError {
  return new GerbangError(
    'READ_CONTRADICTS_COUNTER',
    'The log holds another number of records than the terminal counts. Nothing was stored; if this repeats, check that its option DownloadNewLog is 0, or try the quirk readDirectly.',
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
