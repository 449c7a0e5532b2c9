import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startFleet } from '../../device-sim/fleet.ts';
import { rehearsalConfig, rehearsalSerial } from '../../src/cli/rehearsal/run.ts';
import { parseConfig } from '../../src/config.ts';
import { readAuditLog } from '../../src/store/audit-log.ts';
import { createTestDatabase } from '../tools/database.ts';
import { type SettingUp, startSettingUp } from './tools.ts';

const database = await createTestDatabase();
const fleet = await startFleet({
  terminals: 2,
  seed: 5,
  scenario: { defaults: { users: 3 }, terminals: [{ knobs: { commKey: 482_913 } }, { serial: 'GLADI-X-1' }] },
});
const port = String(fleet.terminals[0]?.port ?? 0);
const yaml = `offices:
  - { code: kominfo, name: Dinas Kominfo, timeZone: Asia/Jakarta, terminals: [ { name: Lobi, host: 10.10.1.21 } ] }`;
let rehearsed: SettingUp;
let real: SettingUp;

beforeAll(async () => {
  rehearsed = await startSettingUp(database, yaml, { rehearsal: true });
  real = await startSettingUp(database, yaml);
});
afterAll(async () => {
  await rehearsed.close();
  await real.close();
  await fleet.stop();
});

const dinkes = { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Makassar', networks: '10.20.0.0/16' };
const advanced = {
  pollEverySeconds: '60',
  relevantUntil: '24:00',
  'clock.whenOffBySeconds': '10',
  'clock.quietHours': '00:00-05:00',
  switches: 'set',
};
const machine = {
  officeCode: 'dinkes',
  name: 'Lobi',
  host: '10.20.1.9',
  port: '4370',
  serial: '',
  driver: 'zk',
  transport: 'tcp',
};

describe('offices', () => {
  test('of the file are shown and cannot be changed; one is added and says what is wrong beside its field', async () => {
    expect((await real.ask('/pengaturan/opd')).page).toContain('dari berkas');
    const wrong = await real.send('/pengaturan/opd/baru', {
      ...dinkes,
      ...advanced,
      'clock.quietHours': '25:00',
      networks: '8.8.8.0/24',
    });
    expect(wrong.status).toBe(422);
    expect(wrong.page).toContain('id="e-clock.quietHours"');
    expect(wrong.page).toContain('di luar jaringan yang diizinkan');
    expect(wrong.page).toContain('value="Dinas Kesehatan"');
    const twice = await real.send('/pengaturan/opd/baru', { ...dinkes, ...advanced, code: 'KOMINFO' });
    expect([twice.status, twice.page.includes('sudah dipakai')]).toEqual([422, true]);
    const added = await real.send('/pengaturan/opd/baru', { ...dinkes, ...advanced });
    expect([added.status, added.goTo]).toEqual([303, '/pengaturan/opd?selesai=tersimpan']);
    expect((await real.send('/pengaturan/opd/baru', { ...dinkes, ...advanced })).status).toBe(422);
    expect((await real.send('/pengaturan/opd/ubah?opd=dinkes', { ...dinkes, ...advanced })).goTo).toContain('tetap');
    const office = await real.send('/pengaturan/opd/hapus?opd=kominfo', {});
    expect([office.status, office.page.includes('ubahlah di sana')]).toEqual([422, true]);
  });
});

describe('addresses', () => {
  test('one bad address of a name is enough, and services of ours are nobody’s terminals', async () => {
    const rules = {
      resolve: async (name: string) =>
        name === 'dua.test' ? ['10.20.0.5', '127.0.0.1'] : name === 'db.test' ? ['10.20.0.7'] : [],
      services: [{ host: 'db.test', port: 5432 }],
    };
    const other = await startSettingUp(database, yaml, { rules });
    const two = await other.send('/pengaturan/mesin/baru', { ...machine, host: 'dua.test' });
    expect([two.status, two.page.includes('gateway sendiri')]).toEqual([422, true]);
    const service = await other.send('/pengaturan/mesin/baru', { ...machine, host: '10.20.0.7', port: '5432' });
    expect([service.status, service.page.includes('layanan Gerbang sendiri')]).toEqual([422, true]);
    await other.close();
  });
});

describe('machines', () => {
  test('are tried before they are saved, and nothing typed is lost', async () => {
    await rehearsed.send('/pengaturan/opd/ubah?opd=dinkes', { ...dinkes, ...advanced, networks: '' });
    const typed = { ...machine, host: '127.0.0.1', port };
    const without = await rehearsed.send('/pengaturan/mesin/baru', { ...typed, action: 'test' });
    expect(without.page).toContain('Mesin tidak dapat dibaca.');
    const good = await rehearsed.send('/pengaturan/mesin/baru', { ...typed, commKey: '482913', action: 'test' });
    expect(good.page).toContain('Mesin menjawab.');
    expect(good.page).toContain(fleet.terminals[0]?.serial);
    expect(good.page).toMatch(/Selisih jam<\/dt><dd>Jam mesin .*\(± 0,\d+ detik\)/);
    const typedKey = /name="typedKey" value="([^"]+)"/.exec(good.page)?.[1] ?? '';
    const saved = await rehearsed.send('/pengaturan/mesin/baru', { ...typed, typedKey, action: 'save' });
    expect(saved.goTo).toBe('/pengaturan/mesin?selesai=tersimpan');
    // The saved key is used without being typed again.
    const again = await rehearsed.send('/pengaturan/mesin/ubah?opd=dinkes&nama=Lobi', { ...typed, action: 'test' });
    expect(again.page).toContain('Mesin menjawab.');
  });

  test('that are simulated are refused where data is real', async () => {
    const serial = await real.send('/pengaturan/mesin/baru', { ...machine, name: 'Aula', serial: 'GLADI-X-1' });
    expect([serial.status, serial.page.includes('mesin gladi')]).toEqual([422, true]);
    const demo = await real.send('/pengaturan/mesin/baru', { ...machine, name: 'Aula', serial: 'SIM1.5.20-0001' });
    expect(demo.status).toBe(422);
  });

  test('come by CSV: first what would happen, then all of it or nothing', async () => {
    const csv = `opd;nama;alamat;port;seri;comm_key
dinkes;Aula;10.20.1.30;4370;"=CMD1";
dinkes;Aula;10.20.1.31;;;
kominfo;Lobi;10.10.1.21;;;
kominfo;Gudang;10.10.1.40;;;771122
nihil;Pintu;10.10.1.41;;;
kominfo;Pos;169.254.1.1;;;`;
    const dry = await real.sendMultipart('/pengaturan/impor', { kind: 'machines', csv, action: 'check' });
    expect(dry.status).toBe(200);
    const words = [...dry.page.matchAll(/<tr><th scope="row">(\d)<\/th>.*?<span class="tag \w+">(\w+)<\/span>/g)].map(
      ([, line, word]) => `${line} ${word}`,
    );
    expect(words).toEqual(['2 ditolak', '3 ditolak', '4 ditolak', '5 ditambahkan', '6 ditolak', '7 ditolak']);
    expect(dry.page).not.toContain('771122');
    expect((await real.sendMultipart('/pengaturan/impor', { kind: 'machines', csv, action: 'apply' })).status).toBe(
      422,
    );
    const locked = /name="csv"[^>]*>([^<]*locked:[^<]*)</.exec(dry.page)?.[1] ?? '';
    const good = locked
      .split(/\r?\n/)
      .filter((line) => /^opd|Gudang/.test(line))
      .join('\n');
    const applied = await real.sendMultipart('/pengaturan/impor', { kind: 'machines', csv: good, action: 'apply' });
    expect(applied.goTo).toBe('/pengaturan/mesin?selesai=impor');
    const same = await real.sendMultipart('/pengaturan/impor', { kind: 'machines', csv: good, action: 'check' });
    expect(same.page).toContain('1 tetap');
    const exported = await real.ask('/pengaturan/mesin.csv');
    expect(exported.page).toContain('kominfo,Gudang,10.10.1.40,4370,,zk,tcp\r\n');
  });

  test('are removed after one question that says what stays', async () => {
    const question = await real.ask('/pengaturan/mesin/hapus?opd=kominfo&nama=Gudang');
    expect(question.page).toContain('bukti tidak pernah dihapus');
    expect((await real.send('/pengaturan/mesin/hapus?opd=kominfo&nama=Gudang', {})).goTo).toContain('dihapus');
    expect((await real.ask('/pengaturan/mesin.csv')).page).not.toContain('Gudang');
  });
});

