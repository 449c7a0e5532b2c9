/**
 * Pages over ten million rows: alone, while ingest runs as fast as it can in another process, and while it runs in the
 * process that serves the pages, as in `gerbang start`. All on the same cores; the ratio is the result. Takes about
 * ten minutes and 12 GB of disk. Rows are filled in without fsync, and everything is measured with it. `--small` takes
 * half a million rows; `--only same` measures one of the rounds `alone`, `apart` and `same`, or some of them.
 *
 * `GERBANG_BENCH_DATA=/tmp/d` keeps the filled database there for the next run; each run works on a copy of it.
 * `GERBANG_PROFILE=/tmp/p` leaves there what the process was doing during the slow asks.
 */
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '../src/store/database.ts';
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.ts';
import { migrateToLatest } from '../src/store/migrate.ts';
import { nextMessage } from './peers/next-message.ts';
import { printTable, quantile, whole } from './report.ts';
import { type Ask, askAll, byPage } from './web/asks.ts';
import { fillAttendance, fillMachines } from './web/fill.ts';
import { today } from './web/pages.ts';
import { during, type TrailEvent } from './web/trail.ts';

const rows = 10_000_000;
const smallRows = 500_000;
const nowMs = Date.parse(`${today}T12:00:00+07:00`);
const asksPerPage = 300;
/** A gateway runs for months: what is measured is not its first minute. */
const warmUpAsks = 10;
/** The asks of all pages take so long at most, for each row of the table. */
const mostMs = 100_000;
const aimMs = 200;

/** What may be measured: pages alone, beside another process that stores, and beside ingest in the same process. */
export const webRounds: readonly string[] = ['alone', 'apart', 'same'];

/** What is measured beside what. */
interface Round {
  readonly beside: string;
  readonly asks: readonly Ask[];
  readonly rowsPerSecond: number;
  readonly trail: readonly TrailEvent[];
}

/** Runs the bench and prints its tables. */
export async function benchWeb({
  small,
  only,
}: {
  readonly small: boolean;
  readonly only: readonly string[];
}): Promise<void> {
  const wanted = webRounds.filter((round) => only.length === 0 || only.includes(round));
  const kept = process.env.GERBANG_BENCH_DATA;
  const filled = kept ?? (await mkdtemp(join(tmpdir(), 'gerbang-bench-')));
  const used = `${filled}.used`;
  try {
    await mkdir(filled, { recursive: true });
    await onServer({ dataDir: filled, fsync: false }, async (_url, database) =>
      fillOnce(database, small ? smallRows : rows),
    );
    await rm(used, { recursive: true, force: true });
    copyFolder(filled, used);
    const rounds = await onServer({ dataDir: used, fsync: true }, async (url, database) => {
      await fillMachines(database, nowMs);
      return measure(url, wanted);
    });
    for (const round of rounds) print(round, rounds[0]);
    const { GERBANG_PROFILE: profile } = process.env;
    if (profile !== undefined) await leaveTrails(profile, rounds);
  } finally {
    await rm(used, { recursive: true, force: true });
    if (kept === undefined) await rm(filled, { recursive: true, force: true });
  }
}

/** With owners and modes, and nothing left to write while pages are measured. */
function copyFolder(from: string, to: string): void {
  for (const [command, ...args] of [['cp', '-a', from, to], ['sync']] as const)
    if (spawnSync(command, args, { stdio: 'inherit' }).status !== 0) throw new Error(`${command} failed`);
}

async function onServer<T>(
  { dataDir, fsync }: { readonly dataDir: string; readonly fsync: boolean },
  work: (url: string, database: Database) => Promise<T>,
): Promise<T> {
  // As root the server runs as another user, who must get through.
  await chmod(dataDir, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir, fsync });
  const database = openDatabase(postgres.url, { applicationName: 'bench' });
  try {
    await migrateToLatest(database.db);
    return await work(postgres.url, database);
  } finally {
    await database.close();
    await postgres.stop();
  }
}

async function fillOnce(database: Database, wanted: number): Promise<void> {
  // Written last: the rows of an earlier run are there, to the last index.
  const { rows: found } = await database.pool.query('select 1 from completeness limit 1');
  const took = found.length > 0 ? null : await fillAttendance(database, wanted, today);
  const { rows: sizes } = await database.pool.query<{ mb: number }>(
    'select pg_database_size(current_database()) / 1048576 as mb',
  );
  const how = took === null ? 'kept' : `in ${whole(took.rowsS)} s, keys and indexes in ${whole(took.indexesS)} s`;
  console.log(`\n${whole(wanted)} rows ${how}, ${whole(sizes[0]?.mb ?? 0)} MB`);
}

