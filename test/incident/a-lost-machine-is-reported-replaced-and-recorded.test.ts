/**
 * Over HTTP, as a browser without script does it: report, files, steps, replacement, berita acara, outage windows. Real
 * Postgres, real files.
 */
import { sql } from 'kysely';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/accounts/permissions.ts';
import { createIncidentWatch } from '../../src/gateway/incident-watch.ts';
import { silentLog } from '../../src/log.ts';
import { readAuditLog } from '../../src/store/audit-log.ts';
import { lastReplacement, serialInPlaceOf } from '../../src/store/replacements.ts';
import { pinSerial, readPin } from '../../src/store/terminals.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { putMachines, putOffices, putPunches } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { everybodyIs } from '../tools/everybody.ts';
import { pdfText } from '../tools/pdf-text.ts';

const database = await createTestDatabase();
const hour = 3_600_000;
/** Wednesday 2026-11-25, 10:00 WIB. */
const nowMs = Date.parse('2026-11-25T03:00:00Z');
const dinkes = { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Jakarta' };
const camat = { code: 'camat', name: '=CMD() "Kecamatan"', timeZone: 'Asia/Jakarta' };
const webs: Web[] = [];

async function serve(role: Role, officeCode: string | null = null): Promise<string> {
  const readers = everybodyIs(role, officeCode);
  const rest = { host: '127.0.0.1', port: 0, log: silentLog(), metrics: createMetrics() };
  const web = await startWeb({ ...rest, database, readers, nowMs: () => nowMs });
  webs.push(web);
  return web.url;
}

let hr = '';
let viewer = '';
let elsewhere = '';
let photo: Buffer;

beforeAll(async () => {
  await putOffices(database, [dinkes, camat]);
  const failing = { state: 'failing', errorCode: 'NET_UNREACHABLE', failingSinceMs: nowMs - 3 * hour } as const;
  await putMachines(
    database,
    [
      { officeCode: 'dinkes', terminalName: 'Lobi', serial: 'OLD-1', ...failing, lastReadMs: nowMs - 3 * hour },
      { officeCode: 'dinkes', terminalName: 'Belakang', serial: 'OTHER-2' },
      { officeCode: 'camat', terminalName: 'Depan', serial: 'CAMAT-1', ...failing, lastReadMs: nowMs - 3 * hour },
    ],
    nowMs,
  );
  const lobby = { office: dinkes, serial: 'OLD-1', terminalName: 'Lobi' };
  const pins = ['101', '102', '103'];
  await putPunches(
    database,
    lobby,
    pins.map((pin) => ({ atMs: nowMs - 27 * hour, pin })),
    nowMs - 20 * hour,
  );
  for (const [serial, terminalName, officeCode] of [
    ['OLD-1', 'Lobi', 'dinkes'],
    ['OTHER-2', 'Belakang', 'dinkes'],
    ['CAMAT-1', 'Depan', 'camat'],
  ] as const) {
    await pinSerial(database.db, { officeCode, terminalName }, serial);
    await sql`insert into terminal_stay (office_code, terminal_name, serial, from_at)
      values (${officeCode}, ${terminalName}, ${serial}, '2026-10-01')`.execute(database.db);
  }
  photo = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#456' } })
    .jpeg()
    .toBuffer();
  hr = await serve('hr');
  viewer = await serve('viewer');
  elsewhere = await serve('hr', 'camat');
});
afterAll(() => Promise.all(webs.map((web) => web.close())));

/** A form as a browser sends it, with its token. */
async function post(
  base: string,
  page: string,
  path: string,
  fields: Record<string, string>,
  files: readonly (readonly [name: string, bytes: Buffer])[] = [],
): Promise<Response> {
  const shown = await fetch(`${base}${page}`);
  const token = /name="_csrf" value="([^"]+)"/.exec(await shown.text())?.[1] ?? '';
  const cookie = shown.headers
    .getSetCookie()
    .map((text) => text.split(';')[0])
    .join('; ');
  const body = new FormData();
  for (const [name, value] of Object.entries({ _csrf: token, ...fields })) body.set(name, value);
  for (const [name, bytes] of files) body.append('bukti', new Blob([new Uint8Array(bytes)]), name);
  return fetch(`${base}${path}`, { method: 'POST', body, headers: { cookie }, redirect: 'manual' });
}

