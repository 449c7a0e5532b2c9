/**
 * Pages over ten million rows, idle and while ingest runs as fast as it can in another process. Each page beside the same
 * page without ingest: the ratio is the result. Takes about six minutes and 6 GB of disk; without fsync, for reading is
 * what is measured. `--small` takes half a million rows. `GERBANG_BENCH_DATA=/tmp/d` keeps the rows there for the next run.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '../src/store/database.ts';
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.ts';
import { migrateToLatest } from '../src/store/migrate.ts';
import { nextMessage } from './peers/next-message.ts';
import { printTable, quantile, whole } from './report.ts';
import { fillAttendance, people } from './web/fill.ts';

const rows = 10_000_000;
const smallRows = 500_000;
const today = '2026-12-01';
const nowMs = Date.parse(`${today}T12:00:00+07:00`);
const asksPerPage = 60;
/** Pages of one kind are asked for so long at most. */
const mostMs = 12_000;

/** By name: the address of the nth question. People, offices and days differ, so that no answer is found twice. */
const pages: Readonly<Record<string, (at: number) => string>> = {
  'ruang pantau': () => '/',
  'presensi, hari ini': () => '/presensi',
  'presensi, OPD + hari': (at) => `/presensi?opd=opd-${at % 60}&dari=${dayBefore(at * 3)}&sampai=${dayBefore(at * 3)}`,
  'presensi, pegawai': (at) =>
    `/presensi?pegawai=o${at % 60}p${1 + ((at * 7) % people)}&dari=${dayBefore(30 + at)}&sampai=${dayBefore(at)}`,
  'presensi, pegawai, setahun': (at) =>
    `/presensi?pegawai=o${at % 60}p${1 + ((at * 11) % people)}&dari=${dayBefore(365)}`,
  'presensi, PIN + OPD': (at) => `/presensi?opd=opd-${at % 60}&pin=${1 + ((at * 13) % people)}&dari=${dayBefore(60)}`,
  'presensi, mesin': (at) => `/presensi?mesin=BENCH${String(at % 300).padStart(4, '0')}&dari=${dayBefore(40 + at)}`,
  kelengkapan: (at) => `/kelengkapan?bulan=${dayBefore(at * 9).slice(0, 7)}`,
};

function dayBefore(days: number): string {
  return new Date(Date.parse(today) - days * 86_400_000).toISOString().slice(0, 10);
}

/** Runs the bench and prints its table. */
export async function benchWeb({ small }: { readonly small: boolean }): Promise<void> {
  const kept = process.env.GERBANG_BENCH_DATA;
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'gerbang-bench-')));
  if (kept !== undefined) await mkdir(kept, { recursive: true });
  // As root the server runs as another user, who must get through.
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir: folder, fsync: false });
  const database = openDatabase(postgres.url, { applicationName: 'bench' });
  const children: ChildProcess[] = [];
  try {
    await migrateToLatest(database.db);
    const filled = (await isFilled(database)) ? null : await fillAttendance(database, small ? smallRows : rows, today);
    const { rows: sizes } = await database.pool.query<{ mb: number }>(
      'select pg_database_size(current_database()) / 1048576 as mb',
    );
    const how =
      filled === null ? 'kept' : `in ${whole(filled.rowsS)} s, keys and indexes in ${whole(filled.indexesS)} s`;
    console.log(`\n${whole(small ? smallRows : rows)} rows ${how}, ${whole(sizes[0]?.mb ?? 0)} MB`);
    const server = child(children, './web/page-process.ts', [postgres.url, String(nowMs)]);
    const { url } = await nextMessage<{ url: string }>(server, 60_000);
    await measureAll(url, 5);
    const idle = await measureAll(url, asksPerPage);
    const ingest = child(children, './web/ingest-process.ts', [postgres.url]);
    await nextMessage(ingest, 60_000);
    const startedMs = performance.now();
    const busy = await measureAll(url, asksPerPage);
    const stored = nextMessage<{ stored: number }>(ingest, 60_000);
    ingest.send('how many');
    const perSecond = ((await stored).stored * 1_000) / (performance.now() - startedMs);
    print(idle, busy, perSecond);
  } finally {
    for (const one of children) one.kill('SIGKILL');
    await database.close();
    await postgres.stop();
    if (kept === undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** The rows of an earlier run are there, to the last index. */
async function isFilled({ pool }: Database): Promise<boolean> {
  const { rows: found } = await pool.query('select 1 from completeness limit 1');
  return found.length > 0;
}

function child(children: ChildProcess[], file: string, args: readonly string[]): ChildProcess {
  const made = fork(new URL(file, import.meta.url), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  children.push(made);
  return made;
}

interface Measured {
  readonly ms: readonly number[];
  readonly bytes: number;
}

/** One page after the other, each asked for a number of times. */
async function measureAll(url: string, asks: number): Promise<ReadonlyMap<string, Measured>> {
  const measured = new Map<string, Measured>();
  for (const [name, addressOf] of Object.entries(pages)) {
    const ms: number[] = [];
    let bytes = 0;
    const startedMs = performance.now();
    for (let at = 0; at < asks && performance.now() - startedMs < mostMs; at += 1) {
      const askedMs = performance.now();
      const answer = await fetch(`${url}${addressOf(at)}`);
      const text = await answer.text();
      if (answer.status !== 200) throw new Error(`${name} answered ${answer.status}`);
      ms.push(performance.now() - askedMs);
      bytes = Math.max(bytes, Buffer.byteLength(text));
    }
    measured.set(name, { ms, bytes });
  }
  return measured;
}

function print(idle: ReadonlyMap<string, Measured>, busy: ReadonlyMap<string, Measured>, perSecond: number): void {
  const lines = [...idle].map(([name, before]) => {
    const during = busy.get(name) ?? before;
    const of = (measured: Measured, q: number): string => quantile(measured.ms, q).toFixed(0);
    const ratio = quantile(during.ms, 0.5) / quantile(before.ms, 0.5);
    return [
      name,
      of(before, 0.5),
      of(before, 0.99),
      of(during, 0.5),
      of(during, 0.99),
      ratio.toFixed(1),
      whole(Math.max(before.bytes, during.bytes) / 1_024),
    ];
  });
  printTable(`Pages in ms, idle and beside ingest of ${whole(perSecond)} rows/s · aim: p99 < 200 ms, < 100 KB`, [
    ['page', 'idle p50', 'idle p99', 'busy p50', 'busy p99', 'ratio', 'KB'],
    ...lines,
  ]);
}
