import { afterAll, beforeAll, expect, test } from 'vitest';
import { GerbangError } from '../../src/errors.ts';
import { silentLog } from '../../src/log.ts';
import type { Check } from '../../src/web/health.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { createTestDatabase } from '../tools/database.ts';
import { everybodyIs } from '../tools/everybody.ts';

const database = await createTestDatabase();
const metrics = createMetrics();
let queue: Check = async () => {};
let web: Web;

beforeAll(async () => {
  const checks = { database: () => database.pool.query('select 1'), queue: () => queue() };
  const options = {
    host: '127.0.0.1',
    port: 0,
    database,
    log: silentLog(),
    metrics,
    readers: everybodyIs('operator'),
    nowMs: Date.now,
  };
  web = await startWeb({ ...options, checks });
});
afterAll(() => web.close());

async function ready(): Promise<{ readonly status: number; readonly body: unknown }> {
  const answer = await fetch(`${web.url}/readyz`);
  return { status: answer.status, body: await answer.json() };
}

test('alive says only that the process answers', async () => {
  const answer = await fetch(`${web.url}/healthz`);
  expect([answer.status, await answer.json()]).toEqual([200, { ok: true }]);
});

test('ready when every part is, and not otherwise, with the code of the part that is not', async () => {
  queue = async () => {};
  expect(await ready()).toEqual({
    status: 200,
    body: { ok: true, checks: { database: { ok: true }, queue: { ok: true } } },
  });
  queue = async () => {
    throw new GerbangError('QUEUE_UNAVAILABLE', 'redis://app:secret@10.0.0.5 is away');
  };
  const broken = { ok: false, checks: { database: { ok: true }, queue: { ok: false, reason: 'QUEUE_UNAVAILABLE' } } };
  expect(await ready()).toEqual({ status: 503, body: broken });
});

test('a part that never answers counts as not ready', async () => {
  queue = () => new Promise(() => {});
  const { status, body } = await ready();
  expect(status).toBe(503);
  expect(body).toMatchObject({ checks: { queue: { ok: false, reason: 'no answer within 2 s' } } });
});

test('what throws before it even begins counts as not ready too', async () => {
  queue = () => {
    throw new Error('not started');
  };
  expect(await ready()).toMatchObject({ status: 503, body: { checks: { queue: { reason: 'INTERNAL' } } } });
});

test('metrics say what was told, in seconds, under the labels that were configured', async () => {
  const place = { office: 'kominfo', terminal: 'Lobi' };
  metrics.pollEnded(place, 1_500, null);
  metrics.pollEnded(place, 30_000, 'NET_REFUSED');
  metrics.readAt(place, 1_772_411_464_000);
  metrics.clockOffset(place, -2_500, 40);
  metrics.punchesStored('kominfo', 12);
  metrics.punchesPublished(11);
  metrics.watchDepth('queue', async () => 3);
  metrics.watchDepth('outbox', async () => {
    throw new Error('database away');
  });
  const text = await (await fetch(`${web.url}/metrics`)).text();
  for (const line of [
    'gerbang_poll_duration_seconds_count{office="kominfo",outcome="ok"} 1',
    'gerbang_poll_duration_seconds_sum{office="kominfo",outcome="failed"} 30',
    'gerbang_poll_failures_total{office="kominfo",terminal="Lobi",code="NET_REFUSED"} 1',
    'gerbang_last_read_timestamp_seconds{office="kominfo",terminal="Lobi"} 1772411464',
    'gerbang_clock_offset_seconds{office="kominfo",terminal="Lobi"} -2.5',
    'gerbang_clock_offset_bound_seconds{office="kominfo",terminal="Lobi"} 0.04',
    'gerbang_punches_stored_total{office="kominfo"} 12',
    'gerbang_punches_published_total 11',
    'gerbang_queue_depth 3',
    'gerbang_outbox_depth 0',
    'gerbang_pages_open 0',
  ]) {
    expect(text).toContain(`${line}\n`);
  }
  expect(text).toContain('gerbang_process_resident_memory_bytes');
});
