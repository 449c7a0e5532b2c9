import { createServer } from 'node:https';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { readConsumer, readConsumers } from '../../src/store/consumers.ts';
import { allowedLookup } from '../../src/webhooks/addresses.ts';
import type { Receiver as Target } from '../../src/webhooks/delivery.ts';
import { startWebhooks, type Webhooks } from '../../src/webhooks/webhooks.ts';
import { putOffices } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { confirm, type Manner, type Receiver, secret, startReceiver } from './tools/receiver.ts';
import { dinkes, idsOf, kominfo, morningMs, storeRows } from './tools/rows.ts';
import { unknownCertificate } from './tools/unknown-certificate.ts';

// A busy machine is no failure.
vi.setConfig({ testTimeout: 120_000 });
const database = await createTestDatabase();
const stops: (() => Promise<void>)[] = [];
let serials = 0;

beforeAll(() => putOffices(database, [dinkes, kominfo]));
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** A serial nobody has used: each test has rows of its own. */
function newSerial(): string {
  serials += 1;
  return `WH${serials}`;
}

async function receive(manner?: Manner): Promise<Receiver> {
  const receiver = await startReceiver(manner);
  stops.push(() => receiver.stop());
  return receiver;
}

function deliver(...receivers: readonly Target[]): Webhooks {
  return deliverWithin(60_000, receivers);
}

function deliverWithin(
  answerWithinMs: number,
  receivers: readonly Target[],
  onRows: (rows: number) => void = () => {},
): Webhooks {
  const timing = { answerWithinMs, lookEveryMs: 200, pauseFactor: 0.02 };
  const onOutcome = (_receiver: string, rows: number | null): void => onRows(rows ?? 0);
  const options = { database, receivers, log: silentLog(), nowMs: () => morningMs, onOutcome, ...timing };
  const webhooks = startWebhooks(options);
  stops.push(() => webhooks.close());
  return webhooks;
}

function target(name: string, url: string, more: Partial<Target> = {}): Target {
  return { name, url, secret, offices: [], maxBatch: 100, startAt: 'now', ...more };
}

const stateOf = async (name: string) =>
  (await readConsumers(database.db)).find((one) => one.name === `webhook:${name}`);
const enrolled = (name: string) => expect.poll(() => stateOf(name), { timeout: 60_000 }).toMatchObject({ state: 'ok' });
const confirmedAll = (name: string) =>
  expect.poll(() => stateOf(name), { timeout: 60_000 }).toMatchObject({ state: 'ok', rowsBehind: 0 });

test('rows come signed, in order, as MQTT has them, in messages of at most the size that was asked for', async () => {
  const receiver = await receive();
  deliver(target('plain', receiver.url, { maxBatch: 7 }));
  await enrolled('plain');
  const serial = newSerial();
  await storeRows(database, serial, 20);
  await confirmedAll('plain');
  expect(receiver.punches()).toEqual(idsOf(serial, 20));
  expect(receiver.deliveries.map(({ rows }) => rows.length)).toEqual([7, 7, 6]);
  expect(receiver.deliveries.every(({ signed }) => signed)).toBe(true);
  expect(receiver.deliveries[0]?.timestamp).toBe(1_772_411_464);
  expect(JSON.parse(receiver.deliveries[0]?.text ?? '')).toMatchObject({
    cursor: expect.stringMatching(/^[\w-]+$/),
    rows: [
      { id: `${serial}-1-0`, revision: 1, office: 'dinkes', occurredAt: '2026-03-02T00:31:04.000Z' },
      {},
      {},
      {},
      {},
      {},
      {},
    ],
  });
});

