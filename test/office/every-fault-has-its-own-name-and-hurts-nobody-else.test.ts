import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import type { FaultOptions } from '../../device-sim/faults.ts';
import { startOffice } from '../../src/office/office.ts';
import { judged } from '../tools/judged.ts';
import { afterwards, createWorld, officeOf, type Simulated, simulate, truthOf } from './tools/world.ts';

const [connect, prepare] = [1000, 1503];

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain for: ${what}`);
}

function at(simulated: Simulated, name: string, more: { commKey?: number; serial?: string } = {}) {
  const { host, port } = simulated.server;
  return { name, host, port, driver: 'zk' as const, transport: 'tcp' as const, quirks: [], ...more };
}

/** A sick terminal, and how the board must show it. */
interface Case {
  readonly what: string;
  readonly sick: ReturnType<typeof at>;
  readonly code: string;
  readonly state: 'failing' | 'quarantined';
}

async function ill(what: string, fault: FaultOptions, code: string): Promise<Case> {
  const sick = await simulate({ serial: `ILL-${code}`, faults: [fault] });
  sick.terminal.fillLog({ count: 2_000 });
  return { what, sick: at(sick, 'Lobi'), code, state: 'failing' };
}

async function silent(): Promise<Case> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.resume().on('error', () => socket.destroy())));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const sick = { name: 'Lobi', host: '127.0.0.1', port, driver: 'zk' as const, transport: 'tcp' as const, quirks: [] };
  return { what: 'says nothing at all', sick, code: 'ZK_NO_REPLY', state: 'failing' };
}

test('every fault has its own code in the state and in the log, and the office next door goes on', {
  ...judged,
  timeout: 240_000,
}, async () => {
  const world = createWorld();
  const locked = await simulate({ serial: 'LOCKED', knobs: { commKey: 4711 } });
  const keyless = await simulate({ serial: 'KEYLESS', knobs: { commKey: 4711 } });
  const other = await simulate({ serial: 'OTHER' });
  other.terminal.fillLog({ count: 10 });
  const gone = await simulate({ serial: 'GONE' });
  await gone.server.stop();
  const cases: Case[] = [
    await ill('answers with garbage', { name: 'garbage-reply', command: connect }, 'ZK_BAD_MAGIC'),
    await ill('announces 4 GB in a frame', { name: 'huge-length', command: connect }, 'ZK_FRAME_TOO_LONG'),
    await ill('announces a log of 4 GB', { name: 'huge-size' }, 'READ_TOO_LARGE'),
    await ill('closes in the middle of a chunk', { name: 'cut-mid-chunk' }, 'NET_CLOSED'),
    await ill('sends less than it announced', { name: 'truncated-transfer' }, 'READ_INCOMPLETE'),
    await ill('refuses to prepare its log', { name: 'refuse', command: prepare, code: 2007 }, 'ZK_REFUSED'),
    await silent(),
    { what: 'is gone', sick: at(gone, 'Lobi'), code: 'NET_REFUSED', state: 'failing' },
    {
      what: 'wants another key',
      sick: at(locked, 'Lobi', { commKey: 4712 }),
      code: 'ZK_COMM_KEY_WRONG',
      state: 'failing',
    },
    { what: 'wants a key', sick: at(keyless, 'Lobi'), code: 'ZK_COMM_KEY_REQUIRED', state: 'failing' },
    {
      what: 'is another machine',
      sick: at(other, 'Lobi', { serial: 'ABC123' }),
      code: 'TERMINAL_SERIAL_MISMATCH',
      state: 'quarantined',
    },
  ];
  const well = await simulate({ serial: 'WELL' });
  well.terminal.fillLog({ count: 10 });
  const offices = [...cases.map(({ what, sick }) => officeOf(what, [sick])), officeOf('sehat', [at(well, 'Lobi')])];
  const pollers = offices.map((office) => startOffice(office, world.means));
  afterwards(() => Promise.all(pollers.map((poller) => poller.stop())));

  const stateOf = (code: string) => world.states().find((state) => state.officeCode === code);
  await until(() => cases.every(({ what }) => stateOf(what)?.errorCode !== null), 'every trouble');
  const shown = cases.map(({ what }) => [what, stateOf(what)?.errorCode, stateOf(what)?.state]);
  expect(shown).toEqual(cases.map(({ what, code, state }) => [what, code, state]));
  const logged = world.lines.filter((line) => line.msg === 'terminal not read').map((line) => [line.office, line.code]);
  expect(logged).toEqual(expect.arrayContaining(cases.map(({ what, code }) => [what, code])));

  well.terminal.punch({ pin: '1001' });
  await until(() => world.shelf.recordsOf('WELL').length === 11, 'the office next door');
  expect(world.shelf.recordsOf('WELL')).toEqual(truthOf(well));
  await until(() => stateOf('sehat')?.state === 'ok', 'the office next door to be well');
  // Not one record of a sick terminal was taken for whole, and nobody filed the stranger's.
  expect([...new Set(world.shelf.enqueued.map((batch) => batch.serial))]).toEqual(['WELL']);
  // A wrong key is not tried until the terminal locks itself, and no key is ever written down.
  const authenticate = 1102;
  expect(locked.terminal.requests.filter((request) => request.command === authenticate)).toHaveLength(1);
  expect(JSON.stringify(world.lines)).not.toMatch(/471[12]/);
});

test('a trouble that is over is over in the state and in the log', async () => {
  const world = createWorld();
  const simulated = await simulate({ faults: [{ name: 'cut-before-reply', command: connect, times: 1 }] });
  simulated.terminal.fillLog({ count: 5 });
  const poller = startOffice(officeOf('kominfo', [at(simulated, 'Lobi')]), world.means);
  afterwards(() => poller.stop());
  await until(() => world.states()[0]?.state === 'failing', 'the trouble');
  expect(world.states()[0]?.failingSinceMs).not.toBeNull();
  await until(() => world.states()[0]?.state === 'ok', 'the cure');
  expect(world.states()[0]).toMatchObject({ errorCode: null, errorText: null, failingSinceMs: null });
  expect(world.lines.map((line) => line.msg)).toContain('terminal is well again');
});
