/** What a terminal knows when it writes one line of its log. */
export type LogRecord = {
  /** The user's slot on this terminal; 0 when it has none. */
  uid: number;
  /** The user id as printed on the screen. */
  pin: string;
  verifyMode: number;
  punchState: number;
  workCode: number;
  /** Packed device time. */
  time: number;
  /** Position since the log began; only ring logs write it. */
  index: number;
};

/** Log layouts, by bytes per record. `8-short` writes 4-byte records between 8-byte ones. */
export type RecordLayout = '8' | '8-short' | '16' | '22' | '40' | '40-ring' | '49';

/** Bytes per record; undefined where records of one log differ in length. */
export function strideBytes(layout: RecordLayout): number | undefined {
  if (layout === '8-short') return undefined;
  return Number.parseInt(layout, 10);
}

/**
 * Writes one log record. docs/protocol.md, "Attendance records".
 *
 * @param lastLongTime packed time of the last 8-byte record, for `8-short`; a record within 1023 s of it becomes short
 */
export function encodeRecord(layout: RecordLayout, record: LogRecord, lastLongTime?: number): Buffer {
  switch (layout) {
    case '8':
      return encode8(record);
    case '8-short': {
      const deltaSeconds = lastLongTime === undefined ? -1 : record.time - lastLongTime;
      return deltaSeconds >= 0 && deltaSeconds <= 1023 ? encodeShort(record, deltaSeconds) : encode8(record);
    }
    case '16':
      return encode16(record);
    case '22':
      return encode22(record);
    case '40':
      return encode40(record, false);
    case '40-ring':
      return encode40(record, true);
    case '49':
      return encode49(record);
  }
}

function encode40(record: LogRecord, ring: boolean): Buffer {
  const bytes = Buffer.alloc(40);
  bytes.writeUInt16LE(record.uid, 0);
  bytes.write(record.pin, 2, 24, 'latin1');
  bytes.writeUInt8(record.verifyMode & 0xff, 26);
  bytes.writeUInt32LE(record.time, 27);
  bytes.writeUInt8(record.punchState & 0xff, 31);
  bytes.writeUInt32LE(record.workCode >>> 0, 32);
  if (ring) bytes.writeUInt32LE(record.index >>> 0, 36);
  else bytes.writeUInt8(0xff, 36);
  return bytes;
}

/** Nobody knows what the last nine bytes mean; ours differ from record to record so that nothing can lean on them. */
function encode49(record: LogRecord): Buffer {
  const tail = Buffer.alloc(9);
  tail.writeUInt8(record.index & 0xff, 8);
  return Buffer.concat([encode40(record, false), tail]);
}

/** The numeric id is cut to 32 bits, as the terminal's own field is. */
function encode16(record: LogRecord): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(numericPin(record.pin), 0);
  bytes.writeUInt32LE(record.time, 4);
  bytes.writeUInt8(record.punchState & 0xff, 8);
  bytes.writeUInt8(record.verifyMode & 0xff, 9);
  bytes.writeUInt8(0xff, 10);
  bytes.writeUInt32LE(record.workCode >>> 0, 12);
  return bytes;
}

function encode22(record: LogRecord): Buffer {
  const bytes = Buffer.alloc(22);
  bytes.writeUInt16LE(record.uid, 0);
  bytes.write(record.pin, 2, 6, 'latin1');
  bytes.writeUInt32LE(record.time, 13);
  return bytes;
}

function encode8(record: LogRecord): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(record.uid, 0);
  bytes.writeUInt8(stateAndVerify(record), 2);
  bytes.writeUInt32LE(record.time, 4);
  return bytes;
}

function encodeShort(record: LogRecord, deltaSeconds: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(record.uid, 0);
  bytes.writeUInt8(stateAndVerify(record) | 0x04 | (deltaSeconds >> 8), 2);
  bytes.writeUInt8(deltaSeconds & 0xff, 3);
  return bytes;
}

function stateAndVerify(record: LogRecord): number {
  return ((record.punchState & 0x07) << 5) | ((record.verifyMode & 0x03) << 3);
}

function numericPin(pin: string): number {
  const value = Number.parseInt(pin, 10);
  return Number.isFinite(value) ? value >>> 0 : 0;
}
