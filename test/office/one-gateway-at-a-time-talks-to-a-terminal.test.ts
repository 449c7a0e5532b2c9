import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GerbangError } from '../../src/errors.ts';
import {
  type LeaseKeeper,
  type LeaseOptions,
  type LeaseTable,
  startLeaseKeeper,
} from '../../src/office/lease-keeper.ts';

/** The lease table by its rules, on the test's own clock. The same rules in SQL are proven in the test below with Postgres. */
function createTable() {
  const rows = new Map<string, { holder: string; fence: number; expiresAtMs: number }>();
  const ways = { away: false, questions: 0 };
  const asked = (): number => {
    ways.questions += 1;
    if (ways.away) throw new GerbangError('STORE_UNAVAILABLE', 'The test has taken the database away.');
    return performance.now();
  };
  const table: LeaseTable = {
    async acquire(key, holder, ttlMs) {
      const now = asked();
      const row = rows.get(key);
      if (row !== undefined && row.expiresAtMs > now && row.holder !== holder) return null;
      const fence = (row?.fence ?? 0) + 1;
      rows.set(key, { holder, fence, expiresAtMs: now + ttlMs });
      return fence;
    },
    async renew(leases, holder, ttlMs) {
      const now = asked();
      const mine = leases.filter(({ key, fence }) => {
        const row = rows.get(key);
        return row?.holder === holder && row.fence === fence;
      });
      for (const { key, fence } of mine) rows.set(key, { holder, fence, expiresAtMs: now + ttlMs });
      return mine.map(({ key }) => key);
    },
    async release(leases, holder) {
      asked();
      for (const { key } of leases) if (rows.get(key)?.holder === holder) rows.delete(key);
    },
  };
  return { table, ways };
}

let keepers: LeaseKeeper[] = [];
const keeper = (table: LeaseTable, holder: string, more: Partial<LeaseOptions> = {}): LeaseKeeper => {
  const started = startLeaseKeeper(table, { holder, exclusive: false, ...more });
  keepers.push(started);
  return started;
};
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof GerbangError ? error.code : error),
  );

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(async () => {
  await Promise.all(keepers.map((one) => one.stop()));
  keepers = [];
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const lobi = '10.10.1.21:4370';

describe('a lease', () => {
  test('is held across polls under one fence, and asked for no more often than needed', async () => {
    const { table, ways } = createTable();
    const gateway = keeper(table, 'a');
    const fences = new Set<number>();
    for (let minute = 0; minute < 10; minute += 1) {
      fences.add(await gateway.hold(lobi));
      await vi.advanceTimersByTimeAsync(60_000);
    }
    expect([...fences]).toEqual([1]);
    // One acquisition, and one renewal every ten seconds for all terminals together.
    expect(ways.questions).toBeLessThanOrEqual(1 + 60);
  });

  test('keeps another gateway out while its holder lives, and for half a minute after', async () => {
    const { table } = createTable();
    const gateway = keeper(table, 'a');
    const other = keeper(table, 'b');
    await gateway.hold(lobi);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(await codeOf(other.hold(lobi))).toBe('TERMINAL_LEASED_ELSEWHERE');
    await gateway.stop();
    expect(await other.hold(lobi)).toBe(1);
  });

  test('of a gateway that was killed is free within thirty seconds', async () => {
    const { table } = createTable();
    await table.acquire(lobi, 'killed', 30_000);
    const other = keeper(table, 'b');
    await vi.advanceTimersByTimeAsync(29_999);
    expect(await codeOf(other.hold(lobi))).toBe('TERMINAL_LEASED_ELSEWHERE');
    await vi.advanceTimersByTimeAsync(1);
    expect(await other.hold(lobi)).toBe(2);
  });

  test('that passed to another ends the poll that runs under it', async () => {
    const { table } = createTable();
    const gateway = keeper(table, 'a');
    const fence = await gateway.hold(lobi);
    const lost: unknown[] = [];
    gateway.guard(lobi, (error) => lost.push(error.code));
    // A holder of the same name takes it over, as a restarted gateway does in its own database.
    await table.acquire(lobi, 'a', 30_000);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(lost).toEqual(['TERMINAL_LEASED_ELSEWHERE']);
    expect(await gateway.hold(lobi)).toBe(fence + 2);
  });
});

describe('with the database away', () => {
  test('a lease is good until it would expire there, and not a second longer', async () => {
    const { table, ways } = createTable();
    const gateway = keeper(table, 'a');
    await gateway.hold(lobi);
    const lost: unknown[] = [];
    gateway.guard(lobi, (error) => lost.push(error.code));
    ways.away = true;
    await vi.advanceTimersByTimeAsync(9_000);
    expect(await gateway.hold(lobi)).toBe(1);
    // A poll that runs is ended before the lease does, so that two gateways never overlap.
    await vi.advanceTimersByTimeAsync(21_000);
    expect(lost[0]).toBe('STORE_UNAVAILABLE');
    expect(await codeOf(gateway.hold(lobi))).toBe('STORE_UNAVAILABLE');
  });

  test('it is good for ever where nobody else can have got it', async () => {
    const { table, ways } = createTable();
    const gateway = keeper(table, 'a', { exclusive: true });
    await gateway.hold(lobi);
    const lost: unknown[] = [];
    gateway.guard(lobi, (error) => lost.push(error.code));
    ways.away = true;
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(await gateway.hold(lobi)).toBe(1);
    expect(await codeOf(gateway.hold('10.10.1.22:4370'))).toBe('STORE_UNAVAILABLE');
    expect(lost).toEqual([]);
  });

  test('a lease that nobody took comes back under the same fence, so that batches on their way stay valid', async () => {
    const { table, ways } = createTable();
    const gateway = keeper(table, 'a');
    await gateway.hold(lobi);
    ways.away = true;
    await vi.advanceTimersByTimeAsync(3_600_000);
    ways.away = false;
    expect(await gateway.hold(lobi)).toBe(1);
  });

  test('a lease that was taken meanwhile comes back under a higher one, or not at all', async () => {
    const { table, ways } = createTable();
    const gateway = keeper(table, 'a');
    await gateway.hold(lobi);
    ways.away = true;
    await vi.advanceTimersByTimeAsync(60_000);
    ways.away = false;
    expect(await table.acquire(lobi, 'b', 30_000)).toBe(2);
    expect(await codeOf(gateway.hold(lobi))).toBe('TERMINAL_LEASED_ELSEWHERE');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await gateway.hold(lobi)).toBe(3);
  });
});
