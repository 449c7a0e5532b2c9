/**
 * Log records, one function per layout (docs/protocol.md, "Attendance records").
 *
 * Decoding never refuses content: whatever a terminal wrote is a punch, and `raw` keeps it. Only a record shorter than
 * its layout is an error, because then the bytes are not a record.
 */
import { GerbangError } from '../errors.ts';
import type { PunchRecord, RecordLayout } from '../punch/record.ts';
import { unpackTime } from './packed-time.ts';
import { idText } from './text.ts';

/** Bytes each layout reads. Records of `zk40` may be longer; what follows byte 40 has no known meaning. */
export const layoutBytes: Readonly<Record<RecordLayout, number>> = { zk8: 8, zk16: 16, zk40: 40 };

/** Maps a terminal's internal user index to the printed user id; for `zk8`, whose records hold only the index. */
export type PinByUid = ReadonlyMap<number, string>;

/**
 * Decodes one record.
 *
 * @param raw one record; kept as it is, not copied
 * @param pinByUid user table read beside a `zk8` log; without it, or for a deleted user, the pin is the index in decimal
 * @throws GerbangError BATCH_MALFORMED when `raw` is shorter than the layout
 */
export function decodeRecord(layout: RecordLayout, raw: Uint8Array, pinByUid?: PinByUid): PunchRecord {
  if (raw.length < layoutBytes[layout]) {
    throw new GerbangError('BATCH_MALFORMED', 'A log record is shorter than its layout. Read the terminal again.', {
      context: { layout, bytes: raw.length },
    });
  }
  switch (layout) {
    case 'zk40':
      return decode40(raw);
    case 'zk16':
      return decode16(raw);
    case 'zk8':
      return decode8(raw, pinByUid);
  }
}

/**
 * Decodes records one by one, as they are asked for.
 *
 * @param bytes whole records, oldest first
 * @throws GerbangError BATCH_MALFORMED when `bytes` is not a whole number of records
 */
export function* decodeRecords(
  layout: RecordLayout,
  strideBytes: number,
  bytes: Uint8Array,
  pinByUid?: PinByUid,
): Generator<PunchRecord> {
  if (strideBytes < layoutBytes[layout] || bytes.length % strideBytes !== 0) {
    throw new GerbangError('BATCH_MALFORMED', 'Log bytes are not whole records. Read the terminal again.', {
      context: { layout, strideBytes, bytes: bytes.length },
    });
  }
  for (let at = 0; at < bytes.length; at += strideBytes) {
    yield decodeRecord(layout, bytes.subarray(at, at + strideBytes), pinByUid);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function decode40(raw: Uint8Array): PunchRecord {
  const view = viewOf(raw);
  const deviceTimeRaw = view.getUint32(27, true);
  return {
    raw,
    pin: idText(raw.subarray(2, 26)),
    uid: view.getUint16(0, true),
    deviceTimeRaw,
    deviceTime: unpackTime(deviceTimeRaw),
    verifyMode: view.getUint8(26),
    punchState: view.getUint8(31),
    workCode: view.getUint32(32, true),
  };
}

/** State comes before verify mode here, the other way round than in the 40-byte record; clients often swap them. */
function decode16(raw: Uint8Array): PunchRecord {
  const view = viewOf(raw);
  const deviceTimeRaw = view.getUint32(4, true);
  return {
    raw,
    pin: String(view.getUint32(0, true)),
    uid: null,
    deviceTimeRaw,
    deviceTime: unpackTime(deviceTimeRaw),
    verifyMode: view.getUint8(9),
    punchState: view.getUint8(8),
    workCode: view.getUint32(12, true),
  };
}

/** Short records have been given their absolute time by `expandShortRecords`, so both forms read alike here. */
function decode8(raw: Uint8Array, pinByUid?: PinByUid): PunchRecord {
  const view = viewOf(raw);
  const uid = view.getUint16(0, true);
  const flags = view.getUint8(2);
  const deviceTimeRaw = view.getUint32(4, true);
  return {
    raw,
    pin: pinByUid?.get(uid) ?? String(uid),
    uid,
    deviceTimeRaw,
    deviceTime: unpackTime(deviceTimeRaw),
    verifyMode: (flags >>> 3) & 0b11,
    punchState: flags >>> 5,
    workCode: 0,
  };
}
