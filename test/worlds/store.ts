/**
 * A database in memory that judges and keeps batches as `src/ingest` and `src/store` do: the same pure decision
 * (`decideBatch`), the same comparisons around it, everything of a batch or nothing. That it is the same is tested against
 * Postgres (a-world-in-memory-is-the-same-in-postgres.test.ts).
 */
import type { ClockEvents } from '../../src/clock/model-types.ts';
import type { ClockSample } from '../../src/clock/sample.ts';
import { type ErrorCode, GerbangError } from '../../src/errors.ts';
import { keyOf, type Place } from '../../src/office/identity.ts';
import type { LeaseToken } from '../../src/office/lease-keeper.ts';
import { type ApplyDecision, decideBatch } from '../../src/punch/apply.ts';
import type { Batch, EpochReason, LogCursor } from '../../src/punch/batch.ts';
import { countRecords, sameBytes, sliceRecords } from '../../src/punch/overlap.ts';

/** One stored record. */
export interface Row {
  readonly raw: Buffer;
  readonly absentAtMs: number | null;
  readonly presentAtMs: number;
  /** Stands in an earlier epoch too, and may be that one. */
  readonly seenInEpoch: number | null;
}

export interface Epoch {
  readonly reason: EpochReason;
  readonly priorNext: number;
  readonly rows: readonly Row[];
}

/** All that is stored of one terminal. Replaced as a whole at each commit, so that a backup is a reference. */
export interface Shelf {
  readonly cursor: LogCursor;
  readonly fence: number;
  readonly epochs: ReadonlyMap<number, Epoch>;
  readonly samples: readonly ClockSample[];
  readonly events: ClockEvents;
}

interface Lease {
  readonly holder: string;
  readonly fence: number;
  readonly expiresAtMs: number;
}

interface Tables {
  readonly shelves: ReadonlyMap<string, Shelf>;
  readonly pins: ReadonlyMap<string, { readonly place: Place; readonly serial: string }>;
  readonly leases: ReadonlyMap<string, Lease>;
  readonly lastFence: number;
}

export interface WorldStore {
  shelfOf(serial: string): Shelf | null;
  serials(): readonly string[];
  /** Applies a batch in one instant. @throws GerbangError as `applyBatch` does */
  apply(batch: Batch): 'applied' | 'already';
  storedImage(cursor: LogCursor): Buffer;
  readPin(place: Place): string | null;
  pin(place: Place, serial: string, configured: boolean): { pinned: string; elsewhere: Place | null };
  acquire(key: string, holder: string, ttlMs: number): number | null;
  renew(leases: readonly LeaseToken[], holder: string, ttlMs: number): string[];
  release(leases: readonly LeaseToken[], holder: string): void;
  /** Who has a lease, or had it last. */
  holderOf(key: string): string | null;
  /** A backup as of now; calling it restores it. */
  backup(): () => void;
}

const noEvents: ClockEvents = { sets: [], operations: [], hostSteps: [] };

