import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alignWhole } from '../../src/punch/alignment.ts';
import { type ApplyDecision, decideBatch } from '../../src/punch/apply.ts';
import type { Batch, LogCursor } from '../../src/punch/batch.ts';
import { type BatchSlice, splitAlignment } from '../../src/punch/split.ts';
import { judged } from '../tools/judged.ts';
import { cursorAt, range, records, stride } from './log-model.ts';

interface Sent {
  readonly batch: Batch;
  readonly bytes: Uint8Array;
}

function sent(slice: BatchSlice, readAtMs: number, part: Partial<Batch> = {}): Sent {
  const batch: Batch = {
    version: 1,
    batchId: `${slice.epoch}/${slice.from}@${readAtMs}`,
    officeCode: 'kominfo',
    terminalName: 'Lobi',
    serial: 'T1',
    fence: 1,
    epoch: slice.epoch,
    opens: slice.opens,
    from: slice.from,
    to: slice.to,
    base: slice.base,
    layout: 'zk8',
    strideBytes: stride,
    recordsBase64: '',
    overlap: slice.overlap,
    samples: [],
    bracket: { absentAtMs: null, presentAtMs: readAtMs + 5 },
    readThroughMs: slice.endsRead ? readAtMs : null,
    verifiedWhole: slice.endsRead,
    ...part,
  };
  return { batch, bytes: slice.records };
}

/** Batches of one whole read against what a poller remembers, and what it remembers next. */
function poll(memory: LogCursor | null, stored: Uint8Array, log: Uint8Array, readAtMs: number, maxRecords: number) {
  const read = { layout: 'zk8' as const, strideBytes: stride, totalRecords: log.length / stride, bytes: log };
  const alignment = alignWhole({ cursor: memory, stored, read, confirmedShrink: true });
  if (alignment.kind === 'suspicious') throw new Error('confirmed, but still suspicious');
  const batches = splitAlignment(alignment, memory, stride, maxRecords).map((slice) => sent(slice, readAtMs));
  const { epoch, base, to } = alignment;
  return { batches, memory: cursorAt({ stored: log, epoch, base, next: to }) };
}

/** The store: rows by epoch and ordinal, one cursor, and where each epoch was closed. */
class ModelStore {
  cursor: LogCursor | null = null;
  readonly rows = new Map<string, string>();
  readonly closedAt = new Map<number, number>();

  deliver({ batch, bytes }: Sent): ApplyDecision {
    const decision = decideBatch({
      batch,
      records: bytes,
      cursor: this.cursor,
      storedFence: 1,
      epochClosedAt: this.closedAt.get(batch.epoch) ?? null,
    });
    if (decision.kind !== 'apply') return decision;
    if (decision.opensEpoch && this.cursor !== null) this.closedAt.set(this.cursor.epoch, this.cursor.next);
    for (let index = decision.skip; index < batch.to - batch.from; index += 1) {
      const key = `${batch.epoch}/${batch.from + index}`;
      if (this.rows.has(key)) throw new Error(`${key} stored twice`);
      this.rows.set(key, Buffer.from(bytes.subarray(index * stride, (index + 1) * stride)).toString('hex'));
    }
    this.cursor = decision.cursor;
    return decision;
  }
}

