import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { putOffices, putPunches } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { everybodyIs } from '../tools/everybody.ts';

const database = await createTestDatabase();
const kominfo = { code: 'kominfo', name: 'Dinas Kominfo', timeZone: 'Asia/Jakarta' };
const dinkes = { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Jakarta' };
const nowMs = Date.parse('2026-03-03T12:00:00+07:00');
let web: Web;
let limited: Web;

beforeAll(async () => {
  await putOffices(database, [kominfo, dinkes]);
  const place = { office: kominfo, serial: 'LOBI1', terminalName: 'Lobi' };
  const days = ['2026-03-01', '2026-03-02'].map((day) => ({ atMs: Date.parse(`${day}T07:29:58+07:00`), pin: '7' }));
  await putPunches(database, place, days, nowMs);
  const options = { host: '127.0.0.1', port: 0, database, log: silentLog(), nowMs: () => nowMs };
  web = await startWeb({ ...options, metrics: createMetrics(), readers: everybodyIs('operator') });
  limited = await startWeb({ ...options, metrics: createMetrics(), readers: everybodyIs('hr', 'dinkes') });
});

afterAll(async () => {
  await web.close();
  await limited.close();
});

/** A browser without script: one cookie, the token of its forms. */
async function formOf(from: Web): Promise<{ cookie: string; token: string }> {
  const response = await fetch(`${from.url}/pengaturan/pegawai/impor`);
  const cookie = response.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  const token = /name="_csrf" value="([^"]+)"/.exec(await response.text())?.[1] ?? '';
  return { cookie, token };
}

async function send(csv: string, from = web): Promise<{ status: number; address: string; text: string }> {
  const { cookie, token } = await formOf(from);
  const body = new FormData();
  body.set('_csrf', token);
  body.set('berkas', new Blob([csv], { type: 'text/csv' }), 'pegawai.csv');
  const path = '/pengaturan/pegawai/impor';
  const response = await fetch(`${from.url}${path}`, { method: 'POST', body, headers: { cookie }, redirect: 'manual' });
  const address = response.headers.get('location') ?? '';
  const text = address === '' ? await response.text() : await (await fetch(`${from.url}${address}`)).text();
  return { status: response.status, address, text };
}

async function apply(address: string, text: string, from = web): Promise<Response> {
  const { cookie, token } = await formOf(from);
  const print = /name="sidik" value="([^"]+)"/.exec(text)?.[1] ?? '';
  const body = new URLSearchParams({ _csrf: token, sidik: print });
  return fetch(`${from.url}${address}`, { method: 'POST', body, headers: { cookie }, redirect: 'manual' });
}

const people = async (): Promise<unknown[]> => {
  const { rows } = await database.pool.query(
    `select h.name, m.pin, m.terminal_serial from person h join person_pin m using (person_id) order by h.name, m.from_at`,
  );
  return rows;
};

test('a list with a fault changes nothing and names the line', async () => {
  const sent = await send('nip;nama;opd;pin\n1,98E+17;Budi;kominfo;7\n;Siti;nirwana;8\n19991301;Tono;kominfo;9\n');
  expect(sent.text).toContain('Baris 2: NIP rusak oleh Excel');
  expect(sent.text).toContain('Baris 3: OPD tidak dikenal');
  expect(sent.text).toContain('Baris 4: NIP harus 18 angka');
  expect(sent.text).not.toContain('name="sidik"');
  expect(await people()).toEqual([]);
});

const list =
  '\ufeffNIP;Nama;OPD;PIN;Mesin;Sejak;Sampai\r\n198001012005011001;Budi, S.Kom;kominfo;7;;;2026-03-01\r\n;Siti;kominfo;7;;2026-03-02;\r\n';

test('a list is shown, then applied; stored punches have their names at once; again, nothing changes', async () => {
  const shown = await send(list);
  expect(shown.status).toBe(303);
  expect(shown.text).toContain('<b>2</b> pegawai baru');
  expect(await people()).toEqual([]);
  expect((await apply(shown.address, shown.text)).status).toBe(303);
  expect(await people()).toEqual([
    { name: 'Budi, S.Kom', pin: '7', terminal_serial: null },
    { name: 'Siti', pin: '7', terminal_serial: null },
  ]);
  const { rows } = await database.pool.query(
    'select h.name from attendance a join person h using (person_id) order by a.ordinal',
  );
  expect(rows).toEqual([{ name: 'Budi, S.Kom' }, { name: 'Siti' }]);
  expect((await send(list)).text).toContain('Tidak ada yang berubah');
  const exported = await (await fetch(`${web.url}/pengaturan/pegawai.csv`)).text();
  expect((await send(exported)).text).toContain('Tidak ada yang berubah');
});

test('a PIN that is somebody else at that time is refused before anything is applied', async () => {
  const sent = await send('nama,opd,pin,sejak\nTono,kominfo,7,2026-03-03\n');
  expect(sent.text).toContain('Baris 2: PIN ini milik orang lain');
});

test('what changed since it was shown is shown again, and not applied', async () => {
  const shown = await send('nama,opd,pin\nUjang,kominfo,21\n');
  await database.pool.query(`insert into person (name, office_code) values ('Ujang', 'kominfo')`);
  const answer = await apply(shown.address, shown.text);
  expect(answer.status).toBe(409);
  expect(await answer.text()).toContain('Data pegawai berubah sejak diperiksa');
});

test('somebody of one office changes nobody of another, and sees nobody', async () => {
  const sent = await send(
    'nip,nama,opd,pin,mesin\n198001012005011001,Direbut,dinkes,9,\n,Baru,dinkes,7,LOBI1\n,Baru,kominfo,9,\n',
    limited,
  );
  for (const line of [2, 3, 4]) expect(sent.text).toContain(`Baris ${line}:`);
  const own = await (await fetch(`${limited.url}/pengaturan/pegawai`)).text();
  expect(own).not.toMatch(/Budi|Siti/);
  const { rows } = await database.pool.query(`select person_id from person where name = 'Siti'`);
  expect((await fetch(`${limited.url}/pengaturan/pegawai/${rows[0]?.person_id}`)).status).toBe(404);
});

test('a form without its token is refused', async () => {
  const body = new FormData();
  body.set('berkas', new Blob([list]), 'pegawai.csv');
  const answer = await fetch(`${web.url}/pengaturan/pegawai/impor`, { method: 'POST', body, redirect: 'manual' });
  expect(answer.status).toBe(403);
});

test('the calendar says how complete each day is, and a day says why', async () => {
  await database.pool.query(`
    insert into completeness (office_code, day, state, reasons, terminals, terminals_read, records, not_final, gaps,
                              after_close, content, change, computed_at)
    values ('kominfo', '2026-03-02', 'complete-except', '[{"kind":"not-final","rows":3}]', 19, 17, 412, 3, 0, 0, 1, 1, now())`);
  const month = await (await fetch(`${web.url}/kelengkapan?bulan=2026-03`)).text();
  expect(month).toContain('href="/kelengkapan/kominfo/2026-03-02" aria-label="2 Lengkap, kecuali …"');
  const day = await (await fetch(`${web.url}/kelengkapan/kominfo/2026-03-02`)).text();
  expect(day).toContain('3 catatan belum pasti waktunya');
  expect(day).toContain('17 / 19');
  const counted = await (await fetch(`${web.url}/presensi?opd=kominfo&dari=2026-03-02&sampai=2026-03-02`)).text();
  expect(counted).toContain('data 17 dari 19 mesin');
  expect((await fetch(`${limited.url}/kelengkapan/kominfo/2026-03-02`)).status).toBe(404);
});
