import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { type Publisher, startPublisher } from '../../src/mqtt/publisher.ts';
import { countOutbox } from '../../src/store/board.ts';
import { putMachines, putOffices, putPunches } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { consume, until } from './tools/consumer.ts';
import { startOutsideBroker } from './tools/outside-broker.ts';

const database = await createTestDatabase();
const office = { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Jakarta' };
const place = { office, serial: 'CKJ7', terminalName: 'Lobi' };
const atMs = Date.UTC(2026, 2, 2, 0, 31, 4);
const running: Publisher[] = [];
let made = 0;

beforeEach(async () => {
  await putOffices(database, [office]);
  await putMachines(database, [{ officeCode: 'dinkes', terminalName: 'Lobi', serial: 'CKJ7' }], atMs);
});

afterEach(async () => {
  for (const publisher of running.splice(0)) await publisher.close();
});

async function publish(mqttUrl: string): Promise<Publisher> {
  const timing = { firstRetryMs: 50, sweepEveryMs: 200 };
  const publisher = await startPublisher({ database, log: silentLog(), nowMs: () => atMs, mqttUrl, ...timing });
  running.push(publisher);
  return publisher;
}

/** Stores `count` rows with PINs that count on over the whole file. */
async function store(count: number): Promise<readonly string[]> {
  const pins = Array.from({ length: count }, (_, index) => String(made + index));
  made += count;
  await putPunches(
    database,
    place,
    pins.map((pin) => ({ atMs, pin })),
    atMs,
  );
  return pins;
}

/** What a consumer that tells repeats by id and revision is left with. */
function distinctPins(received: readonly { readonly topic: string; readonly text: string }[]): readonly string[] {
  const byKey = new Map<string, string>();
  for (const { topic, text } of received) {
    if (!topic.endsWith('/punch')) continue;
    const { id, revision, pin } = JSON.parse(text);
    byKey.set(`${id}/${revision}`, byKey.get(`${id}/${revision}`) ?? pin);
  }
  return [...byKey.values()];
}

const drained = async (): Promise<boolean> => (await countOutbox(database.db)) === 0;

test('rows wait in the outbox until the broker appears', async () => {
  const broker = await startOutsideBroker();
  await broker.stop();
  const publisher = await publish(broker.url);
  const pins = await store(3);
  await until(() => publisher.state().trouble !== 'not connected yet');
  expect(publisher.state()).toMatchObject({ connected: false, published: 0 });
  expect(await countOutbox(database.db)).toBe(1);

  const back = await startOutsideBroker(broker.port);
  const consumer = await consume(back.url, 'gerbang/#');
  await until(() => distinctPins(consumer.received).length === 3);
  expect(distinctPins(consumer.received)).toEqual(pins);
  await until(drained);
  await consumer.close();
  await publisher.close();
  await back.stop();
});

test('a gateway that is cut off again and again in the middle loses no row and keeps their order', async () => {
  const broker = await startOutsideBroker();
  const publisher = await publish(broker.url);
  const consumer = await consume(broker.url, 'gerbang/#');
  const pins: string[] = [];
  for (let round = 0; round < 6; round += 1) {
    const before = publisher.state().published;
    pins.push(...(await store(400)));
    await until(() => publisher.state().published - before > 50);
    broker.cut('gerbang-gateway-');
  }
  await until(drained);
  await until(() => distinctPins(consumer.received).length === pins.length);
  // First appearances only: repeats may stand anywhere after them.
  expect(distinctPins(consumer.received)).toEqual(pins);
  await consumer.close();
  await running.splice(0)[0]?.close();
  await broker.stop();
});

test('a network that is cut again and again in the middle loses no row', async () => {
  const broker = await startOutsideBroker();
  await publish(broker.url);
  const pins: string[] = [];
  const seen: string[] = [];
  for (let round = 0; round < 6; round += 1) {
    const consumer = await consume(broker.url, 'gerbang/#', { clientId: 'payroll', clean: false });
    pins.push(...(await store(400)));
    await until(() => consumer.received.length > 50);
    broker.cut();
    await consumer.close();
    seen.push(...distinctPins(consumer.received));
  }
  const last = await consume(broker.url, 'gerbang/#', { clientId: 'payroll', clean: false });
  await until(drained);
  await until(() => new Set([...seen, ...distinctPins(last.received)]).size === pins.length);
  // No order here: what a broker kept for an absent consumer and what comes in meanwhile reach it side by side.
  expect(new Set([...seen, ...distinctPins(last.received)])).toEqual(new Set(pins));
  await last.close();
  await running.splice(0)[0]?.close();
  await broker.stop();
});

test('a line is forgotten only when the broker has confirmed its rows', async () => {
  let tries = 0;
  const broker = await startOutsideBroker(0, (topic) => topic.endsWith('/punch') && ++tries > 0);
  await store(2);
  const publisher = await publish(broker.url);
  await until(() => tries >= 6);
  expect(await countOutbox(database.db)).toBe(1);
  expect(publisher.state().published).toBe(0);
  await publisher.close();
  await broker.stop();
});

test('the gateway says when it goes, leaves a last will, and takes it back when it returns', async () => {
  const broker = await startOutsideBroker();
  const watcher = await consume(broker.url, 'gerbang/gateway/status');
  const states = () => watcher.received.map(({ text }) => JSON.parse(text).state);
  const leaving = await publish(broker.url);
  await until(() => states().length === 1);
  await leaving.close();
  expect(states()).toEqual(['online', 'offline']);

  await publish(broker.url);
  await until(() => states().length === 3);
  broker.cut('gerbang-gateway-');
  await until(() => states().length === 5);
  expect(states().slice(2)).toEqual(['online', 'offline', 'online']);
  broker.cut('gerbang-gateway-');
  await until(() => states().length === 6);
  const late = await consume(broker.url, 'gerbang/gateway/status');
  await until(() => late.received.length > 0);
  expect(late.received[0]).toMatchObject({ retain: true });
  await Promise.all([watcher.close(), late.close(), running.splice(0).at(-1)?.close()]);
  await broker.stop();
});

test('of two gateways on one database one publishes, and the other takes over when it stops', async () => {
  const broker = await startOutsideBroker();
  const consumer = await consume(broker.url, 'gerbang/+/+/punch');
  const first = await publish(broker.url);
  await store(50);
  await until(drained);
  const second = await publish(broker.url);
  const before = first.state().published;
  for (let round = 0; round < 5; round += 1) await store(30);
  await until(drained);
  expect(first.state().published - before).toBe(150);
  expect(second.state().published).toBe(0);
  await first.close();
  await store(10);
  await until(drained);
  expect(second.state().published).toBe(10);
  const pins = distinctPins(consumer.received).map(Number);
  expect(pins).toEqual([...pins].sort((a, b) => a - b));
  await consumer.close();
  await second.close();
  await broker.stop();
});
