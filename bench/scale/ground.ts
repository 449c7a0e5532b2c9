/** A database, a configuration and a wait, for every part of the scale bench. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, openDatabase } from '../../src/store/database.ts';
import type { EmbeddedPostgres } from '../../src/store/embedded-postgres.ts';

/** A fresh database on the bench's server. */
export async function freshDatabase(postgres: EmbeddedPostgres, name: string): Promise<Database & { url: string }> {
  const admin = openDatabase(postgres.url, { maxConnections: 1 });
  await admin.pool.query(`create database bench_${name}`);
  await admin.close();
  const url = new URL(postgres.url);
  url.pathname = `/bench_${name}`;
  return { ...openDatabase(url.href, { maxConnections: 2 }), url: url.href };
}

/** A configuration of `offices` offices that share the terminals at `ports`, as text. */
export function configOf(
  ports: readonly number[],
  offices: number,
  office: Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({
    offices: Array.from({ length: offices }, (_, at) => ({
      code: `opd${at}`,
      name: `OPD ${at}`,
      timeZone: 'Asia/Jakarta',
      pollEverySeconds: '60',
      clock: { set: 'false' },
      ...office,
      terminals: ports
        .filter((_port, index) => index % offices === at)
        .map((port, index) => ({ name: `Mesin ${index + 1}`, host: '127.0.0.1', port: String(port) })),
    })),
    web: { port: '0' },
  });
}

/** Rows stored so far, by the cursors: counting a million rows four times a second would be a bench of its own. */
export async function countPunches({ pool }: Database): Promise<number> {
  const { rows } = await pool.query<{ n: string }>('select coalesce(sum(next_ordinal), 0) as n from terminal_log');
  return Number(rows[0]?.n ?? 0);
}

/** Waits until so many rows are stored, and says how it goes. @throws Error after `withinMs` */
export async function untilStored(
  database: Database,
  rows: number,
  withinMs: number,
  onProgress: (stored: number) => void = () => undefined,
): Promise<void> {
  const lastMs = performance.now() + withinMs;
  for (;;) {
    const stored = await countPunches(database).catch(() => 0);
    onProgress(stored);
    if (stored >= rows) return;
    if (performance.now() > lastMs) throw new Error(`only ${stored} of ${rows} rows in time`);
    await sleep(250);
  }
}

/** A quantile from the buckets of a Prometheus histogram: the upper edge of the bucket it lies in. */
export function quantileOfBuckets(metrics: string, name: string, q: number, before = ''): string {
  const read = (text: string): Map<string, number> =>
    new Map(
      [...text.matchAll(new RegExp(`^${name}_bucket\\{le="([^"]+)"\\} (\\d+)`, 'gm'))].map(([, edge = '', count]) => [
        edge,
        Number(count),
      ]),
    );
  const [after, earlier] = [read(metrics), read(before)];
  const counts = [...after].map(([edge, count]) => [edge, count - (earlier.get(edge) ?? 0)] as const);
  const total = counts.at(-1)?.[1] ?? 0;
  return counts.find(([, count]) => count >= q * total)?.[0] ?? '?';
}
