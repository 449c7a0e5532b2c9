import { describe, expect, test } from 'vitest';
import type { OfficeConfig } from '../../src/config.ts';
import { startOffice } from '../../src/office/office.ts';
import { type PollResult, startPoller } from '../../src/office/poller.ts';
import { afterwards, createWorld, freeLeases, officeOf, type Simulated, simulate, truthOf } from './tools/world.ts';

const registerEvents = 500;
const exit = 1001;
const prepare = 1503;

function liveOffice({ server }: Simulated, changes: Partial<OfficeConfig> = {}): OfficeConfig {
  const { host, port } = server;
  const terminal = { name: 'Lobi', host, port, driver: 'zk' as const, transport: 'tcp' as const, quirks: [] };
  return { ...officeOf('kominfo', [terminal]), live: true, pollEverySeconds: 3_600, ...changes };
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain for: ${what}`);
}

const asked = ({ terminal }: Simulated, command: number): number =>
  terminal.journal.requests.filter((request) => request.command === command).length;

async function start(simulated: Simulated, changes: Partial<OfficeConfig> = {}, leases = freeLeases()) {
  simulated.terminal.fillLog({ count: 5 });
  const world = createWorld({}, leases);
  const office = startOffice(liveOffice(simulated, changes), world.means);
  afterwards(() => office.stop());
  const isAll = (): boolean =>
    JSON.stringify(world.shelf.recordsOf('ABC123')) === JSON.stringify(truthOf(simulated)) &&
    world.shelf.cursorOf('ABC123') !== null;
  await until(isAll, 'the first read');
  return { world, office, isAll };
}

describe('a terminal that offers live events', () => {
  test('has each punch stored hours before its next poll is due, over one connection', async () => {
    const simulated = await simulate();
    const { isAll } = await start(simulated);
    await until(() => asked(simulated, registerEvents) === 1, 'the registration');
    for (const pin of ['1001', '1002', '1003']) {
      simulated.terminal.punch({ pin });
      await until(isAll, `the punch of ${pin}`);
    }
    // Twenty people at once ring twenty times; what they wrote is read in a few reads.
    const before = asked(simulated, prepare);
    for (let punches = 0; punches < 20; punches += 1) simulated.terminal.punch({ pin: '1004' });
    await until(isAll, 'the crowd');
    expect(asked(simulated, prepare) - before).toBeLessThan(20);
    expect(simulated.terminal.journal.connections).toHaveLength(1);
  });

  test('is left with EXIT when the office stops', async () => {
    const simulated = await simulate();
    const { office } = await start(simulated);
    await until(() => asked(simulated, registerEvents) === 1, 'the registration');
    expect(asked(simulated, exit)).toBe(0);
    await office.stop();
    await until(() => simulated.terminal.journal.connections[0]?.closedAtMs !== undefined, 'the end');
    expect(asked(simulated, exit)).toBe(1);
    expect(simulated.terminal.journal.connections).toHaveLength(1);
  });

  test('is polled as ever when its bells are lost', async () => {
    const simulated = await simulate();
    const { isAll } = await start(simulated, { pollEverySeconds: 1 });
    await until(() => asked(simulated, registerEvents) === 1, 'the registration');
    simulated.terminal.knobs.events = 'none';
    simulated.terminal.punch({ pin: '1001' });
    await until(isAll, 'the punch without a bell');
    expect(simulated.terminal.journal.connections).toHaveLength(1);
  });

  test('is polled with sessions of their own after it dropped the kept one, and not listened to again at once', async () => {
    const simulated = await simulate();
    const { world, isAll } = await start(simulated, { pollEverySeconds: 1 });
    await until(() => asked(simulated, registerEvents) === 1, 'the registration');
    await simulated.server.offline();
    await simulated.server.online();
    for (const pin of ['1001', '1002']) {
      const connections = simulated.terminal.journal.connections.length;
      simulated.terminal.punch({ pin });
      await until(isAll, 'the punch after the loss');
      await until(() => simulated.terminal.journal.connections.length > connections, 'a session of its own');
    }
    expect(asked(simulated, registerEvents)).toBe(1);
    expect(world.states()[0]).toMatchObject({ state: 'ok', errorCode: null });
  });

  test('is let go when the lease passes to another gateway', async () => {
    const simulated = await simulate();
    const grants = freeLeases();
    let gone = false;
    const leases = {
      ...grants,
      acquire: async (...all: Parameters<typeof grants.acquire>) => (gone ? null : grants.acquire(...all)),
      renew: async (...all: Parameters<typeof grants.renew>) => (gone ? [] : grants.renew(...all)),
    };
    const { world } = await start(simulated, { pollEverySeconds: 1 }, leases);
    await until(() => asked(simulated, registerEvents) === 1, 'the registration');
    gone = true;
    await until(() => simulated.terminal.journal.connections[0]?.closedAtMs !== undefined, 'the end of the session');
    await until(() => world.states()[0]?.errorCode === 'TERMINAL_LEASED_ELSEWHERE', 'the reason');
    expect(simulated.terminal.journal.connections).toHaveLength(1);
  });
});

test('a terminal without live events is polled, and asked for them once', async () => {
  const simulated = await simulate({ knobs: { events: 'none' } });
  const { world, isAll } = await start(simulated, { pollEverySeconds: 1 });
  simulated.terminal.punch({ pin: '1001' });
  await until(isAll, 'the punch');
  simulated.terminal.punch({ pin: '1002' });
  await until(isAll, 'another punch');
  expect(asked(simulated, registerEvents)).toBe(1);
  expect(world.states()[0]).toMatchObject({ state: 'ok' });
});

test('bells during a poll are one bell, and the usual poll keeps its time', async () => {
  const polls: { rung: boolean; end(): void }[] = [];
  const done: PollResult = { end: 'done', error: null };
  const poller = startPoller(
    [
      {
        name: 'Lobi',
        log: createWorld().means.log,
        poll: (_signal, rung) => new Promise((resolve) => polls.push({ rung, end: () => resolve(done) })),
        onEnd: () => undefined,
      },
    ],
    { pace: { pollEveryMs: 2_000, restMs: 0 }, sessions: 1, deadlineMs: 60_000, random: () => 0 },
  );
  afterwards(() => poller.stop());
  await until(() => polls.length === 1, 'the first poll');
  for (let bells = 0; bells < 50; bells += 1) poller.ring('Lobi');
  polls[0]?.end();
  await until(() => polls.length === 2, 'the poll of the bells');
  polls[1]?.end();
  await until(() => polls.length === 3, 'the usual poll');
  polls[2]?.end();
  expect(polls.map((poll) => poll.rung)).toEqual([false, true, false]);
});
