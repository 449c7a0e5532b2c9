/** A kabupaten at 07:41 with something to see on every page, and the list of these pages. */
import { sql } from 'kysely';
import type { Page, Response } from 'playwright-core';
import { addAccount, addToken } from '../../../src/accounts/manage.ts';
import type { Role } from '../../../src/accounts/permissions.ts';
import { refreshDue } from '../../../src/completeness/refresh.ts';
import { parseConfig } from '../../../src/config.ts';
import { changeSetup } from '../../../src/setup/change.ts';
import { createKeyBox } from '../../../src/setup/key-box.ts';
import { applyVerdict } from '../../../src/store/alerts.ts';
import type { Database } from '../../../src/store/database.ts';
import { addStep, mergeInto, openIncident } from '../../../src/store/incidents.ts';
import { openOutages } from '../../../src/store/outages.ts';
import { addPerson, addPin, readPinsOf } from '../../../src/store/people.ts';
import type { RehearsalPort } from '../../../src/web/setup/port.ts';
import { putPunches } from '../../tools/board-rows.ts';
import { fillBoard } from '../../tools/fill-board.ts';
import type { Rooms } from './room.ts';

/** Wednesday 2026-11-25, 07:41 WIB. */
export const morningMs = Date.parse('2026-11-25T07:41:00+07:00');
const hour = 3_600_000;

/** A page: how its picture is called, where it is, what it is for, who looks, and what they do there first. */
export interface RoomPage {
  readonly name: string;
  readonly path: string;
  readonly what: string;
  /** Default operator. `nobody`: not signed in. */
  readonly who?: Role | 'nobody';
  /** What it is answered with. Default 200. */
  readonly status?: number;
  /** Presses a button; the page that follows is the one meant. */
  readonly press?: (page: Page) => Promise<void>;
  /** Served while the database is away. */
  readonly isAway?: true;
  /** Its picture is taken in English, too. */
  readonly inEnglish?: true;
}

const hendra = { actorKind: 'account', actor: 'hr', actorName: 'Hendra (BKPP)' } as const;
const gateway = { actorKind: 'gateway', actor: 'gerbang', actorName: 'Gerbang (otomatis)' } as const;
const rina = { actorKind: 'account', actor: 'operator', actorName: 'Rina (Kominfo)' } as const;
const peopleNames = ['Siti Aminah', 'Budi Santoso', 'Dewi Lestari', 'Agus Salim', 'Rahmawati', 'Yusuf Hidayat'];

/** A rehearsal that was, so that its page shows one and the form for the next. */
export const pastRehearsal: RehearsalPort = {
  now: () => ({
    officeCode: 'dinas-kesehatan',
    officeName: 'Dinas Kesehatan',
    by: 'Rina (Kominfo)',
    people: 60,
    startedAtMs: morningMs - 26 * hour,
    endsAtMs: morningMs - 25 * hour,
    phase: 'ended',
    page: null,
    link: null,
    errorCode: null,
  }),
  start: () => false,
  stop: () => false,
};

/** What was filled in: the pages with their addresses, and the file of the gateway that reads these machines. */
export interface Filled {
  readonly pages: readonly RoomPage[];
  readonly yaml: string;
}

