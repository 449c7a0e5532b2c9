import { describe, expect, test } from 'vitest';
import {
  emptyMemory,
  isSettled,
  type LogMemory,
  newTerminalMemory,
  startOf,
  startOfTerminal,
  withEnqueued,
  withFence,
  withoutDatabase,
  withStored,
} from '../../src/office/memory.ts';
import type { LogCursor } from '../../src/punch/batch.ts';

function cursor(next: number, more: Partial<LogCursor> = {}): LogCursor {
  return {
    serial: 'ABC123',
    epoch: 1,
    base: 0,
    next,
    layout: 'zk40',
    strideBytes: 40,
    window: new Uint8Array(0),
    readThroughMs: null,
    verifiedAtMs: null,
    ...more,
  };
}

function enqueued(memory: LogMemory, to: number, monotonicMs: number, readThroughMs: number | null = null): LogMemory {
  return withEnqueued(memory, { epoch: 1, to, readThroughMs, fence: 7 }, cursor(to, { readThroughMs }), monotonicMs);
}

/** Ten records stored, then two batches on their way: to 12 and to 15. */
function twoOnTheirWay(): LogMemory {
  return enqueued(enqueued(withStored(emptyMemory, cursor(10), 0), 12, 1_000), 15, 2_000);
}

describe('while batches are on their way', () => {
  test('the next poll goes on behind them', () => {
    expect(startOf(twoOnTheirWay())?.next).toBe(15);
    expect(isSettled(twoOnTheirWay())).toBe(false);
  });

  test('each stored one makes room for another', () => {
    const memory = withStored(twoOnTheirWay(), cursor(12), 3_000);
    expect(memory.outstanding.map((batch) => batch.to)).toEqual([15]);
    expect(startOf(memory)?.next).toBe(15);
  });

  test('when all are stored, the database alone speaks', () => {
    const memory = withStored(twoOnTheirWay(), cursor(15, { verifiedAtMs: 99 }), 3_000);
    expect(memory.ahead).toBeNull();
    expect(startOf(memory)?.verifiedAtMs).toBe(99);
    expect(isSettled(memory)).toBe(true);
  });

  test('a batch without records is stored once its time is, to the millisecond the database keeps', () => {
    const sent = enqueued(withStored(emptyMemory, cursor(10, { readThroughMs: 500 }), 0), 10, 1_000, 900.7);
    expect(withStored(sent, cursor(10, { readThroughMs: 500 }), 2_000).outstanding).toHaveLength(1);
    expect(withStored(sent, cursor(10, { readThroughMs: 900 }), 2_000).outstanding).toHaveLength(0);
    expect(isSettled(sent)).toBe(true);
  });
});

describe('the memory is dropped', () => {
  test('when an answering database has stored nothing of it for a minute', () => {
    expect(startOf(withStored(twoOnTheirWay(), cursor(10), 61_000))?.next).toBe(15);
    expect(startOf(withStored(twoOnTheirWay(), cursor(10), 61_001))?.next).toBe(10);
  });

  test('but not while it makes progress', () => {
    const moved = withStored(twoOnTheirWay(), cursor(12), 60_000);
    expect(startOf(withStored(moved, cursor(12), 119_000))?.next).toBe(15);
    expect(startOf(withStored(moved, cursor(12), 121_000))?.next).toBe(12);
  });

  test('and not because the database was away: its silence says nothing about the batches', () => {
    let memory = twoOnTheirWay();
    for (let atMs = 10_000; atMs <= 600_000; atMs += 10_000) memory = withoutDatabase(memory, atMs);
    expect(startOf(withStored(memory, cursor(10), 610_000))?.next).toBe(15);
    expect(startOf(withStored(memory, cursor(10), 661_000))?.next).toBe(10);
  });

  test('when the database was restored from a backup', () => {
    expect(startOf(withStored(twoOnTheirWay(), cursor(4), 3_000))?.next).toBe(4);
    expect(startOf(withStored(twoOnTheirWay(), null, 3_000))).toBeNull();
  });

  test('when somebody else opened another epoch', () => {
    const memory = withStored(twoOnTheirWay(), cursor(3, { epoch: 2 }), 3_000);
    expect(startOf(memory)).toMatchObject({ epoch: 2, next: 3 });
    expect(memory.outstanding).toEqual([]);
  });

  test('when the lease was lost in between, and only then', () => {
    expect(withFence(twoOnTheirWay(), 7).outstanding).toHaveLength(2);
    expect(withFence(twoOnTheirWay(), 8)).toEqual(emptyMemory);
  });
});

describe('before the database has answered', () => {
  test('nothing is known, which is not the same as nothing stored', () => {
    expect(startOf(emptyMemory)).toBeNull();
    expect(isSettled(emptyMemory)).toBe(false);
    expect(isSettled(withStored(emptyMemory, null, 0))).toBe(true);
  });
});

describe('where the log was seen to end', () => {
  test('narrows the arrival of what comes next, as long as it speaks of the same end', () => {
    const memory = newTerminalMemory(null, 0);
    memory.log = withStored(emptyMemory, cursor(10, { readThroughMs: 1_000 }), 0);
    memory.endSeen = { epoch: 1, next: 10, atMs: 5_000 };
    expect(startOfTerminal(memory)?.readThroughMs).toBe(5_000);
    memory.endSeen = { epoch: 1, next: 9, atMs: 5_000 };
    expect(startOfTerminal(memory)?.readThroughMs).toBe(1_000);
    memory.endSeen = { epoch: 1, next: 10, atMs: 500 };
    expect(startOfTerminal(memory)?.readThroughMs).toBe(1_000);
  });
});
