/**
 * Live mode: from the finger on the terminal to the committed row, over loopback, with queue, worker and Postgres as the
 * gateway runs them. Beside it the same punches found by polling once a second.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startFleet } from '../device-sim/fleet.ts';
import { parseConfig } from '../src/config.ts';
import { startGateway } from '../src/gateway.ts';
import { silentLog } from '../src/log.ts';
import { openDatabase } from '../src/store/database.ts';
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.ts';
import { printTable, quantile, whole } from './report.ts';

const punches = 200;
const punchesPolled = 25;
const history = 10_000;
const longestWaitMs = 30_000;

/** Runs the bench and prints its table. */
export async function benchLive(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gerbang-bench-'));
  // As root the server runs as another user, who must get through.
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir: folder });
  try {
    const line = (way: string, ms: readonly number[]): string[] => [
      way,
      whole(ms.length),
      ...[0.5, 0.9, 0.99, 1].map((share) => quantile(ms, share).toFixed(0)),
    ];
    printTable(`Punch to committed row · one terminal with ${whole(history)} records · queue in Postgres`, [
      ['way', 'punches', 'ms: median', 'p90', 'p99', 'longest'],
      line('live', await measure(postgres.url, true, punches)),
      line('polled every second', await measure(postgres.url, false, punchesPolled)),
    ]);
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(adminUrl: string, live: boolean, count: number): Promise<number[]> {
  const admin = openDatabase(adminUrl, { maxConnections: 1 });
  const name = live ? 'live' : 'polled';
  await admin.pool.query(`create database bench_${name}`);
  await admin.close();
  const url = new URL(adminUrl);
  url.pathname = `/bench_${name}`;
  const fleet = await startFleet({ terminals: 1, seed: 7 });
  const database = openDatabase(url.href, { maxConnections: 1 });
  try {
    const [site] = fleet.terminals;
    if (site === undefined) throw new Error('the fleet is empty');
    site.terminal.fillLog({ count: history - site.terminal.counters().records });
    const config = parseConfig(
      JSON.stringify({
        offices: [
          {
            code: 'kominfo',
            name: 'Kominfo',
            timeZone: 'Asia/Jakarta',
            pollEverySeconds: live ? '60' : '1',
            live: String(live),
            clock: { set: 'false' },
            terminals: [{ name: 'Lobi', host: site.host, port: String(site.port) }],
          },
        ],
        web: { port: '0' },
      }),
      {},
    );
    const log = silentLog();
    const gateway = await startGateway({ config, databaseUrl: url.href, exclusiveDatabase: true, log });
    const stored = async (): Promise<number> => {
      const { rows } = await database.pool.query<{ n: string }>('select count(*) as n from punch where ordinal >= $1', [
        history - 1,
      ]);
      return Number(rows[0]?.n ?? 0);
    };
    try {
      await until(async () => (await stored()) === 1, 100);
      const isListening = (): boolean => site.terminal.requests.some(({ command }) => command === 500);
      await until(async () => !live || isListening(), 100);
      await sleep(1_000);
      const ms: number[] = [];
      const [pin = '1'] = site.terminal.users.pins();
      for (let made = 1; made <= count; made += 1) {
        const atMs = performance.now();
        site.terminal.punch({ pin });
        await until(async () => (await stored()) === 1 + made, 4);
        ms.push(performance.now() - atMs);
        await sleep(250);
      }
      return ms;
    } finally {
      await gateway.stop();
    }
  } finally {
    await database.close();
    await fleet.stop();
  }
}

async function until(isSo: () => Promise<boolean>, everyMs: number): Promise<void> {
  const lastMs = performance.now() + longestWaitMs;
  while (!(await isSo())) {
    if (performance.now() > lastMs) throw new Error('the gateway did not store in time');
    await sleep(everyMs);
  }
}
