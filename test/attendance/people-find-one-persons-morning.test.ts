import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import {
  type AttendanceRow,
  type RowPlace,
  readAttendance,
  readAttendanceCounted,
} from '../../src/store/attendance-list.ts';
import { readAuditLog } from '../../src/store/audit-log.ts';
import { addPerson, addPin, endPin, readPinsOf } from '../../src/store/people.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { putMachines, putOffices, putPunches } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { everybodyIs } from '../tools/everybody.ts';

const database = await createTestDatabase();
const { db } = database;
const kominfo = { code: 'kominfo', name: 'Dinas Kominfo', timeZone: 'Asia/Jakarta' };
const dinkes = { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Makassar' };
const lobby = { office: kominfo, serial: 'LOBI1', terminalName: 'Lobi' };
const clinic = { office: dinkes, serial: 'KLINIK1', terminalName: 'Klinik' };
const at = (text: string): number => Date.parse(`${text}+07:00`);
const nowMs = at('2026-03-03T12:00:00');
let web: Web;
let limited: Web;
let budi = '';
let siti = '';

beforeAll(async () => {
  await putOffices(database, [kominfo, dinkes]);
  await putMachines(
    database,
    [
      { officeCode: 'kominfo', terminalName: 'Lobi', serial: 'LOBI1' },
      { officeCode: 'dinkes', terminalName: 'Klinik', serial: 'KLINIK1' },
    ],
    nowMs,
  );
  // PIN 7 was Budi's until the end of 2 March, and is Siti's since; at the clinic it is nobody's yet.
  await putPunches(
    database,
    lobby,
    [
      { atMs: at('2026-03-02T07:29:58'), pin: '7' },
      { atMs: at('2026-03-02T07:31:00'), pin: '=8' },
      { atMs: at('2026-03-03T07:20:00'), pin: '7', status: 'provisional' },
    ],
    nowMs,
  );
  await putPunches(database, clinic, [{ atMs: at('2026-03-03T06:10:00'), pin: '7' }], nowMs);
  const person = { nip: null, officeCode: 'kominfo', endedOn: null };
  budi = await addPerson(db, { ...person, name: 'Budi <b>', nip: '198001012005011001' });
  siti = await addPerson(db, { ...person, name: 'Siti' });
  const pin = { officeCode: 'kominfo', serial: null, pin: '7' };
  await addPin(db, { ...pin, personId: budi, fromMs: Number.NEGATIVE_INFINITY, untilMs: at('2026-03-03T00:00:00') });
  await addPin(db, { ...pin, personId: siti, fromMs: at('2026-03-03T00:00:00'), untilMs: Number.POSITIVE_INFINITY });
  const options = { host: '127.0.0.1', port: 0, database, log: silentLog(), nowMs: () => nowMs };
  web = await startWeb({ ...options, metrics: createMetrics(), readers: everybodyIs('operator') });
  limited = await startWeb({ ...options, metrics: createMetrics(), readers: everybodyIs('hr', 'dinkes') });
});

afterAll(async () => {
  await web.close();
  await limited.close();
});

const page = async (path: string, from = web): Promise<string> => (await fetch(`${from.url}${path}`)).text();

describe('a PIN is a person on one machine or in one office, for a time', () => {
  test('the view names each of them, and nobody where the PIN means nobody', async () => {
    const { rows } = await database.pool.query('select punch_id, person_id from attendance order by occurred_at');
    expect(rows).toEqual([
      { punch_id: 'LOBI1-1-0', person_id: budi },
      { punch_id: 'LOBI1-1-1', person_id: null },
      { punch_id: 'KLINIK1-1-0', person_id: null },
      { punch_id: 'LOBI1-1-2', person_id: siti },
    ]);
  });

  test("the machine's own word counts before the office's", async () => {
    const pin = { personId: siti, officeCode: 'kominfo', serial: 'LOBI1', pin: '7', fromMs: at('2026-03-02T00:00:00') };
    await addPin(db, { ...pin, untilMs: at('2026-03-03T00:00:00') });
    const seen = await database.pool.query(`select person_id from attendance where punch_id = 'LOBI1-1-0'`);
    expect(seen.rows).toEqual([{ person_id: siti }]);
    const [own] = (await readPinsOf(db, [siti])).filter(({ serial }) => serial !== null);
    await database.pool.query('delete from person_pin where person_pin_id = $1', [own?.personPinId]);
  });

  test('two people at one time are refused, however the row comes', async () => {
    const pin = { personId: siti, officeCode: 'kominfo', serial: null, pin: '7', fromMs: at('2026-03-01T00:00:00') };
    await expect(addPin(db, { ...pin, untilMs: at('2026-03-02T00:00:00') })).rejects.toMatchObject({
      code: 'PIN_ALREADY_TAKEN',
    });
    const [his] = await readPinsOf(db, [budi]);
    const longer = { personId: budi, personPinId: his?.personPinId ?? 0, untilMs: at('2026-03-04T00:00:00') };
    await expect(endPin(db, longer)).rejects.toMatchObject({ code: 'PIN_ALREADY_TAKEN' });
    const other = { nip: '198001012005011001', name: 'Lain', officeCode: 'dinkes', endedOn: null };
    await expect(addPerson(db, other)).rejects.toMatchObject({ code: 'PERSON_NIP_TAKEN' });
  });
});

describe('/presensi', () => {
  test('one person, with name, certainty and the way to the evidence', async () => {
    const text = await page(`/presensi?pegawai=${budi}&dari=2026-03-01`);
    expect(text).toContain('<b>1 catatan</b>');
    expect(text).toContain('Budi &lt;b&gt;');
    expect(text).toContain('07:29:58 WIB');
    expect(text).toContain('/clocks/explain/LOBI1-1-0');
    expect(text).not.toContain('LOBI1-1-2');
  });

  test('days are those of the office, and times its own', async () => {
    const text = await page('/presensi?opd=dinkes&dari=2026-03-03&sampai=2026-03-03');
    expect(text).toContain('07:10:00 WITA');
    expect(text).toContain('kelengkapan belum dinilai');
  });

  test('a PIN alone is no question; days that do not exist are refused', async () => {
    expect(await page('/presensi?pin=7')).toContain('Pilih juga OPD atau mesinnya');
    expect(await page('/presensi?dari=2026-02-31')).toContain('Rentang tanggal tidak dapat dipakai');
  });

  test('somebody of one office finds nothing of another, whatever stands in the address', async () => {
    for (const path of ['/presensi?opd=kominfo', `/presensi?pegawai=${budi}`, '/presensi?mesin=LOBI1', '/presensi']) {
      const text = await page(`${path}${path.includes('?') ? '&' : '?'}dari=2026-03-01`, limited);
      expect(text).not.toMatch(/LOBI1-1|Budi|07:29:58/);
    }
  });

  test('a look that cannot be noted shows nothing', async () => {
    await database.pool.query('alter table audit_entry add constraint full_disk check (false) not valid');
    try {
      const answer = await fetch(`${web.url}/presensi?pegawai=${budi}&dari=2026-03-01`);
      expect(answer.status).toBe(500);
      expect(await answer.text()).not.toMatch(/Budi|07:29:58/);
    } finally {
      await database.pool.query('alter table audit_entry drop constraint full_disk');
    }
  });

  test('looks leave the kinds of filters in the audit log, and nothing of a person', async () => {
    await page(`/presensi?pegawai=${budi}&pin=7&dari=2026-03-01`);
    const [entry] = await readAuditLog(db, { beforeId: null, limit: 1, action: 'attendance.view' });
    expect(entry?.detail).toEqual({ filters: ['person', 'pin'], days: 3, rows: 1 });
    const all = JSON.stringify(await readAuditLog(db, { beforeId: null, limit: 100 }));
    expect(all).not.toMatch(/Budi|1980010120|"7"/);
  });

  test('pages go on behind the last row and miss none', async () => {
    const days = { startMs: at('2026-03-01T00:00:00'), endMs: at('2026-03-05T00:00:00') };
    const stretches = [kominfo, dinkes].map(({ code }) => ({ officeCode: code, ...days }));
    const query = { stretches, serial: null, places: null, personId: null };
    const seen: string[] = [];
    let after: RowPlace | null = null;
    for (let more = true; more; ) {
      const rows: readonly AttendanceRow[] = await readAttendance(db, query, { after, limit: 1 });
      seen.push(...rows.map((row) => row.punchId));
      after = rows[0] ?? null;
      more = rows.length > 0;
    }
    expect(seen).toEqual(['LOBI1-1-2', 'KLINIK1-1-0', 'LOBI1-1-1', 'LOBI1-1-0']);
  });

  test.each([
    ['of all', null, ['LOBI1-1-2', 'KLINIK1-1-0', 'LOBI1-1-1', 'LOBI1-1-0']],
    ['of one PIN', [{ serial: 'LOBI1', pin: '7' }], null],
  ] as const)('each page %s knows how many rows there are on all', async (_what, places, expected) => {
    const days = { startMs: at('2026-03-01T00:00:00'), endMs: at('2026-03-05T00:00:00') };
    const stretches = [kominfo, dinkes].map(({ code }) => ({ officeCode: code, ...days }));
    const query = { stretches, serial: null, places, personId: null };
    const ids = (
      expected ?? (await readAttendance(db, query, { after: null, limit: 10 })).map((row) => row.punchId)
    ).slice();
    expect(ids.length).toBeGreaterThan(0);
    let after: RowPlace | null = null;
    for (const id of ids) {
      const { rows, count } = await readAttendanceCounted(db, query, { after, limit: 1 }, 100);
      expect([rows.map((row) => row.punchId), count]).toEqual([[id], ids.length]);
      expect(Object.keys(rows[0] ?? {})).not.toContain('onAllPages');
      after = rows[0] ?? null;
    }
    const behindAll = await readAttendanceCounted(db, query, { after, limit: 1 }, 100);
    expect(behindAll).toEqual({ rows: [], count: ids.length });
    expect((await readAttendanceCounted(db, query, { after: null, limit: 1 }, 1)).count).toBe(1);
  });

  test('a CSV carries its completeness, and no cell that a spreadsheet would run', async () => {
    const response = await fetch(`${web.url}/presensi.csv?opd=kominfo&dari=2026-03-02&sampai=2026-03-02`);
    expect(response.headers.get('content-disposition')).toBe(
      'attachment; filename="presensi-kominfo-2026-03-02-2026-03-02.csv"',
    );
    const bytes = Buffer.from(await response.arrayBuffer());
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const text = bytes.toString();
    expect(text).toContain('Kelengkapan');
    expect(text).toContain(",'=8,");
    expect(text).toContain('LOBI1-1-0,kominfo,LOBI1,Lobi,7,198001012005011001,Budi <b>,2026-03-02,07:29:58,WIB');
    const xlsx = await fetch(`${web.url}/presensi.xlsx?opd=kominfo&dari=2026-03-02`);
    expect(
      Buffer.from(await xlsx.arrayBuffer())
        .subarray(0, 2)
        .toString(),
    ).toBe('PK');
  });
});

interface Answer {
  readonly items: readonly { readonly id: string; readonly personName: string | null }[];
  readonly next: string | null;
  readonly total?: unknown;
}

test('a system pages through the same rows by cursor, and is refused what it may not see', async () => {
  const seen: string[] = [];
  let path: string | null = '/api/v1/attendance?from=2026-03-01&to=2026-03-03&limit=3';
  while (path !== null) {
    const answer = (await (await fetch(`${web.url}${path}`)).json()) as Answer;
    seen.push(...answer.items.map(({ id, personName }) => `${id} ${personName}`));
    path = answer.next;
  }
  expect(seen).toEqual(['LOBI1-1-2 Siti', 'KLINIK1-1-0 null', 'LOBI1-1-1 null', 'LOBI1-1-0 Budi <b>']);
  const foreign = await fetch(`${limited.url}/api/v1/attendance?from=2026-03-01&to=2026-03-03&office=kominfo`);
  expect(foreign.status).toBe(404);
  const people = await (await fetch(`${limited.url}/api/v1/people`)).json();
  expect(people).toEqual({ items: [], next: null });
});

test('a system that asks is told how many there are, with their completeness, on the page where it asked', async () => {
  const path = '/api/v1/attendance?from=2026-03-01&to=2026-03-03&limit=3';
  const ask = async (from: Web, address: string): Promise<Answer> =>
    (await (await fetch(`${from.url}${address}`)).json()) as Answer;
  const unjudged = { complete: 0, completeExcept: 0, notYet: 0, terminals: 0, terminalsRead: 0, judgedAt: null };
  const first = await ask(web, `${path}&count=true`);
  expect(first.items).toHaveLength(3);
  expect(first.total).toEqual({ rows: 4, more: false, officeDays: 6, ...unjudged });
  const second = await ask(web, first.next ?? '');
  expect([second.items.length, 'total' in second, 'total' in (await ask(web, path))]).toEqual([1, false, false]);
  // Nothing of other offices is in a number either.
  const own = await ask(limited, `${path}&count=true`);
  expect(own.total).toEqual({ rows: 1, more: false, officeDays: 3, ...unjudged });
  expect((await ask(web, `${path}&person=${siti}&count=true`)).total).toMatchObject({ rows: 1, officeDays: 3 });
  expect((await fetch(`${web.url}${path}&count=1`)).status).toBe(400);
});
