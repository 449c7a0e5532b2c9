import { expect, onTestFinished, test } from 'vitest';
import { checkConfig } from '../../src/config.ts';
import { startGateway } from '../../src/gateway.ts';
import { silentLog } from '../../src/log.ts';
import { openDatabase } from '../../src/store/database.ts';
import { pruneOutbox } from '../../src/store/outbox.ts';
import { createGatewayRole } from '../evidence/gateway-role.ts';
import { startChosenQueue } from '../tools/chosen-queue.ts';
import { createTestDatabase } from '../tools/database.ts';
import { secret, startReceiver } from './tools/receiver.ts';
import { dinkes, idsOf, storeRows } from './tools/rows.ts';

const database = await createTestDatabase();

test('a webhook, a reader with a token and the numbers are served under a role that may not alter evidence', {
  timeout: 180_000,
}, async () => {
  const { url } = await createGatewayRole(database);
  const receiver = await startReceiver();
  const checked = checkConfig(
    `offices: [ { code: dinkes, name: ${dinkes.name}, timeZone: ${dinkes.timeZone} } ]
web: { port: 0, tokens: [ { name: reader, sha256: "\${HASH}" } ] }
webhooks:
  - { name: payroll, url: "${receiver.url}", secret: "\${SECRET}", startAt: oldest }
  - { name: resting, url: "${receiver.url}", secret: "\${SECRET}", startAt: oldest, enabled: false }
`,
    // printf %s open-sesame-open-sesame | sha256sum
    { SECRET: secret, HASH: '402ea51cd0fd3ab5140c27f5bdc85e0d2236a65cb62d7d2040fc8b61f124e0dd' },
  );
  if (checked.value === null) throw new Error('the configuration has faults');
  const queue = await startChosenQueue();
  onTestFinished(() => queue.stop());
  const gateway = await startGateway({
    config: checked.value,
    redisUrl: queue.redisUrl,
    databaseUrl: url,
    ownerUrl: database.url,
    exclusiveDatabase: true,
    log: silentLog(),
  });
  await storeRows(database, 'GW1', 3);
  await expect.poll(() => receiver.punches(), { timeout: 60_000 }).toEqual(idsOf('GW1', 3));
  expect(receiver.deliveries.every(({ signed, id }) => signed && id.startsWith('payroll_'))).toBe(true);

  const ask = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${gateway.pageUrl}/api/v1/changes?cursor=start`, { headers });
  expect((await ask({})).status).toBe(401);
  const page = await (await ask({ authorization: 'Bearer open-sesame-open-sesame' })).text();
  expect(page).toContain('"id":"GW1-1-2"');
  const { rows }: { rows: { explain: string }[] } = JSON.parse(page);
  expect((await fetch(`${gateway.pageUrl}${rows[0]?.explain}`)).status).toBe(200);
  const numbers = async (): Promise<string> => (await fetch(`${gateway.pageUrl}/metrics`)).text();
  await expect
    .poll(numbers, { timeout: 60_000 })
    .toContain('gerbang_consumer_rows_behind{consumer="webhook:payroll"} 0');
  const all = await numbers();
  expect(all).toContain('gerbang_webhook_rows_total{webhook="payroll"} 3');
  expect(all).toContain('gerbang_webhook_messages_total{webhook="payroll",outcome="confirmed"} 1');
  expect(all).toContain('gerbang_consumer_stopped{consumer="mqtt"} 0');
  await gateway.stop();
  await receiver.stop();

  const own = openDatabase(url, { maxConnections: 1 });
  expect(await pruneOutbox(own.db, { keepMs: 0, lagMs: 0 }, 10)).toBeGreaterThanOrEqual(0);
  await own.close();
});
