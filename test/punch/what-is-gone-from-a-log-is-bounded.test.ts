import { describe, expect, test } from 'vitest';
import { alignWhole } from '../../src/punch/alignment.ts';
import type { LogCursor } from '../../src/punch/batch.ts';
import { assessLoss, assessSwap, type CountTally, type Loss, mayHaveLost, tallied } from '../../src/punch/loss.ts';
import { cursorAt, range, records, stride } from './log-model.ts';

const readThroughMs = Date.UTC(2026, 2, 2, 3);
const seenAtMs = readThroughMs + 120_000;

/** A log of which `stored` was read, whose counter then said `counts`, and which is `log` now. */
function lossOf(
  stored: Uint8Array,
  counts: readonly number[],
  log: Uint8Array,
  more: { capacity?: number; strideBytes?: number; atMs?: number; doubted?: boolean } = {},
): Loss {
  const { strideBytes = stride, capacity = null, atMs = seenAtMs } = more;
  const layout = strideBytes === stride ? ('zk8' as const) : ('zk40' as const);
  const next = stored.length / strideBytes;
  const cursor: LogCursor = { ...cursorAt({ stored, readThroughMs }), layout, strideBytes, next };
  let tally: CountTally | null = null;
  for (const count of counts) tally = tallied(tally, cursor, count);
  if (more.doubted && tally !== null) tally = { ...tally, doubted: true };
  const read = { layout, strideBytes, totalRecords: log.length / strideBytes, bytes: log };
  const alignment = alignWhole({ cursor, stored, read, confirmedShrink: true });
  if (alignment.kind !== 'new-epoch') throw new Error(`the log continues: ${alignment.kind}`);
  return assessLoss({ cursor, stored, read, alignment, tally, recordCapacity: capacity, seenAtMs: atMs });
}

/** 40-byte records of a ring log, each with its running number in its last four bytes. */
function ring(...numbers: number[]): Uint8Array {
  return Buffer.concat(
    numbers.map((number) => {
      const bytes = Buffer.alloc(40, number % 251);
      bytes.writeUInt32LE(number, 36);
      return bytes;
    }),
  );
}

describe('a log that was cleared', () => {
  test('after its counter said more than was read: the difference is gone, at least', () => {
    expect(lossOf(records(...range(0, 463)), [463, 500, 0], records())).toEqual({
      kind: 'cleared',
      atLeast: 37,
      atMost: null,
      ground: 'unwatched',
      sinceMs: readThroughMs,
      untilMs: seenAtMs,
      stored: 463,
      counted: 37,
      found: 0,
    });
  });

  test('and filled again: what stands there now may be what was counted', () => {
    const stored = records(...range(0, 463));
    expect(lossOf(stored, [500, 12], records(...range(900, 912)))).toMatchObject({ kind: 'cleared', atLeast: 25 });
    expect(lossOf(stored, [500, 0, 12], records(...range(900, 912)))).toMatchObject({ atLeast: 37, counted: 49 });
    expect(lossOf(stored, [500, 700], records(...range(900, 1_600)))).toMatchObject({ atLeast: 0, atMost: null });
  });

  test('twice between two reads: both times count', () => {
    expect(lossOf(records(...range(0, 50)), [60, 0, 20, 0, 5], records(...range(90, 95)))).toMatchObject({
      atLeast: 30,
    });
  });

  test('with nothing unread that was counted: nothing is claimed, and nothing is ruled out', () => {
    const loss = lossOf(records(...range(0, 50)), [50, 0], records());
    expect(loss).toMatchObject({ atLeast: 0, atMost: null, ground: 'unwatched' });
  });

  test('a moment after its counter agreed: that proves nothing, for a full log drops as many as it writes', () => {
    const log = records(...range(500, 550));
    const loss = lossOf(records(...range(0, 50)), [50, 50], log, { capacity: 50, atMs: readThroughMs + 1 });
    expect(loss).toMatchObject({ kind: 'wrapped', atLeast: 0, atMost: null });
  });

  test('while its counter was in doubt: nothing is built on it', () => {
    const loss = lossOf(records(...range(0, 50)), [70, 0], records(), { doubted: true });
    expect(loss).toMatchObject({ atLeast: 0, atMost: null, ground: 'counter-doubted', counted: 0 });
  });
});

