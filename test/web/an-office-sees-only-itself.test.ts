import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clockPort } from '../../src/gateway/clock-port.ts';
import { silentLog } from '../../src/log.ts';
import { readAuditLog } from '../../src/store/audit-log.ts';
import { closeTallies } from '../../src/store/read-tally.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { putMachines, putOffices, putPunches } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { readerOf, readersByName } from '../tools/everybody.ts';

const database = await createTestDatabase();
const log = silentLog();
/** Monday noon in Makassar. */
const nowMs = Date.parse('2026-03-02T04:00:00Z');
const kominfo = { code: 'kominfo', name: 'Dinas Kominfo', timeZone: 'Asia/Makassar' };
const dinkes = { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Makassar' };
let web: Web;

beforeAll(async () => {
  await putOffices(database, [kominfo, dinkes]);
  const machines = [
    { officeCode: 'kominfo', terminalName: 'Lobi', serial: 'KOM1' },
    { officeCode: 'dinkes', terminalName: 'Gudang', serial: 'DIN1' },
  ];
  await putMachines(database, machines, nowMs);
  const at = (minute: number) => ({ atMs: nowMs - minute * 60_000, pin: `7000${minute}` });
  await putPunches(database, { office: kominfo, serial: 'KOM1', terminalName: 'Lobi' }, [at(3)], nowMs);
  await putPunches(database, { office: dinkes, serial: 'DIN1', terminalName: 'Gudang' }, [at(2), at(1)], nowMs);
  web = await startWeb({
    host: '127.0.0.1',
    port: 0,
    database,
    log,
    metrics: createMetrics(),
    readers: readersByName({
      one: readerOf('hr', 'kominfo'),
      all: readerOf('hr'),
      viewer: readerOf('viewer', 'kominfo'),
    }),
    nowMs: () => nowMs,
    clocks: clockPort(database, () => nowMs),
  });
});
afterAll(() => web.close());

async function ask(who: string, path: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${web.url}${path}`, { headers: { authorization: `Bearer ${who}` } });
  return { status: answer.status, text: await answer.text() };
}

/** What the event stream says until it has sent the state of an office. */
async function stream(who: string, after: string): Promise<string> {
  const end = new AbortController();
  const headers = { authorization: `Bearer ${who}` };
  const answer = await fetch(`${web.url}/events?after=${after}`, { headers, signal: end.signal });
  let text = '';
  for await (const chunk of answer.body ?? []) {
    text += Buffer.from(chunk).toString('utf8');
    if (text.includes('event: beat')) break;
  }
  end.abort();
  return text;
}

const foreign = /dinkes|Dinas Kesehatan|DIN1|Gudang|70002|70001/;

test('the board, its rows and its stream hold one office, and no count of another', async () => {
  const all = await ask('all', '/');
  expect(all.text).toMatch(foreign);
  const one = await ask('one', '/?opd=dinkes');
  expect(one.status).toBe(200);
  expect(one.text).toContain('Dinas Kominfo');
  expect(one.text).toContain('70003');
  expect(one.text.replace(/opd=dinkes/g, '')).not.toMatch(foreign);
  const cursor = /data-cursor="([^"]+)"/.exec(one.text)?.[1] ?? '';
  const before = `${cursor.split('-')[0]}-0`;
  expect(await stream('all', before)).toMatch(foreign);
  const told = await stream('one', before);
  expect(told).toContain('Dinas Kominfo');
  expect(told).not.toMatch(foreign);
});

test('what belongs to another office is not there: pages, clocks, explanations and API alike', async () => {
  for (const path of ['/opd/dinkes/mesin', '/clocks/DIN1', '/clocks/explain/DIN1-1-0']) {
    expect({ path, status: (await ask('all', path)).status }).toEqual({ path, status: 200 });
    const { status, text } = await ask('one', path);
    expect({ path, status }).toEqual({ path, status: 404 });
    expect(text).not.toMatch(/Dinas Kesehatan|Gudang|70002/);
  }
  expect((await ask('all', '/clocks')).text).toContain('Gudang');
  expect((await ask('one', '/clocks')).text).not.toMatch(foreign);
  const changes = await ask('one', '/api/v1/changes?cursor=start');
  expect(changes.text).toContain('KOM1-1-0');
  expect(changes.text).not.toMatch(foreign);
  for (const path of [
    '/api/v1/changes?cursor=start&office=dinkes',
    '/api/v1/completeness?from=2026-03-02&to=2026-03-02&office=dinkes',
  ])
    expect((await ask('one', path)).status).toBe(404);
});

test('whoever may not see punches sees the end of a PIN', async () => {
  const { text } = await ask('viewer', '/');
  expect(text).toContain('••03');
  expect(text).not.toContain('70003');
  expect((await ask('viewer', '/clocks/explain/KOM1-1-0')).text).not.toContain('70003');
});

test('who saw persons stands in the audit log, once per ten minutes where they look all the time', async () => {
  await closeTallies(database.db);
  const before = await readAuditLog(database.db, { beforeId: null, limit: 50 });
  expect(before.map(({ actor, action, subject }) => [actor, action, subject])).toEqual([
    ['hr-semua', 'attendance.explain', 'DIN1'],
  ]);
  await sql`update read_tally set begins_at = begins_at - interval '10 minutes'`.execute(database.db);
  await ask('one', '/api/v1/changes?cursor=start');
  await closeTallies(database.db);
  const after = await readAuditLog(database.db, { beforeId: null, limit: 50, actor: 'hr-kominfo' });
  expect(
    after.map(({ action, officeCode, detail }) => ({
      action,
      officeCode,
      reads: detail.reads,
      records: detail.records,
    })),
  ).toEqual(
    expect.arrayContaining([
      { action: 'board.look', officeCode: 'kominfo', reads: 2, records: 40 },
      { action: 'attendance.follow', officeCode: 'kominfo', reads: 1, records: 1 },
    ]),
  );
  expect(JSON.stringify(after)).not.toMatch(/7000\d/);
});
