import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { readCommands, readPauses } from '../../src/store/machine-commands.ts';
import { openOutages } from '../../src/store/outages.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { putMachines, putOffices } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { everybodyIs } from '../tools/everybody.ts';

const database = await createTestDatabase();
const { db } = database;
const now = Date.now();
const webs: Web[] = [];
const start = async (readers: ReturnType<typeof everybodyIs>): Promise<Web> => {
  const shared = { host: '127.0.0.1', port: 0, database, log: silentLog(), metrics: createMetrics() };
  const web = await startWeb({ ...shared, readers, nowMs: Date.now });
  webs.push(web);
  return web;
};
let web: Web;

beforeAll(async () => {
  await putOffices(database, [
    { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Jakarta' },
    { code: 'amen', name: 'Kecamatan Amen', timeZone: 'Asia/Jakarta' },
  ]);
  const silent = { state: 'failing', errorCode: 'NET_CONNECT_TIMEOUT', failingSinceMs: now - 7_200_000 } as const;
  await putMachines(
    database,
    [
      { officeCode: 'dinkes', terminalName: 'Lobi', serial: 'CKJ1', address: '10.1.0.9:4370' },
      { officeCode: 'dinkes', terminalName: 'Aula <lantai/2>', serial: 'CKJ2', ...silent, lastReadMs: now - 7_260_000 },
      { officeCode: 'amen', terminalName: 'Kantor', serial: 'CKJ3' },
    ],
    now,
  );
  const failing = { officeCode: 'dinkes', terminalName: 'Aula <lantai/2>', serial: 'CKJ2' };
  const times = { failedAtMs: now - 7_200_000, lastReadMs: now - 7_260_000, errorCode: 'NET_CONNECT_TIMEOUT' };
  await openOutages(db, [{ ...failing, ...times }], 'uji');
  web = await start(everybodyIs('operator'));
});
afterAll(async () => {
  for (const one of webs) await one.close();
});

const aula = '/mesin/dinkes/Aula%20%3Clantai%2F2%3E';
const textOf = async (path: string, from = web): Promise<string> => (await fetch(from.url + path)).text();
const namesIn = (page: string): string[] =>
  [...page.matchAll(/<th scope="row"><a href="[^"]*">([^<]*)</g)].map((match) => match[1] ?? '');

/** A form of a page, sent as a browser without script sends it. */
async function send(path: string, fields: Readonly<Record<string, string>>, page = aula): Promise<Response> {
  const looked = await fetch(web.url + page);
  const cookie = looked.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const csrf = /name="_csrf" value="([^"]+)"/.exec(await looked.text())?.[1] ?? '';
  const body = new URLSearchParams({ ...fields, _csrf: csrf });
  return fetch(web.url + path, { method: 'POST', body, headers: { cookie }, redirect: 'manual' });
}

test('the list has the worst first, and its search and filters are in the address', async () => {
  expect(namesIn(await textOf('/mesin'))).toEqual(['Aula &lt;lantai/2&gt;', 'Kantor', 'Lobi']);
  expect(namesIn(await textOf('/mesin?cari=10.1.0'))).toEqual(['Lobi']);
  expect(namesIn(await textOf('/mesin?cari=ckj3'))).toEqual(['Kantor']);
  expect(namesIn(await textOf('/mesin?opd=dinkes&tanda=silent'))).toEqual(['Aula &lt;lantai/2&gt;']);
  expect(await textOf('/mesin?cari=tidakada')).toContain('Tidak ada mesin yang cocok');
  expect((await fetch(`${web.url}/mesin/seri/CKJ2`, { redirect: 'manual' })).headers.get('location')).toBe(aula);
});

test('one machine says what, since when, why and the next step, and when it could not be read', async () => {
  const page = await textOf(aula);
  expect(page).toContain('tidak menjawab');
  expect(page).toContain('Pastikan mesin menyala');
  expect(page).toContain('masih berlangsung');
  expect(page).toMatch(/<svg class="strip"[\s\S]*<rect class="out"/);
  expect(page).not.toContain('<lantai');
  expect(page.length).toBeLessThan(100_000);
});

