import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { type Publisher, startPublisher } from '../../src/mqtt/publisher.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { startWebhooks, type Webhooks } from '../../src/webhooks/webhooks.ts';
import { type Consumer, consume } from '../mqtt/tools/consumer.ts';
import { putOffices } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { everybodyIs } from '../tools/everybody.ts';
import { type Receiver, secret, startReceiver } from './tools/receiver.ts';
import { dinkes, idsOf, morningMs, openRows, storeRows } from './tools/rows.ts';

const database = await createTestDatabase();
const log = silentLog();
const nowMs = (): number => morningMs;
let publisher: Publisher;
let subscriber: Consumer;
let receiver: Receiver;
let webhooks: Webhooks;
let web: Web;
let cursor = 'start';
const followed: string[] = [];

beforeAll(async () => {
  await putOffices(database, [dinkes]);
  publisher = await startPublisher({ database, log, nowMs, sweepEveryMs: 200 });
  subscriber = await consume(publisher.state().url, 'gerbang/+/+/punch');
  receiver = await startReceiver();
  const target = { name: 'payroll', url: receiver.url, secret, offices: [], maxBatch: 3, startAt: 'oldest' } as const;
  webhooks = startWebhooks({ database, receivers: [target], log, nowMs, lookEveryMs: 200, pauseFactor: 0.02 });
  web = await startWeb({
    host: '127.0.0.1',
    port: 0,
    database,
    log,
    metrics: createMetrics(),
    readers: everybodyIs('operator'),
    nowMs,
  });
});

afterAll(async () => {
  await Promise.all([subscriber.close(), webhooks.close(), web.close()]);
  await publisher.close();
  await receiver.stop();
});

/** Reads on as far as it goes. */
async function follow(): Promise<void> {
  for (let more = true; more; ) {
    const response = await fetch(`${web.url}/api/v1/changes?cursor=${cursor}&limit=4`);
    const page: { rows: { id: string }[]; cursor: string; more: boolean } = JSON.parse(await response.text());
    followed.push(...page.rows.map(({ id }) => id));
    ({ cursor, more } = page);
  }
}

const seen = {
  mqtt: (): readonly string[] => subscriber.received.map(({ text }) => JSON.parse(text).id),
  webhook: (): readonly string[] => receiver.punches(),
  feed: (): readonly string[] => followed,
};

/** Everybody has exactly these, each terminal's in the order of its log. */
async function everybodyHas(...ids: readonly string[]): Promise<void> {
  const bySerial = (some: readonly string[]): readonly string[] =>
    [...some].sort((a, b) => (a.split('-')[0] ?? '').localeCompare(b.split('-')[0] ?? ''));
  await expect
    .poll(
      async () => {
        await follow();
        return Object.fromEntries(Object.entries(seen).map(([name, read]) => [name, bySerial(read())]));
      },
      { timeout: 60_000 },
    )
    .toEqual({ mqtt: bySerial(ids), webhook: bySerial(ids), feed: bySerial(ids) });
}

test('a transaction that was first to write and last to commit reaches MQTT, the webhook and the feed', {
  timeout: 120_000,
}, async () => {
  const first = await openRows(database, 'FIRST', 5);
  const second = await openRows(database, 'SECOND', 5);
  await storeRows(database, 'QUICK', 4);
  await everybodyHas(...idsOf('QUICK', 4));
  await second.commit();
  await everybodyHas(...idsOf('QUICK', 4), ...idsOf('SECOND', 5));
  await storeRows(database, 'QUICK', 4);
  const undone = await openRows(database, 'UNDONE', 3);
  await everybodyHas(...idsOf('QUICK', 8), ...idsOf('SECOND', 5));
  await undone.rollback();
  await first.commit();
  await everybodyHas(...idsOf('QUICK', 8), ...idsOf('SECOND', 5), ...idsOf('FIRST', 5));
});
