/**
 * How far one gateway on this machine goes: terminals polled each minute, the morning's rush, a cold start, and offices
 * that come back. Terminals, gateway and Postgres share the machine; the gateway is a process of its own, so that its
 * processor time and memory are its own. `npm run bench -- scale`, or one part: `GERBANG_SCALE=polling`.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../src/store/database.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/store/embedded-postgres.ts';
import { printTable } from './report.ts';
import { measurePeak } from './scale/peak.ts';
import { measurePolling } from './scale/polling.ts';
import { measureCatchUp, measureRebuild } from './scale/rebuild.ts';

const parts: Readonly<Record<string, (postgres: EmbeddedPostgres) => Promise<void>>> = {
  polling: async (postgres) => {
    const lines = [await measurePolling(postgres, 1_000), await measurePolling(postgres, 4_300)];
    printTable('Terminals polled each minute by one process', [
      ['terminals', 'polls/min', 'of one core', 'CPU ms/poll', 'to bare sockets', 'peak MB', 'late, p99'],
      ...lines,
    ]);
  },
  peak: async (postgres) => {
    printTable('Punch to committed row · 300 terminals that ring · queue in Postgres', [
      ['morning', 'punches', 'ms: median', 'p99', 'longest', 'deepest queue', 'p99 to one commit'],
      ...(await measurePeak(postgres)),
    ]);
  },
  rebuild: async (postgres) => {
    printTable('Cold start: a million records into an empty database', [
      ['way', 'rows/s', 's', 'of the limit', '21 million rows', 'peak'],
      ...(await measureRebuild(postgres)),
    ]);
  },
  'catch-up': async (postgres) => {
    printTable('Back after three days without a network', [
      ['who', 's', 'first / middle / last office', 'rows/s'],
      ...(await measureCatchUp(postgres)),
    ]);
  },
};

/** Runs the bench and prints its tables. */
export async function benchScale(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gerbang-bench-'));
  // As root the server runs as another user, who must get through.
  await chmod(folder, 0o755);
  const postgres = await withCommitTimes(folder);
  try {
    for (const [name, measure] of Object.entries(parts)) {
      if ((process.env.GERBANG_SCALE ?? name) === name) await measure(postgres);
    }
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A server that remembers when each transaction was committed. */
async function withCommitTimes(dataDir: string): Promise<EmbeddedPostgres> {
  const first = await startEmbeddedPostgres({ dataDir });
  const admin = openDatabase(first.url, { maxConnections: 1 });
  await admin.pool.query('alter system set track_commit_timestamp = on');
  await admin.close();
  await first.stop();
  return startEmbeddedPostgres({ dataDir });
}
