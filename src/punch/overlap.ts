/**
 * The records just before a position, and their digest: how one batch proves that it continues what is stored.
 */
import { createHash } from 'node:crypto';
import { windowRecords } from './batch.ts';

/** Records before a batch that its overlap digest covers, at most (docs/decisions/0003-batches-carry-bytes.md). */
export const overlapRecords = 32;

/** How many records a batch says it follows, and the SHA-256 (hex) over their bytes. */
export interface Overlap {
  readonly records: number;
  readonly sha256: string;
}

/**
 * How many whole records `bytes` holds.
 *
 * @throws RangeError when `bytes` is not a whole number of records: the caller cut it wrongly
 */
export function countRecords(bytes: Uint8Array, strideBytes: number): number {
  if (!Number.isInteger(strideBytes) || strideBytes < 1) throw new RangeError(`stride of ${strideBytes} bytes`);
  if (bytes.length % strideBytes !== 0) {
    throw new RangeError(`${bytes.length} bytes are not whole records of ${strideBytes} bytes`);
  }
  return bytes.length / strideBytes;
}

/**
 * Records `from` (included) to `to` (excluded) of `bytes`, as a view, not a copy.
 *
 * @param from position of a record in `bytes`, not an ordinal
 */
export function sliceRecords(bytes: Uint8Array, strideBytes: number, from: number, to: number): Uint8Array {
  return bytes.subarray(from * strideBytes, to * strideBytes);
}

/** The last `count` records of `bytes`, or all when there are fewer; a view, not a copy. */
export function lastRecords(bytes: Uint8Array, strideBytes: number, count: number): Uint8Array {
  const records = countRecords(bytes, strideBytes);
  return sliceRecords(bytes, strideBytes, Math.max(0, records - count), records);
}

/**
 * The window beside a cursor after `added` was stored behind it.
 *
 * @param window the records before the cursor so far, oldest first
 * @returns a copy of the last {@link windowRecords} records, so that a large read is not kept alive by it
 */
export function slideWindow(window: Uint8Array, added: Uint8Array, strideBytes: number): Uint8Array {
  const kept = lastRecords(added, strideBytes, windowRecords);
  const room = windowRecords - countRecords(kept, strideBytes);
  return new Uint8Array(Buffer.concat([lastRecords(window, strideBytes, room), kept]));
}

/**
 * Digest of the last records of `window`, which ends where a batch begins.
 *
 * @param window stored records before the batch's `from`, oldest first
 */
export function overlapOf(window: Uint8Array, strideBytes: number): Overlap {
  const covered = lastRecords(window, strideBytes, overlapRecords);
  return {
    records: countRecords(covered, strideBytes),
    sha256: createHash('sha256').update(covered).digest('hex'),
  };
}

/** True when both hold the same bytes. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
