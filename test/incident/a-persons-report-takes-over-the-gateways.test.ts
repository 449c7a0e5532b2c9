import { afterAll, beforeAll, expect, test } from 'vitest';
import { createIncidentWatch } from '../../src/gateway/incident-watch.ts';
import { silentLog } from '../../src/log.ts';
import { readAuditLog } from '../../src/store/audit-log.ts';
import { awaitWatchTurn } from '../../src/store/incident-watch.ts';
import { addStep, listIncidents, openIncident, readIncident, readSteps } from '../../src/store/incidents.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { putMachines, putOffices } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { everybodyIs, readerOf } from '../tools/everybody.ts';

const database = await createTestDatabase();
const { db } = database;
const hour = 3_600_000;
/** Wednesday 2026-11-25, 10:00 WIB. */
const nowMs = Date.parse('2026-11-25T03:00:00Z');
const silentMs = nowMs - 26 * hour;
const dinkes = { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Jakarta' };
const places = ['Lobi', 'Apotek', 'Gudang', 'Aula', 'Loket', 'Depan'];
const gateway = { actorKind: 'gateway', actor: 'gerbang', actorName: 'Gerbang (otomatis)' } as const;
const rina = { actorKind: 'account', actor: 'rina', actorName: 'Rina' } as const;
let atMs = nowMs;
let web: Web;
const look = createIncidentWatch(
  database,
  () => [{ ...dinkes, reportSilentAfterHours: 24 }],
  () => atMs,
);

beforeAll(async () => {
  await putOffices(database, [dinkes]);
  await putMachines(database, places.map(silent), nowMs);
  const options = { host: '127.0.0.1', port: 0, database, log: silentLog(), nowMs: () => atMs };
  const readers = { ...everybodyIs('hr'), ofToken: async () => readerOf('hr') };
  web = await startWeb({ ...options, metrics: createMetrics(), readers });
  expect(await look()).toEqual({ opened: 6, closed: 0, proposed: 0 });
});
afterAll(() => web.close());

function silent(terminalName: string) {
  const trouble = { state: 'failing', errorCode: 'NET_UNREACHABLE', failingSinceMs: silentMs } as const;
  return { officeCode: 'dinkes', terminalName, serial: `S-${terminalName}`, ...trouble, lastReadMs: silentMs };
}

const open = (terminalName: string) =>
  listIncidents(db, { officeCode: 'dinkes', terminalName, state: 'open', limit: 10 });
const onlyOpen = async (terminalName: string): Promise<number> => {
  const found = await open(terminalName);
  expect(found).toHaveLength(1);
  return found[0]?.number ?? 0;
};
const page = async (path: string): Promise<string> => (await fetch(`${web.url}${path}`)).text();

async function report(mesin: string, fields: Record<string, string> = {}): Promise<number> {
  const shown = await fetch(`${web.url}/lapor`);
  const token = /name="_csrf" value="([^"]+)"/.exec(await shown.text())?.[1] ?? '';
  const cookie = shown.headers.getSetCookie().map((text) => text.split(';')[0]);
  const body = new FormData();
  const typed = { opd: 'dinkes', mesin, jenis: 'broken', tanggal: '2026-11-25', jam: '07:00', ...fields };
  for (const [name, value] of Object.entries({ _csrf: token, ...typed })) body.set(name, value);
  const request = { method: 'POST', body, headers: { cookie: cookie.join('; ') }, redirect: 'manual' } as const;
  const answer = await fetch(`${web.url}/lapor`, request);
  expect(answer.status).toBe(303);
  return Number(/\/laporan\/(\d+)/.exec(answer.headers.get('location') ?? '')?.[1]);
}

