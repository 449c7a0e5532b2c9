/**
 * How far one gateway on this machine goes: terminals polled each minute, the morning's rush, a cold start, offices that
 * come back, a database that is away, and the page of all clocks. Terminals, gateway and Postgres share the machine; the
 * gateway is a process of its own, so that its processor time and memory are its own.
 *
 * `npm run bench -- scale`, in parts `-- scale --only polling,peak`, as a quick look `-- scale --small`.
 */
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openDatabase } from '../src/store/database.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/store/embedded-postgres.ts';
import { printTable } from './report.ts';
import { measureClocks } from './scale/clocks.ts';
import { measureOutage } from './scale/outage.ts';
import { measurePeak } from './scale/peak.ts';
import { measurePolling } from './scale/polling.ts';
import { compileProcesses } from './scale/processes.ts';
import { measureCatchUp, measureRebuild } from './scale/rebuild.ts';
import { fullSize, type Size, smallSize } from './scale/size.ts';

interface Part {
  readonly title: string;
  readonly head: readonly string[];
  measure(postgres: EmbeddedPostgres, size: Size): Promise<string[][]>;
}

const parts: Readonly<Record<string, Part>> = {
  polling: {
    title: 'Terminals polled each minute by one process · aims at 4,300: under one core, under 300 MB',
    head: ['terminals', 'polls/min', 'of one core', 'CPU ms/poll', 'to bare sockets', 'MB', 'at most', 'late, p99'],
    measure: measurePolling,
  },
  peak: {
    title: 'Punch to committed row, terminals that ring, queue in Postgres · aims: p99 under 2,000 ms, queue flat',
    head: [
      'morning',
      'punches',
      'ms: median',
      'p99',
      'longest',
      'until read: median / p99',
      'queue: each third',
      'CPU ms a punch',
      'to one commit',
      'to 2,000 ms',
    ],
    measure: measurePeak,
  },
  rebuild: {
    title: 'Cold start: terminals full of records, an empty database · aim: 15,000 rows/s end to end',
    head: ['way', 'rows/s', 's', 'of the limit', 'to 15,000/s', '21 million rows', 'CPU s: gateway', 'at most MB'],
    measure: measureRebuild,
  },
  'catch-up': {
    title: 'Back after three days without a network',
    head: ['who', 's', 'first / middle / last office', 'rows/s', 'to 15,000/s'],
    measure: measureCatchUp,
  },
  outage: {
    title: 'The database is away, the terminals are polled on · aim: memory is flat',
    head: ['minutes of polls', 'polls', 'heap in use, MB', 'process, MB', 'heap per terminal since the start, KB'],
    measure: measureOutage,
  },
  clocks: {
    title: 'All clocks, worked out from a week of looks · aim: 1.5 s of processor time',
    head: ['terminals', 'looks stored', 's', 'CPU s: this process', 'CPU s: Postgres', 'to 1.5 s'],
    measure: measureClocks,
  },
};

/** What can be measured alone. */
export const scaleParts: readonly string[] = Object.keys(parts);

/** Runs the bench and prints its tables. @param options.only parts, all when empty */
export async function benchScale(options: {
  readonly only: readonly string[];
  readonly small: boolean;
}): Promise<void> {
  compileProcesses();
  const folder = await mkdtemp(join(tmpdir(), 'gerbang-bench-'));
  // As root the server runs as another user, who must get through.
  await chmod(folder, 0o755);
  const postgres = await withCommitTimes(folder);
  // Whoever loses patience leaves no server behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void postgres.stop().finally(() => process.exit(1)));
  }
  try {
    for (const [name, { title, head, measure }] of Object.entries(parts)) {
      if (options.only.length > 0 && !options.only.includes(name)) continue;
      const before = loadavg()[0]?.toFixed(1);
      const startedMs = performance.now();
      const lines = await measure(postgres, options.small ? smallSize : fullSize);
      printTable(title, [head, ...lines]);
      if (profile !== undefined) await writeStatements(postgres, folder, join(profile, name));
      const seconds = ((performance.now() - startedMs) / 1_000).toFixed(0);
      console.log(
        `  (${options.small ? 'small, says little; ' : ''}${seconds} s; load of the machine before: ${before})`,
      );
    }
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** `GERBANG_PROFILE=/tmp/p npm run bench -- scale --only peak` leaves there what the statements and both programs cost. */
const { GERBANG_PROFILE: profile } = process.env;

/** A server that remembers when each transaction was committed, and in a profile what each statement took. */
async function withCommitTimes(dataDir: string): Promise<EmbeddedPostgres> {
  const first = await startEmbeddedPostgres({ dataDir });
  const admin = openDatabase(first.url, { maxConnections: 1 });
  await admin.pool.query('alter system set track_commit_timestamp = on');
  if (profile !== undefined) {
    await admin.pool.query(`alter system set shared_preload_libraries = pg_stat_statements, auto_explain`);
    await admin.pool.query(`alter system set pg_stat_statements.track = 'all'`);
    await admin.pool.query(`alter system set auto_explain.log_min_duration = '40ms'`);
    await admin.pool.query(`alter system set auto_explain.log_analyze = on`);
    await admin.pool.query(`alter system set auto_explain.log_timing = off`);
  }
  await admin.close();
  await first.stop();
  return startEmbeddedPostgres({ dataDir });
}

/** What the server's statements took since the last time, the longest first: milliseconds, how often, rows, beginning. */
async function writeStatements({ url }: EmbeddedPostgres, folder: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const { pool, close } = openDatabase(url, { maxConnections: 1 });
  await pool.query('create extension if not exists pg_stat_statements');
  const { rows } = await pool.query<{ line: string }>(`
    select format('%10s %9s %9s  %s', round(total_exec_time + total_plan_time), calls, rows,
                  left(regexp_replace(query, '\\s+', ' ', 'g'), 160)) as line
    from pg_stat_statements order by total_exec_time + total_plan_time desc limit 60`);
  await writeFile(`${target}.txt`, rows.map(({ line }) => `${line}\n`).join(''));
  await pool.query('select pg_stat_statements_reset()');
  await close();
  await copyFile(join(folder, 'postgres.log'), `${target}.log`);
}