const report = {
  opd: 'dinkes',
  mesin: 'Lobi',
  jenis: 'lost',
  tanggal: '2026-11-25',
  jam: '07:00',
  cerita: 'Pagi ini sudah tidak ada. <script>alert(1)</script>',
};
const get = (base: string, path: string): Promise<Response> => fetch(`${base}${path}`, { redirect: 'manual' });

describe('a report that is not whole', () => {
  test.each([
    ['nothing chosen', { jenis: '' }, 'Pilih apa yang terjadi.'],
    ['the future', { tanggal: '2026-11-26' }, 'Waktu ini belum tiba.'],
    ['a day that is none', { tanggal: '2026-02-31' }, 'Tanggal atau jam ini tidak ada.'],
    ['a machine of another office', { mesin: 'Depan' }, 'Mesin ini tidak ada di kantor itu.'],
  ])('%s is told beside its field, and everything typed is kept', async (_what, wrong, said) => {
    const answer = await post(hr, '/lapor', '/lapor', { ...report, ...wrong });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain(said);
    expect(page).toContain('Pagi ini sudah tidak ada. &lt;script&gt;');
  });

  test('keeps the good photo for the next try, and names the bad file', async () => {
    const files = [
      ['depan.jpg', photo],
      ['jahat.jpg', Buffer.from('<html>')],
    ] as const;
    const answer = await post(hr, '/lapor', '/lapor', { ...report, jenis: '' }, files);
    const page = await answer.text();
    expect(page).toContain('jahat.jpg bukan foto');
    const key = /name="berkas" value="([^"]+)"/.exec(page)?.[1] ?? '';
    expect(page).toContain('<li>depan.jpg</li>');
    const done = await post(hr, '/lapor', '/lapor', { ...report, mesin: 'Belakang', jenis: 'broken', berkas: key });
    expect(done.status).toBe(303);
    expect(await (await get(hr, done.headers.get('location') ?? '')).text()).toContain('depan.jpg');
  });

  test('keeps the words and the photo when another office is chosen', async () => {
    const typed = { ...report, opd: 'camat', pilih: '1', jenis: 'broken', letak: 'dekat tangga' };
    const answer = await post(hr, '/lapor', '/lapor', typed, [['pintu.jpg', photo]]);
    expect(answer.status).toBe(200);
    const page = await answer.text();
    for (const kept of [
      'Pagi ini sudah tidak ada. &lt;script&gt;',
      'dekat tangga',
      'value="07:00"',
      '<li>pintu.jpg</li>',
    ])
      expect(page).toContain(kept);
    expect(page).toMatch(/value="broken"[^>]* checked/);
    expect(page).toContain('<option value="Depan">');
    expect(page).not.toContain('<option value="Lobi"');
    expect(page).not.toContain('class="errors"');
  });

  test('starts with the machine from which one came', async () => {
    const page = await (await get(hr, '/lapor?opd=dinkes&mesin=Lobi')).text();
    expect(page).toContain('<option value="dinkes" selected>');
    expect(page).toContain('<option value="Lobi" selected>');
    // Since when it fails: three hours ago.
    expect(page).toContain('value="07:00"');
  });

  test.each([
    ['too large', [['a.jpg', Buffer.alloc(8 * 1024 * 1024 + 2, 1)]], 'lebih besar dari 8 MB'],
    ['too many', Array.from({ length: 6 }, (_, at) => [`${at}.jpg`, Buffer.from('x')]), 'Paling banyak 5 berkas'],
    ['too much', Array.from({ length: 3 }, (_, at) => [`${at}.jpg`, Buffer.alloc(7_500_000, 1)]), 'lebih dari 20 MB'],
  ] as const)('%s', async (_what, files, said) => {
    const answer = await post(hr, '/lapor', '/lapor', report, files as [string, Buffer][]);
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain(said);
  });
});

