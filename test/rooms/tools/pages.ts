/** A kabupaten at 07:41 with something to see on every page, and the list of these pages. */
import { sql } from 'kysely';
import { refreshDue } from '../../../src/completeness/refresh.ts';
import { applyVerdict } from '../../../src/store/alerts.ts';
import type { Database } from '../../../src/store/database.ts';
import { addStep, openIncident } from '../../../src/store/incidents.ts';
import { openOutages } from '../../../src/store/outages.ts';
import { addPerson, addPin, readPinsOf } from '../../../src/store/people.ts';
import { putPunches } from '../../tools/board-rows.ts';
import { fillBoard } from '../../tools/fill-board.ts';

/** Wednesday 2026-11-25, 07:41 WIB. */
export const morningMs = Date.parse('2026-11-25T07:41:00+07:00');
const hour = 3_600_000;

/** A page: how its picture is called, where it is, and what it is for. */
export interface RoomPage {
  readonly name: string;
  readonly path: string;
  readonly what: string;
}

const hendra = { actorKind: 'account', actor: 'hr', actorName: 'Hendra (BKPP)' } as const;
const rina = { actorKind: 'account', actor: 'operator', actorName: 'Rina (Kominfo)' } as const;
const peopleNames = ['Siti Aminah', 'Budi Santoso', 'Dewi Lestari', 'Agus Salim', 'Rahmawati', 'Yusuf Hidayat'];

/** Fills a migrated, empty database. @returns the pages, with the addresses of what was filled in */
export async function fillRooms(database: Database, offices: number): Promise<readonly RoomPage[]> {
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
  return pagesOf({
    office: office.code,
    terminalName,
    serial: places[1]?.serial ?? serial,
    punchId: rows[0]?.id ?? '',
    person: `/pengaturan/pegawai/${personId}`,
    personPinId: pin?.personPinId ?? 0,
  });
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
  const broken = { kind: 'broken', ...place, sinceMs: morningMs - 50 * hour, words: text, by: hendra } as const;
  await openIncident(db, { ...broken, atMs: morningMs - 48 * hour });
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

function pagesOf(at: {
  readonly office: string;
  readonly terminalName: string;
  readonly serial: string;
  readonly punchId: string;
  readonly person: string;
  readonly personPinId: number;
}): readonly RoomPage[] {
  const machine = `/mesin/${at.office}/${encodeURIComponent(at.terminalName)}`;
  const day = 'dari=2026-11-25&sampai=2026-11-25';
  const list: readonly (readonly [name: string, path: string, what: string])[] = [
    ['board', '/', 'Ruang pantau: what is well, what is not, and what just came in'],
    ['board-office', `/?opd=${at.office}`, 'One office of the board with its machines'],
    ['machines', '/mesin', 'Mesin: all machines, the worst first'],
    ['machine', machine, 'One machine: how it stands, why, what to do, and buttons that do it'],
    ['attendance', `/presensi?opd=${at.office}&${day}`, 'Presensi: rows with their evidence, and files'],
    ['completeness', '/kelengkapan?bulan=2026-11', 'Kelengkapan: days and offices of a month'],
    ['people', '/pengaturan/pegawai', 'Pegawai: who is behind which PIN'],
    ['people-import', '/pengaturan/pegawai/impor', 'A list of people is sent here and looked at first'],
    ['person-new', '/pengaturan/pegawai/baru', 'A person is added'],
    ['person', at.person, 'One person: PINs that begin, end and are taken back'],
    ['person-end', `${at.person}/berhenti`, 'The last day of a service'],
    ['pin-take-back', `${at.person}/pin/${at.personPinId}/tarik`, 'A PIN that never meant its person'],
    ['clocks-all', '/clocks', 'All clocks, the worst first'],
    ['clock', `/clocks/${at.serial}`, 'One clock'],
    ['explain', `/clocks/explain/${encodeURIComponent(at.punchId)}`, 'Why this time'],
    ['reports', '/laporan', 'Laporan: what is open, how old, who has it'],
    ['report', '/laporan/1', 'One report: people and machine side by side, and the next step'],
    ['report-people', '/laporan/1/orang', 'Whose data may be on a lost machine'],
    ['outages', `/laporan/masa?${day}`, 'When no machine of an office could take a punch'],
    ['report-new', `/lapor?opd=${at.office}`, 'Lapor: three questions'],
    ['alerts', '/peringatan', 'Peringatan: what people were told'],
    ['settings', '/pengaturan', 'Pengaturan'],
    ['settings-offices', '/pengaturan/opd', 'Offices'],
    ['settings-office-new', '/pengaturan/opd/baru', 'An office is added'],
    ['settings-machines', '/pengaturan/mesin', 'Machines and their addresses'],
    ['settings-machine-new', '/pengaturan/mesin/baru', 'A machine is added; its connection is tried before'],
    ['settings-import', '/pengaturan/impor', 'Offices and machines from a list'],
    ['settings-accounts', '/pengaturan/akun', 'Accounts'],
    ['settings-tokens', '/pengaturan/token', 'Tokens of other systems'],
    ['settings-audit', '/pengaturan/jejak', 'Who did and saw what'],
    ['settings-password', '/pengaturan/sandi', 'A new password'],
  ];
  return list.map(([name, path, what]) => ({ name, path, what }));
}
