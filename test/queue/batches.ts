/** Batches to travel, and a ledger that takes them as the ingest transaction does. */
import { randomUUID } from 'node:crypto';
import { GerbangError } from '../../src/errors.ts';
import type { Batch } from '../../src/punch/batch.ts';

const stride = 40;

/** `records` records in which every byte depends on its position and on `serial`, so that no two places look alike. */
export function recordBytes(serial: string, from: number, to: number): Buffer {
  const seed = [...serial].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 65_521, 7);
  const bytes = Buffer.alloc((to - from) * stride);
  for (let index = 0; index < bytes.length; index += 1) {
    const position = from * stride + index;
    bytes[index] = (position * 197 + (position >> 8) * 31 + seed) & 0xff;
  }
  return bytes;
}

/** A batch of ordinals `from` to `to`, as a poller makes it. */
export function batchOf(serial: string, from: number, to: number, changes: Partial<Batch> = {}): Batch {
  return {
    version: 1,
    batchId: randomUUID(),
    officeCode: 'kominfo',
    terminalName: 'Lobi Utama – Gedung Ā',
    serial,
    fence: 3,
    epoch: 1,
    opens: from === 0 ? { reason: 'first-contact', priorEpoch: 0, priorNext: 0 } : null,
    from,
    to,
    base: 0,
    layout: 'zk40',
    strideBytes: stride,
    recordsBase64: recordBytes(serial, from, to).toString('base64'),
    overlap: { records: Math.min(32, from), sha256: 'ab'.repeat(32) },
    samples: [
      {
        sentAtMs: 1_767_225_600_000.25,
        receivedAtMs: 1_767_225_600_012.5,
        deviceMs: 1_767_250_800_000,
        kind: 'before-read',
      },
    ],
    bracket: { absentAtMs: 1_767_225_000_000, presentAtMs: 1_767_225_600_100 },
    readThroughMs: 1_767_225_600_000,
    verifiedWhole: false,
    ...changes,
  };
}

export interface Ledger {
  /** Applies a batch as the ingest transaction does: iff it continues what is stored. */
  apply(batch: Batch): Promise<void>;
  /** All bytes stored of a terminal. */
  stored(serial: string): Buffer;
  next(serial: string): number;
  /** Batches that came, applied or not. */
  readonly deliveries: Batch[];
  /** Resolves when this many records are stored of each of these terminals. */
  reached(records: number, ...serials: string[]): Promise<void>;
}

export function createLedger(): Ledger {
  const logs = new Map<string, Buffer>();
  const deliveries: Batch[] = [];
  let watchers: (() => void)[] = [];
  const stored = (serial: string): Buffer => logs.get(serial) ?? Buffer.alloc(0);
  const next = (serial: string): number => stored(serial).length / stride;
  return {
    deliveries,
    stored,
    next,
    async apply(batch) {
      deliveries.push(batch);
      const cursor = next(batch.serial);
      if (batch.from > cursor) throw new GerbangError('BATCH_AHEAD', 'An earlier batch is missing.');
      const added = Buffer.from(batch.recordsBase64, 'base64').subarray((cursor - batch.from) * stride);
      if (batch.to > cursor) logs.set(batch.serial, Buffer.concat([stored(batch.serial), added]));
      const waiting = watchers;
      watchers = [];
      for (const look of waiting) look();
    },
    reached: (records, ...serials) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (serials.every((serial) => next(serial) >= records)) resolve();
          else watchers.push(look);
        };
        look();
      }),
  };
}
