/**
 * Working a million stored punches out again, on a real Postgres, beside reading the same rows and samples and doing
 * nothing with them.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import pgCopy from 'pg-copy-streams';
import { deviceTimeFromMs, formatDeviceTime } from '../src/clock/device-time.ts';
import type { ClockEvidence } from '../src/clock/model-types.ts';
import { intervalOf } from '../src/clock/offset.ts';
import { type RecomputeCounts, recompute } from '../src/ingest/recompute.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.ts';
import { migrateToLatest } from '../src/store/migrate.ts';
import { instantText } from '../src/store/pg-types.ts';
import { registerOffice, registerTerminal } from '../src/store/terminals.ts';
import { printTable, whole } from './report.ts';

const zoneMs = 7 * 3_600_000;

/**
 * Stores months of evidence for terminals, works everything out again twice, and prints how long that took.
 *
 * @param months different months; terminal n has the month n modulo their number
 */
export async function benchRecompute(months: readonly ClockEvidence[], terminals: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gerbang-bench-'));
  // As root the server runs as another user, who must get through.
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir: folder });
  try {
    const database = openDatabase(postgres.url, { maxConnections: 4, statementTimeoutMs: 600_000 });
    // Copying in has no end that the pool's own time limit would hear of.
    const copier = new pg.Client({ connectionString: postgres.url });
    await copier.connect();
    try {
      await migrateToLatest(database.db);
      await registerOffice(database.db, { code: 'kominfo', name: 'Kominfo', timeZone: 'Asia/Jakarta' });
      for (let n = 0; n < terminals; n += 1) {
        const evidence = months[n % months.length];
        if (evidence !== undefined) await fill(database, copier, `BENCH${String(n).padStart(4, '0')}`, evidence);
      }
      await database.pool.query('vacuum analyze');
      await measure(database, copier, terminals, months);
    } finally {
      await copier.end();
      await database.close();
    }
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  database: Database,
  copier: pg.Client,
  terminals: number,
  months: readonly ClockEvidence[],
): Promise<void> {
  const samples = (terminals / months.length) * months.reduce((all, { samples: list }) => all + list.length, 0);
  const request = { dryRun: false, concurrency: 2 };
  const first = await timed(() => recompute(database.db, request));
  await database.pool.query('vacuum analyze');
  const limit = await timed(() => readOnly(copier));
  const second = await timed(() => recompute(database.db, request));
  const row = (name: string, { ms, ownMs }: Timed<unknown>, counts: RecomputeCounts | null): string[] => [
    name,
    (ms / 1_000).toFixed(1),
    (ownMs / 1_000).toFixed(1),
    whole((counts ?? second.value.counts).rows / (ms / 1_000)),
    counts === null ? '' : whole(counts.changed),
    counts === null ? '' : whole(counts.told),
    `${((100 * limit.ms) / ms).toFixed(0)} %`,
  ];
  printTable(
    `gerbang recompute of ${whole(second.value.counts.rows)} punches · ${terminals} terminals, a month, ${whole(samples)} samples · Postgres, fsync on`,
    [
      ['', 'seconds', 'own processor s', 'punches/s', 'rows changed', 'told', 'of the limit'],
      row('reading the same rows and samples (limit)', limit, null),
      row('again, nothing learnt', second, second.value.counts),
      row('first time: every row is new to it', first, first.value.counts),
    ],
  );
}

interface Timed<T> {
  readonly ms: number;
  /** Of this process alone: what it would take on a machine that has nothing else to do, the database beside it. */
  readonly ownMs: number;
  readonly value: T;
}

async function timed<T>(work: () => Promise<T>): Promise<Timed<T>> {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - startedMs, ownMs: (user + system) / 1_000, value };
}

/** The rows and samples as Postgres hands them out fastest, thrown away as they come. */
async function readOnly(copier: pg.Client): Promise<void> {
  for (const question of [
    `select ordinal, p.device_time, p.absent_at, p.received_at, a.occurred_at, a.earliest, a.latest, a.time_status
     from punch p join attendance_time a using (terminal_serial, epoch, ordinal)
     order by p.terminal_serial, p.epoch, p.ordinal`,
    'select sampled_at, received_at, device_time, kind from clock_sample order by terminal_serial, sampled_at',
  ]) {
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    await pipeline(copier.query(pgCopy.to(`copy (${question}) to stdout`)), nowhere);
  }
}

/** Evidence as ingest would have stored it; every answer still to be found. */
async function fill(
  database: Database,
  copier: pg.Client,
  serial: string,
  { samples, records }: ClockEvidence,
): Promise<void> {
  await registerTerminal(database.db, { serial, officeCode: 'kominfo', name: serial });
  const wall = (ms: number | null): string => (ms === null ? '\\N' : formatDeviceTime(deviceTimeFromMs(ms)));
  const at = (ms: number | null): string => (ms === null ? '\\N' : instantText(ms));
  await copyInto(
    copier,
    `punch (terminal_serial, epoch, ordinal, pin, device_time, device_time_raw, verify_mode, punch_state, work_code, raw,
            source, received_at, absent_at)`,
    records.map((record) =>
      [serial, record.epoch, record.ordinal, 1_000 + (record.ordinal % 400), wall(record.deviceMs), 0, 1, 0, 0]
        .concat([`\\\\x${'00'.repeat(40)}`, 'pull', at(record.presentAtMs), at(record.absentAtMs)])
        .join('\t'),
    ),
  );
  await copyInto(
    copier,
    'attendance_time (terminal_serial, epoch, ordinal, office_code, occurred_at, earliest, latest, time_status)',
    records.map((record) => {
      const readAt = at(record.presentAtMs);
      return [serial, record.epoch, record.ordinal, 'kominfo', readAt, '-infinity', readAt, 'uncorrectable'].join('\t');
    }),
  );
  await copyInto(
    copier,
    'clock_sample (terminal_serial, sampled_at, received_at, device_time, offset_earliest_ms, offset_latest_ms, kind)',
    samples.map((sample) => {
      const { earliestMs, latestMs } = intervalOf(sample);
      const bounds = [Math.floor(earliestMs - zoneMs), Math.ceil(latestMs - zoneMs)];
      return [serial, at(sample.sentAtMs), at(sample.receivedAtMs), wall(sample.deviceMs), ...bounds, sample.kind].join(
        '\t',
      );
    }),
  );
}

async function copyInto(copier: pg.Client, target: string, lines: readonly string[]): Promise<void> {
  const chunks = function* (): Iterable<string> {
    for (let from = 0; from < lines.length; from += 1_000) yield `${lines.slice(from, from + 1_000).join('\n')}\n`;
  };
  await pipeline(Readable.from(chunks()), copier.query(pgCopy.from(`copy ${target} from stdin`)));
}