test('a CSV is looked at by the API, and the setup is fetched as one', async () => {
  const { cookie, csrf } = await real.form('/pengaturan/impor');
  const answer = await fetch(`${real.url}/api/v1/setup/import`, {
    method: 'POST',
    body: JSON.stringify({ kind: 'offices', csv: 'kode,nama,zona_waktu\nbkpsdm,BKPSDM,Asia/Makassar\n' }),
    headers: { cookie, 'x-csrf-token': csrf, 'content-type': 'application/json' },
  });
  const line = { line: 2, office: 'bkpsdm', terminal: null, effect: 'added', reasons: [] };
  expect([answer.status, await answer.json()]).toEqual([200, { applied: false, lines: [line] }]);
  const file = await real.ask('/api/v1/setup/offices.csv');
  expect([file.status, file.page]).toEqual([200, (await real.ask('/pengaturan/opd.csv')).page]);
});

test('the API does what the pages do, with the same refusals', async () => {
  const { cookie, csrf } = await real.form('/pengaturan/opd/baru');
  const change = async (body: unknown) => {
    const headers = { cookie, 'x-csrf-token': csrf, 'content-type': 'application/json' };
    const answer = await fetch(`${real.url}/api/v1/setup/changes`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return { status: answer.status, ...((await answer.json()) as Record<string, unknown>) };
  };
  const putTerminals = [{ office: 'kominfo', name: 'Parkir', host: '10.10.1.77', commKey: '553311' }];
  expect(await change({ dryRun: true, putTerminals })).toMatchObject({
    applied: false,
    outcomes: ['added'],
    faults: [],
  });
  expect(await change({ putTerminals })).toMatchObject({ applied: true, outcomes: ['added'] });
  const astray = [{ office: 'kominfo', name: 'Pagar', host: '127.0.0.1' }];
  expect(await change({ putTerminals: astray })).toMatchObject({
    applied: false,
    faults: [{ field: 'host', office: 'kominfo' }],
  });
  const { page } = await real.ask('/api/v1/setup');
  expect(page).toContain('"name":"Parkir","host":"10.10.1.77","port":4370,"serial":null,');
  expect(page).toContain('"hasCommKey":true,"source":"settings"');
  expect(page).not.toContain('553311');
});

test('a rehearsal has the settings of its office, its own places, and searches no real network', () => {
  const yaml =
    '{ code: dinkes, name: Dinkes, timeZone: Asia/Makassar, pollEverySeconds: 7, searchRange: ["10.1.0.0/24"], terminals: [ { name: Lobi, host: 10.1.0.9, commKey: 482913 } ] }';
  const [office] = parseConfig(`offices: [ ${yaml} ]`, {}).offices;
  if (office === undefined) throw new Error('no office');
  const placed = [{ serial: rehearsalSerial('dinkes', 0), host: '127.0.0.1', port: 4001 }];
  const [rehearsed] = rehearsalConfig(office, placed, { host: '127.0.0.1', port: 0 }).offices;
  expect(rehearsed).toMatchObject({
    name: 'Gladi · Dinkes',
    timeZone: 'Asia/Makassar',
    pollEverySeconds: 7,
    searchRange: [],
  });
  expect(rehearsed?.terminals).toMatchObject([
    { name: 'Lobi', host: '127.0.0.1', port: 4001, serial: 'GLADI-dinkes-0001' },
  ]);
  expect(rehearsed?.terminals[0]?.commKey).toBeUndefined();
});

test('no comm key is in a page, a log, the audit log, the history or the database', async () => {
  const pages = await Promise.all(
    [
      '/pengaturan/mesin',
      '/pengaturan/mesin/ubah?opd=dinkes&nama=Lobi',
      '/pengaturan/mesin.csv',
      '/pengaturan/opd',
    ].map(async (path) => (await rehearsed.ask(path)).page),
  );
  const { rows: tables } = await sql<{ text: string }>`
    select (select string_agg(t::text, '') from managed_terminal t) || (select string_agg(c::text, '') from setup_change c) as text`.execute(
    database.db,
  );
  const audit = await readAuditLog(database.db, { beforeId: null, limit: 1_000 });
  const everything = [...pages, rehearsed.logged(), real.logged(), JSON.stringify(tables), JSON.stringify(audit)].join(
    '\n',
  );
  expect(audit.map(({ action }) => action)).toContain('setup.terminal-add');
  expect(everything).toContain('Gudang');
  for (const key of ['482913', '771122', '553311']) expect(everything).not.toContain(key);
});

test('history cannot be edited, and whoever is limited to one office finds nothing here', async () => {
  await expect(sql`update setup_change set actor = 'x'`.execute(database.db)).rejects.toThrow();
  const limited = await startSettingUp(database, yaml, { officeCode: 'dinkes' });
  expect((await limited.ask('/pengaturan/opd')).status).toBe(404);
  expect((await limited.send('/pengaturan/opd/hapus?opd=dinkes', {})).status).not.toBe(303);
  await limited.close();
});
