import { expect, test } from 'vitest';
import { serveTerminal, type TerminalServer } from '../../device-sim/server.ts';
import { createTerminal, type TerminalOptions } from '../../device-sim/terminal.ts';
import type { OfficeConfig } from '../../src/config.ts';
import { officeStore } from '../../src/gateway/office-ports.ts';
import { startOffice } from '../../src/office/office.ts';
import { createTestDatabase } from '../tools/database.ts';
import { afterwards, createWorld, freeLeases, officeOf, type Simulated, truthOf, type World } from './tools/world.ts';

/** A terminal at one of the addresses of loopback. */
async function standAt(host: string, port: number, options: Partial<TerminalOptions> = {}): Promise<Simulated> {
  const users = [{ pin: '1001' }];
  const terminal = createTerminal({ serial: 'ABC123', profile: 'one-client', users, seed: 1, ...options });
  const server: TerminalServer = await serveTerminal(terminal, { host, port });
  afterwards(() => server.stop());
  terminal.fillLog({ count: 5 });
  return { terminal, server };
}

function start(world: World, port: number, changes: Partial<OfficeConfig> = {}): void {
  const lobby = { name: 'Lobi', host: '127.0.0.2', port, serial: 'ABC123', driver: 'zk', transport: 'tcp' } as const;
  const config = officeOf('kominfo', [{ ...lobby, quirks: [] }]);
  const office = startOffice({ ...config, searchRange: ['127.0.0.8/30'], ...changes }, world.means);
  afterwards(() => office.stop());
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain for: ${what}`);
}

const isRead = (world: World, simulated: Simulated) => (): boolean =>
  JSON.stringify(world.shelf.recordsOf('ABC123')) === JSON.stringify(truthOf(simulated));
const codeOf = (world: World) => world.states()[0]?.errorCode;
const quick = { searchSpacingMs: 10 };

test('it is read where it stands now, says so, and is read at its own address when it is back', async () => {
  const moved = await standAt('127.0.0.10', 0);
  const { port } = moved.server;
  const stranger = await standAt('127.0.0.9', port, { serial: 'OTHER' });
  const world = createWorld(quick);
  start(world, port);
  await until(isRead(world, moved), 'the log at the other address');
  await until(() => codeOf(world) === 'TERMINAL_MOVED', 'the notice');
  expect(world.states()[0]).toMatchObject({ state: 'ok', address: `127.0.0.2:${port}` });
  expect(world.states()[0]?.errorText).toContain(`127.0.0.10:${port}`);
  // CONNECT, one option, EXIT: whoever stands in the range is asked who it is, and nothing else.
  expect(stranger.terminal.journal.requests.map(({ command }) => command)).toEqual([1000, 11, 1001]);
  expect(world.shelf.recordsOf('OTHER')).toEqual([]);

  moved.terminal.punch({ pin: '1001' });
  await until(isRead(world, moved), 'a punch there');
  await moved.server.stop();
  const back = await serveTerminal(moved.terminal, { host: '127.0.0.2', port });
  afterwards(() => back.stop());
  moved.terminal.punch({ pin: '1001' });
  await until(isRead(world, moved), 'a punch at home');
  await until(() => codeOf(world) === null, 'the end of the notice');
});

test('an impostor at its address is refused, and it is found behind it', async () => {
  const moved = await standAt('127.0.0.10', 0);
  const { port } = moved.server;
  await standAt('127.0.0.2', port, { serial: 'OTHER' });
  const world = createWorld({ searchSpacingMs: 500 });
  start(world, port);
  await until(() => codeOf(world) === 'TERMINAL_SERIAL_MISMATCH', 'the refusal');
  expect(world.states()[0]).toMatchObject({ state: 'quarantined' });
  await until(isRead(world, moved), 'the log at the other address');
  expect(world.shelf.enqueued.filter((batch) => batch.serial === 'OTHER')).toEqual([]);
});

test('nobody is asked outside the range, at a configured address, or under the lease of another gateway', async () => {
  const moved = await standAt('127.0.0.10', 0);
  const { port } = moved.server;
  const configured = await standAt('127.0.0.9', port, { serial: 'CONFIGURED' });
  const outside = await standAt('127.0.0.13', port, { serial: 'OUTSIDE' });
  const free = freeLeases();
  const acquire: typeof free.acquire = async (key, ...rest) =>
    key === `127.0.0.10:${port}` ? null : free.acquire(key, ...rest);
  const world = createWorld(quick, { ...free, acquire });
  const means = { ...world.means, isConfigured: (address: string) => address === `127.0.0.9:${port}` };
  start({ ...world, means }, port);
  await until(() => (world.states()[0]?.failingSinceMs ?? null) !== null, 'the first failure');
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  for (const { terminal } of [moved, configured, outside]) expect(terminal.journal.connections).toEqual([]);
});

test('a comm key that is refused somewhere is not tried there again', async () => {
  const locked = await standAt('127.0.0.9', 0, { serial: 'LOCKED', knobs: { commKey: 7 } });
  const { port } = locked.server;
  const world = createWorld(quick);
  const lobby = { host: '127.0.0.2', port, driver: 'zk', transport: 'tcp', quirks: [], commKey: 5 } as const;
  const terminals = ['A', 'B'].map((name) => ({ ...lobby, name, serial: name }));
  start(world, port, { terminals });
  await until(() => locked.terminal.journal.connections.length > 0, 'the one try');
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(locked.terminal.journal.connections).toHaveLength(1);
});

test('with real tables, a place whose serial is pinned elsewhere leaves no trace, also after a restart', async () => {
  const { db } = await createTestDatabase();
  const here = { officeCode: 'kominfo', terminalName: 'Lobi' };
  const there = { officeCode: 'kominfo', terminalName: 'Belakang' };
  const store = officeStore(db, () => true);
  expect(await store.pin(here, 'ABC123', false)).toEqual({ pinned: 'ABC123', elsewhere: null });
  for (const configured of [false, true]) {
    expect(await store.pin(there, 'ABC123', configured)).toEqual({ pinned: 'ABC123', elsewhere: here });
    expect(await officeStore(db, () => true).readPin(there)).toBeNull();
  }
  // Both at once, as two gateways would: one of them learns it, the other is told where it stands.
  const twice = await Promise.all([here, there].map((place) => store.pin(place, 'NEW456', true)));
  expect(twice.filter(({ elsewhere }) => elsewhere === null)).toHaveLength(1);
});
