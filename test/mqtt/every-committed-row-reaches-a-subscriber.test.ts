import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { type Publisher, startPublisher } from '../../src/mqtt/publisher.ts';
import { countOutbox } from '../../src/store/board.ts';
import { putMachines, putOffices, putPunches } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { type Consumer, consume, until } from './tools/consumer.ts';

const database = await createTestDatabase();
const kominfo = { code: 'kominfo', name: 'Dinas Komunikasi dan Informatika', timeZone: 'Asia/Jakarta' };
const lobby = { office: kominfo, serial: 'CKJ1', terminalName: 'Lobi' };
/** 2 March 2026, 07:31:04 in Jakarta. */
const morningMs = Date.UTC(2026, 2, 2, 0, 31, 4);
let publisher: Publisher;
let consumer: Consumer;

beforeAll(async () => {
  await putOffices(database, [kominfo]);
  await putMachines(database, [{ officeCode: 'kominfo', terminalName: 'Lobi', serial: 'CKJ1' }], morningMs);
  // Long sweeps: what arrives in time arrived because of the notification.
  const options = { database, log: silentLog(), nowMs: () => morningMs, sweepEveryMs: 600_000 };
  publisher = await startPublisher(options);
  consumer = await consume(publisher.state().url, 'gerbang/#');
});

afterAll(async () => {
  await consumer.close();
  await publisher.close();
});

const punches = () => consumer.received.filter(({ topic }) => topic.endsWith('/punch'));

test('a row is published as docs/mqtt.md describes it', async () => {
  await putPunches(
    database,
    lobby,
    [{ atMs: morningMs, pin: '1023', verifyMode: 15, punchState: 0 }],
    morningMs + 9_000,
  );
  await until(() => punches().length === 1);
  const [message] = punches();
  expect(message).toMatchObject({ topic: 'gerbang/kominfo/CKJ1/punch', retain: false, qos: 1 });
  expect(JSON.parse(message?.text ?? '')).toEqual({
    id: 'CKJ1-1-0',
    revision: 1,
    office: 'kominfo',
    terminal: 'CKJ1',
    terminalName: 'Lobi',
    pin: '1023',
    personId: null,
    occurredAt: '2026-03-02T00:31:04.000Z',
    earliest: '2026-03-02T00:31:03.400Z',
    latest: '2026-03-02T00:31:04.600Z',
    timeStatus: 'final',
    deviceTime: '2026-03-02T07:31:04',
    verifyMode: 15,
    punchState: 0,
    workCode: 0,
    source: 'pull',
    receivedAt: '2026-03-02T00:31:13.000Z',
    suspect: null,
  });
});

test('an earliest time that nobody knows is null', async () => {
  const before = punches().length;
  const unknown = { atMs: morningMs, pin: '7', status: 'uncorrectable' } as const;
  await putPunches(database, lobby, [unknown], morningMs);
  await until(() => punches().length === before + 1);
  expect(JSON.parse(punches().at(-1)?.text ?? '')).toMatchObject({ earliest: null, timeStatus: 'uncorrectable' });
});

test('rows of a terminal keep the order of its log, over batches larger than what is sent at once', async () => {
  const before = punches().length;
  const rows = Array.from({ length: 1_200 }, (_, index) => ({ atMs: morningMs + index * 1_000, pin: String(index) }));
  await putPunches(database, lobby, rows.slice(0, 700), morningMs);
  await putPunches(database, lobby, rows.slice(700), morningMs);
  await until(() => punches().length === before + 1_200);
  const pins = punches().slice(before);
  expect(pins.map(({ text }) => JSON.parse(text).pin)).toEqual(rows.map((row) => row.pin));
  await until(async () => (await countOutbox(database.db)) === 0);
  expect(publisher.state()).toMatchObject({ builtIn: true, connected: true, trouble: null });
});

test('a late subscriber finds the state of every terminal and of the gateway', async () => {
  const late = await consume(publisher.state().url, 'gerbang/+/+/status');
  const gateway = await consume(publisher.state().url, 'gerbang/gateway/status');
  await until(() => late.received.length === 1 && gateway.received.length === 1);
  expect(late.received[0]).toMatchObject({ topic: 'gerbang/kominfo/CKJ1/status', retain: true });
  expect(JSON.parse(late.received[0]?.text ?? '')).toEqual({
    office: 'kominfo',
    terminal: 'CKJ1',
    terminalName: 'Lobi',
    state: 'ok',
    errorCode: null,
    failingSince: null,
    lastReadAt: '2026-03-02T00:31:04.000Z',
    clockOffsetMs: 120,
    clockOffsetBoundMs: 40,
    records: 4812,
    recordCapacity: 100000,
  });
  expect(JSON.parse(gateway.received[0]?.text ?? '')).toEqual({ state: 'online', since: '2026-03-02T00:31:04.000Z' });
  await Promise.all([late.close(), gateway.close()]);
});

test('a state that changed replaces what is retained, and a machine that is gone leaves nothing behind', async () => {
  const silent = { officeCode: 'kominfo', terminalName: 'Lobi', serial: 'CKJ1', state: 'failing' } as const;
  await putMachines(database, [{ ...silent, errorCode: 'NET_REFUSED', failingSinceMs: morningMs }], morningMs);
  const states = () => consumer.received.filter(({ topic }) => topic === 'gerbang/kominfo/CKJ1/status');
  // Any commit wakes the publisher; states travel along.
  await putPunches(database, lobby, [{ atMs: morningMs, pin: '1' }], morningMs);
  await until(() => states().some(({ text }) => text.includes('NET_REFUSED')));
  await database.db.deleteFrom('terminal_state').execute();
  await putPunches(database, lobby, [{ atMs: morningMs, pin: '1' }], morningMs);
  await until(() => states().at(-1)?.text === '');
});
