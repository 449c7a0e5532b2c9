/**
 * The user table, read for one purpose: 8-byte log records hold the terminal's internal user index, and only this table
 * says which printed id it stands for (docs/protocol.md, "User records").
 *
 * The table also holds passwords and card numbers. They are never decoded, and the bytes are wiped after the ids were
 * taken.
 */
import { GerbangError } from '../errors.ts';
import { freeBuffer, maxDatasetBytes, type Prepared, prepare, readDirectly, readRange, withoutPrefix } from './bulk.ts';
import { readCounters } from './inquiries.ts';
import type { LogReader } from './log-read.ts';
import type { PinByUid } from './records.ts';
import { idText } from './text.ts';
import { command, dataset, datasetPrefixBytes, userTable } from './wire.ts';

const smallUserBytes = 28;
const largeUserBytes = 72;

/**
 * Printed ids by internal index.
 *
 * @throws GerbangError ZK_UNSUPPORTED when the table has records of another size, READ_INCOMPLETE, ZK_REFUSED
 */
export async function readPins(reader: LogReader): Promise<PinByUid> {
  const { conversation, prepareTimeoutMs, manner } = reader;
  const { users } = await readCounters(conversation);
  const limits = { prepareTimeoutMs, maxBytes: maxDatasetBytes };
  await freeBuffer(conversation);
  const prepared: Prepared = manner.direct
    ? await readDirectly(conversation, command.readUsersDirectly, limits, Uint8Array.of(userTable))
    : await prepare(conversation, { dataset: dataset.users, first: userTable }, limits);
  if (prepared.kind === 'nothing') {
    // Without the table every index would pass for a printed id, and punches for somebody else's.
    if ((users ?? 0) > 0) throw usersMissing(users);
    return new Map();
  }
  let table: Uint8Array;
  if (prepared.kind === 'inline') table = prepared.dataset;
  else {
    table = Buffer.allocUnsafe(prepared.sizeBytes);
    await readRange(conversation, 0, table, manner);
  }
  await freeBuffer(conversation);
  try {
    return decodePins(withoutPrefix(table), users);
  } finally {
    table.fill(0);
  }
}

function usersMissing(users: number | null): GerbangError {
  return new GerbangError(
    'READ_INCOMPLETE',
    'The terminal counts users and gave none of them, so its log cannot be attributed to printed ids. Try again.',
    { context: { users } },
  );
}

/**
 * Bytes of one user record, without reading the users. See {@link TerminalSession.readUserRecordBytes}.
 *
 * @throws GerbangError ZK_REFUSED when the table is not to be had through the buffer
 */
export async function readUserRecordBytes(reader: LogReader): Promise<number | null> {
  const { conversation, prepareTimeoutMs, manner } = reader;
  const { users } = await readCounters(conversation);
  if (manner.direct || users === null || users === 0) return null;
  const limits = { prepareTimeoutMs, maxBytes: maxDatasetBytes };
  await freeBuffer(conversation);
  const prepared = await prepare(conversation, { dataset: dataset.users, first: userTable }, limits);
  await freeBuffer(conversation);
  if (prepared.kind === 'nothing') return null;
  let sizeBytes: number;
  if (prepared.kind === 'buffered') ({ sizeBytes } = prepared);
  else {
    sizeBytes = prepared.dataset.length;
    prepared.dataset.fill(0);
  }
  const strideBytes = (sizeBytes - datasetPrefixBytes) / users;
  return strideBytes === smallUserBytes || strideBytes === largeUserBytes ? strideBytes : null;
}

/**
 * Takes the ids out of a user table.
 *
 * @param users the terminal's own count of users; null when it gives none
 * @throws GerbangError ZK_UNSUPPORTED when neither known record size fits
 */
export function decodePins(table: Uint8Array, users: number | null): PinByUid {
  const pins = new Map<number, string>();
  if (table.length === 0) return pins;
  const strideBytes = strideOf(table, users);
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  for (let at = 0; at < table.length; at += strideBytes) {
    const uid = view.getUint16(at, true);
    // Deleted users leave a slot of zeroes.
    if (uid !== 0) pins.set(uid, pinAt(table, at, strideBytes));
  }
  return pins;
}

function pinAt(table: Uint8Array, at: number, strideBytes: number): string {
  if (strideBytes === largeUserBytes) return idText(table.subarray(at + 48, at + 72));
  return String(new DataView(table.buffer, table.byteOffset + at + 24, 4).getUint32(0, true));
}

function strideOf(table: Uint8Array, users: number | null): number {
  const dividing = [smallUserBytes, largeUserBytes].filter((stride) => table.length % stride === 0);
  const counted = dividing.find((stride) => stride * (users ?? 0) === table.length);
  // Both sizes divide a table of 504 bytes; without the counter's word the ids decide.
  const stride = counted ?? dividing.find((one) => looksLikeUsers(table, one));
  if (stride !== undefined) return stride;
  throw new GerbangError(
    'ZK_UNSUPPORTED',
    'The user table of this terminal has an unknown form, so its log cannot be attributed to printed ids.',
    { context: { bytes: table.length, users } },
  );
}

function looksLikeUsers(table: Uint8Array, strideBytes: number): boolean {
  for (let at = 0; at < table.length; at += strideBytes) {
    const pin = pinAt(table, at, strideBytes);
    const empty = table[at] === 0 && table[at + 1] === 0;
    if (!empty && !/^[\x21-\x7e]{1,24}$/.test(pin)) return false;
    if (strideBytes === smallUserBytes && Number(pin) > 999_999_999) return false;
  }
  return true;
}
