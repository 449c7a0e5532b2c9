import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { joinHosts } from '../../src/gateway/membership.ts';
import { silentLog } from '../../src/log.ts';
import { beatHost, type HostEntry, readHosts } from '../../src/store/hosts.ts';
import { createTestDatabase } from '../tools/database.ts';

const database = await createTestDatabase();
const { db } = database;
/** Long for a beat every 50 ms, so that a busy machine does not make the living look dead. */
const leaseMs = 1_500;

beforeEach(async () => {
  await db.deleteFrom('gateway_host').execute();
});

function entry(name: string, changes: Partial<HostEntry> = {}): HostEntry {
  const usual = {
    hostId: `boot-${name}`,
    hostName: name,
    pid: process.pid,
    queue: 'redis',
    offices: ['dinkes'],
  } as const;
  return { holder: `${name}-1`, ...usual, version: '1.2.3', ...changes };
}

const join = (who: HostEntry) => joinHosts(db, () => who, { leaseMs, log: silentLog() });

/** One beat after the other, none of which ends after `stop` has. */
function keepBeating(host: { beat(): Promise<unknown> }): { stop(): Promise<void> } {
  let stopping = false;
  const beat = async (): Promise<void> => {
    while (!stopping) {
      await host.beat().catch(() => undefined);
      await delay(50);
    }
  };
  const ended = beat();
  return {
    stop() {
      stopping = true;
      return ended;
    },
  };
}

describe('with the queue in Postgres', () => {
  test('a second host is refused, and told which host is in the way and what to do', async () => {
    const first = await join(entry('satu', { queue: 'postgres' }));
    const beating = keepBeating(first);
    const second = join(entry('dua', { queue: 'postgres' }));
    await expect(second).rejects.toMatchObject({
      code: 'GATEWAY_NOT_ALONE',
      message: expect.stringMatching(/host satu .*REDIS_URL/),
      context: { host: 'satu', queue: 'postgres' },
    });
    await beating.stop();
  });

  test('a second gateway on the same host is not', async () => {
    await join(entry('satu', { queue: 'postgres' }));
    await join(entry('satu', { queue: 'postgres', holder: 'satu-2' }));
    expect(await readHosts(db)).toHaveLength(2);
  });

  test('a host that died is waited for until it is certainly silent', async () => {
    await join(entry('satu', { queue: 'postgres' }));
    await join(entry('dua', { queue: 'postgres' }));
    const alive = await beatHost(db, entry('dua'), 0.6 * leaseMs);
    expect(alive.map(({ hostName }) => hostName)).toEqual(['dua']);
  });
});

test('a gateway with its queue elsewhere than the others is refused, on the same host too', async () => {
  const first = await join(entry('satu'));
  const beating = keepBeating(first);
  const second = join(entry('satu', { holder: 'satu-2', queue: 'postgres' }));
  await expect(second).rejects.toMatchObject({
    code: 'GATEWAY_NOT_ALONE',
    message: expect.stringContaining('elsewhere'),
  });
  await beating.stop();
});

test('what a killed process of this host left behind is swept away, so that its offices are free to be assigned', async () => {
  const childless = 2 ** 22 - 1;
  await beatHost(db, entry('satu', { holder: 'dead', pid: childless }), leaseMs);
  await beatHost(db, entry('dua', { holder: 'elsewhere', pid: childless }), leaseMs);
  await join(entry('satu'));
  expect((await readHosts(db)).map(({ holder }) => holder)).toEqual(['elsewhere', 'satu-1']);
});

test('a gateway that was taken for dead is seen again when it speaks', async () => {
  const first = await join(entry('satu'));
  await db.deleteFrom('gateway_host').execute();
  expect((await first.beat()).map(({ holder }) => holder)).toEqual(['satu-1']);
  await first.leave();
  expect(await readHosts(db)).toEqual([]);
});