describe('one batch', () => {
  const stored = records(...range(0, 100));
  const cursor = cursorAt({ stored });
  const judge = (batch: Sent, at: LogCursor | null = cursor, storedFence = 1, epochClosedAt: number | null = null) =>
    decideBatch({ batch: batch.batch, records: batch.bytes, cursor: at, storedFence, epochClosedAt });
  const next = poll(cursor, stored, records(...range(0, 103)), 1_000, 2_000).batches[0];
  if (next === undefined) throw new Error('no batch');

  test('that begins at the cursor is applied and moves it', () => {
    expect(judge(next)).toMatchObject({
      kind: 'apply',
      skip: 0,
      from: 100,
      opensEpoch: false,
      cursor: { epoch: 1, base: 0, next: 103, readThroughMs: 1_000, verifiedAtMs: 1_005 },
    });
    const decision = judge(next);
    if (decision.kind !== 'apply') throw new Error(decision.kind);
    expect(Buffer.from(decision.cursor.window)).toEqual(Buffer.from(records(...range(39, 103))));
  });

  test('of which two records are stored is applied from the third', () => {
    const at = cursorAt({ stored: records(...range(0, 102)) });
    expect(judge(next, at)).toMatchObject({ kind: 'apply', skip: 2, from: 102, cursor: { next: 103 } });
  });

  test('that is stored is already there', () => {
    expect(judge(next, cursorAt({ stored: records(...range(0, 103)) }))).toEqual({ kind: 'already' });
  });

  test('whose predecessor has not come yet is ahead', () => {
    expect(judge(next, cursorAt({ stored: records(...range(0, 99)) }))).toEqual({ kind: 'ahead' });
    expect(judge(next, null)).toEqual({ kind: 'ahead' });
  });

  test('that follows other records than those stored contradicts them', () => {
    const other = cursorAt({ stored: records(...range(0, 99), 500) });
    expect(judge(next, other)).toEqual({ kind: 'contradicts', why: 'records-differ' });
  });

  test('that repeats stored records with other bytes contradicts them', () => {
    const other = cursorAt({ stored: records(...range(0, 100), 500) });
    expect(judge(next, other)).toEqual({ kind: 'contradicts', why: 'records-differ' });
  });

  test('that proves too little contradicts what is stored', () => {
    const blind = { ...next, batch: { ...next.batch, overlap: { records: 0, sha256: next.batch.overlap.sha256 } } };
    expect(judge(blind)).toEqual({ kind: 'contradicts', why: 'overlap-incomplete' });
  });

  test('of another record size contradicts what is stored', () => {
    expect(judge({ ...next, batch: { ...next.batch, layout: 'zk16' } })).toEqual({
      kind: 'contradicts',
      why: 'layout-differs',
    });
  });

  test('read under a lease that has passed on is fenced', () => {
    expect(judge(next, cursor, 2)).toEqual({ kind: 'fenced' });
  });

  test('without records brings only its samples and the time of the read', () => {
    const quiet = poll(cursor, stored, stored, 2_000, 2_000).batches[0];
    if (quiet === undefined) throw new Error('no batch');
    expect(judge(quiet)).toMatchObject({
      kind: 'apply',
      skip: 0,
      from: 100,
      cursor: { next: 100, readThroughMs: 2_000 },
    });
    const later = { ...cursor, readThroughMs: 3_000 };
    expect(judge(quiet, later)).toMatchObject({ kind: 'apply', cursor: { readThroughMs: 3_000 } });
  });

  test('opens an epoch only over the image its poller saw', () => {
    const opening = poll(cursor, stored, records(900, 901), 3_000, 2_000).batches[0];
    if (opening === undefined) throw new Error('no batch');
    expect(judge(opening)).toMatchObject({ kind: 'apply', from: 0, opensEpoch: true, cursor: { epoch: 2, next: 2 } });
    expect(judge(opening, cursorAt({ stored: records(...range(0, 99)) }))).toEqual({ kind: 'ahead' });
    expect(judge(opening, null)).toEqual({ kind: 'ahead' });
    expect(judge(opening, cursorAt({ stored: records(...range(0, 103)) }))).toEqual({
      kind: 'contradicts',
      why: 'opened-elsewhere',
    });
    expect(judge(opening, cursorAt({ stored: records(900, 901), epoch: 2 }))).toEqual({ kind: 'already' });
  });

  test('of a closed epoch is already there, or was read too late', () => {
    const at = cursorAt({ stored: records(900), epoch: 2 });
    expect(judge(next, at, 1, 103)).toEqual({ kind: 'already' });
    expect(judge(next, at, 1, 102)).toEqual({ kind: 'contradicts', why: 'epoch-closed' });
    expect(judge(next, at, 1, null)).toEqual({ kind: 'contradicts', why: 'epoch-closed' });
  });

  test('is refused when its bytes are not its records, or its cursor another terminal', () => {
    expect(() => judge({ ...next, bytes: records(1) })).toThrow(RangeError);
    expect(() => judge(next, { ...cursor, serial: 'T2' })).toThrow(RangeError);
  });
});

