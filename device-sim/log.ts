import { encodeRecord, type LogRecord, type RecordLayout, strideBytes } from './codec/record.ts';

/** What a terminal does when its log is full. */
export type WhenFull = { kind: 'refuse' } | { kind: 'drop-oldest'; records: number } | { kind: 'ring' };

/** Bytes a client can read at any offset: the 4-byte length prefix (where there is one) and what follows. */
export type Dataset = { sizeBytes: number; read(offset: number, size: number): Buffer };

/** The attendance log of one terminal: append only, until something clears, shifts or overwrites it. */
export type AttendanceLog = {
  readonly layout: RecordLayout;
  readonly capacity: number;
  readonly count: number;
  /** @returns the bytes written, or undefined when the log is full and refuses */
  append(record: Omit<LogRecord, 'index'>): Buffer | undefined;
  /** Puts bytes back that an earlier run wrote: the same drops and overwrites happen again. */
  restore(bytes: Buffer): void;
  clear(): void;
  /** The log as it is now; later punches do not change it. */
  snapshot(): Dataset;
  /** The log file itself, as large as it is now: what is cleared or shifted under a reader shows through. */
  live(): Dataset;
  /** Whole records, oldest position first. Only for layouts of fixed length. */
  records(): Buffer[];
};

const PREFIX_BYTES = 4;

export function createLog(options: { layout: RecordLayout; capacity: number; whenFull: WhenFull }): AttendanceLog {
  const { layout, capacity, whenFull } = options;
  const stride = strideBytes(layout);
  if (stride === undefined && whenFull.kind !== 'refuse') {
    throw new RangeError('A log of short records cannot drop or overwrite single records: use whenFull "refuse".');
  }
  const recordBytes = stride ?? 8;
  let store = Buffer.alloc(64 * recordBytes);
  let start = 0;
  let end = 0;
  let count = 0;
  let nextIndex = 0;
  let lastLongTime: number | undefined;
  /** A snapshot looks into `store`: bytes already written may not change under it. */
  let lent = false;

  function grow(): void {
    const kept = store.subarray(start, end);
    store = Buffer.alloc(Math.max(kept.length * 2, 64 * recordBytes));
    kept.copy(store);
    end = kept.length;
    start = 0;
    lent = false;
  }

  function overwrite(position: number, bytes: Buffer): void {
    if (lent) {
      store = Buffer.from(store);
      lent = false;
    }
    bytes.copy(store, start + position * recordBytes);
  }

  function makeRoom(): void {
    if (count < capacity || whenFull.kind !== 'drop-oldest') return;
    const dropped = Math.min(count, whenFull.records);
    start += dropped * recordBytes;
    count -= dropped;
  }

  function place(bytes: Buffer): void {
    if (count >= capacity) {
      overwrite(nextIndex % capacity, bytes);
    } else {
      if (end + bytes.length > store.length) grow();
      bytes.copy(store, end);
      end += bytes.length;
      count += 1;
    }
    nextIndex += 1;
  }

  function append(record: Omit<LogRecord, 'index'>): Buffer | undefined {
    if (count >= capacity && whenFull.kind === 'refuse') return undefined;
    const bytes = encodeRecord(layout, { ...record, index: nextIndex }, lastLongTime);
    restore(bytes);
    return bytes;
  }

  function restore(bytes: Buffer): void {
    makeRoom();
    if (layout === '8-short' && bytes.length === 8) lastLongTime = bytes.readUInt32LE(4);
    place(bytes);
  }

  function clear(): void {
    store = Buffer.alloc(64 * recordBytes);
    start = 0;
    end = 0;
    count = 0;
    nextIndex = 0;
    lastLongTime = undefined;
    lent = false;
  }

  return {
    layout,
    capacity,
    get count() {
      return count;
    },
    append,
    restore,
    clear,
    snapshot() {
      lent = true;
      return datasetOf(store.subarray(start, end));
    },
    live() {
      const sizeBytes = PREFIX_BYTES + end - start;
      return {
        sizeBytes,
        read(offset, size) {
          const now = datasetOf(store.subarray(start, end));
          const bytes = Buffer.alloc(size);
          if (offset < now.sizeBytes) now.read(offset, Math.min(size, now.sizeBytes - offset)).copy(bytes);
          return bytes;
        },
      };
    },
    records() {
      return Array.from({ length: count }, (_, at) =>
        Buffer.from(store.subarray(start + at * recordBytes, start + (at + 1) * recordBytes)),
      );
    },
  };
}

/** A dataset of `body` behind its length. */
export function datasetOf(body: Buffer): Dataset {
  const prefix = Buffer.allocUnsafe(PREFIX_BYTES);
  prefix.writeUInt32LE(body.length, 0);
  return {
    sizeBytes: PREFIX_BYTES + body.length,
    read(offset, size) {
      if (offset >= PREFIX_BYTES) return body.subarray(offset - PREFIX_BYTES, offset - PREFIX_BYTES + size);
      return Buffer.concat([
        prefix.subarray(offset, offset + size),
        body.subarray(0, Math.max(0, offset + size - PREFIX_BYTES)),
      ]);
    },
  };
}

/** A dataset without the length prefix, as time-filtered reads give it. */
export function bareDatasetOf(body: Buffer): Dataset {
  return { sizeBytes: body.length, read: (offset, size) => body.subarray(offset, offset + size) };
}
