/**
 * A board to look at: believable offices, a morning of punches, a silent machine, a clock that is off.
 *
 *   npx tsx test/tools/fill-board.ts [--offices 34] [--port 8080] [--at 07:41] [--live] [--quiet-gateway] [--rehearsal]
 *
 * Starts its own Postgres in a temporary folder, or uses an empty database at DATABASE_URL, and serves the page until
 * Ctrl-C. `--live` keeps making punches; `--quiet-gateway` lets the gateway look as if it had stopped 14 minutes ago.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { silentLog } from '../../src/log.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { migrateToLatest } from '../../src/store/migrate.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb } from '../../src/web/server.ts';
import { putMachines, putOffices, putPunches, type RowMachine, type RowOffice, type RowPunch } from './board-rows.ts';
import { everybodyIs } from './everybody.ts';

const minuteMs = 60_000;

const names = [
  'Dinas Komunikasi dan Informatika',
  'Badan Kepegawaian dan Pengembangan SDM',
  'Dinas Kesehatan',
  'Dinas Pendidikan dan Kebudayaan',
  'Sekretariat Daerah',
  'Sekretariat DPRD',
  'Inspektorat',
  'Badan Perencanaan Pembangunan Daerah',
  'Badan Keuangan Daerah',
  'Dinas Pekerjaan Umum dan Penataan Ruang',
  'Dinas Sosial',
  'Dinas Perhubungan',
  'Dinas Lingkungan Hidup',
  'Dinas Kependudukan dan Pencatatan Sipil',
  'Dinas Pertanian dan Ketahanan Pangan',
  'Dinas Perikanan',
  'Dinas Perindustrian dan Perdagangan',
  'Dinas Koperasi dan UKM',
  'Dinas Tenaga Kerja dan Transmigrasi',
  'Dinas Pemberdayaan Masyarakat dan Desa',
  'Dinas Pariwisata, Pemuda dan Olahraga',
  'Dinas Perpustakaan dan Kearsipan',
  'Dinas Penanaman Modal dan Pelayanan Terpadu',
  'Satuan Polisi Pamong Praja',
  'Badan Penanggulangan Bencana Daerah',
  'RSUD dr. Soedarso',
  'Puskesmas Muara Aman',
  'Kecamatan Lebong Utara',
  'Kecamatan Amen',
  'Kecamatan Uram Jaya',
  'Kecamatan Pelabai',
  'Kecamatan Topos',
  'Kecamatan Rimbo Pengadang',
  'Kecamatan Pinang Belapis',
];
const rooms = ['Lobi', 'Pintu belakang', 'Aula', 'Lantai 2', 'Gedung B', 'Pos jaga', 'Gudang'];

/** The same board for the same seed: a look at it can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Place {
  readonly office: RowOffice;
  readonly serial: string;
  readonly terminalName: string;
}

/** Offices of a kabupaten, two of them in another zone, each with one to seven machines. */
function planOf(offices: number, random: () => number): readonly Place[] {
  return names.slice(0, offices).flatMap((name, index) => {
    const code = name
      .toLowerCase()
      .replace(/[^a-z]+/g, '-')
      .slice(0, 24);
    const office = { code, name, timeZone: 'Asia/Jakarta' };
    const machines = name.startsWith('Kecamatan') ? 1 + Math.floor(random() * 2) : 2 + Math.floor(random() * 5);
    return rooms.slice(0, machines).map((terminalName, machine): Place => {
      const serial = `CKJ${String(210_400_000 + index * 100 + machine)}`;
      return { office, serial, terminalName };
    });
  });
}

/** How machines stand: most are well; the last office is dark, and there is one of each other trouble. */
function machinesOf(places: readonly Place[], nowMs: number, random: () => number): readonly RowMachine[] {
  const lastOffice = places.at(-1)?.office.code;
  return places.map(({ office, serial, terminalName }, index): RowMachine => {
    const lastReadMs = nowMs - 2_000 - random() * 50_000;
    const base = {
      officeCode: office.code,
      terminalName,
      serial,
      address: `10.10.${index % 60}.${20 + index}:4370`,
      lastReadMs,
      lastAttemptMs: lastReadMs,
      offsetMs: (random() - 0.5) * 3_000,
      offsetBoundMs: 20 + random() * 60,
      records: Math.floor(random() * 90_000),
      users: 40 + Math.floor(random() * 300),
    };
    const failing = (sinceMinutes: number, errorCode: string, readMinutes = sinceMinutes): Partial<RowMachine> => ({
      state: 'failing',
      errorCode,
      errorText: `connect ETIMEDOUT 10.10.${index % 60}.${20 + index}:4370 [${errorCode}]`,
      failingSinceMs: nowMs - sinceMinutes * minuteMs,
      lastReadMs: nowMs - readMinutes * minuteMs,
      lastAttemptMs: nowMs - 20_000,
    });
    if (office.code === lastOffice) return { ...base, ...failing(52, 'NET_CONNECT_TIMEOUT') };
    if (index === 3) return { ...base, ...failing(78, 'NET_UNREACHABLE') };
    if (index === 8) return { ...base, offsetMs: 130_000, offsetBoundMs: 38 };
    if (index === 12) return { ...base, ...failing(9, 'READ_INCOMPLETE') };
    if (index === 16) return { ...base, ...failing(1_520, 'TERMINAL_SERIAL_MISMATCH'), state: 'quarantined' };
    if (index === 30) return { ...base, offsetMs: -9_822 * 86_400_000, offsetBoundMs: 41 };
    if (index === 20) return { ...base, lastReadMs: nowMs - 6 * minuteMs, records: 93_400 };
    return base;
  });
}

