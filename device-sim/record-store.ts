/**
 * A growing row of bytes that can be read while it grows. What was lent as a view never changes under its reader:
 * appending goes behind it, dropping moves the start past it, and overwriting copies first.
 */
export type RecordStore = {
  readonly bytes: number;
  append(bytes: Buffer): void;
  dropFront(count: number): void;
  overwrite(at: number, bytes: Buffer): void;
  clear(): void;
  /** The bytes as they are now, without copying. */
  view(): Buffer;
};

const LEAST_BYTES = 4_096;

export function createRecordStore(): RecordStore {
  let store = Buffer.alloc(LEAST_BYTES);
  let start = 0;
  let end = 0;
  let lent = false;

  function replace(size: number): void {
    const kept = store.subarray(start, end);
    store = Buffer.alloc(size);
    kept.copy(store);
    end = kept.length;
    start = 0;
    lent = false;
  }

  return {
    get bytes() {
      return end - start;
    },
    append(bytes) {
      if (end + bytes.length > store.length) replace(Math.max((end - start + bytes.length) * 2, LEAST_BYTES));
      bytes.copy(store, end);
      end += bytes.length;
    },
    dropFront(count) {
      start = Math.min(end, start + count);
    },
    overwrite(at, bytes) {
      if (lent) replace(Math.max(end - start, LEAST_BYTES));
      bytes.copy(store, start + at);
    },
    clear() {
      start = end;
      replace(LEAST_BYTES);
    },
    view() {
      lent = true;
      return store.subarray(start, end);
    },
  };
}