const failures: readonly (readonly [what: string, manner: Manner, reason: string])[] = [
  ['an error', (response) => void response.writeHead(500).end('oops'), 'HTTP 500'],
  ['nothing at all', (response) => void response.socket?.destroy(), 'ECONNRESET'],
  ['half an answer', (response) => void response.socket?.end('HTTP/1.1 20'), 'ECONNRESET'],
  ['what is not HTTP', (response) => void response.socket?.end('220 smtp ready\r\n\r\n'), 'HPE_INVALID_CONSTANT'],
  [
    'headers without an end',
    (response) => void response.socket?.end(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(70_000)}`),
    'HPE_HEADER_OVERFLOW',
  ],
  [
    'a redirect',
    (response) => void response.writeHead(307, { location: '/elsewhere' }).end(),
    'HTTP 307, and redirects are not followed',
  ],
];

test.each(failures)(
  'a receiver that answers %s is sent the same bytes under the same id again',
  async (_what, manner, reason) => {
    const name = `fails-${serials}`;
    const receiver = await receive(manner);
    deliver(target(name, receiver.url));
    await enrolled(name);
    const serial = newSerial();
    await storeRows(database, serial, 3);
    await expect
      .poll(() => stateOf(name), { timeout: 60_000 })
      .toMatchObject({ state: 'retrying', lastFailure: reason });
    await expect.poll(() => receiver.deliveries.length, { timeout: 60_000 }).toBeGreaterThan(1);
    // What comes meanwhile does not slip into a message that was sent before.
    await storeRows(database, newSerial(), 1);
    receiver.behave(confirm);
    await confirmedAll(name);
    const first = receiver.deliveries.filter(({ rows }) => rows[0]?.id === `${serial}-1-0`);
    expect(first.length).toBeGreaterThan(1);
    expect(new Set(first.map(({ id, text }) => `${id} ${text}`)).size).toBe(1);
    expect(receiver.punches().filter((id) => id.startsWith(`${serial}-`))).toEqual(idsOf(serial, 3));
  },
);

test('a receiver that never answers is given up in time and sent the same again', async () => {
  const receiver = await receive(() => {});
  deliverWithin(1_000, [target('silent', receiver.url)]);
  await enrolled('silent');
  const serial = newSerial();
  await storeRows(database, serial, 2);
  await expect.poll(() => stateOf('silent'), { timeout: 60_000 }).toMatchObject({ lastFailure: 'no answer in time' });
  receiver.behave(confirm);
  await confirmedAll('silent');
  expect(receiver.punches()).toEqual(idsOf(serial, 2));
  expect(new Set(receiver.deliveries.map(({ id, text }) => `${id} ${text}`)).size).toBe(1);
});

test('the status counts, not what follows it: an endless answer is cut, a broken one is confirmed', async () => {
  let sent = 0;
  const receiver = await receive((response) => {
    response.writeHead(200);
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const pour = (): void => {
      while (!response.destroyed && sent < 64 * 2 ** 20) {
        sent += chunk.length;
        if (!response.write(chunk)) return void response.once('drain', pour);
      }
    };
    pour();
  });
  deliver(target('endless', receiver.url));
  await enrolled('endless');
  const serial = newSerial();
  await storeRows(database, serial, 1);
  await confirmedAll('endless');
  // What the sockets of both ends swallow before the cut is known to the sender.
  expect(sent).toBeLessThan(32 * 2 ** 20);
  receiver.behave((response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('half');
    response.socket?.end();
  });
  await storeRows(database, serial, 1);
  await confirmedAll('endless');
  expect(receiver.deliveries).toHaveLength(2);
});

test('a receiver that says 410 is left alone until the next start, and misses nothing by it', async () => {
  const receiver = await receive((response) => void response.writeHead(410).end());
  const first = deliver(target('left', receiver.url));
  await enrolled('left');
  const serial = newSerial();
  await storeRows(database, serial, 2);
  await expect
    .poll(() => stateOf('left'), { timeout: 60_000 })
    .toMatchObject({ state: 'disabled', lastFailure: 'HTTP 410' });
  await storeRows(database, serial, 1);
  await first.close();
  expect(receiver.deliveries).toHaveLength(1);
  receiver.behave(confirm);
  deliver(target('left', receiver.url));
  await confirmedAll('left');
  expect(receiver.punches()).toEqual(idsOf(serial, 3));
});

test('a receiver that is taken out of the configuration is shown so, and keeps its place', async () => {
  const receiver = await receive();
  const first = deliver(target('holiday', receiver.url));
  await enrolled('holiday');
  await first.close();
  const without = deliver();
  await expect.poll(() => stateOf('holiday'), { timeout: 60_000 }).toMatchObject({ state: 'disabled' });
  const serial = newSerial();
  await storeRows(database, serial, 2);
  await without.close();
  deliver(target('holiday', receiver.url));
  await confirmedAll('holiday');
  expect(receiver.punches()).toEqual(idsOf(serial, 2));
});

describe('several receivers', () => {
  test('do not wait for one another', async () => {
    const dead = await receive(() => {});
    const swift = await receive();
    deliver(target('dead', dead.url), target('swift', swift.url));
    await enrolled('dead');
    await enrolled('swift');
    const serial = newSerial();
    for (let round = 0; round < 5; round += 1) await storeRows(database, serial, 4);
    await confirmedAll('swift');
    expect(swift.punches()).toEqual(idsOf(serial, 20));
    const dying = () => readConsumer(database.db, 'webhook:dead');
    await expect.poll(dying, { timeout: 60_000 }).toMatchObject({ held: { rows: expect.any(Number) } });
  });

  test('get the rows of their offices only', async () => {
    const both = await receive();
    const one = await receive();
    deliver(target('both', both.url), target('one', one.url, { offices: ['kominfo'], maxBatch: 2 }));
    await enrolled('both');
    await enrolled('one');
    const [health, it] = [newSerial(), newSerial()];
    await storeRows(database, health, 3);
    await storeRows(database, it, 3, kominfo);
    await storeRows(database, health, 3);
    await confirmedAll('both');
    await confirmedAll('one');
    expect(one.punches()).toEqual(idsOf(it, 3));
    expect(new Set(both.punches())).toEqual(new Set([...idsOf(health, 6), ...idsOf(it, 3)]));
  });

  test('begin where they were told to: with what comes, or with all that is kept', async () => {
    const serial = newSerial();
    await storeRows(database, serial, 2);
    const late = await receive();
    const whole = await receive();
    deliver(target('late', late.url), target('whole', whole.url, { startAt: 'oldest' }));
    await enrolled('late');
    await confirmedAll('whole');
    expect(whole.punches()).toContain('WH1-1-0');
    await storeRows(database, serial, 1);
    await confirmedAll('late');
    expect(late.punches()).toEqual(idsOf(serial, 1, 2));
  });
});

test('an address of the machine itself that holds credentials is never asked, by number or by name', async () => {
  for (const url of [
    'http://169.254.169.254/latest/meta-data',
    'http://[fe80::1]/x',
    'http://0.0.0.0:1/x',
    'http://[::ffff:169.254.169.254]/',
  ]) {
    const name = `metadata-${newSerial().toLowerCase()}`;
    const webhooks = deliver(target(name, url, { startAt: 'oldest' }));
    await expect.poll(() => stateOf(name), { timeout: 60_000 }).toMatchObject({ lastFailure: 'EADDRREFUSED' });
    await webhooks.close();
  }
  const resolved = new Promise((resolve) =>
    allowedLookup('169.254.169.254', { all: true }, (error) => resolve(error?.code)),
  );
  expect(await resolved).toBe('EADDRREFUSED');
});

test('a certificate that nobody vouches for is not trusted', async () => {
  let asked = 0;
  const server = createServer(unknownCertificate, (_request, response) => {
    asked += 1;
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  deliver(target('tls', `https://127.0.0.1:${port}/in`, { startAt: 'oldest' }));
  await expect
    .poll(() => stateOf('tls'), { timeout: 60_000 })
    .toMatchObject({ state: 'retrying', lastFailure: expect.stringContaining('CERT') });
  expect(asked).toBe(0);
});

test('of two gateways one delivers, and the other takes over when it stops', async () => {
  const receiver = await receive();
  const confirmed: [number, number] = [0, 0];
  const start = (gateway: 0 | 1): Webhooks =>
    deliverWithin(60_000, [target('shared', receiver.url)], (rows) => {
      confirmed[gateway] += rows;
    });
  const first = start(0);
  await enrolled('shared');
  start(1);
  const serial = newSerial();
  for (let round = 0; round < 4; round += 1) await storeRows(database, serial, 3);
  await confirmedAll('shared');
  await first.close();
  await storeRows(database, serial, 3);
  await confirmedAll('shared');
  expect(receiver.punches()).toEqual(idsOf(serial, 15));
  // Each message was confirmed to one of them, and the second had nothing to do before the first was gone.
  await expect.poll(() => confirmed, { timeout: 60_000 }).toEqual([12, 3]);
});