describe('other ends of a log', () => {
  test('a beginning of what is stored: it shrank, and all that stands there is stored', () => {
    const loss = lossOf(records(...range(0, 463)), [500], records(...range(0, 100)));
    expect(loss).toMatchObject({ kind: 'shrank', atLeast: 37, atMost: null });
  });

  test('full, and nothing of it is stored: it wrapped', () => {
    const loss = lossOf(records(...range(0, 90)), [100], records(...range(500, 600)), { capacity: 100 });
    expect(loss).toMatchObject({ kind: 'wrapped', atLeast: 0, atMost: null, ground: 'unwatched' });
  });

  test('half full or more behind an empty one: it may have wrapped, for an empty log misses nothing', () => {
    const cursor = cursorAt({ stored: records(), readThroughMs });
    const aligned = (count: number) => {
      const bytes = records(...range(0, count));
      const read = { layout: 'zk8' as const, strideBytes: stride, totalRecords: count, bytes };
      return { read, alignment: alignWhole({ cursor, stored: records(), read }) };
    };
    const judged = (count: number, capacity: number | null) => {
      const { read, alignment } = aligned(count);
      if (alignment.kind !== 'append') throw new Error('an empty log is continued by any other');
      if (!mayHaveLost(alignment, cursor, read, capacity)) return null;
      const tally = tallied(tallied(null, cursor, 90), cursor, 60);
      return assessLoss({ cursor, stored: records(), read, alignment, tally, recordCapacity: capacity, seenAtMs });
    };
    expect(judged(49, 100)).toBeNull();
    expect(judged(50, null)).toBeNull();
    expect(judged(50, 100)).toMatchObject({ kind: 'wrapped', atLeast: 40, atMost: null, sinceMs: readThroughMs });
  });

  test('overwritten from its start, the end still as it was: only what was stored is gone', () => {
    const log = records(...range(500, 520), ...range(20, 100));
    expect(lossOf(records(...range(0, 100)), [100], log, { capacity: 100 })).toMatchObject({
      kind: 'wrapped',
      atLeast: 0,
      atMost: 0,
      ground: 'in-place',
    });
  });

  test('as it was at the start and another one at the end: it may have forgotten what nobody read', () => {
    const log = records(...range(0, 80), ...range(500, 530));
    expect(lossOf(records(...range(0, 100)), [], log)).toMatchObject({ kind: 'rewritten', atLeast: 0, atMost: null });
  });

  test('one record that repeats for ever stands nowhere in particular', () => {
    const log = records(9, ...range(0, 40).map(() => 1));
    const loss = lossOf(records(...range(0, 40).map(() => 1)), [], log);
    expect(loss).toMatchObject({ atLeast: 0, atMost: null });
  });

  test('another layout: the counter is all there is', () => {
    const loss = lossOf(records(...range(0, 100)), [130, 90], ring(...range(0, 90)), { strideBytes: stride });
    expect(loss.kind).not.toBe('layout-changed');
    const cursor = cursorAt({ stored: records(...range(0, 100)), readThroughMs });
    const read = { layout: 'zk40' as const, strideBytes: 40, totalRecords: 5, bytes: ring(...range(0, 5)) };
    const alignment = alignWhole({ cursor, stored: records(...range(0, 100)), read });
    if (alignment.kind !== 'new-epoch') throw new Error('another layout continues nothing');
    const tally = tallied(null, cursor, 112);
    const other = { cursor, stored: records(...range(0, 100)), read, alignment, tally, recordCapacity: null, seenAtMs };
    expect(assessLoss(other)).toMatchObject({ kind: 'layout-changed', atLeast: 7, atMost: null });
  });

  test('a ring that numbers its records: the missing numbers are gone', () => {
    const stored = ring(...range(0, 50));
    // 30 more were overwritten before anybody read them: 50 to 79.
    const turned = ring(...range(100, 130), ...range(80, 100));
    expect(lossOf(stored, [50], turned, { strideBytes: 40, capacity: 50 })).toMatchObject({
      kind: 'wrapped',
      atLeast: 30,
      ground: 'numbered',
    });
    const begunAnew = ring(...range(0, 20));
    expect(lossOf(ring(...range(5, 55)), [], begunAnew, { strideBytes: 40 })).toMatchObject({ atLeast: 0 });
  });

  test('a ring whose numbers go on: nothing is lost, provably', () => {
    // The place where the ring begins moved over the end of what was stored, so no end stands where it stood.
    const stored = ring(...range(90, 95), ...range(45, 90));
    const now = ring(...range(90, 100), ...range(100, 139), ...range(89, 90));
    const loss = lossOf(stored, [50], now, { strideBytes: 40, capacity: 50 });
    expect(loss).toMatchObject({ atLeast: 0, atMost: 0, ground: 'in-place' });
  });
});

test('a machine that is gone takes with it what it counted and nobody read', () => {
  const cursor = cursorAt({ stored: records(...range(0, 10)), readThroughMs });
  expect(assessSwap(cursor, tallied(null, cursor, 14), seenAtMs)).toMatchObject({
    kind: 'swapped',
    atLeast: 4,
    atMost: null,
    ground: 'out-of-reach',
    found: null,
  });
});

test('a tally starts anew where the cursor has moved, and says nothing about a terminal without one', () => {
  const cursor = cursorAt({ stored: records(1, 2, 3) });
  const grown = tallied(null, cursor, 9);
  expect(grown).toMatchObject({ written: 6, last: 9 });
  expect(tallied(grown, { ...cursor, next: 9 }, 9)).toMatchObject({ written: 0, last: 9 });
  expect(tallied(grown, cursor, null)).toBe(grown);
  expect(tallied(null, null, 9)).toBeNull();
});
