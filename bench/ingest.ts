/**
 * Storing punches: end to end through the queue, beside a row-by-row insert and beside COPY of the same rows into the same
 * indexed tables. A real Postgres with fsync and synchronous commit on.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { sql } from 'kysely';
import pgCopy from 'pg-copy-streams';
import { applyBatch } from '../src/ingest/apply-batch.ts';
import { silentLog } from '../src/log.ts';
import { queueConnection } from '../src/queue/connection.ts';
import { createBatchQueue } from '../src/queue/producer.ts';
import { startIngestWorker } from '../src/queue/worker.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.ts';
import { migrateToLatest } from '../src/store/migrate.ts';
import { registerOffice } from '../src/store/terminals.ts';
import { decodeRecords } from '../src/zk/records.ts';
import { batchesOf, means, recordsOf, rows, strideBytes, terminals } from './ingest-batches.ts';
import { median, printTable, spread, whole } from './report.ts';

const rowsOneByOne = 1_500;
const repeats = 3;
/** Tables a punch ends in. COPY cannot fill a generated column, so the columns are named. */
const copied = [
  [
    'punch',
    'terminal_serial, epoch, ordinal, pin, device_time, device_time_raw, verify_mode, punch_state, work_code, raw, source, received_at, absent_at',
  ],
  [
    'attendance_time',
    'terminal_serial, epoch, ordinal, office_code, person_id, occurred_at, earliest, latest, time_status, suspect, revision',
  ],
] as const;

/** Runs the bench and prints its table. */
export async function benchIngest(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gerbang-bench-'));
  // As root the server runs as another user, who must get through.
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir: folder });
  try {
    const throughQueue = new Map([2_000, 5_000].map((size) => [size, [] as number[]]));
    const copyBothMs: number[] = [];
    const copyPunchMs: number[] = [];
    const singleMs: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      for (const [size, ms] of throughQueue) {
        const database = await freshDatabase(postgres.url, `queue_${size}_${repeat}`);
        ms.push(await endToEnd(database, size));
        if (size === 5_000) {
          const dump = await dumpOf(database);
          const target = await freshDatabase(postgres.url, `copy_${repeat}`);
          const [punchMs, timeMs] = await copyInto(target, dump);
          copyPunchMs.push(punchMs);
          copyBothMs.push(punchMs + timeMs);
          await target.close();
        }
        await database.close();
      }
      const database = await freshDatabase(postgres.url, `single_${repeat}`);
      singleMs.push(((await oneByOne(database)) * rows) / rowsOneByOne);
      await database.close();
    }
    const limit = median(copyBothMs);
    const line = (name: string, ms: readonly number[]): string[] => [
      name,
      whole((rows * 1_000) / median(ms)),
      spread(
        ms.map((value) => value / 1_000),
        2,
      ),
      `${Math.round((100 * limit) / median(ms))} %`,
    ];
    printTable(`Storing ${whole(rows)} punches of ${terminals} terminals · fsync on · ${repeats} repeats`, [
      ['way', 'rows/s', 's: median (min–max)', 'of the limit'],
      line('COPY into punch and attendance_time (limit)', copyBothMs),
      line('COPY into punch alone', copyPunchMs),
      ...[...throughQueue].map(([size, ms]) => line(`Gerbang, through the queue, batches of ${whole(size)}`, ms)),
      line(`row by row, both tables (${whole(rowsOneByOne)} rows, scaled)`, singleMs),
    ]);
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function freshDatabase(adminUrl: string, name: string): Promise<Database & { url: string }> {
  const admin = openDatabase(adminUrl, { maxConnections: 1 });
  await admin.pool.query(`create database bench_${name}`);
  await admin.close();
  const url = new URL(adminUrl);
  url.pathname = `/bench_${name}`;
  const database = openDatabase(url.href);
  await migrateToLatest(database.db);
  await registerOffice(database.db, { code: 'kominfo', name: 'Kominfo', timeZone: 'Asia/Jakarta' });
  return { ...database, url: url.href };
}

/** From the first enqueue to the last commit, with producer and worker as the gateway runs them. */
async function endToEnd(database: Database & { url: string }, maxRecords: number): Promise<number> {
  const perTerminal = Array.from({ length: terminals }, (_, terminal) => batchesOf(terminal, maxRecords));
  const connection = queueConnection({ databaseUrl: database.url });
  await connection.prepare();
  const log = silentLog();
  const queue = createBatchQueue({ connection, log, maxDepth: 100_000 });
  await queue.depth();
  let stored = 0;
  let done: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    done = resolve;
  });
  const worker = startIngestWorker({
    connection,
    concurrency: 4,
    log,
    async handle(batch) {
      const applied = await applyBatch(database.db, batch, means);
      stored += applied.stored;
      if (stored >= rows) done();
    },
    async onSetAside(_rejected, error) {
      throw error;
    },
  });
  const startedMs = performance.now();
  for (let at = 0; at < (perTerminal[0]?.length ?? 0); at += 1) {
    await Promise.all(perTerminal.flatMap((batches) => batches.slice(at, at + 1)).map((batch) => queue.enqueue(batch)));
  }
  await finished;
  const ms = performance.now() - startedMs;
  await worker.close();
  await queue.close();
  return ms;
}

async function dumpOf(database: Database): Promise<Buffer[]> {
  const client = await database.pool.connect();
  try {
    const dumps: Buffer[] = [];
    for (const [table, columns] of copied) {
      dumps.push(await buffer(client.query(pgCopy.to(`copy (select ${columns} from ${table}) to stdout`))));
    }
    return dumps;
  } finally {
    client.release();
  }
}

async function copyInto(database: Database, dumps: readonly Buffer[]): Promise<[number, number]> {
  const client = await database.pool.connect();
  try {
    const times: number[] = [];
    for (const [at, [table, columns]] of copied.entries()) {
      const startedMs = performance.now();
      await pipeline(Readable.from([dumps[at]]), client.query(pgCopy.from(`copy ${table} (${columns}) from stdin`)));
      times.push(performance.now() - startedMs);
    }
    return [times[0] ?? 0, times[1] ?? 0];
  } finally {
    client.release();
  }
}

/** What a naive client does: two statements and a commit per punch. */
async function oneByOne({ db }: Database): Promise<number> {
  const records = [...decodeRecords('zk40', strideBytes, recordsOf(0).subarray(0, rowsOneByOne * strideBytes))];
  const startedMs = performance.now();
  for (const [ordinal, record] of records.entries()) {
    await db.transaction().execute(async (tx) => {
      await sql`
        insert into punch (terminal_serial, epoch, ordinal, pin, device_time, device_time_raw, verify_mode, punch_state,
                           work_code, raw, source, received_at)
        values ('SINGLE', 1, ${ordinal}, ${record.pin}, '2026-11-21 07:30:00', ${record.deviceTimeRaw},
                ${record.verifyMode}, ${record.punchState}, ${record.workCode}, ${Buffer.from(record.raw)}, 'pull', now())`.execute(
        tx,
      );
      await sql`
        insert into attendance_time (terminal_serial, epoch, ordinal, office_code, occurred_at, earliest, latest, time_status)
        values ('SINGLE', 1, ${ordinal}, 'kominfo', now(), now(), now(), 'final')`.execute(tx);
    });
  }
  return performance.now() - startedMs;
}
