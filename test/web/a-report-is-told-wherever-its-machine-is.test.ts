import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { applyVerdict } from '../../src/store/alerts.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { putMachines, putOffices } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { everybodyIs, readerOf } from '../tools/everybody.ts';

const database = await createTestDatabase();
const now = Date.now();
let web: Web;
let elsewhere: Web;
let number = 0;

beforeAll(async () => {
  await putOffices(database, [
    { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Jakarta' },
    { code: 'amen', name: 'Kecamatan Amen', timeZone: 'Asia/Jakarta' },
  ]);
  const machines = [
    { officeCode: 'dinkes', terminalName: 'Lobi / utara', serial: 'CKJ1' },
    { officeCode: 'dinkes', terminalName: 'Aula', serial: 'CKJ2' },
    { officeCode: 'amen', terminalName: 'Kantor', serial: 'CKJ3' },
  ];
  await putMachines(database, machines, now);
  const shared = { host: '127.0.0.1', port: 0, database, log: silentLog(), nowMs: Date.now };
  const clocks = { explain: async () => null, fleet: async () => [], clock: async () => null };
  const readers = { ...everybodyIs('operator'), ofToken: async () => readerOf('operator') };
  web = await startWeb({ ...shared, metrics: createMetrics(), readers, clocks });
  elsewhere = await startWeb({ ...shared, metrics: createMetrics(), readers: everybodyIs('viewer', 'amen'), clocks });
  number = await report('Lobi / utara', 'broken');
});
afterAll(async () => {
  await web.close();
  await elsewhere.close();
});

async function report(mesin: string, jenis: string): Promise<number> {
  const shown = await fetch(`${web.url}/lapor`);
  const token = /name="_csrf" value="([^"]+)"/.exec(await shown.text())?.[1] ?? '';
  const cookie = shown.headers.getSetCookie().map((text) => text.split(';')[0]);
  const tanggal = new Date(now - 2 * 86_400_000).toISOString().slice(0, 10);
  const body = new FormData();
  for (const [name, value] of Object.entries({ _csrf: token, opd: 'dinkes', mesin, jenis, tanggal }))
    body.set(name, value);
  const request = { method: 'POST', body, headers: { cookie: cookie.join('; ') }, redirect: 'manual' } as const;
  const answer = await fetch(`${web.url}/lapor`, request);
  expect(answer.status).toBe(303);
  return Number(/\/laporan\/(\d+)/.exec(answer.headers.get('location') ?? '')?.[1]);
}

const textOf = async (path: string, from = web): Promise<string> => (await fetch(from.url + path)).text();
const namesIn = (page: string): string[] =>
  [...page.matchAll(/<th scope="row"><a href="[^"]*">([^<]*)</g)].map((match) => match[1] ?? '');
const ask = async (path: string): Promise<Record<string, unknown>> =>
  JSON.parse(await (await fetch(`${web.url}/api/v1${path}`, { headers: { authorization: 'Bearer x' } })).text());
const link = (): string => `<a href="/laporan/${number}">#${number}</a>`;

test('the list marks it, names the report, and its filter is in the address', async () => {
  const all = await textOf('/mesin');
  expect(namesIn(all)).toEqual(['Lobi / utara', 'Kantor', 'Aula']);
  expect(all).toMatch(new RegExp(`rusak dilaporkan[^]*?${link()} Rusak`));
  const filtered = await textOf('/mesin?laporan=ada');
  expect(namesIn(filtered)).toEqual(['Lobi / utara']);
  expect(filtered).toContain('<option value="ada" selected>');
  // What the language links lead to is what a reload shows.
  expect(filtered).toContain('href="/mesin?laporan=ada&amp;lang=en"');
  expect(namesIn(await textOf('/mesin?opd=amen&laporan=ada'))).toEqual([]);
});

test('a clock that is reported is in the filter, and keeps the mark of what is seen', async () => {
  const other = await report('Aula', 'wrong-time');
  // The board is a moment old at most.
  await expect.poll(async () => namesIn(await textOf('/mesin?laporan=ada'))).toEqual(['Lobi / utara', 'Aula']);
  expect(await ask('/machines/dinkes/Aula')).toMatchObject({
    mark: 'ok',
    openReports: [{ number: other, kind: 'wrong-time' }],
  });
});

test('board, machine page and alerts lead to the report, and it leads to the machine', async () => {
  expect(await textOf('/?opd=dinkes')).toContain(link());
  const machine = await textOf('/mesin/dinkes/Lobi%20%2F%20utara');
  expect(machine.split(link()).length - 1).toBe(2);
  expect(machine).toContain('Dilaporkan');
  expect(await textOf(`/laporan/${number}`)).toContain('<a href="/mesin/dinkes/Lobi%20%2F%20utara">Lobi / utara</a>');
  const place = { officeCode: 'dinkes', terminalName: 'Lobi / utara', sinceMs: now };
  const open = [
    { key: 'a', kind: 'report-waiting', severity: 'warning' as const, ...place, facts: { number, waitingMs: 9e7 } },
  ];
  await applyVerdict(database.db, { open, refresh: [], close: [] });
  expect(await textOf('/peringatan')).toContain(`Laporan ${link()} sudah`);
});

test('the API tells open reports, and lists only machines that have one', async () => {
  const one = [{ number, kind: 'broken', state: 'reported' }];
  expect(await ask('/machines/dinkes/Lobi%20%2F%20utara')).toMatchObject({ mark: 'reported', openReports: one });
  const items = [{ name: 'Lobi / utara', openReports: one }, { name: 'Aula' }];
  expect(await ask('/machines?reported=true')).toMatchObject({ items });
  expect(await ask('/machines?office=amen')).toMatchObject({ items: [{ openReports: [] }] });
  expect(await ask('/incidents?office=dinkes&terminal=Aula')).toMatchObject({ items: [{ kind: 'wrong-time' }] });
});

test('a clock without stored batch has its machine’s page, for whoever may know of it', async () => {
  for (const path of ['/?opd=dinkes', `/laporan/${number}`, '/mesin/dinkes/Aula'])
    expect(await textOf(path)).not.toContain('href="/clocks/CKJ');
  const led = await fetch(`${web.url}/clocks/CKJ2`, { redirect: 'manual' });
  expect([led.status, led.headers.get('location')]).toEqual([303, '/mesin/dinkes/Aula']);
  for (const [from, serial] of [
    [elsewhere, 'CKJ2'],
    [web, 'CKJ99'],
  ] as const)
    expect((await fetch(`${from.url}/clocks/${serial}`)).status).toBe(404);
});
