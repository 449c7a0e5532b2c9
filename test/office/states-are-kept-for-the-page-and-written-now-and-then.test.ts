import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GerbangError } from '../../src/errors.ts';
import { createStateBoard, type TerminalStateView } from '../../src/office/states.ts';

const lobi = { officeCode: 'kominfo', terminalName: 'Lobi' };
const aula = { officeCode: 'kominfo', terminalName: 'Aula' };
const done = { end: 'done', error: null } as const;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('conditions', () => {
  const failed = new GerbangError('NET_REFUSED', 'The terminal refused the connection.');
  const key = new GerbangError('ZK_COMM_KEY_WRONG', 'The comm key is wrong.');
  const stranger = new GerbangError('TERMINAL_SERIAL_MISMATCH', 'Another machine answers here.');
  const full = new GerbangError('QUEUE_FULL', 'The queue is deep.');

  test('follow from how the poll ended', async () => {
    const board = createStateBoard(
      async () => undefined,
      () => undefined,
    );
    board.add(lobi, '10.10.1.21:4370');
    const state = (): TerminalStateView | undefined => board.snapshot()[0];
    expect(state()).toMatchObject({ state: 'waiting', address: '10.10.1.21:4370', lastAttemptMs: null });
    board.end(lobi, done, 1_000, 0);
    expect(state()).toMatchObject({ state: 'ok', failingSinceMs: null, lastAttemptMs: 1_000 });
    board.end(lobi, { end: 'failed', error: failed }, 2_000, 0);
    board.end(lobi, { end: 'failed', error: failed }, 3_000, 0);
    expect(state()).toMatchObject({ state: 'failing', errorCode: 'NET_REFUSED', failingSinceMs: 2_000 });
    board.end(lobi, { end: 'needs-person', error: key }, 4_000, 0);
    expect(state()).toMatchObject({ state: 'failing', errorCode: 'ZK_COMM_KEY_WRONG', failingSinceMs: 2_000 });
    board.end(lobi, { end: 'needs-person', error: stranger }, 5_000, 0);
    expect(state()).toMatchObject({ state: 'quarantined', failingSinceMs: 2_000 });
    board.end(lobi, { end: 'put-off', error: full }, 6_000, 0);
    // Nothing was asked of the terminal, so that it waits is all there is to say.
    expect(state()).toMatchObject({ state: 'waiting', errorCode: 'QUEUE_FULL', lastAttemptMs: 5_000 });
    board.end(lobi, done, 7_000, 0);
    expect(state()).toMatchObject({ state: 'ok', errorCode: null, errorText: null, failingSinceMs: null });
    await board.close();
  });

  test('what a poll learnt is kept when the next one fails', async () => {
    const board = createStateBoard(
      async () => undefined,
      () => undefined,
    );
    board.add(lobi, '10.10.1.21:4370');
    board.see(lobi, {
      identity: { serial: 'ABC123', deviceName: 'K40', platform: 'ZMM220_TFT', firmware: 'Ver 6.60' },
    });
    board.see(lobi, { counters: { users: 40, records: 120, recordCapacity: 100_000, operations: 3 } });
    board.see(lobi, {
      offset: { interval: { atMs: 0, earliestMs: 25_199_000, latestMs: 25_199_400 }, zoneOffsetMs: 25_200_000 },
    });
    board.see(lobi, { readThroughMs: 900 });
    board.end(lobi, { end: 'failed', error: failed }, 1_000, 0);
    expect(board.snapshot()).toEqual([
      {
        ...lobi,
        address: '10.10.1.21:4370',
        serial: 'ABC123',
        state: 'failing',
        errorCode: 'NET_REFUSED',
        errorText: 'The terminal refused the connection. [NET_REFUSED]',
        failingSinceMs: 1_000,
        lastAttemptMs: 1_000,
        lastReadMs: 900,
        offsetMs: -800,
        offsetBoundMs: 200,
        records: 120,
        recordCapacity: 100_000,
        users: 40,
        firmware: 'Ver 6.60',
        platform: 'ZMM220_TFT',
        deviceName: 'K40',
      },
    ]);
    await board.close();
  });
});

test('a log that was read is news that need not wait for the end of the poll', async () => {
  const board = createStateBoard(
    async () => undefined,
    () => undefined,
  );
  board.add(lobi, '10.10.1.21:4370');
  board.see(lobi, { readThroughMs: 900 });
  expect(board.snapshot()[0]).toMatchObject({ state: 'ok', lastReadMs: 900 });
  // What fails is well again only when a poll has ended well.
  board.end(lobi, { end: 'failed', error: new GerbangError('NET_CLOSED', 'closed') }, 1_000, 0);
  board.see(lobi, { readThroughMs: 1_900 });
  expect(board.snapshot()[0]).toMatchObject({ state: 'failing', lastReadMs: 1_900 });
  await board.close();
});

describe('writing', () => {
  test('all changes of two seconds together, each terminal once', async () => {
    const writes: string[][] = [];
    const board = createStateBoard(
      async (states) => void writes.push(states.map((state) => `${state.terminalName} ${state.state}`)),
      () => undefined,
    );
    board.add(lobi, 'a');
    board.add(aula, 'b');
    board.end(lobi, done, 1, 0);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(writes).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(writes).toEqual([['Lobi ok', 'Aula waiting']]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(writes).toHaveLength(1);
    board.end(aula, done, 2, 0);
    await board.close();
    expect(writes).toEqual([['Lobi ok', 'Aula waiting'], ['Aula ok']]);
  });

  test('what could not be written is written later, as it is then', async () => {
    let away = true;
    const writes: string[][] = [];
    const errors: unknown[] = [];
    const board = createStateBoard(
      async (states) => {
        if (away) throw new Error('away');
        writes.push(states.map((state) => `${state.terminalName} ${state.state}`));
      },
      (error) => errors.push(error),
    );
    board.add(lobi, 'a');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(errors.length).toBeGreaterThan(1);
    board.end(lobi, done, 1, 0);
    away = false;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(writes).toEqual([['Lobi ok']]);
    await board.close();
  });

  test('many terminals go in several writes', async () => {
    const sizes: number[] = [];
    const board = createStateBoard(
      async (states) => void sizes.push(states.length),
      () => undefined,
    );
    for (let index = 0; index < 1_200; index += 1) board.add({ officeCode: 'x', terminalName: `t${index}` }, 'a');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sizes).toEqual([500, 500, 200]);
    await board.close();
  });
});
