import { describe, expect, test } from 'vitest';
import type { MachineRow } from '../../src/store/board.ts';
import { isFresh, type Mark, markOf, type Pace, severity } from '../../src/web/mark.ts';

const nowMs = Date.UTC(2026, 2, 2, 0, 31, 4);
const pace: Pace = { pollEveryMs: 60_000, clockLimitMs: 10_000 };
const well: MachineRow = {
  officeCode: 'kominfo',
  name: 'Lobi',
  serial: 'CKJ1',
  address: '10.10.1.21:4370',
  state: 'ok',
  errorCode: null,
  errorText: null,
  failingSinceMs: null,
  lastAttemptMs: nowMs,
  lastReadMs: nowMs - 30_000,
  offsetMs: 120,
  offsetBoundMs: 40,
  records: 10,
  recordCapacity: 100,
  users: 3,
  firmware: null,
  platform: null,
  deviceName: null,
  updatedMs: nowMs,
};

describe('marks', () => {
  const cases: readonly (readonly [what: string, change: Partial<MachineRow>, mark: Mark])[] = [
    ['read within the last polls, clock right', {}, 'ok'],
    ['not read for more than three polls', { lastReadMs: nowMs - 180_001 }, 'slow'],
    ['read just in time', { lastReadMs: nowMs - 180_000 }, 'ok'],
    ['never read, never failed', { state: 'waiting', lastReadMs: null }, 'waiting'],
    ['no answer on the network', { state: 'failing', errorCode: 'NET_CONNECT_TIMEOUT' }, 'silent'],
    ['connected, but silent', { state: 'failing', errorCode: 'ZK_NO_REPLY' }, 'silent'],
    ['an answer that could not be used', { state: 'failing', errorCode: 'READ_INCOMPLETE' }, 'trouble'],
    ['another machine at the address', { state: 'quarantined', errorCode: 'TERMINAL_SERIAL_MISMATCH' }, 'person'],
    ['a comm key that only a person knows', { state: 'failing', errorCode: 'ZK_COMM_KEY_WRONG' }, 'person'],
    [
      'our own queue in the way for too long',
      { state: 'waiting', errorCode: 'QUEUE_FULL', lastReadMs: nowMs - 600_000 },
      'slow',
    ],
    ['a clock beyond the limit', { offsetMs: -10_050 }, 'clock'],
    ['a clock that may still be within the limit', { offsetMs: 10_030 }, 'ok'],
    ['a clock beyond the limit that is not read any more', { offsetMs: 99_000, lastReadMs: nowMs - 400_000 }, 'slow'],
    ['a clock that Gerbang has given up setting', { offsetMs: -9e11, errorCode: 'TERMINAL_CLOCK_BATTERY' }, 'person'],
    ['a clock that was never measured', { offsetMs: null, offsetBoundMs: null }, 'ok'],
  ];
  test.each(cases)('%s', (_what, change, mark) => {
    expect(markOf({ ...well, ...change }, pace, nowMs)).toBe(mark);
  });

  test('a machine that fails now but was read a moment ago still counts as complete', () => {
    expect(isFresh({ ...well, state: 'failing', errorCode: 'NET_CLOSED' }, pace, nowMs)).toBe(true);
    expect(isFresh({ ...well, lastReadMs: null }, pace, nowMs)).toBe(false);
  });

  test('a slow office is given the time of three of its own polls', () => {
    const hourly = { ...pace, pollEveryMs: 3_600_000 };
    expect(markOf({ ...well, lastReadMs: nowMs - 3 * 3_600_000 }, hourly, nowMs)).toBe('ok');
    expect(markOf({ ...well, lastReadMs: nowMs - 3 * 3_600_000 - 1 }, hourly, nowMs)).toBe('slow');
  });

  test('silence is looked at before a wrong clock', () => {
    expect(severity('silent')).toBeLessThan(severity('clock'));
    expect(severity('clock')).toBeLessThan(severity('ok'));
  });
});
