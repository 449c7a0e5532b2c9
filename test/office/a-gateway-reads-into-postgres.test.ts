import { describe, expect, test } from 'vitest';
import { zoneOffsetMs } from '../../src/clock/zone.ts';
import { leaseTable, officeStore } from '../../src/gateway/office-ports.ts';
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import { type LeaseKeeper, startLeaseKeeper } from '../../src/office/lease-keeper.ts';
import { startOffice } from '../../src/office/office.ts';
import type { Poller } from '../../src/office/poller.ts';
import { createStateBoard, type StateBoard } from '../../src/office/states.ts';
import { readFleet } from '../../src/store/board.ts';
import { upsertTerminalStates } from '../../src/store/terminal-state.ts';
import { registerOffice } from '../../src/store/terminals.ts';
import { decodeRecords } from '../../src/zk/records.ts';
import { createTestDatabase } from '../tools/database.ts';
import { afterwards, createWorld, officeOf, type Simulated, simulate, truthOf } from './tools/world.ts';

const { db } = await createTestDatabase();
await registerOffice(db, { code: 'kominfo', name: 'Kominfo', timeZone: 'Asia/Jakarta' });

const zone = { timeZone: 'Asia/Jakarta', offsetMs: (utcMs: number) => zoneOffsetMs('Asia/Jakarta', utcMs) };

interface Gateway {
  readonly poller: Poller;
  readonly states: StateBoard;
  readonly leases: LeaseKeeper;
  stop(): Promise<void>;
}

/** The pollers of one gateway with everything behind them but the queue: batches are applied as they come. */
function startGateway(holder: string, simulated: readonly Simulated[], ttlMs = 30_000): Gateway {
  const { means } = createWorld();
  const leases = startLeaseKeeper(leaseTable(db), { holder, exclusive: false, ttlMs });
  const states = createStateBoard(
    (rows) => upsertTerminalStates(db, rows),
    () => undefined,
  );
  const terminals = simulated.map(({ terminal, server }) => {
    const { host, port } = server;
    return {
      name: `Mesin ${terminal.serial}`,
      host,
      port,
      driver: 'zk' as const,
      transport: 'tcp' as const,
      quirks: [],
    };
  });
  const poller = startOffice(officeOf('kominfo', terminals), {
    ...means,
    leases,
    states,
    store: officeStore(db, () => true),
    queue: {
      depth: async () => 0,
      enqueue: async (batch) => void (await applyBatch(db, batch, { zoneOf: () => zone, decode: decodeRecords })),
    },
  });
  let stopping: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    await poller.stop();
    await leases.stop();
    await states.close();
  };
  const gateway = { poller, states, leases, stop: () => (stopping ??= stop()) };
  afterwards(() => gateway.stop());
  return gateway;
}

async function storedOf(serial: string): Promise<string[]> {
  const query = db.selectFrom('punch').select('raw').where('terminal_serial', '=', serial);
  const rows = await query.orderBy('epoch').orderBy('ordinal').execute();
  return rows.map(({ raw }) => raw.toString('hex'));
}

async function fenceOf(serial: string): Promise<number> {
  const query = db.selectFrom('terminal_log').select('fence').where('serial', '=', serial);
  return (await query.executeTakeFirst())?.fence ?? 0;
}