test('commands and pauses are written down with who gave them', async () => {
  const place = { officeCode: 'dinkes', terminalName: 'Aula <lantai/2>' };
  expect((await send(`${aula}/perintah`, { perintah: 'read' })).status).toBe(303);
  expect(await readCommands(db, place)).toMatchObject([{ kind: 'read', requestedBy: 'penguji', state: 'waiting' }]);
  const refused = await send(`${aula}/jeda`, { lama: '4', alasan: '  ' });
  expect(refused.status).toBe(422);
  expect(await refused.text()).toContain('Tulis alasan jeda');
  expect((await send(`${aula}/jeda`, { lama: '4', alasan: 'ruang dicat' })).status).toBe(303);
  expect(await readPauses(db)).toMatchObject([{ ...place, reason: 'ruang dicat', pausedBy: 'penguji' }]);
  expect((await send(`${aula}/lanjut`, {})).status).toBe(303);
  expect(await readPauses(db)).toEqual([]);
  const audit = await db.selectFrom('audit_entry').select(['action', 'subject']).orderBy('audit_id').execute();
  expect(audit.map(({ action }) => action)).toEqual(['machine.read', 'machine.pause', 'machine.resume']);
  // A form from elsewhere changes nothing.
  expect((await fetch(`${web.url}${aula}/lanjut`, { method: 'POST' })).status).toBe(403);
});

test('a reader of one office knows of no other, and who only looks gives no commands', async () => {
  const viewer = await start(everybodyIs('viewer', 'amen'));
  expect(namesIn(await textOf('/mesin', viewer))).toEqual(['Kantor']);
  for (const path of [aula, '/mesin/seri/CKJ2', '/api/v1/machines/dinkes/Lobi'])
    expect((await fetch(viewer.url + path)).status).toBe(404);
  expect(await textOf('/mesin/amen/Kantor', viewer)).not.toContain('name="perintah"');
});

test('the API tells the same', async () => {
  const read = async (): Promise<{ next: string }> => JSON.parse(await textOf('/api/v1/machines?limit=1'));
  // A board is kept for a second, and the machine rested a moment ago.
  await expect.poll(read).toMatchObject({ items: [{ name: 'Aula <lantai/2>', mark: 'silent', office: 'dinkes' }] });
  const list = await read();
  const next: { items: unknown } = JSON.parse(await textOf(list.next));
  expect(next.items).toMatchObject([{ name: 'Kantor' }]);
  const whole: unknown = JSON.parse(await textOf('/api/v1/machines/dinkes/Aula%20%3Clantai%2F2%3E'));
  expect(whole).toMatchObject({ serial: 'CKJ2', outages: [{ endedHow: 'paused' }], commands: [{}, {}, {}] });
});

test('a system lets a machine rest and ends it, and not for longer than a month', async () => {
  const pause = async (method: string, body?: unknown): Promise<number> => {
    const looked = await fetch(web.url + aula);
    const cookie = looked.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const csrf = /name="_csrf" value="([^"]+)"/.exec(await looked.text())?.[1] ?? '';
    const headers = {
      cookie,
      'x-csrf-token': csrf,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    return (await fetch(`${web.url}/api/v1/machines/amen/Kantor/pause`, { method, headers, ...sent })).status;
  };
  const until = (days: number): string => new Date(now + days * 86_400_000).toISOString();
  expect(await pause('PUT', { until: until(31), reason: 'ruang dicat' })).toBe(422);
  expect(await pause('PUT', { until: until(7), reason: 'ruang dicat' })).toBe(204);
  const paused = async () => (await readPauses(db)).filter(({ officeCode }) => officeCode === 'amen');
  expect(await paused()).toMatchObject([{ terminalName: 'Kantor', reason: 'ruang dicat' }]);
  expect(await pause('DELETE')).toBe(204);
  expect(await paused()).toEqual([]);
});
