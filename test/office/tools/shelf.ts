/**
 * A store in memory that judges batches by the same rule as the database (`decideBatch`), with switches for the days on
 * which it is away. The tests with real Postgres are in `a-gateway-reads-into-postgres.test.ts`.
 */
import { GerbangError } from '../../../src/errors.ts';
import type { Place } from '../../../src/office/identity.ts';
import type { BatchQueue, OfficeStore } from '../../../src/office/means.ts';
import { decideBatch } from '../../../src/punch/apply.ts';
import type { Batch, LogCursor } from '../../../src/punch/batch.ts';

interface Shelved {
  cursor: LogCursor;
  fence: number;
  /** Record bytes per epoch, from ordinal 0. */
  readonly epochs: Map<number, Buffer>;
}

export interface Shelf {
  readonly store: OfficeStore;
  readonly queue: BatchQueue;
  /** Every batch that was ever enqueued, in order. */
  readonly enqueued: Batch[];
  /** Batches that wait to be applied. */
  readonly waiting: Batch[];
  /** Switches: the database or the queue is away, batches are applied as they come, a depth to claim. */
  readonly ways: { storeAway: boolean; queueAway: boolean; applyAtOnce: boolean; depth: number | null };
  /** Applies up to `count` waiting batches, oldest first; what is refused ends the test. */
  apply(count?: number): void;
  /** A restart of the database from a backup: a terminal's cursor and rows as they were when `backup` was taken. */
  backup(): () => void;
  cursorOf(serial: string): LogCursor | null;
  /** All stored records of a terminal, epoch by epoch, in hex. */
  recordsOf(serial: string): string[];
}

export function createShelf(): Shelf {
  const shelved = new Map<string, Shelved>();
  const pins = new Map<string, string>();
  const enqueued: Batch[] = [];
  const waiting: Batch[] = [];
  const ways: Shelf['ways'] = { storeAway: false, queueAway: false, applyAtOnce: true, depth: null };

  const atHome = (): void => {
    if (ways.storeAway) throw new GerbangError('STORE_UNAVAILABLE', 'The test has taken the database away.');
  };
  const apply = (count = Number.POSITIVE_INFINITY): void => {
    // A batch that came before its predecessor goes back into the queue, behind the others.
    const ahead: Batch[] = [];
    for (let done = 0; done < count; done += 1) {
      const batch = waiting.shift();
      if (batch === undefined) break;
      if (!applyTo(shelved, batch)) ahead.push(batch);
    }
    waiting.push(...ahead);
  };
  const store: OfficeStore = {
    async readCursor(serial) {
      atHome();
      return shelved.get(serial)?.cursor ?? null;
    },
    async readStoredImage(cursor) {
      atHome();
      const bytes = shelved.get(cursor.serial)?.epochs.get(cursor.epoch) ?? Buffer.alloc(0);
      return bytes.subarray(cursor.base * cursor.strideBytes, cursor.next * cursor.strideBytes);
    },
    async readPin(place) {
      atHome();
      return pins.get(keyOf(place)) ?? null;
    },
    async pin(place, serial, configured) {
      atHome();
      const pinned = configured ? serial : (pins.get(keyOf(place)) ?? serial);
      const [other] = [...pins].filter(([key, held]) => held === serial && key !== keyOf(place));
      if (other === undefined) pins.set(keyOf(place), pinned);
      const [officeCode = '', terminalName = ''] = other?.[0].split('/') ?? [];
      return { pinned, elsewhere: other === undefined ? null : { officeCode, terminalName } };
    },
  };
  const queue: BatchQueue = {
    async enqueue(batch) {
      if (ways.queueAway) throw new GerbangError('QUEUE_UNAVAILABLE', 'The test has taken the queue away.');
      enqueued.push(batch);
      waiting.push(batch);
      if (ways.applyAtOnce) apply();
    },
    async depth() {
      if (ways.queueAway) throw new GerbangError('QUEUE_UNAVAILABLE', 'The test has taken the queue away.');
      return ways.depth ?? waiting.length;
    },
  };
  return {
    store,
    queue,
    enqueued,
    waiting,
    ways,
    apply,
    backup() {
      const kept = [...shelved].map(([serial, { cursor, fence, epochs }]) => {
        return [serial, { cursor, fence, epochs: new Map(epochs) }] as const;
      });
      return () => {
        shelved.clear();
        for (const [serial, entry] of kept) shelved.set(serial, entry);
      };
    },
    cursorOf: (serial) => shelved.get(serial)?.cursor ?? null,
    recordsOf: (serial) => [...(shelved.get(serial)?.epochs.values() ?? [])].flatMap((bytes) => inHex(bytes, 40)),
  };
}

/** False when the batch came before its predecessor. */
function applyTo(shelved: Map<string, Shelved>, batch: Batch): boolean {
  const entry = shelved.get(batch.serial);
  const records = Buffer.from(batch.recordsBase64, 'base64');
  const decision = decideBatch({
    batch,
    records,
    cursor: entry?.cursor ?? null,
    storedFence: entry?.fence ?? null,
    epochClosedAt: null,
  });
  if (decision.kind === 'ahead') return false;
  if (decision.kind === 'already') return true;
  if (decision.kind !== 'apply') throw new Error(`batch ${batch.from}..${batch.to}: ${JSON.stringify(decision)}`);
  const epochs = entry?.epochs ?? new Map<number, Buffer>();
  const before = epochs.get(batch.epoch) ?? Buffer.alloc(0);
  epochs.set(batch.epoch, Buffer.concat([before, records.subarray(decision.skip * batch.strideBytes)]));
  shelved.set(batch.serial, { cursor: decision.cursor, fence: batch.fence, epochs });
  return true;
}

function inHex(bytes: Buffer, strideBytes: number): string[] {
  const records: string[] = [];
  for (let at = 0; at < bytes.length; at += strideBytes) {
    records.push(bytes.subarray(at, at + strideBytes).toString('hex'));
  }
  return records;
}

function keyOf(place: Place): string {
  return `${place.officeCode}/${place.terminalName}`;
}
