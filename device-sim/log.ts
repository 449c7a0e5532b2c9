import { encodeRecord, type LogRecord, type RecordLayout, strideBytes } from './codec/record.ts';
import { type Dataset, datasetOf, liveDatasetOf } from './dataset.ts';
import { createRecordStore } from './record-store.ts';

/** What a terminal does when its log is full. */
export type WhenFull = { kind: 'refuse' } | { kind: 'drop-oldest'; records: number } | { kind: 'ring' };

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
  /** Changes one byte of a record that was already written, as failing flash does. */
  spoil(position: number, byteAt: number): void;
  /** The log as it is now; later punches do not change it. */
  snapshot(): Dataset;
  /** The log file itself. */
  live(): Dataset;
  /** Records as they lie in the file. Only for layouts of fixed length. */
  records(): Buffer[];
};

export type LogOptions = { layout: RecordLayout; capacity: number; whenFull: WhenFull };

/** @throws RangeError for short records in a log that would have to drop single ones */
export function createLog({ layout, capacity, whenFull }: LogOptions): AttendanceLog {
  const stride = strideBytes(layout);
  if (stride === undefined && whenFull.kind !== 'refuse') {
    throw new RangeError('A log of short records cannot drop or overwrite single records: use whenFull "refuse".');
  }
  const recordBytes = stride ?? 8;
  const store = createRecordStore();
  let count = 0;
  let nextIndex = 0;
  let lastLongTime: number | undefined;

  function restore(bytes: Buffer): void {
    if (count >= capacity && whenFull.kind === 'drop-oldest') {
      const dropped = Math.min(count, whenFull.records);
      store.dropFront(dropped * recordBytes);
      count -= dropped;
    }
    if (layout === '8-short' && bytes.length === 8) lastLongTime = bytes.readUInt32LE(4);
    if (count >= capacity) {
      store.overwrite((nextIndex % capacity) * recordBytes, bytes);
    } else {
      store.append(bytes);
      count += 1;
    }
    nextIndex += 1;
  }

  return {
    layout,
    capacity,
    get count() {
      return count;
    },
    append(record) {
      if (count >= capacity && whenFull.kind === 'refuse') return undefined;
      const bytes = encodeRecord(layout, { ...record, index: nextIndex }, lastLongTime);
      restore(bytes);
      return bytes;
    },
    restore,
    clear() {
      store.clear();
      count = 0;
      nextIndex = 0;
      lastLongTime = undefined;
    },
    spoil(position, byteAt) {
      const at = position * recordBytes + byteAt;
      if (at < store.bytes) store.overwrite(at, Buffer.from([store.view().readUInt8(at) ^ 0x01]));
    },
    snapshot: () => datasetOf(store.view()),
    live: () => liveDatasetOf(() => store.view()),
    records() {
      const file = store.view();
      return Array.from({ length: count }, (_, at) => file.subarray(at * recordBytes, (at + 1) * recordBytes));
    },
  };
}