async function measure(url: string, wanted: readonly string[]): Promise<readonly Round[]> {
  const children: ChildProcess[] = [];
  const child = (file: string, ...args: readonly string[]): ChildProcess => {
    const made = fork(new URL(file, import.meta.url), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    children.push(made);
    return made;
  };
  try {
    const pages = child('./web/page-process.ts', url, String(nowMs));
    const server = await nextMessage<{ url: string }>(pages, 60_000);
    await askAll(server.url, warmUpAsks, mostMs);
    const round = async (beside: string, storing: ChildProcess): Promise<Round> => {
      await tell(pages, 'what happened');
      const before = (await tell(storing, 'how many')).stored;
      const startedMs = performance.now();
      const asks = await askAll(server.url, asksPerPage, mostMs);
      const seconds = (performance.now() - startedMs) / 1_000;
      const told = await tell(storing, 'how many');
      const { trail } = pages === storing ? told : await tell(pages, 'what happened');
      const { stored } = told;
      return { beside, asks, rowsPerSecond: (stored - before) / seconds, trail };
    };
    const rounds: Round[] = [];
    if (wanted.includes('alone')) rounds.push(await round('alone', pages));
    if (wanted.includes('apart')) {
      const ingest = child('./web/ingest-process.ts', url);
      await nextMessage(ingest, 60_000);
      rounds.push(await round('ingest in another process', ingest));
      ingest.kill('SIGKILL');
    }
    if (wanted.includes('same')) {
      await tell(pages, 'store');
      rounds.push(await round('ingest in the same process', pages));
    }
    return rounds;
  } finally {
    for (const one of children) one.kill('SIGKILL');
  }
}

interface Told {
  readonly stored: number;
  readonly trail: readonly TrailEvent[];
}

async function tell(child: ChildProcess, asked: string): Promise<Told> {
  const answer = nextMessage<Told>(child, 60_000);
  child.send(asked);
  return answer;
}

function print({ beside, asks, rowsPerSecond }: Round, alone: Round | undefined): void {
  const idle = byPage(alone?.asks ?? asks);
  const lines = [...byPage(asks)].map(([page, made]) => {
    const ms = made.map((ask) => ask.ms);
    const [longest] = [...made].sort((a, b) => b.ms - a.ms);
    const idleMs = (idle.get(page) ?? made).map((ask) => ask.ms);
    return [
      page,
      String(made.length),
      quantile(ms, 0.5).toFixed(0),
      quantile(ms, 0.9).toFixed(0),
      quantile(ms, 0.99).toFixed(0),
      `${longest?.ms.toFixed(0)} (${longest?.at})`,
      (quantile(ms, 0.5) / quantile(idleMs, 0.5)).toFixed(1),
      whole(Math.max(...made.map(({ bytes }) => bytes)) / 1_024),
    ];
  });
  const load = rowsPerSecond > 0 ? `, ${whole(rowsPerSecond)} rows/s` : '';
  printTable(`Pages in ms, ${beside}${load} · aim: p99 < ${aimMs} ms, < 100 KB`, [
    ['page', 'asks', 'p50', 'p90', 'p99', 'longest (which)', 'to alone', 'KB'],
    ...lines,
  ]);
}

/** The slowest asks of each round, and what the process that served them was doing meanwhile. */
async function leaveTrails(folder: string, rounds: readonly Round[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const lines = rounds.flatMap(({ beside, asks, trail }) => {
    const startedMs = asks[0]?.askedMs ?? 0;
    const slow = [...asks].sort((a, b) => b.ms - a.ms).slice(0, 60);
    return [
      `${beside}: ${asks.filter(({ ms }) => ms > aimMs).length} of ${asks.length} asks over ${aimMs} ms`,
      ...slow.flatMap(({ page, at, askedMs, ms }) => [
        `${ms.toFixed(0)} ms, ${page} (${at}), after ${((askedMs - startedMs) / 1_000).toFixed(1)} s`,
        ...during(trail, askedMs, askedMs + ms).map(
          (event) => `    ${event.ms.toFixed(0)} ms from ${(event.atMs - askedMs).toFixed(0)}: ${event.what}`,
        ),
      ]),
      '',
    ];
  });
  await writeFile(join(folder, 'web.txt'), lines.join('\n'));
}