/** Fills a migrated, empty database. */
export async function fillRooms(database: Database, offices: number): Promise<Filled> {
  const { db } = database;
  const places = await fillBoard(database, offices, morningMs);
  await database.pool.query('update terminal_state set updated_at = to_timestamp($1)', [(morningMs - 3_000) / 1000]);
  const first = places[3] ?? places[0];
  if (first === undefined) throw new Error('no office');
  const { office, serial, terminalName } = first;
  const place = { officeCode: office.code, terminalName };
  await sql`insert into terminal_stay (office_code, terminal_name, serial, from_at)
    select office_code, terminal_name, serial, ${'2026-10-01'}::timestamptz from terminal_state on conflict do nothing`.execute(
    db,
  );
  // The machine that is lost was well on the days before.
  for (const daysAgo of [3, 2, 1]) {
    const atMs = morningMs - daysAgo * 24 * hour;
    const punches = ['1001', '1002', '1003', '1004'].map((pin, at) => ({ atMs: atMs + at * 9_000, pin }));
    await putPunches(database, first, punches, atMs + 60_000);
  }
  await judgeDays(database);
  const failed = { ...place, serial, errorCode: 'NET_UNREACHABLE' };
  await openOutages(
    db,
    [{ ...failed, failedAtMs: morningMs - 1.2 * hour, lastReadMs: morningMs - 1.3 * hour }],
    'demo',
  );
  await putUnwatched(
    database,
    office.code,
    places[4]?.office.code ?? office.code,
    places[4]?.terminalName ?? terminalName,
  );
  await putReports(db, place, places[0]);
  const personId = await putNames(db, office.code, places[4]?.serial ?? serial);
  const [pin] = await readPinsOf(db, [personId]);
  const about = {
    officeCode: office.code,
    terminalName,
    sinceMs: morningMs - 1.3 * hour,
    facts: { code: 'NET_UNREACHABLE' },
  };
  const open = [{ key: 'a', kind: 'terminal-silent', severity: 'warning' as const, ...about }];
  await applyVerdict(db, { open, refresh: [], close: [] });
  const { rows } = await sql<{ id: string }>`
    select punch_id as id from punch where terminal_serial = ${places[1]?.serial ?? serial} order by ordinal limit 1`.execute(
    db,
  );
  const lastOffice = places.at(-1)?.office.code ?? '';
  const yaml = await putSetup(database, lastOffice);
  const link = await addAccount(db, test, {
    login: 'yohana',
    name: 'Yohana Tulung',
    role: 'hr',
    officeCode: lastOffice,
  });
  await addToken(db, test, { name: 'e-kinerja', scopes: ['attendance.view'], officeCode: null, validDays: 365 });
  const pages = pagesOf({
    office: office.code,
    lastOffice,
    terminalName,
    serial: places[1]?.serial ?? serial,
    punchId: rows[0]?.id ?? '',
    person: `/pengaturan/pegawai/${personId}`,
    personPinId: pin?.personPinId ?? 0,
    link: link ?? '',
  });
  return { pages, yaml };
}

const test = { actorKind: 'command', actor: 'uji', requestId: null } as const;

/** All offices stand in the file but the last, which was added in the browser. @returns the file */
async function putSetup(database: Database, lastOffice: string): Promise<string> {
  const { db } = database;
  const { rows } = await sql<{ code: string; name: string; timeZone: string; terminals: Terminal[] }>`
    select code, o.name, time_zone as "timeZone",
      json_agg(json_build_object('name', terminal_name, 'host', split_part(address, ':', 1), 'serial', serial)) as terminals
    from office o join terminal_state on office_code = code group by code, o.name, time_zone order by code`.execute(db);
  const yaml = JSON.stringify({ offices: rows.filter(({ code }) => code !== lastOffice) });
  const added = rows.filter(({ code }) => code === lastOffice);
  const means = { file: parseConfig(yaml, {}), database, keys: createKeyBox('uji'), rehearsal: false };
  const kind = { port: 4370, driver: 'zk', transport: 'tcp', quirks: [], commKey: null } as const;
  const { faults } = await changeSetup(
    { ...means, rules: { allowLoopback: false, services: [] } },
    added.flatMap(({ code, name, timeZone, terminals }) => [
      { do: 'put-office' as const, office: { code, name, timeZone, settings: {} } },
      ...terminals.map((one) => ({ do: 'put-terminal' as const, terminal: { ...one, ...kind, officeCode: code } })),
    ]),
    test,
  );
  if (faults.length > 0) throw new Error(JSON.stringify(faults));
  return yaml;
}

interface Terminal {
  readonly name: string;
  readonly host: string;
  readonly serial: string;
}

