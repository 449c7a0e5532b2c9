/**
 * The operation log: what was done to the terminal, and when by its own clock (docs/protocol.md, "Operation log").
 *
 * Its entries name the administrator and, in their parameters, users. Neither is decoded: for the clock it is enough to
 * know what happened, and the bytes are wiped after that was taken.
 */
import { GerbangError } from '../errors.ts';
import { freeBuffer, prepare, readRange, withoutPrefix } from './bulk.ts';
import type { Operation, OperationLogRead, OperationRequest } from './driver.ts';
import { readCounters } from './inquiries.ts';
import type { LogReader } from './log-read.ts';
import { unpackTime } from './packed-time.ts';
import { dataset, datasetPrefixBytes } from './wire.ts';

const entryBytes = 16;

/** Terminals clear a full operation log themselves, long before this. */
const maxEntries = 65_536;

/**
 * Reads the end of the operation log. See {@link TerminalSession.readOperations}.
 *
 * @throws GerbangError ZK_UNSUPPORTED, ZK_REFUSED, READ_TOO_LARGE, READ_LAYOUT_UNPROVEN, READ_CONTRADICTS_COUNTER,
 * READ_INCOMPLETE
 */
export async function readOperations(reader: LogReader, request: OperationRequest): Promise<OperationLogRead> {
  const { conversation, clock, prepareTimeoutMs, manner } = reader;
  if (manner.direct) throw unsupported('The operation log is not read with the quirk readDirectly.');
  const before = await readCounters(conversation);
  await freeBuffer(conversation);
  const preparedAtMs = clock.nowMs();
  const limits = { prepareTimeoutMs, maxBytes: maxEntries * entryBytes + datasetPrefixBytes };
  const prepared = await prepare(conversation, { dataset: dataset.operations }, limits);
  let { receivedAtMs: completedAtMs } = prepared.answer;
  let totalEntries = 0;
  let firstIndex = 0;
  let bytes: Uint8Array = new Uint8Array(0);
  if (prepared.kind === 'nothing' && (before.operations ?? 0) > 0) {
    throw unsupported('The terminal counts operations and gives none of them.');
  }
  if (prepared.kind !== 'nothing') {
    const sizeBytes = prepared.kind === 'inline' ? prepared.dataset.length : prepared.sizeBytes;
    totalEntries = entriesIn(sizeBytes - datasetPrefixBytes);
    firstIndex = Math.min(totalEntries, Math.max(0, request.fromIndex, totalEntries - request.atMost));
    const offset = datasetPrefixBytes + firstIndex * entryBytes;
    if (prepared.kind === 'inline') bytes = withoutPrefix(prepared.dataset).subarray(offset - datasetPrefixBytes);
    else if (offset < sizeBytes) {
      bytes = Buffer.allocUnsafe(sizeBytes - offset);
      completedAtMs = await readRange(conversation, offset, bytes, manner);
    }
  }
  await freeBuffer(conversation);
  const after = await readCounters(conversation);
  requireCounted(totalEntries, before.operations, after.operations);
  const entries = decodeOperations(bytes);
  bytes.fill(0);
  return { totalEntries, firstIndex, entries, preparedAtMs, completedAtMs };
}

/**
 * Entries without their prefix.
 *
 * @throws GerbangError READ_LAYOUT_UNPROVEN when they do not look like entries of the known form
 */
export function decodeOperations(bytes: Uint8Array): Operation[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Operation[] = [];
  for (let at = 0; at < entriesIn(bytes.length) * entryBytes; at += entryBytes) {
    if (view.getUint16(at, true) !== 0) throw unproven(bytes.length);
    entries.push({ operation: view.getUint8(at + 2), deviceTime: unpackTime(view.getUint32(at + 4, true)) });
  }
  return entries;
}

function entriesIn(sizeBytes: number): number {
  const entries = sizeBytes / entryBytes;
  if (!Number.isInteger(entries)) throw unproven(sizeBytes);
  return entries;
}

/** The number of entries lies between the counter before and the counter after, either of which may be the larger one. */
function requireCounted(entries: number, before: number | null, after: number | null): void {
  if (before === null || after === null) return;
  if (entries >= Math.min(before, after) && entries <= Math.max(before, after)) return;
  throw new GerbangError(
    'READ_CONTRADICTS_COUNTER',
    'The terminal counts other operations than it gives. Nothing of its operation log was used.',
    { context: { entries, before, after } },
  );
}

function unproven(bytes: number): GerbangError {
  return new GerbangError(
    'READ_LAYOUT_UNPROVEN',
    'The operation log of this terminal has an unknown form. It is left alone; punches do not depend on it.',
    { context: { bytes } },
  );
}

function unsupported(message: string): GerbangError {
  return new GerbangError('ZK_UNSUPPORTED', `${message} It is left alone; punches do not depend on it.`);
}
