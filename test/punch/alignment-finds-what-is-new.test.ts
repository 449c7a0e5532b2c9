import { describe, expect, test } from 'vitest';
import { alignTail, alignWhole } from '../../src/punch/alignment.ts';
import type { LogCursor } from '../../src/punch/batch.ts';
import { cursorAt, range, records, stride } from './log-model.ts';

function whole(cursor: LogCursor | null, stored: Uint8Array, log: Uint8Array, confirmedShrink = false) {
  const read = { layout: 'zk8' as const, strideBytes: stride, totalRecords: log.length / stride, bytes: log };
  return alignWhole({ cursor, stored, read, confirmedShrink });
}

function tail(cursor: LogCursor | null, log: Uint8Array, firstIndex: number) {
  const read = { layout: 'zk8' as const, strideBytes: stride, totalRecords: log.length / stride, firstIndex };
  return alignTail({ cursor, read: { ...read, bytes: log.subarray(firstIndex * stride) } });
}

describe('a whole read', () => {
  test('of a terminal never read before opens epoch 1 with everything', () => {
    expect(whole(null, new Uint8Array(0), records(1, 2, 3))).toEqual({
      kind: 'new-epoch',
      epoch: 1,
      base: 0,
      from: 0,
      to: 3,
      records: records(1, 2, 3),
      reason: 'first-contact',
      priorEpoch: 0,
      priorNext: 0,
    });
  });

  test('that begins with all that is stored appends the rest', () => {
    const stored = records(1, 2, 3);
    expect(whole(cursorAt({ stored, base: 10 }), stored, records(1, 2, 3, 3, 4))).toEqual({
      kind: 'append',
      epoch: 1,
      base: 10,
      from: 13,
      to: 15,
      records: records(3, 4),
    });
  });

  test('equal to what is stored is unchanged', () => {
    const stored = records(1, 1, 1);
    expect(whole(cursorAt({ stored }), stored, records(1, 1, 1))).toEqual({
      kind: 'unchanged',
      epoch: 1,
      base: 0,
      from: 3,
      to: 3,
      records: records(),
    });
  });

  test('of a full terminal that dropped its oldest records moves the base and appends the rest', () => {
    const stored = records(...range(0, 20));
    expect(whole(cursorAt({ stored, base: 100 }), stored, records(...range(5, 23)))).toEqual({
      kind: 'shift',
      epoch: 1,
      base: 105,
      from: 120,
      to: 123,
      records: records(20, 21, 22),
      ambiguousShift: false,
    });
  });

  test('that dropped many and got one moves the base although the log is shorter', () => {
    const stored = records(...range(0, 20));
    expect(whole(cursorAt({ stored }), stored, records(...range(10, 21)))).toMatchObject({
      kind: 'shift',
      base: 10,
      from: 20,
      to: 21,
      records: records(20),
    });
  });

  test('that could be shifted in two ways takes the longest overlap and says so', () => {
    const stored = records(0, ...Array<number>(12).fill(1));
    const log = records(...Array<number>(12).fill(1), 2);
    expect(whole(cursorAt({ stored }), stored, log)).toMatchObject({
      kind: 'shift',
      base: 1,
      from: 13,
      to: 14,
      records: records(2),
      ambiguousShift: true,
    });
  });

  test('with too short an overlap is another log, not a shift', () => {
    const stored = records(...range(0, 20));
    const log = records(...range(13, 40));
    expect(whole(cursorAt({ stored }), stored, log)).toMatchObject({
      kind: 'new-epoch',
      epoch: 2,
      from: 0,
      to: 27,
      reason: 'no-overlap',
      priorEpoch: 1,
      priorNext: 20,
    });
    expect(whole(cursorAt({ stored }), stored, records(...range(12, 40)))).toMatchObject({ kind: 'shift', base: 12 });
  });

  test('of a very short log needs half of it equal, and never believes a single record', () => {
    const three = records(1, 2, 3);
    expect(whole(cursorAt({ stored: three }), three, records(2, 3, 4))).toMatchObject({
      kind: 'shift',
      base: 1,
      to: 4,
    });
    expect(whole(cursorAt({ stored: three }), three, records(3, 4, 5))).toMatchObject({ kind: 'new-epoch' });
    const two = records(1, 2);
    expect(whole(cursorAt({ stored: two }), two, records(2, 3))).toMatchObject({ kind: 'new-epoch' });
  });

  test('that is shorter and shares nothing was cleared', () => {
    const stored = records(...range(0, 20));
    expect(whole(cursorAt({ stored }), stored, records(50, 51))).toMatchObject({
      kind: 'new-epoch',
      reason: 'log-cleared',
      from: 0,
      to: 2,
      records: records(50, 51),
    });
  });

  test('with a changed record inside was rewritten', () => {
    const stored = records(...range(0, 20));
    const log = records(...range(0, 10), 99, ...range(11, 25));
    expect(whole(cursorAt({ stored }), stored, log)).toMatchObject({ kind: 'new-epoch', reason: 'log-rewritten' });
    const shorter = records(...range(0, 10), ...range(11, 19));
    expect(whole(cursorAt({ stored }), stored, shorter)).toMatchObject({ kind: 'new-epoch', reason: 'log-rewritten' });
  });

  test('that lost its newest records stores nothing until it is confirmed', () => {
    const stored = records(...range(0, 20));
    const cursor = cursorAt({ stored });
    const log = records(...range(0, 15));
    expect(whole(cursor, stored, log)).toEqual({ kind: 'suspicious', reason: 'log-shrank', missingRecords: 5 });
    expect(whole(cursor, stored, log, true)).toMatchObject({ kind: 'new-epoch', reason: 'log-rewritten', to: 15 });
  });

  test('that is empty where records were stored nothing until it is confirmed', () => {
    const stored = records(...range(0, 20));
    const cursor = cursorAt({ stored });
    const none = new Uint8Array(0);
    expect(whole(cursor, stored, none)).toEqual({ kind: 'suspicious', reason: 'log-emptied', missingRecords: 20 });
    expect(whole(cursor, stored, none, true)).toMatchObject({ kind: 'new-epoch', reason: 'log-cleared', to: 0 });
  });

  test('with another record size is another log, unless nothing was ever stored', () => {
    const read = { layout: 'zk16' as const, strideBytes: 16, totalRecords: 1, bytes: new Uint8Array(16) };
    const stored = records(1);
    expect(alignWhole({ cursor: cursorAt({ stored }), stored, read })).toMatchObject({
      kind: 'new-epoch',
      reason: 'layout-changed',
    });
    const empty = new Uint8Array(0);
    expect(alignWhole({ cursor: cursorAt({ stored: empty }), stored: empty, read })).toMatchObject({
      kind: 'append',
      epoch: 1,
      from: 0,
      to: 1,
    });
  });

  test('refuses to compare images that are not as long as their counters say', () => {
    const stored = records(1, 2);
    expect(() => whole(cursorAt({ stored, next: 3 }), stored, records(1, 2, 3))).toThrow(RangeError);
    const read = { layout: 'zk8' as const, strideBytes: stride, totalRecords: 2, bytes: records(1) };
    expect(() => alignWhole({ cursor: null, stored: new Uint8Array(0), read })).toThrow(RangeError);
  });

  test('a log of 100,000 equal records is aligned in linear time', () => {
    // A quadratic search would compare ten thousand million records and run into the test's own time limit.
    const stored = records(7, ...Array<number>(99_999).fill(1));
    const log = records(...Array<number>(99_998).fill(1), 2);
    expect(whole(cursorAt({ stored }), stored, log)).toMatchObject({ kind: 'shift', base: 2, to: 100_001 });
  });
});