/** @param nowMs the database's own clock, for leases */
export function createWorldStore(nowMs: () => number): WorldStore {
  let tables: Tables = { shelves: new Map(), pins: new Map(), leases: new Map(), lastFence: 0 };
  const put = <V>(map: ReadonlyMap<string, V>, key: string, value: V): Map<string, V> => new Map(map).set(key, value);
  const isHeld = (lease: Lease | undefined, token: LeaseToken, holder: string): lease is Lease =>
    lease?.holder === holder && lease.fence === token.fence;

  return {
    shelfOf: (serial) => tables.shelves.get(serial) ?? null,
    serials: () => [...tables.shelves.keys()],
    apply(batch) {
      const shelf = tables.shelves.get(batch.serial) ?? null;
      const { outcome, next } = applyTo(shelf, batch);
      if (next !== null) tables = { ...tables, shelves: put(tables.shelves, batch.serial, next) };
      return outcome;
    },
    storedImage({ serial, epoch, base, next }) {
      const rows = tables.shelves.get(serial)?.epochs.get(epoch)?.rows.slice(base, next) ?? [];
      if (rows.length !== next - base) throw new GerbangError('INTERNAL', 'Stored records are missing in this world.');
      return Buffer.concat(rows.map(({ raw }) => raw));
    },
    readPin: (place) => tables.pins.get(keyOf(place))?.serial ?? null,
    pin(place, serial, configured) {
      const key = keyOf(place);
      const before = tables.pins.get(key)?.serial ?? null;
      const other = [...tables.pins.values()].find((pin) => pin.serial === serial && keyOf(pin.place) !== key);
      if (other !== undefined) return { pinned: configured ? serial : (before ?? serial), elsewhere: other.place };
      const pinned = configured ? serial : (before ?? serial);
      tables = { ...tables, pins: put(tables.pins, key, { place, serial: pinned }) };
      return { pinned, elsewhere: null };
    },
    acquire(key, holder, ttlMs) {
      const lease = tables.leases.get(key);
      if (lease !== undefined && lease.expiresAtMs > nowMs() && lease.holder !== holder) return null;
      const stored = [...tables.shelves.values()].map((shelf) => shelf.fence);
      const fence = Math.max(tables.lastFence, ...stored) + 1;
      const taken = { holder, fence, expiresAtMs: nowMs() + ttlMs };
      tables = { ...tables, lastFence: fence, leases: put(tables.leases, key, taken) };
      return fence;
    },
    renew(tokens, holder, ttlMs) {
      const kept: string[] = [];
      for (const token of tokens) {
        const lease = tables.leases.get(token.key);
        if (!isHeld(lease, token, holder)) continue;
        tables = { ...tables, leases: put(tables.leases, token.key, { ...lease, expiresAtMs: nowMs() + ttlMs }) };
        kept.push(token.key);
      }
      return kept;
    },
    release(tokens, holder) {
      for (const token of tokens) {
        const lease = tables.leases.get(token.key);
        if (!isHeld(lease, token, holder)) continue;
        const free = { ...lease, holder: '', expiresAtMs: Number.NEGATIVE_INFINITY };
        tables = { ...tables, leases: put(tables.leases, token.key, free) };
      }
    },
    holderOf: (key) => tables.leases.get(key)?.holder ?? null,
    backup() {
      const kept = tables;
      return () => {
        tables = kept;
      };
    },
  };
}

function applyTo(shelf: Shelf | null, batch: Batch): { outcome: 'applied' | 'already'; next: Shelf | null } {
  const bytes = Buffer.from(batch.recordsBase64, 'base64');
  const decision = judge(shelf, batch, bytes);
  const samples = withNew(shelf?.samples ?? [], batch.samples, ({ sentAtMs }) => sentAtMs);
  const events = eventsAfter(shelf?.events ?? noEvents, batch.events ?? noEvents);
  if (decision.kind === 'already')
    return { outcome: 'already', next: shelf === null ? null : { ...shelf, samples, events } };
  const epochs = new Map(shelf?.epochs);
  if (decision.opensEpoch && batch.opens !== null) {
    epochs.set(batch.epoch, { reason: batch.opens.reason, priorNext: batch.opens.priorNext, rows: [] });
  }
  const epoch = epochs.get(batch.epoch);
  if (epoch === undefined) throw new Error(`epoch ${batch.epoch} was never opened`);
  const stride = batch.strideBytes;
  const added = sliceRecords(bytes, stride, decision.skip, batch.to - batch.from);
  const rows = Array.from({ length: countRecords(added, stride) }, (_, index): Row => {
    const raw = Buffer.from(sliceRecords(added, stride, index, index + 1));
    return { raw, ...batch.bracket, seenInEpoch: repeatOf(epochs, batch, decision.from, raw) };
  });
  epochs.set(batch.epoch, { ...epoch, rows: [...epoch.rows, ...rows] });
  return { outcome: 'applied', next: { cursor: decision.cursor, fence: batch.fence, epochs, samples, events } };
}

