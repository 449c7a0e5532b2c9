import { expect, test } from 'vitest';
import { zoneOffsetMs } from '../../src/clock/zone.ts';
import { startCommands } from '../../src/gateway/commands.ts';
import { leaseTable, officeStore } from '../../src/gateway/office-ports.ts';
import { createReach } from '../../src/gateway/reach.ts';
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import { startLeaseKeeper } from '../../src/office/lease-keeper.ts';
import { type RunningOffice, startOffice } from '../../src/office/office.ts';
import { createStateBoard } from '../../src/office/states.ts';
import {
  expireCommands,
  type MachineCommand,
  pauseMachine,
  readCommands,
  requestCommand,
  resumeMachine,
} from '../../src/store/machine-commands.ts';
import { registerOffice } from '../../src/store/terminals.ts';
import { decodeRecords } from '../../src/zk/records.ts';
import { createTestDatabase } from '../tools/database.ts';
import { afterwards, createWorld, officeOf, type Simulated, simulate } from './tools/world.ts';

const database = await createTestDatabase();
const { db } = database;
await registerOffice(db, { code: 'kominfo', name: 'Kominfo', timeZone: 'Asia/Jakarta' });
const zone = { timeZone: 'Asia/Jakarta', offsetMs: (utcMs: number) => zoneOffsetMs('Asia/Jakarta', utcMs) };
const setTime = 202;

/** One gateway that polls these machines and takes commands from the table. */
function startGateway(simulated: readonly Simulated[]): void {
  const { means } = createWorld();
  const leases = startLeaseKeeper(leaseTable(db), { holder: 'uji', exclusive: false });
  const reach = createReach(
    db,
    () => 180_000,
    'uji',
    () => Date.now(),
  );
  const states = createStateBoard(reach.write, () => undefined);
  const offices = new Map<string, RunningOffice>();
  const commands = startCommands(database, offices, 'uji', means.log);
  const terminals = simulated.map(({ terminal, server: { host, port } }) => ({
    ...{ name: terminal.serial, host, port, driver: 'zk' as const, transport: 'tcp' as const, quirks: [] },
  }));
  const store = officeStore(db, () => true);
  const queue = {
    depth: async () => 0,
    enqueue: async (batch: Parameters<typeof applyBatch>[1]) =>
      void (await applyBatch(db, batch, { zoneOf: () => zone, decode: decodeRecords })),
  };
  const office = startOffice(officeOf('kominfo', terminals), {
    ...means,
    ...{ leases, states: reach.watched(states), store, queue, isPaused: commands.isPaused },
  });
  offices.set('kominfo', office);
  afterwards(async () => {
    await commands.stop();
    await office.stop();
    await leases.stop();
    await states.close();
  });
}

const audit = (action: string) => ({ actorKind: 'account' as const, actor: 'rina', action });

async function doneOf(serial: string, commandId: string): Promise<MachineCommand> {
  const place = { officeCode: 'kominfo', terminalName: serial };
  for (let tries = 0; tries < 300; tries += 1) {
    const command = (await readCommands(db, place)).find((one) => one.commandId === commandId);
    if (command !== undefined && command.doneMs !== null) return command;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the command did not end');
}

async function order(serial: string, kind: 'probe' | 'read' | 'set-clock'): Promise<MachineCommand> {
  const place = { officeCode: 'kominfo', terminalName: serial };
  return doneOf(serial, await requestCommand(db, place, kind, 'rina', audit(`machine.${kind}`)));
}

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain for: ${what}`);
}

const sessionsOf = ({ terminal }: Simulated): number =>
  terminal.requests.filter(({ command }) => command === 1000).length;

test('look, read and set: each says what came of it, and the audit log knows both who and what', async () => {
  const machine = await simulate({ serial: 'CMD-1', clock: { offsetMs: -120_000 } });
  machine.terminal.fillLog({ count: 30 });
  startGateway([machine]);

  const read = await order('CMD-1', 'read');
  expect(read).toMatchObject({ state: 'done', result: { records: 30, newLog: false }, errorCode: null });

  const probe = await order('CMD-1', 'probe');
  expect(probe.result).toMatchObject({ serial: 'CMD-1', expectedSerial: 'CMD-1', records: 30, users: 20 });
  expect(Math.abs(Number(probe.result?.offsetMs) + 120_000)).toBeLessThan(2_000);
  expect(machine.terminal.requests.map(({ command }) => command)).not.toContain(setTime);

  const set = await order('CMD-1', 'set-clock');
  expect(set.result).toMatchObject({ result: 'set' });
  expect(Math.abs(Number(set.result?.afterMs))).toBeLessThan(2_000);
  const again = await order('CMD-1', 'set-clock');
  expect(again.result).toMatchObject({ result: 'right-already' });
  expect(machine.terminal.requests.filter(({ command }) => command === setTime)).toHaveLength(1);

  const entries = await db.selectFrom('audit_entry').select(['actor', 'action']).orderBy('audit_id').execute();
  expect(entries.slice(0, 4)).toEqual([
    { actor: 'rina', action: 'machine.read' },
    { actor: 'uji', action: 'machine.done' },
    { actor: 'rina', action: 'machine.probe' },
    { actor: 'uji', action: 'machine.done' },
  ]);
});

test('a machine that rests is left alone until it is resumed, but does what it is told', async () => {
  const machine = await simulate({ serial: 'CMD-2' });
  machine.terminal.fillLog({ count: 5 });
  const place = { officeCode: 'kominfo', terminalName: 'CMD-2' };
  const pause = { untilMs: Date.now() + 3_600_000, reason: 'dicat', by: 'rina' };
  await pauseMachine(db, place, pause, audit('machine.pause'));
  const neighbour = await simulate({ serial: 'CMD-2B' });
  startGateway([machine, neighbour]);
  // By then both had their turns.
  await until(() => sessionsOf(neighbour) >= 3, 'three polls of its neighbour');
  expect(sessionsOf(machine)).toBe(0);
  const probe = await order('CMD-2', 'probe');
  expect(probe.result).toMatchObject({ records: 5 });
  const { length } = await db.selectFrom('punch').selectAll().where('terminal_serial', '=', 'CMD-2').execute();
  expect([length, sessionsOf(machine)]).toEqual([0, 1]);
  await resumeMachine(db, place, 'rina', audit('machine.resume'));
  await until(
    async () =>
      (await db.selectFrom('punch').selectAll().where('terminal_serial', '=', 'CMD-2').execute()).length === 5,
    'its log',
  );
});

test('a machine that does not answer fails its command with the reason', async () => {
  const machine = await simulate({ serial: 'CMD-3' });
  startGateway([machine]);
  await machine.server.stop();
  expect(await order('CMD-3', 'probe')).toMatchObject({ state: 'failed', errorCode: 'NET_REFUSED' });
  expect(await order('CMD-3', 'read')).toMatchObject({ state: 'failed', errorCode: 'NET_REFUSED' });
});

test('what nobody took in time has failed and is never done', async () => {
  const place = { officeCode: 'jauh', terminalName: 'Lobi' };
  const id = await requestCommand(db, place, 'read', 'rina', audit('machine.read'));
  expect(await requestCommand(db, place, 'read', 'budi', audit('machine.read'))).toBe(id);
  await db.updateTable('terminal_command').set({ deadline_at: '2026-01-01T00:00:00Z' }).execute();
  await expireCommands(db);
  expect((await readCommands(db, place))[0]).toMatchObject({ state: 'failed', errorCode: 'COMMAND_EXPIRED' });
});
