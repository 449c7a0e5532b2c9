/**
 * Verifying evidence, beside plain reading of the same rows on the same connection; and what the chain costs where rows
 * are stored: the share of an ingest that encoding and hashing take.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyEvidence } from '../src/evidence/verify.ts';
import { applyBatch } from '../src/ingest/apply-batch.ts';
import { openDatabase } from '../src/store/database.ts';
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.ts';
import { contentOf, type PunchRow, punchLine } from '../src/store/evidence-lines.ts';
import { inSnapshot, streamPunches } from '../src/store/evidence-scan.ts';
import { migrateToLatest } from '../src/store/migrate.ts';
import { registerOffice } from '../src/store/terminals.ts';
import { batchesOf, means, recordsPerTerminal, rows, terminals } from './ingest-batches.ts';
import { median, printTable, spread, whole } from './report.ts';

const repeats = 3;

/** Runs the bench and prints its table. */
export async function benchVerify(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gerbang-bench-'));
  // As root the server runs as another user, who must get through.
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir: folder });
  const database = openDatabase(postgres.url, { maxConnections: 2 });
  try {
    await migrateToLatest(database.db);
    await registerOffice(database.db, { code: 'kominfo', name: 'Kominfo', timeZone: 'Asia/Jakarta' });
    const ingestMs = await timed(async () => {
      for (let at = 0; at < terminals; at += 1) {
        for (const batch of batchesOf(at, 5_000)) await applyBatch(database.db, batch, means);
      }
    });
    const readMs: number[] = [];
    const verifyMs: number[] = [];
    const hashMs: number[] = [];
    let peakBytes = 0;
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      verifyMs.push(
        await timed(async () => {
          const onProgress = (): void => {
            // Later rounds hold what the reading beside it gathered.
            if (repeat === 0) peakBytes = Math.max(peakBytes, process.memoryUsage().rss);
          };
          const everything = { fromDay: null, toDay: null, serial: null, kept: [], onProgress };
          const { count, tally } = await verifyEvidence(database.db, everything);
          if (count > 0 || tally.punches !== rows) throw new Error('the evidence is not in order');
        }),
      );
      const kept: PunchRow[] = [];
      readMs.push(await timed(() => readAll(database, kept)));
      hashMs.push(await timed(async () => void contentOf(linesOf(kept))));
    }
    const limit = median(readMs);
    const line = (name: string, ms: readonly number[], of: number): string[] => [
      name,
      whole((rows * 1_000) / median(ms)),
      spread(
        ms.map((value) => value / 1_000),
        2,
      ),
      `${Math.round((100 * of) / median(ms))} %`,
    ];
    printTable(`Verifying ${whole(rows)} punches of ${terminals} terminals · ${repeats} repeats`, [
      ['way', 'rows/s', 's: median (min–max)', 'of the limit'],
      line('reading the same rows (limit)', readMs, limit),
      line('gerbang verify', verifyMs, limit),
    ]);
    const share = (100 * median(hashMs)) / ingestMs;
    console.log(
      `  chaining takes ${share.toFixed(1)} % of storing (${whole((1_000 * median(hashMs)) / rows)} µs of ${whole((1_000 * ingestMs) / rows)} µs a row); RSS at most ${whole(peakBytes / 1e6)} MB`,
    );
  } finally {
    await database.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function readAll({ db }: ReturnType<typeof openDatabase>, kept: PunchRow[]): Promise<void> {
  await inSnapshot(db, async (tx) => {
    for (let at = 0; at < terminals; at += 1) {
      const stream = await streamPunches(tx, `BENCH${at}`, { epoch: 0, ordinal: 0 });
      await stream.take(
        () => true,
        (row) => void kept.push(row),
      );
      await stream.close();
    }
  });
  if (kept.length !== terminals * recordsPerTerminal) throw new Error('rows are missing');
}

function* linesOf(kept: readonly PunchRow[]): Iterable<string> {
  for (const row of kept) yield punchLine(row);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}