describe('a tail read', () => {
  const stored = records(...range(0, 100));
  const cursor = cursorAt({ stored, base: 7 });

  test('appends what follows an equal overlap', () => {
    expect(tail(cursor, records(...range(0, 105)), 68)).toEqual({
      kind: 'append',
      epoch: 1,
      base: 7,
      from: 107,
      to: 112,
      records: records(...range(100, 105)),
    });
  });

  test('of an unchanged log is unchanged', () => {
    expect(tail(cursor, stored, 68)).toMatchObject({ kind: 'unchanged', from: 107, to: 107 });
  });

  test.each([
    ['was never read before', null, records(1), 0, 'nothing-stored'],
    ['has an overlap that differs', cursor, records(...range(1, 106)), 68, 'overlap-differs'],
    ['is shorter than what is stored', cursor, records(...range(0, 99)), 60, 'log-shrank'],
    ['begins behind what is stored', cursor, records(...range(0, 105)), 101, 'overlap-missing'],
    ['overlaps by less than 32 records', cursor, records(...range(0, 105)), 69, 'overlap-missing'],
    ['overlaps by more than is kept', cursor, records(...range(0, 105)), 20, 'overlap-missing'],
  ] as const)('concludes nothing when the log %s', (_, at, log, firstIndex, reason) => {
    expect(tail(at, log, firstIndex)).toEqual({ kind: 'unprovable', reason });
  });

  test('concludes nothing when the layout changed', () => {
    const read = {
      layout: 'zk16' as const,
      strideBytes: 16,
      totalRecords: 1,
      firstIndex: 0,
      bytes: new Uint8Array(16),
    };
    expect(alignTail({ cursor, read })).toEqual({ kind: 'unprovable', reason: 'layout-changed' });
  });

  test('concludes nothing when the overlap could also be its own repetition', () => {
    const same = records(...Array<number>(100).fill(1));
    expect(tail(cursorAt({ stored: same }), records(...Array<number>(100).fill(1), 2), 68)).toEqual({
      kind: 'unprovable',
      reason: 'overlap-repeats',
    });
  });

  test('from the first record on is as good as a whole read, whatever repeats', () => {
    const same = records(1, 1, 1);
    expect(tail(cursorAt({ stored: same }), records(1, 1, 1, 1), 0)).toMatchObject({
      kind: 'append',
      from: 3,
      to: 4,
      records: records(1),
    });
  });
});