/** Before dawn no gateway was there; later somebody let a machine rest. */
async function putUnwatched(database: Database, away: string, officeCode: string, terminalName: string): Promise<void> {
  await database.pool.query(
    `insert into terminal_outage (kind, office_code, from_at, failed_at, until_at, detected_by)
     values ('gateway-away', $1, to_timestamp($2), to_timestamp($2), to_timestamp($3), 'demo')`,
    [away, (morningMs - 4 * hour) / 1000, (morningMs - 3 * hour) / 1000],
  );
  await database.pool.query(
    `insert into terminal_pause (office_code, terminal_name, since_at, until_at, reason, paused_by, ended_at)
     values ($1, $2, to_timestamp($3), to_timestamp($4), 'ruang dicat', 'operator', to_timestamp($4))`,
    [officeCode, terminalName, (morningMs - 2 * hour) / 1000, (morningMs - 1.2 * hour) / 1000],
  );
}

async function judgeDays(database: Database): Promise<void> {
  const { rows } = await sql<{ code: string; timeZone: string }>`
    select code, time_zone as "timeZone" from office`.execute(database.db);
  const calendars = new Map(rows.map((office) => [office.code, { ...office, relevantUntilMinute: null }]));
  const range = { recent: true, cutMs: morningMs - 30 * 24 * hour };
  while ((await refreshDue(database, calendars, range, morningMs)) > 0);
}

async function putReports(
  db: Database['db'],
  lost: { readonly officeCode: string; readonly terminalName: string },
  other: { readonly office: { readonly code: string }; readonly terminalName: string } | undefined,
): Promise<void> {
  const words = 'Pagi ini tinggal kabelnya. Pintu tidak rusak.';
  const report = { kind: 'lost', ...lost, place: '', sinceMs: morningMs - hour, words, by: hendra } as const;
  const { number } = await openIncident(db, { ...report, atMs: morningMs - 0.9 * hour });
  await addStep(db, { number, what: 'acknowledged', note: '', by: rina, atMs: morningMs - 0.8 * hour });
  await addStep(db, { number, what: 'verified', note: 'Dilihat di lokasi.', by: rina, atMs: morningMs - 0.5 * hour });
  if (other === undefined) return;
  const { office, terminalName } = other;
  const place = { officeCode: office.code, terminalName, place: '' };
  const text = 'Sensor tidak membaca jari siapa pun.';
  // The gateway had reported it before; Hendra's report goes on from that.
  const silent = { kind: 'broken', ...place, sinceMs: morningMs - 75 * hour, words: '', by: gateway } as const;
  const why = { why: 'silent', errorCode: 'NET_UNREACHABLE' };
  const old = await openIncident(db, { ...silent, atMs: morningMs - 51 * hour, detail: why });
  const broken = { kind: 'broken', ...place, sinceMs: morningMs - 50 * hour, words: text, by: hendra } as const;
  const atMs = morningMs - 48 * hour;
  const gatewaySince = new Date(silent.sinceMs).toISOString();
  const detail = { tookOver: [old.number], gatewaySince, ...why };
  const made = await openIncident(db, { ...broken, atMs, detail });
  await mergeInto(db, { number: old.number, into: made.number, by: hendra, atMs });
}

/** @returns the first of them */
async function putNames(db: Database['db'], officeCode: string, serial: string): Promise<string> {
  const ids: string[] = [];
  const { rows } = await sql<{ pin: string }>`
    select distinct pin from punch where terminal_serial = ${serial} order by pin limit 6`.execute(db);
  for (const [at, name] of peopleNames.entries()) {
    const personId = await addPerson(db, { name, nip: `19800101200501100${at}`, officeCode, endedOn: null });
    ids.push(personId);
    const pin = rows[at]?.pin ?? String(9_000 + at);
    const always = { fromMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };
    await addPin(db, { personId, officeCode, serial: null, pin, ...always });
  }
  return ids[0] ?? '';
}