test('whoever may not report, or not here, cannot', async () => {
  expect((await get(viewer, '/lapor')).status).toBe(403);
  expect((await post(viewer, '/laporan', '/lapor', report)).status).toBe(403);
  const other = await post(elsewhere, '/lapor', '/lapor', report);
  expect(other.status).toBe(422);
  expect(await (await get(elsewhere, '/lapor')).text()).not.toContain('Dinas Kesehatan');
  // Without the token of the form.
  const body = new FormData();
  for (const [name, value] of Object.entries(report)) body.set(name, value);
  expect((await fetch(`${hr}/lapor`, { method: 'POST', body })).status).toBe(403);
});

describe('a lost machine', () => {
  let number = '';
  let path = '';

  test('is reported with a photo and a letter, and the gateway adds what it knows', async () => {
    const letter = Buffer.from('%PDF-1.4\n%%EOF\n');
    const files = [
      ['lobi kosong.jpg', photo],
      ['surat "polisi".pdf', letter],
    ] as const;
    const answer = await post(hr, '/lapor?opd=dinkes&mesin=Lobi', '/lapor', report, files);
    expect(answer.status).toBe(303);
    path = (answer.headers.get('location') ?? '').replace('?terkirim=1', '');
    number = path.split('/').at(-1) ?? '';
    const page = await (await get(hr, path)).text();
    for (const said of ['Hilang', 'OLD-1', 'lobi kosong.jpg', 'Mesin tidak dapat dicapai lewat jaringan', '3 orang'])
      expect(page).toContain(said);
    expect(page).toContain('28 Nov 2026');
    expect(page).not.toContain('<script>alert');
    expect(page).not.toMatch(/\b10[123]\b.*PIN/);
  });

  test('hands files out so that nothing in them runs', async () => {
    const page = await (await get(hr, path)).text();
    const hrefs = [
      ...new Set([...page.matchAll(/href="(\/laporan\/\d+\/bukti\/[^"]+)"/g)].map((match) => match[1] ?? '')),
    ];
    const answers = await Promise.all(hrefs.map((href) => get(hr, href)));
    const seen = answers.map(({ headers }) => [
      headers.get('content-type'),
      headers.get('content-disposition')?.split(';')[0],
      headers.get('x-content-type-options'),
      headers.get('content-security-policy')?.includes('sandbox'),
    ]);
    expect(seen.sort()).toEqual([
      ['application/pdf', 'attachment', 'nosniff', true],
      ['image/jpeg', 'inline', 'nosniff', true],
    ]);
    const [first = ''] = hrefs;
    expect((await get(elsewhere, first)).status).toBe(404);
    expect((await get(hr, first.replace(`/${number}/`, '/1/'))).status).toBe(404);
  });

  test('is nobody else’s business', async () => {
    for (const what of ['', '/orang', '/berita-acara.pdf'])
      expect((await get(elsewhere, path + what)).status).toBe(404);
    expect(await (await get(elsewhere, '/laporan?keadaan=all')).text()).not.toContain(`#${number}<`);
    expect((await get(viewer, `${path}/orang`)).status).toBe(403);
    expect((await post(viewer, path, `${path}/langkah`, { langkah: 'acknowledged' })).status).toBe(403);
    expect((await get(hr, '/laporan/999999')).status).toBe(404);
    expect((await get(hr, '/laporan/x')).status).toBe(404);
  });

  test('tells whose templates may be on it, and notes who looked', async () => {
    const page = await (await get(hr, `${path}/orang`)).text();
    for (const pin of ['101', '102', '103']) expect(page).toContain(`>${pin}<`);
    const [entry] = await readAuditLog(database.db, { beforeId: null, limit: 1 });
    expect(entry).toMatchObject({
      action: 'incident.people',
      subject: number,
      officeCode: 'dinkes',
      detail: { people: 3 },
    });
  });

  test('goes through its states, and only through them', async () => {
    const step = async (langkah: string, catatan = '', seri = ''): Promise<number> =>
      (await post(hr, path, `${path}/langkah`, { langkah, catatan, seri })).status;
    expect(await step('replaced', 'x', 'NEW-9')).toBe(422);
    expect(await step('acknowledged')).toBe(303);
    expect(await step('acknowledged')).toBe(422);
    expect(await step('verified', 'Sudah dicek di lokasi.')).toBe(303);
    expect(await step('in-repair')).toBe(422);
    expect(await step('replaced', '', 'NEW-9')).toBe(422);
    expect(await step('replaced', 'Diganti unit baru.', 'a b')).toBe(422);
    expect(await step('replaced', 'Diganti unit baru.', 'OLD-1')).toBe(422);
    expect(await step('replaced', 'Diganti unit baru.', 'OTHER-2')).toBe(422);
    expect(await step('replaced', 'Diganti unit baru.', 'NEW-9')).toBe(303);
    const place = { officeCode: 'dinkes', terminalName: 'Lobi' };
    expect(await readPin(database.db, place)).toBe('NEW-9');
    expect(await lastReplacement(database.db, place)).toMatchObject({ oldSerial: 'OLD-1', newSerial: 'NEW-9' });
    expect(await serialInPlaceOf(database.db, place, 'OLD-1')).toBe('NEW-9');
    expect(await serialInPlaceOf(database.db, place, 'ELSE')).toBe('ELSE');
    const page = await (await get(hr, path)).text();
    expect(page).toContain('OLD-1 → NEW-9');
    expect(page).toContain('Diganti unit baru.');
  });

  test('stands on the page of its machine', async () => {
    const page = await (await get(viewer, '/mesin/dinkes/Lobi')).text();
    expect(page).toContain(`<a href="/laporan/${number}">#${number}</a>`);
    expect(page).toMatch(/Hilang[^#]*Diganti/);
    expect(page).not.toContain('href="/lapor?');
    expect(await (await get(hr, '/mesin/dinkes/Lobi')).text()).toContain('href="/lapor?opd=dinkes&amp;mesin=Lobi"');
  });

  test('keeps what happened for ever', async () => {
    for (const table of ['incident_step', 'incident_proof', 'incident_fact', 'terminal_replacement'])
      await expect(sql.raw(`delete from ${table}`).execute(database.db)).rejects.toThrow('42501');
  });

  test('ends in a berita acara', async () => {
    const answer = await get(hr, `${path}/berita-acara.pdf`);
    expect(answer.headers.get('content-type')).toBe('application/pdf');
    const pdf = Buffer.from(await answer.arrayBuffer());
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    const text = pdfText(pdf).replace(/\s+/g, ' ');
    for (const said of [
      'BERITA ACARA',
      `Nomor: ${number.padStart(4, '0')}/LM/11/2026`,
      'Dinas Kesehatan',
      'lobi kosong.jpg',
      'OLD-1 → NEW-9',
      '25 November 2026 pukul 07.00 WIB',
      'Mengetahui, Kepala Perangkat Daerah',
      '28 November 2026',
    ])
      expect(text).toContain(said);
    const { rows } = await sql<{ sha: string }>`
      select encode(sha256, 'hex') as sha from incident_proof where number = ${Number(number)}`.execute(database.db);
    expect(rows).toHaveLength(2);
    for (const { sha } of rows) expect(text).toContain(` ${sha} `);
  });
});

describe('outage windows', () => {
  beforeAll(async () => {
    const outage = (office: string, terminal: string, from: string, until: string | null) =>
      sql`
      insert into terminal_outage (kind, office_code, terminal_name, from_at, failed_at, until_at, ended_how, last_error_code,
                                   detected_by)
      values ('terminal', ${office}, ${terminal}, ${from}, ${from}, ${until}, ${until === null ? null : 'read'}, 'NET_UNREACHABLE', 't')`.execute(
        database.db,
      );
    await outage('camat', 'Depan', '2026-11-24 00:30Z', '2026-11-24 05:00Z');
    await outage('dinkes', 'Belakang', '2026-11-24 00:30Z', '2026-11-24 05:00Z');
    await sql`insert into terminal_log (serial, epoch, base_ordinal, next_ordinal, layout, stride_bytes, recent_records, fence, read_through_at)
      select serial, 1, 0, 0, 'zk40', 40, '', 1, '2026-11-25' from (values ('CAMAT-1', 'camat', 'Depan'), ('OTHER-2', 'dinkes', 'Belakang')) as v (serial, o, n)
      where (select count(*) from terminal where terminal.serial = v.serial) = 1`.execute(database.db);
  });
  const range = 'dari=2026-11-23&sampai=2026-11-24';

  test('say which office was dark, which machine was down, and what is not known yet', async () => {
    const lines = (await (await get(hr, `/laporan/masa.csv?${range}`)).text()).trim().split('\r\n');
    expect(
      lines.map((line) =>
        line
          .replace(/^\ufeff/, '')
          .split(',')
          .slice(0, 9)
          .join(','),
      ),
    ).toEqual([
      'Cakupan,Tanggal,Perangkat daerah,Mulai,Selesai,Zona,Menit,Mesin,Kepastian',
      expect.stringMatching(/^kantor,2026-11-24,"'=CMD\(\) ""Kecamatan""",07:30:00,12:00:00,WIB,270,Depan,/),
      expect.stringMatching(/^mesin,2026-11-24,"'=CMD\(\) ""Kecamatan""",07:30:00,12:00:00,WIB,270,Depan,/),
      expect.stringMatching(/^mesin,2026-11-24,Dinas Kesehatan,07:30:00,12:00:00,WIB,270,Belakang,/),
    ]);
    const page = await (await get(hr, `/laporan/masa?${range}`)).text();
    expect(page).toContain('4 jam 30 menit');
    const sheet = Buffer.from(await (await get(hr, `/laporan/masa.xlsx?${range}`)).arrayBuffer());
    expect(sheet.subarray(0, 2).toString()).toBe('PK');
  });

  test('of another office are none, and a range that is none is refused', async () => {
    const own = await (await get(elsewhere, `/laporan/masa.csv?${range}&opd=dinkes`)).text();
    expect(own).not.toContain('Dinas Kesehatan');
    expect(own).toContain('Depan');
    expect((await get(hr, '/laporan/masa?dari=2026-11-24&sampai=2026-11-01')).status).toBe(422);
    expect((await get(hr, '/laporan/masa.csv?dari=2026-01-01&sampai=2026-11-01')).status).toBe(422);
  });
});

test('the gateway reports a silent machine once, proposes or closes when it is well', async () => {
  const offices = [{ ...camat, reportSilentAfterHours: 24 }];
  let atMs = nowMs + 20 * hour;
  const look = createIncidentWatch(
    database,
    () => offices,
    () => atMs,
  );
  expect(await look()).toEqual({ opened: 0, closed: 0, proposed: 0 });
  atMs = nowMs + 21 * hour;
  expect(await look()).toEqual({ opened: 1, closed: 0, proposed: 0 });
  expect(await look()).toEqual({ opened: 0, closed: 0, proposed: 0 });
  const list = await (await get(elsewhere, '/laporan')).text();
  expect(list).toContain('Gerbang (otomatis)');
  await putMachines(database, [{ officeCode: 'camat', terminalName: 'Depan', serial: 'CAMAT-1' }], atMs);
  expect(await look()).toEqual({ opened: 0, closed: 0, proposed: 0 });
  atMs += hour;
  expect(await look()).toEqual({ opened: 0, closed: 1, proposed: 0 });
  expect(await (await get(elsewhere, '/laporan?keadaan=closed')).text()).toContain('Selesai diperbaiki');
});