/** A morning: most people come in the half hour before 07:30, some later, a few twice. */
function morningOf(place: Place, count: number, startMs: number, endMs: number, random: () => number): RowPunch[] {
  const peakMs = startMs + 7.42 * 3_600_000;
  const punches: RowPunch[] = [];
  for (let person = 0; person < count; person += 1) {
    const spreadMs = (random() + random() + random() - 1.5) * 44 * minuteMs;
    const atMs = Math.round(peakMs + spreadMs + (random() < 0.08 ? random() * 5_400_000 : 0));
    const pin = String(1_000 + Math.floor(random() * count * 1.05) + (place.serial.length % 3));
    const face = random() < 0.45;
    const roll = random();
    const status = roll < 0.004 ? 'ambiguous' : roll < 0.007 ? 'uncorrectable' : 'final';
    const last = atMs > endMs - 4 * minuteMs;
    const state = random() < 0.3 ? 0 : 255;
    const punch = {
      atMs,
      pin,
      verifyMode: face ? 15 : random() < 0.9 ? 1 : 4,
      punchState: state,
      boundMs: 520 + random() * 300,
    };
    punches.push({ ...punch, status: last && status === 'final' ? 'provisional' : status });
  }
  return punches.filter((punch) => punch.atMs < endMs).sort((a, b) => a.atMs - b.atMs);
}

/** Fills a migrated, empty database. @param nowMs the moment at which the board stands */
export async function fillBoard(
  database: Database,
  offices: number,
  nowMs: number,
  seed = 7,
): Promise<readonly Place[]> {
  const random = randomFrom(seed);
  const places = planOf(offices, random);
  const dayStartMs = Math.floor((nowMs + 7 * 3_600_000) / 86_400_000) * 86_400_000 - 7 * 3_600_000;
  await putOffices(database, [...new Map(places.map(({ office }) => [office.code, office])).values()]);
  const machines = machinesOf(places, nowMs, random);
  await putMachines(database, machines, nowMs);
  for (const [index, place] of places.entries()) {
    const readMs = machines[index]?.lastReadMs ?? nowMs;
    const punches = morningOf(place, 20 + Math.floor(random() * 90), dayStartMs, readMs, random);
    for (let at = 0; at < punches.length; at += 40) {
      const part = punches.slice(at, at + 40);
      const receivedMs = Math.min(readMs, (part.at(-1)?.atMs ?? readMs) + 20_000);
      if (part.length > 0) await putPunches(database, place, part, receivedMs);
    }
  }
  return places;
}

/** A punch every second or so, from machines that are well. */
async function keepPunching(database: Database, places: readonly Place[], nowMs: () => number, signal: AbortSignal) {
  const random = randomFrom(99);
  const well = places.filter((_, index) => index > 20 && index < places.length - 3);
  const alive = well.length > 0 ? well : places.slice(0, 3);
  while (!signal.aborted) {
    const place = alive[Math.floor(random() * alive.length)];
    if (place === undefined) return;
    const pin = String(1_000 + Math.floor(random() * 200));
    const atMs = nowMs() - 1_000 - random() * 9_000;
    await putPunches(
      database,
      place,
      [{ atMs, pin, verifyMode: random() < 0.5 ? 15 : 1, status: 'provisional' }],
      nowMs(),
    );
    await new Promise((resolve) => setTimeout(resolve, 400 + random() * 1_500));
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      offices: { type: 'string', default: '34' },
      port: { type: 'string', default: '8080' },
      at: { type: 'string', default: '07:41' },
      live: { type: 'boolean', default: false },
      'quiet-gateway': { type: 'boolean', default: false },
      rehearsal: { type: 'boolean', default: false },
    },
  });
  const folder = await mkdtemp(join(tmpdir(), 'gerbang-board-'));
  await chmod(folder, 0o755);
  const own =
    process.env.DATABASE_URL === undefined ? await startEmbeddedPostgres({ dataDir: folder, fsync: false }) : null;
  const database = openDatabase(process.env.DATABASE_URL ?? own?.url ?? '');
  await migrateToLatest(database.db);
  // The board is shown as it stands at a morning hour of today, whatever the hour is now.
  const [hours = 7, minutes = 41] = values.at.split(':').map(Number);
  const todayMs = Math.floor((Date.now() + 7 * 3_600_000) / 86_400_000) * 86_400_000 - 7 * 3_600_000;
  const startMs = todayMs + hours * 3_600_000 + minutes * minuteMs;
  const shiftMs = startMs - Date.now();
  const nowMs = (): number => Date.now() + shiftMs;
  const places = await fillBoard(database, Number(values.offices), startMs);
  // `updated_at` is the database's own time; the shown moment is not.
  const updatedMs = startMs - (values['quiet-gateway'] ? 14 * minuteMs : 3_000);
  await database.pool.query('update terminal_state set updated_at = to_timestamp($1)', [updatedMs / 1000]);
  const metrics = createMetrics();
  const web = await startWeb({
    host: '127.0.0.1',
    port: Number(values.port),
    database,
    log: silentLog(),
    metrics,
    readers: everybodyIs('operator'),
    nowMs,
    rehearsal: values.rehearsal,
  });
  process.stdout.write(`${web.url}\n`);
  const stopping = new AbortController();
  const punching = values.live ? keepPunching(database, places, nowMs, stopping.signal) : Promise.resolve();
  await new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  stopping.abort();
  await punching.catch(() => {});
  await web.close();
  await database.close();
  await own?.stop();
  await rm(folder, { recursive: true, force: true });
}

if (process.argv[1] === import.meta.filename) await main();
