import { describe, expect, test } from 'vitest';
import { freshReadMemory, planRead, type ReadMemory, wholeReadDue } from '../../src/office/read-plan.ts';
import type { LogCursor } from '../../src/punch/batch.ts';
import type { TerminalCounters } from '../../src/zk/driver.ts';

const dayMs = 86_400_000;
const now = 1_800_000_000_000;

const stored: LogCursor = {
  serial: 'ABC123',
  epoch: 1,
  base: 200,
  next: 1_200,
  layout: 'zk40',
  strideBytes: 40,
  window: new Uint8Array(64 * 40),
  readThroughMs: now - 60_000,
  verifiedAtMs: now - 3_600_000,
};
const compared: ReadMemory = { ...freshReadMemory(0.5), comparedAtMs: 0 };

function counters(records: number | null, recordCapacity: number | null = 100_000): TerminalCounters {
  return { users: 40, records, recordCapacity, operations: 0 };
}

describe('the whole log is due', () => {
  test('at first contact, and while nothing but an empty log was seen', () => {
    expect(wholeReadDue(null, compared, now, false)).toBe('first-contact');
    expect(wholeReadDue({ ...stored, base: 0, next: 0 }, compared, now, false)).toBe('first-contact');
  });

  test('once a day, each terminal at an hour of its own', () => {
    const verified = (hoursAgo: number): LogCursor => ({ ...stored, verifiedAtMs: now - hoursAgo * 3_600_000 });
    expect(wholeReadDue(verified(19), freshReadMemory(0.99), now, false)).toBeNull();
    expect(wholeReadDue(verified(20), freshReadMemory(0.99), now, false)).toBe('daily');
    expect(wholeReadDue(verified(20), freshReadMemory(0), now, false)).toBeNull();
    expect(wholeReadDue(verified(24), freshReadMemory(0), now, false)).toBe('daily');
    expect(wholeReadDue({ ...stored, verifiedAtMs: null }, compared, now, false)).toBe('daily');
  });

  test('but not in the rush, when people stand in front of the terminal; not for ever, though', () => {
    const verified = (hoursAgo: number): LogCursor => ({ ...stored, verifiedAtMs: now - hoursAgo * 3_600_000 });
    expect(wholeReadDue(verified(30), freshReadMemory(0), now, true)).toBeNull();
    expect(wholeReadDue(verified(36), freshReadMemory(0), now, true)).toBe('daily');
    expect(wholeReadDue(null, compared, now, true)).toBe('first-contact');
    expect(wholeReadDue(stored, { ...compared, owed: 'log-shrank' }, now, true)).toBe('log-shrank');
  });

  test('when the host clock went back behind the last verification', () => {
    expect(wholeReadDue({ ...stored, verifiedAtMs: now + dayMs }, compared, now, false)).toBe('daily');
  });

  test('when an earlier poll owes it', () => {
    expect(wholeReadDue(stored, { ...compared, owed: 'restart-suspected' }, now, false)).toBe('restart-suspected');
    expect(wholeReadDue(stored, compared, now, false)).toBeNull();
  });
});

describe('with the counters known', () => {
  test('nothing is read when nothing was added since a comparison of the last quarter of an hour', () => {
    expect(planRead(stored, counters(1_000), compared, 899_999)).toEqual({ kind: 'nothing' });
    expect(planRead(stored, counters(1_000), compared, 900_000).kind).toBe('tail');
    expect(planRead(stored, counters(1_000), freshReadMemory(0.5), 1).kind).toBe('tail');
  });

  test('the end is read with 32 records of overlap', () => {
    expect(planRead(stored, counters(1_005), compared, 1)).toEqual({ kind: 'tail', firstIndex: 968 });
  });

  test('a log shorter than the overlap is read from its beginning', () => {
    const short = { ...stored, base: 0, next: 20 };
    expect(planRead(short, counters(21), compared, 1)).toEqual({ kind: 'tail', firstIndex: 0 });
  });

  test('near its capacity a log may move under a counter that stands still', () => {
    expect(planRead(stored, counters(1_000, 1_050), compared, 1).kind).toBe('tail');
    expect(planRead(stored, counters(1_000, 1_100), compared, 1).kind).toBe('nothing');
  });

  test('fewer records than are stored: all of it', () => {
    expect(planRead(stored, counters(999), compared, 1)).toEqual({ kind: 'whole', reason: 'log-shrank' });
  });

  test('a terminal that counts wrong or not at all is asked for its end each time', () => {
    expect(planRead(stored, counters(null), compared, 1).kind).toBe('tail');
    expect(planRead(stored, counters(0), { ...compared, counterLies: true }, 1).kind).toBe('tail');
  });

  test('a terminal that refuses tails is read whole, but only when something happened', () => {
    const refusing = { ...compared, tailRefused: true };
    expect(planRead(stored, counters(1_001), refusing, 1)).toEqual({ kind: 'whole', reason: 'tail-refused' });
    expect(planRead(stored, counters(1_000), refusing, 1)).toEqual({ kind: 'nothing' });
  });
});
