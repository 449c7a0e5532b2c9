import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { readAuditLog } from '../../src/store/audit-log.ts';
import { addPerson, addPin, endPin, endService, readPerson, readPinsOf, takeBackPin } from '../../src/store/people.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { putMachines, putOffices, putPunches } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { everybodyIs } from '../tools/everybody.ts';

const database = await createTestDatabase();
const { db, pool } = database;
const kominfo = { code: 'kominfo', name: 'Dinas Kominfo', timeZone: 'Asia/Makassar' };
const dinkes = { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Jakarta' };
const at = (text: string): number => Date.parse(`${text}+08:00`);
const nowMs = at('2026-03-05T12:00:00');
const always = { fromMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };
let web: Web;
let limited: Web;
let budi = '';
let nip = 198_001_012_005_011_000n;
let siti = '';

beforeAll(async () => {
  await putOffices(database, [kominfo, dinkes]);
  await putMachines(database, [{ officeCode: 'kominfo', terminalName: 'Lobi', serial: 'LOBI1' }], nowMs);
  // The last minute of 2 March there, and the first of the 3rd: the same day in Jakarta.
  const punches = ['2026-03-02T07:29:58', '2026-03-02T23:59:30', '2026-03-03T00:00:30'];
  await putPunches(
    database,
    { office: kominfo, serial: 'LOBI1', terminalName: 'Lobi' },
    punches.map((text) => ({ atMs: at(text), pin: '7' })),
    nowMs,
  );
  const options = { host: '127.0.0.1', port: 0, database, log: silentLog(), nowMs: () => nowMs };
  web = await startWeb({ ...options, metrics: createMetrics(), readers: everybodyIs('hr') });
  limited = await startWeb({ ...options, metrics: createMetrics(), readers: everybodyIs('hr', 'dinkes') });
});

afterAll(async () => {
  await web.close();
  await limited.close();
});

beforeEach(async () => {
  await pool.query('delete from person_pin');
  const person = { nip: null, officeCode: 'kominfo', endedOn: null };
  nip += 1n;
  budi = await addPerson(db, { ...person, name: 'Budi', nip: String(nip) });
  siti = await addPerson(db, { ...person, name: 'Siti' });
  await addPin(db, { personId: budi, officeCode: 'kominfo', serial: null, pin: '7', ...always });
});

const named = async (): Promise<unknown[]> => {
  const { rows } = await pool.query(
    'select h.name from attendance a left join person h using (person_id) order by a.ordinal',
  );
  return rows.map(({ name }) => name);
};
const tx = <T>(work: (tx: typeof db) => Promise<T>): Promise<T> => db.transaction().execute(work);
const pinOf = async (personId: string) => (await readPinsOf(db, [personId]))[0]?.personPinId ?? 0;

async function post(path: string, fields: Record<string, string>, from = web): Promise<Response> {
  const page = await fetch(`${from.url}/pengaturan/pegawai/baru`);
  const cookie = page.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  const token = /name="_csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
  const body = new URLSearchParams({ _csrf: token, ...fields });
  const url = `${from.url}/pengaturan/pegawai/${path}`;
  return fetch(url, { method: 'POST', body, headers: { cookie }, redirect: 'manual' });
}

describe('the last day of a service', () => {
  test('ends the PINs with that day where they are, and leaves what was punched before', async () => {
    expect(await tx((one) => endService(one, budi, '2026-03-02'))).toBe(1);
    expect(await named()).toEqual(['Budi', 'Budi', null]);
    expect((await readPerson(db, budi))?.endedOn).toBe('2026-03-02');
    const next = { personId: siti, officeCode: 'kominfo', serial: null, pin: '7', untilMs: Number.POSITIVE_INFINITY };
    await addPin(db, { ...next, fromMs: at('2026-03-03T00:00:00') });
    expect(await named()).toEqual(['Budi', 'Budi', 'Siti']);
  });

  test('is refused while a PIN begins after it, and nothing changes', async () => {
    const later = {
      personId: budi,
      officeCode: 'kominfo',
      serial: 'LOBI1',
      pin: '8',
      untilMs: Number.POSITIVE_INFINITY,
    };
    await addPin(db, { ...later, fromMs: at('2026-03-04T00:00:00') });
    expect(await tx((one) => endService(one, budi, '2026-03-02'))).toBe('pin-begins-later');
    expect(await named()).toEqual(['Budi', 'Budi', 'Budi']);
    expect((await readPerson(db, budi))?.endedOn).toBeNull();
  });

  test('is outlasted by no PIN, however it comes', async () => {
    await tx((one) => endService(one, budi, '2026-03-02'));
    const pin = { personId: budi, officeCode: 'kominfo', serial: null, pin: '9', ...always };
    await expect(tx((one) => addPin(one, pin))).rejects.toMatchObject({ code: 'PIN_OUTLASTS_SERVICE' });
    const personPinId = await pinOf(budi);
    const longer = { personId: budi, personPinId, untilMs: at('2026-03-03T00:00:01') };
    await expect(tx((one) => endPin(one, longer))).rejects.toMatchObject({ code: 'PIN_OUTLASTS_SERVICE' });
    expect(await readPinsOf(db, [budi])).toMatchObject([{ pin: '7', untilMs: at('2026-03-03T00:00:00') }]);
  });

  test('holds against an old list that is imported again', async () => {
    await tx((one) => endService(one, budi, '2026-03-02'));
    const answer = await post('impor', { isi: `nip,nama,opd,pin\n${nip},Budi,kominfo,7\n` });
    const shown = await (await fetch(`${web.url}${answer.headers.get('location')}`)).text();
    expect(shown).toContain('Baris 2: PIN berlaku melewati hari terakhir');
  });

  test('is said on a page that names the person and the PINs, and taken back on it', async () => {
    const path = `${web.url}/pengaturan/pegawai/${budi}`;
    const asks = await (await fetch(`${path}/berhenti`)).text();
    expect(asks).toMatch(/PIN <b>7<\/b>/);
    expect(asks).toContain('Akhiri masa tugas Budi');
    expect((await post(`${budi}/berhenti`, { terakhir: '2026-02-31' })).status).toBe(422);
    expect((await post(`${budi}/berhenti`, { terakhir: '2026-03-02' })).status).toBe(303);
    expect(await (await fetch(path)).text()).toMatch(/Hari terakhir bertugas<\/h3><p>2026-03-02/);
    expect(await (await fetch(`${web.url}/pengaturan/pegawai`)).text()).toContain('selesai bertugas 2026-03-02');
    expect((await post(`${budi}/lanjut`, {})).status).toBe(303);
    expect(await readPerson(db, budi)).toMatchObject({ endedOn: null });
    // Only its own PINs ended: they stay so.
    expect(await named()).toEqual(['Budi', 'Budi', null]);
    const [resumed] = await readAuditLog(db, { beforeId: null, limit: 1, action: 'people.service-resume' });
    expect(resumed).toMatchObject({ subject: budi, officeCode: 'kominfo', detail: {} });
    const [said] = await readAuditLog(db, { beforeId: null, limit: 1, action: 'people.service-end' });
    expect(said).toMatchObject({
      subject: budi,
      officeCode: 'kominfo',
      detail: { lastDay: '2026-03-02', pinsEnded: 1 },
    });
  });
});

describe('a PIN that never meant its person', () => {
  test('names nobody any more, and what it said is kept for good', async () => {
    const wrong = { personId: budi, personPinId: await pinOf(budi), by: 'hr', reason: 'Salah ketik' };
    expect(await tx((one) => takeBackPin(one, { ...wrong, personId: siti }))).toBe(false);
    expect(await tx((one) => takeBackPin(one, wrong))).toBe(true);
    expect(await tx((one) => takeBackPin(one, wrong))).toBe(false);
    expect(await named()).toEqual([null, null, null]);
    await addPin(db, { personId: siti, officeCode: 'kominfo', serial: null, pin: '7', ...always });
    expect(await named()).toEqual(['Siti', 'Siti', 'Siti']);
    for (const change of [`update person_pin_taken_back set reason = 'x'`, 'delete from person_pin_taken_back'])
      await expect(pool.query(change)).rejects.toThrow(/never changed/);
  });

  test('is taken back on a page that counts what it named; without a reason nothing happens', async () => {
    const path = `${budi}/pin/${await pinOf(budi)}/tarik`;
    const asks = await (await fetch(`${web.url}/pengaturan/pegawai/${path}`)).text();
    expect(asks).toContain('Tarik kembali PIN 7: Budi');
    expect(asks).toContain('<b>3</b> catatan mesin kehilangan nama ini');
    expect((await post(path, { mengapa: ' ' })).status).toBe(422);
    expect(await named()).toEqual(['Budi', 'Budi', 'Budi']);
    expect((await post(path, { mengapa: 'Tertukar dengan <b>Siti</b>' })).status).toBe(303);
    const after = await (await fetch(`${web.url}/pengaturan/pegawai/${budi}`)).text();
    expect(after).toContain('PIN yang ditarik kembali');
    expect(after).toContain('Tertukar dengan &lt;b&gt;Siti');
    const [entry] = await readAuditLog(db, { beforeId: null, limit: 1, action: 'people.pin-take-back' });
    expect(entry).toMatchObject({ subject: budi, officeCode: 'kominfo', detail: {} });
    expect((await post(path, { mengapa: 'lagi' })).status).toBe(404);
  });

  test("is of no other person and no other office's clerk", async () => {
    const pin = await pinOf(budi);
    expect((await post(`${siti}/pin/${pin}/tarik`, { mengapa: 'x' })).status).toBe(404);
    for (const path of [`${budi}/pin/${pin}/tarik`, `${budi}/berhenti`, `${budi}/lanjut`])
      expect((await post(path, { mengapa: 'x', terakhir: '2026-03-01' }, limited)).status).toBe(404);
    expect(await named()).toEqual(['Budi', 'Budi', 'Budi']);
  });
});