test('a first read of 4,001 records travels in three batches, each with the overlap of its place', () => {
  const { batches } = poll(null, records(), records(...range(0, 4_001)), 1_000, 2_000);
  expect(batches.map(({ batch }) => [batch.from, batch.to, batch.overlap.records, batch.opens !== null])).toEqual([
    [0, 2_000, 0, true],
    [2_000, 4_000, 32, false],
    [4_000, 4_001, 32, false],
  ]);
  // SHA-256 of nothing, and of the 32 eight-byte records 1968…1999, computed with Python hashlib.
  expect(batches[0]?.batch.overlap.sha256).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(batches[1]?.batch.overlap.sha256).toBe('535debc0847bec12279a7c81bf64a2c2b474331a642b80da5fccfaacda10e7b7');
  expect(batches.map(({ batch }) => batch.readThroughMs)).toEqual([null, null, 1_000]);
});

/** Some polls of a growing, shifting and cleared log; then the same deliveries duplicated and shuffled. */
const deliveries = fc.record({
  growth: fc.array(fc.record({ added: fc.integer({ min: 0, max: 90 }), clear: fc.boolean() }), {
    minLength: 1,
    maxLength: 8,
  }),
  maxRecords: fc.integer({ min: 1, max: 50 }),
  forgetful: fc.boolean(),
  order: fc.infiniteStream(fc.nat()),
});

test('any duplication and re-ordering of batches, with retries of those ahead, stores the same rows', judged, () => {
  let outOfOrder = 0;
  fc.assert(
    fc.property(deliveries, ({ growth, maxRecords, forgetful, order }) => {
      const queue: Sent[] = [];
      const expected = new Map<string, string>();
      let memory: LogCursor | null = null;
      let older: { memory: LogCursor; log: number[] } | null = null;
      let log: number[] = [];
      let made = 0;
      for (const [poll_, { added, clear }] of growth.entries()) {
        const previous: number[] = log;
        // A log is only cleared where something is left to read: an empty one waits for its confirmation.
        if (clear && added > 0) log = [];
        log = [...log, ...range(made, made + added)];
        made += added;
        const { batches, memory: now } = poll(memory, records(...previous), records(...log), poll_ * 1_000, maxRecords);
        queue.push(...batches, ...batches);
        // A poller that restarted reads an older cursor and enqueues again what it had already enqueued.
        if (forgetful && older !== null && older.memory.epoch === now.epoch)
          queue.push(...poll(older.memory, records(...older.log), records(...log), poll_ * 1_000, maxRecords).batches);
        if (memory === null || memory.epoch === now.epoch) older = { memory: now, log };
        memory = now;
        for (const [index, content] of log.entries())
          expected.set(`${now.epoch}/${index}`, Buffer.from(records(content)).toString('hex'));
      }

      const store = new ModelStore();
      let waiting = queue;
      while (waiting.length > 0) {
        const shuffled = waiting
          .map((item) => ({ item, key: order.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ item }) => item);
        const ahead: Sent[] = [];
        for (const item of shuffled) {
          const decision = store.deliver(item);
          if (decision.kind === 'ahead') ahead.push(item);
          else expect(['apply', 'already']).toContain(decision.kind);
        }
        expect(ahead.length).toBeLessThan(waiting.length);
        if (ahead.length > 0) outOfOrder += 1;
        waiting = ahead;
      }
      expect(store.rows).toEqual(expected);
    }),
    { numRuns: 400 },
  );
  expect(outOfOrder).toBeGreaterThan(100);
});