/** What stood in the log when its epoch was opened may stand in an earlier one. */
function repeatOf(
  epochs: ReadonlyMap<number, Epoch>,
  { epoch, bracket }: Batch,
  from: number,
  raw: Buffer,
): number | null {
  const longest = Math.max(0, ...[...epochs].map(([number, { priorNext }]) => (number <= epoch ? priorNext : 0)));
  if (epoch === 1 || (bracket.absentAtMs !== null && from >= longest)) return null;
  const earlier = [...epochs].filter(([number, { rows }]) => number < epoch && rows.some((row) => row.raw.equals(raw)));
  return earlier.length === 0 ? null : Math.max(...earlier.map(([number]) => number));
}

function judge(
  shelf: Shelf | null,
  batch: Batch,
  records: Buffer,
): Extract<ApplyDecision, { kind: 'apply' | 'already' }> {
  const cursor = shelf?.cursor ?? null;
  const isOlder = cursor !== null && batch.epoch < cursor.epoch;
  const epochClosedAt = isOlder ? (shelf?.epochs.get(batch.epoch + 1)?.priorNext ?? null) : null;
  const input = { batch, records, cursor, storedFence: shelf?.fence ?? null, epochClosedAt };
  let decision = decideBatch(input);
  if (decision.kind === 'fenced') {
    const repeat = decideBatch({ ...input, storedFence: null });
    if (repeat.kind === 'already') decision = repeat;
  }
  const { serial, epoch, from, to } = batch;
  const name = `${serial} ${epoch}:${from}..${to} under ${batch.fence}`;
  if (decision.kind === 'ahead') throw refusal('BATCH_AHEAD', name);
  if (decision.kind === 'fenced') throw refusal('BATCH_FENCED', name);
  if (decision.kind === 'contradicts') throw refusal('BATCH_CONTRADICTS_STORED', `${name}: ${decision.why}`);
  if (!repeatsWhatIsStored(shelf, batch, records)) throw refusal('BATCH_CONTRADICTS_STORED', `${name}: records-differ`);
  return decision;
}

/** Compares the part of a batch that is stored with what is stored. */
function repeatsWhatIsStored(shelf: Shelf | null, batch: Batch, records: Buffer): boolean {
  if (shelf === null || batch.epoch > shelf.cursor.epoch) return true;
  const { from, strideBytes } = batch;
  const to = batch.epoch === shelf.cursor.epoch ? Math.min(batch.to, shelf.cursor.next) : batch.to;
  if (from >= to) return true;
  const rows = shelf.epochs.get(batch.epoch)?.rows.slice(from, to) ?? [];
  return sameBytes(sliceRecords(records, strideBytes, 0, to - from), Buffer.concat(rows.map(({ raw }) => raw)));
}

function eventsAfter(stored: ClockEvents, added: ClockEvents): ClockEvents {
  return {
    sets: withNew(stored.sets, added.sets, ({ sentAtMs }) => sentAtMs),
    operations: withNew(stored.operations, added.operations, (entry) => JSON.stringify(entry)),
    hostSteps: withNew(stored.hostSteps, added.hostSteps, ({ atMs }) => atMs),
  };
}

function withNew<T>(stored: readonly T[], added: readonly T[], keyOfItem: (item: T) => unknown): readonly T[] {
  if (added.length === 0) return stored;
  const last = stored.at(-1);
  const [first] = added;
  if (last === undefined || (first !== undefined && isLater(keyOfItem(first), keyOfItem(last))))
    return [...stored, ...added];
  const known = new Set(stored.map(keyOfItem));
  return [...stored, ...added.filter((item) => !known.has(keyOfItem(item)))];
}

const isLater = (a: unknown, b: unknown): boolean => typeof a === 'number' && typeof b === 'number' && a > b;

function refusal(code: ErrorCode, text: string): GerbangError {
  return new GerbangError(code, `A batch is refused in this world: ${text}.`);
}