async function until(condition: () => Promise<boolean> | boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain for: ${what}`);
}

const isAll = (simulated: Simulated) => async (): Promise<boolean> =>
  JSON.stringify(await storedOf(simulated.terminal.serial)) === JSON.stringify(truthOf(simulated));

describe('one office', () => {
  test('two terminals arrive whole, stay whole over a restart, and show how they are', async () => {
    const one = await simulate({ serial: 'PG-1', clock: { offsetMs: 90_000 } });
    const two = await simulate({ serial: 'PG-2' });
    one.terminal.fillLog({ count: 2_500 });
    two.terminal.fillLog({ count: 10 });
    const first = startGateway('first', [one, two]);
    await until(isAll(one), 'the log of PG-1');
    await until(isAll(two), 'the log of PG-2');
    two.terminal.punch({ pin: '1001' });
    await until(isAll(two), 'a punch at PG-2');
    await first.stop();

    const { machines } = await readFleet(db);
    const machine = machines.find(({ serial }) => serial === 'PG-1');
    expect(machine).toMatchObject({ officeCode: 'kominfo', state: 'ok', errorCode: null, records: 2_500 });
    expect(Math.abs((machine?.offsetMs ?? 0) - 90_000)).toBeLessThanOrEqual(machine?.offsetBoundMs ?? 0);

    one.terminal.punch({ pin: '1002' });
    const second = startGateway('second', [one, two]);
    await until(isAll(one), 'the punch made while no gateway ran');
    await second.stop();
    const cursor = await db.selectFrom('terminal_log').selectAll().where('serial', '=', 'PG-1').executeTakeFirst();
    expect(cursor).toMatchObject({ epoch: 1, base_ordinal: 0, next_ordinal: 2_501 });
  });

  test('a second gateway keeps away from terminals that another one reads, and takes over when that one goes', async () => {
    const simulated = await simulate({ serial: 'PG-3' });
    simulated.terminal.fillLog({ count: 10 });
    const first = startGateway('one', [simulated]);
    await until(isAll(simulated), 'the log of PG-3');
    const second = startGateway('two', [simulated]);
    const stateOf = (gateway: Gateway) => gateway.states.snapshot()[0];
    await until(() => stateOf(second)?.errorCode === 'TERMINAL_LEASED_ELSEWHERE', 'the refusal');
    expect(stateOf(first)).toMatchObject({ state: 'ok' });

    const firstFence = await fenceOf('PG-3');
    await first.stop();
    simulated.terminal.punch({ pin: '1003' });
    await until(isAll(simulated), 'the punch after the change of gateways');
    expect(await fenceOf('PG-3')).toBeGreaterThan(firstFence);
  });

  test('a poll whose lease has passed to another gateway is ended in the middle', async () => {
    const simulated = await simulate({ serial: 'PG-5', knobs: { blockBytes: 1_008, blockPauseMs: 50 } });
    simulated.terminal.fillLog({ count: 5_000 });
    const gateway = startGateway('frozen', [simulated], 600);
    const { journal } = simulated.terminal;
    const readBuffer = 1504;
    await until(() => journal.requests.some((request) => request.command === readBuffer), 'the read to begin');
    const { host, port } = simulated.server;
    await db
      .updateTable('terminal_lease')
      .set({ holder: 'somebody', fence: 99, expires_at: 'infinity' })
      .where('lease_key', '=', `${host}:${port}`)
      .execute();
    await until(() => gateway.states.snapshot()[0]?.errorCode === 'TERMINAL_LEASED_ELSEWHERE', 'the end of the poll');
    expect(journal.connections).toHaveLength(1);
    await until(() => journal.connections[0]?.closedAtMs !== undefined, 'the end of the connection');
    expect(await storedOf('PG-5')).toEqual([]);
  });

  test('stopping in the middle of a slow read leaves the terminal with an EXIT, and nothing half-stored', async () => {
    const simulated = await simulate({ serial: 'PG-4', knobs: { blockBytes: 1_008, blockPauseMs: 50 } });
    simulated.terminal.fillLog({ count: 5_000 });
    const gateway = startGateway('slow', [simulated]);
    const readBuffer = 1504;
    const { journal } = simulated.terminal;
    await until(() => journal.requests.some((request) => request.command === readBuffer), 'the read to begin');
    await gateway.stop();
    await until(() => journal.connections.at(-1)?.closedAtMs !== undefined, 'the end of the connection');
    // In the middle of sending, the simulator no longer serves what comes in. But it came: 16 bytes beyond all requests
    // that were served (8 of prefix, 8 of header, no payload) are an EXIT.
    const served = journal.requests.reduce((sum, request) => sum + 16 + request.payloadBytes, 0);
    expect(journal.connections.at(-1)?.bytesReceived).toBe(served + 16);
    expect(await storedOf('PG-4')).toEqual([]);
  });
});