async function ask(path: string, body?: unknown): Promise<Record<string, unknown>> {
  const headers = { authorization: 'Bearer x', ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  return JSON.parse(await (await fetch(`${web.url}/api/v1${path}`, { headers, ...sent })).text());
}

test('on the page: one report stays open, both name each other, and what the gateway knew is kept', async () => {
  const old = await onlyOpen('Lobi');
  expect(await page('/lapor?opd=dinkes&mesin=Lobi')).toContain('laporan Anda akan melanjutkannya');
  const number = await report('Lobi');
  expect(await onlyOpen('Lobi')).toBe(number);
  expect(await readIncident(db, old)).toMatchObject({ state: 'merged', mergedInto: number, closedMs: nowMs });
  expect((await readSteps(db, old)).at(-1)).toMatchObject({ what: 'merged', detail: { mergedInto: number } });
  const since = new Date(silentMs).toISOString();
  expect((await readSteps(db, number))[0]).toMatchObject({
    what: 'reported',
    detail: { tookOver: [old], gatewaySince: since, why: 'silent', errorCode: 'NET_UNREACHABLE' },
  });
  const here = await page(`/laporan/${number}`);
  expect(here).toMatch(
    new RegExp(`Diketahui Gerbang sejak</dt><dd><time datetime="${since}".*?href="/laporan/${old}"`),
  );
  expect(here).toContain('Saat Gerbang melaporkannya');
  expect(here).toContain('Mesin tidak menjawab lebih lama daripada batas kantor ini.');
  const there = await page(`/laporan/${old}`);
  expect(there).toContain('Digabung');
  expect(there).toMatch(new RegExp(`dilanjutkan dalam laporan orang[^<]*<a href="/laporan/${number}"`));
  const [entry] = await readAuditLog(db, { beforeId: null, limit: 1, action: 'incident.report' });
  expect(entry).toMatchObject({ subject: String(number), detail: { tookOver: [old] } });
});

test('the watch opens no second one, and closes neither when the machine is well', async () => {
  const number = await onlyOpen('Lobi');
  expect(await look()).toEqual({ opened: 0, closed: 0, proposed: 0 });
  const well = { officeCode: 'dinkes', terminalName: 'Lobi', serial: 'S-Lobi' };
  await putMachines(database, [well], atMs);
  await look();
  atMs += 1.5 * hour;
  expect(await look()).toEqual({ opened: 0, closed: 0, proposed: 1 });
  expect(await readIncident(db, number)).toMatchObject({ state: 'reported', closedMs: null });
  expect((await readIncident(db, number))?.wellSinceMs).not.toBeNull();
  await putMachines(database, [silent('Lobi')], atMs);
  expect(await look()).toEqual({ opened: 0, closed: 0, proposed: 0 });
  expect(await onlyOpen('Lobi')).toBe(number);
  atMs = nowMs;
});

test('over the API it is the same', async () => {
  const old = await onlyOpen('Apotek');
  const made = await ask('/incidents', { kind: 'lost', office: 'dinkes', terminal: 'Apotek' });
  expect(await ask(`/incidents/${old}`)).toMatchObject({ state: 'merged', mergedInto: made.number });
  const since = new Date(silentMs).toISOString();
  expect(await ask(`/incidents/${made.number}`)).toMatchObject({
    state: 'reported',
    mergedInto: null,
    tookOver: [{ number: old, since, facts: { errorCode: 'NET_UNREACHABLE' } }],
  });
  expect(await ask(`/incidents/${old}/steps`, { to: 'verified' })).toMatchObject({ status: 409 });
});

test('what people have verified stays with them, and so does every other machine', async () => {
  const old = await onlyOpen('Gudang');
  await db.transaction().execute((tx) => addStep(tx, { number: old, what: 'verified', note: '', by: rina, atMs }));
  const number = await report('Gudang');
  expect((await open('Gudang')).map((one) => one.number)).toEqual([number, old]);
  const aula = await onlyOpen('Aula');
  await report('-', { letak: 'Aula, sebelah kiri' });
  expect(await onlyOpen('Aula')).toBe(aula);
  const again = await report('Gudang');
  expect((await open('Gudang')).map((one) => one.number)).toEqual([again, number, old]);
});

test('a gateway that reports at the same moment is waited for', async () => {
  const old = await onlyOpen('Loket');
  await database.pool.query('update incident set state = $1, closed_at = now() where number = $2', ['repaired', old]);
  let made: Promise<number> | null = null;
  const second = await db.transaction().execute(async (tx) => {
    await awaitWatchTurn(tx);
    const what = { kind: 'broken', officeCode: 'dinkes', terminalName: 'Loket', place: '', words: '' } as const;
    const opened = await openIncident(tx, { ...what, sinceMs: silentMs, by: gateway, atMs });
    made = report('Loket');
    await untilSomebodyWaits();
    return opened.number;
  });
  const number = await made;
  expect(await onlyOpen('Loket')).toBe(number);
  expect(await readIncident(db, second)).toMatchObject({ state: 'merged', mergedInto: number });
});

test('what somebody takes on while the gateway is about to close it stays open', async () => {
  const number = await onlyOpen('Depan');
  await putMachines(database, [{ officeCode: 'dinkes', terminalName: 'Depan', serial: 'S-Depan' }], atMs);
  await look();
  atMs += 1.5 * hour;
  let looking: Promise<unknown> | null = null;
  await db.transaction().execute(async (tx) => {
    await addStep(tx, { number, what: 'acknowledged', note: '', by: rina, atMs });
    looking = look();
    await untilSomebodyWaits();
  });
  expect(await looking).toMatchObject({ closed: 0, proposed: 1 });
  expect(await readIncident(db, number)).toMatchObject({ state: 'acknowledged', closedMs: null });
});

/** A statement of this database stands in the queue of a lock. */
async function untilSomebodyWaits(): Promise<void> {
  await expect
    .poll(
      async () => {
        const { rows } = await database.pool.query(
          `select count(*)::int as waiting from pg_stat_activity
           where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return rows[0].waiting;
      },
      { timeout: 20_000, interval: 50 },
    )
    .toBeGreaterThan(0);
}