/** Goes to a page and does there what leads to the one that is meant. */
export async function visit(page: Page, rooms: Rooms, wanted: RoomPage, lang: string): Promise<Response | null> {
  const { path, press, isAway } = wanted;
  const base = isAway === true ? rooms.awayUrl : rooms.url;
  const answer = await page.goto(`${base}${path}${path.includes('?') ? '&' : '?'}lang=${lang}`);
  if (press === undefined) return answer;
  const [next] = await Promise.all([page.waitForNavigation(), press(page)]);
  return next;
}

/** Sends a form as it is, past what the browser itself would say. */
const sendEmpty =
  (form: string) =>
  async (page: Page): Promise<void> => {
    await page.evaluate(`document.querySelector(${JSON.stringify(form)}).noValidate = true`);
    await page.locator(`${form} button:not([hidden])`).last().click();
  };

/** A list with a line of each kind: new, as it is, and one that cannot be. */
const machineList = (office: string, terminal: string): string =>
  `opd,nama,alamat,port\n${office},Pintu baru,10.10.77.20,4370\n${office},${terminal},10.10.77.21,4370\ntidak-ada,Lobi,10.10.77.22,4370\n`;

function pagesOf(at: {
  readonly office: string;
  readonly lastOffice: string;
  readonly terminalName: string;
  readonly serial: string;
  readonly punchId: string;
  readonly person: string;
  readonly personPinId: number;
  readonly link: string;
}): readonly RoomPage[] {
  const machine = `/mesin/${at.office}/${encodeURIComponent(at.terminalName)}`;
  const day = 'dari=2026-11-25&sampai=2026-11-25';
  const managed = `opd=${at.lastOffice}`;
  const inEnglish = true as const;
  const list: readonly (readonly [name: string, path: string, what: string, more?: Partial<RoomPage>])[] = [
    ['board', '/', 'Ruang pantau: what is well, what is not, and what just came in', { inEnglish }],
    ['board-office', `/?opd=${at.office}`, 'One office of the board with its machines'],
    ['board-viewer', '/', 'The board as leaders see it', { who: 'viewer' }],
    ['machines', '/mesin', 'Mesin: all machines, the worst first', { inEnglish }],
    ['machine', machine, 'One machine: how it stands, why, what to do, and buttons that do it', { inEnglish }],
    ['machine-hr', machine, 'One machine as HR sees it', { who: 'hr' }],
    ['attendance', `/presensi?opd=${at.office}&${day}`, 'Presensi: rows with their evidence, and files', { inEnglish }],
    ['completeness', '/kelengkapan?bulan=2026-11', 'Kelengkapan: days and offices of a month', { inEnglish }],
    ['completeness-day', `/kelengkapan/${at.office}/2026-11-24`, 'Why one day of an office is not complete'],
    ['people', '/pengaturan/pegawai', 'Pegawai: who is behind which PIN', { who: 'hr' }],
    ['people-import', '/pengaturan/pegawai/impor', 'A list of people is sent here and looked at first'],
    ['person-new', '/pengaturan/pegawai/baru', 'A person is added'],
    ['person', at.person, 'One person: PINs that begin, end and are taken back', { who: 'hr' }],
    ['person-end', `${at.person}/berhenti`, 'The last day of a service'],
    ['pin-take-back', `${at.person}/pin/${at.personPinId}/tarik`, 'A PIN that never meant its person'],
    ['clocks-all', '/clocks', 'All clocks, the worst first'],
    ['clock', `/clocks/${at.serial}`, 'One clock'],
    ['explain', `/clocks/explain/${encodeURIComponent(at.punchId)}`, 'Why this time'],
    ['reports', '/laporan', 'Laporan: what is open, how old, who has it', { inEnglish }],
    ['reports-viewer', '/laporan', 'Reports as leaders see them', { who: 'viewer' }],
    ['report', '/laporan/1', 'One report: people and machine side by side, and the next step', { inEnglish }],
    ['report-hr', '/laporan/1', 'One report as HR sees it', { who: 'hr' }],
    ['report-merged', '/laporan/3', 'A report of a person that goes on from the one of the gateway'],
    ['report-people', '/laporan/1/orang', 'Whose data may be on a lost machine'],
    ['outages', `/laporan/masa?${day}`, 'When no machine of an office could take a punch'],
    ['report-new', `/lapor?opd=${at.office}`, 'Lapor: three questions', { who: 'hr', inEnglish }],
    [
      'report-faulty',
      `/lapor?opd=${at.office}`,
      'Lapor, sent too early: what is missing, beside its field',
      { who: 'hr', status: 422, press: sendEmpty('main form[method=post]') },
    ],
    ['alerts', '/peringatan', 'Peringatan: what people were told', { inEnglish }],
    ['settings', '/pengaturan', 'Pengaturan', { inEnglish }],
    ['settings-hr', '/pengaturan', 'Pengaturan as HR sees it', { who: 'hr' }],
    ['settings-viewer', '/pengaturan', 'Pengaturan as leaders see it', { who: 'viewer' }],
    ['settings-offices', '/pengaturan/opd', 'Offices'],
    ['settings-office-new', '/pengaturan/opd/baru', 'An office is added'],
    ['settings-office-edit', `/pengaturan/opd/ubah?${managed}`, 'An office is changed'],
    ['settings-office-remove', `/pengaturan/opd/hapus?${managed}`, 'Asked once before an office goes'],
    ['settings-machines', '/pengaturan/mesin', 'Machines and their addresses'],
    ['settings-machine-new', '/pengaturan/mesin/baru', 'A machine is added; its connection is tried before'],
    ['settings-machine-edit', `/pengaturan/mesin/ubah?${managed}&nama=Lobi`, 'A machine is changed'],
    ['settings-import', '/pengaturan/impor', 'Offices and machines from a list'],
    [
      'settings-import-dry',
      '/pengaturan/impor',
      'What a list would change, line by line',
      {
        press: async (page) => {
          await page.locator('textarea[name=csv]').fill(machineList(at.lastOffice, 'Lobi'));
          await page.locator('button[value=check]').click();
        },
      },
    ],
    ['settings-rehearsal', '/pengaturan/gladi', 'Gladi: one office on simulated machines', { inEnglish }],
    ['settings-accounts', '/pengaturan/akun', 'Accounts'],
    ['settings-account', '/pengaturan/akun/hr', 'One account'],
    [
      'settings-account-link',
      '/pengaturan/akun/viewer',
      'A link with which somebody chooses a password, shown once',
      { press: (page) => page.locator('form[action$="/tautan"] button').click() },
    ],
    [
      'settings-account-faulty',
      '/pengaturan/akun',
      'An account that cannot be made, and why',
      { status: 422, press: sendEmpty('main form[action$="/akun"]') },
    ],
    ['settings-tokens', '/pengaturan/token', 'Tokens of other systems'],
    ['settings-audit', '/pengaturan/jejak', 'Who did and saw what'],
    ['settings-password', '/pengaturan/sandi', 'A new password', { who: 'viewer' }],
    [
      'settings-password-faulty',
      '/pengaturan/sandi',
      'A new password that is too short',
      { who: 'viewer', status: 422, press: sendEmpty('main form[action$="/sandi"]') },
    ],
    ['door', '/masuk', 'The door', { who: 'nobody' }],
    ['door-link', `/masuk/tautan?kode=${at.link}`, 'A person chooses a password', { who: 'nobody' }],
    ['door-link-gone', '/masuk/tautan?kode=habis', 'A link that is used up', { who: 'nobody', status: 410 }],
    ['refused', '/pengaturan/opd', 'What a viewer may not open', { who: 'viewer', status: 403 }],
    ['missing', '/laporan/9999', 'What is not there', { status: 404 }],
    ['away', '/laporan', 'While the database is away', { status: 503, isAway: true }],
    ['away-board', '/', 'The board while the database is away', { status: 503, isAway: true }],
  ];
  return list.map(([name, path, what, more]) => ({ name, path, what, ...more }));
}
