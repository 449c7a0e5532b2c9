/** The morning: a usual one, and one in which everybody comes at once. From the finger to the committed row. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../src/store/database.ts';
import type { EmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { quantile, whole } from '../report.ts';
import { configOf, freshDatabase, untilStored } from './ground.ts';
import { cpuMsOf, type FarFleet, type FarGateway, startFarFleet, startFarGateway } from './processes.ts';
import type { Size } from './size.ts';

const offices = 50;
const history = 50;
const commits = 300;
const aimMs = 2_000;

/** Lines of the table: what is asked, what it took. */
export async function measurePeak(postgres: EmbeddedPostgres, { peak }: Size): Promise<string[][]> {
  const { terminals, settleMs, usualMs, rushMs, rushPerSecond } = peak;
  const fleet = await startFarFleet(terminals, history, 60);
  const database = await freshDatabase(postgres, 'peak');
  // The terminals ring: a punch is fetched when it is made, not at the next minute.
  const config = configOf(fleet.ports, offices, { live: 'true', rush: [] });
  const gateway = await startFarGateway({ config, databaseUrl: database.url });
  try {
    await untilStored(database, terminals * history, 10 * 60_000);
    await sleep(settleMs);
    const floorMs = await commitMs(database);
    const line = async (what: string, perSecond: number, forMs: number): Promise<string[]> => {
      const morning = { fleet, gateway, database, terminals };
      const { made, delaysMs, readMs, depths, cpuMs, serverMs } = await rush(morning, perSecond, forMs);
      const p99 = quantile(delaysMs, 0.99);
      return [
        what,
        whole(made),
        whole(quantile(delaysMs, 0.5)),
        whole(p99),
        whole(Math.max(...delaysMs)),
        `${whole(quantile(readMs, 0.5))} / ${whole(quantile(readMs, 0.99))}`,
        thirds(depths),
        `${(cpuMs / made).toFixed(1)} + ${(serverMs / made).toFixed(1)}`,
        `${(p99 / floorMs).toFixed(0)}×`,
        (p99 / aimMs).toFixed(2),
      ];
    };
    return [
      // 5,000 people in 30 minutes are 2.8 a second; a minute of it shows the same as thirty.
      await line(`5,000 people in 30 minutes (${usualMs / 1_000} s of it)`, 5_000 / 1_800, usualMs),
      await line(`${rushPerSecond} punches a second, for ${rushMs / 1_000} s`, rushPerSecond, rushMs),
    ];
  } finally {
    await gateway.stop();
    await database.close();
    fleet.stop();
  }
}

/** The deepest queue in each third of the time: flat when the last is no deeper than the first. */
function thirds(depths: readonly number[]): string {
  const part = Math.ceil(depths.length / 3);
  return [0, 1, 2].map((at) => Math.max(0, ...depths.slice(at * part, (at + 1) * part))).join(' / ');
}

interface Morning {
  readonly fleet: FarFleet;
  readonly gateway: FarGateway;
  readonly database: Database;
  readonly terminals: number;
}

async function rush({ fleet, gateway, database, terminals }: Morning, perSecond: number, forMs: number) {
  const before = new Set((await fleet.truth()).map(([serial, ordinal]) => `${serial} ${ordinal}`));
  const [cpuBeforeMs, serverBeforeMs] = [gateway.cpuMs(), await serverCpuMs(database)];
  const depths: number[] = [];
  let watching = true;
  const watch = (async () => {
    while (watching) {
      depths.push(await gateway.depth().catch(() => 0));
      await sleep(250);
    }
  })();
  const made = await fleet.punch(perSecond, forMs);
  watching = false;
  await watch;
  const truth = await fleet.truth();
  await untilStored(database, terminals * history + truth.length, 5 * 60_000);
  const cpuMs = gateway.cpuMs() - cpuBeforeMs;
  const serverMs = (await serverCpuMs(database)) - serverBeforeMs;
  const committed = await commitTimes(database);
  const punches = truth.flatMap(([serial, ordinal, atMs]) => {
    const key = `${serial} ${ordinal}`;
    const stored = committed.get(key);
    return before.has(key) || stored === undefined ? [] : [{ atMs, ...stored }];
  });
  const delaysMs = punches.map(({ atMs, committedMs }) => committedMs - atMs);
  const readMs = punches.map(({ atMs, readAtMs }) => readAtMs - atMs);
  return { made, delaysMs, readMs, depths, cpuMs, serverMs };
}

/** Processor time of the processes of the server that are there now, in milliseconds; the gateway keeps its connections. */
async function serverCpuMs({ pool }: Database): Promise<number> {
  const { rows } = await pool.query<{ pid: number }>('select pid from pg_stat_activity');
  return rows.reduce((sum, { pid }) => sum + cpuMsOf(pid), 0);
}

/** When each row was read from its terminal, by the gateway, and when its transaction was committed, by the server. */
async function commitTimes({ pool }: Database): Promise<Map<string, { committedMs: number; readAtMs: number }>> {
  const { rows } = await pool.query<{ key: string; ms: string; read: string }>(
    `select terminal_serial || ' ' || ordinal as key,
            (extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000)::text as ms,
            (extract(epoch from received_at) * 1000)::text as read
     from punch where ordinal >= ${history} and pg_xact_commit_timestamp(xmin) is not null`,
  );
  return new Map(rows.map(({ key, ms, read }) => [key, { committedMs: Number(ms), readAtMs: Number(read) }]));
}

/** The least it can take: one row, committed to disk, 99th percentile. */
async function commitMs({ pool }: Database): Promise<number> {
  await pool.query('create table floor (n integer)');
  const ms: number[] = [];
  for (let made = 0; made < commits; made += 1) {
    const startedMs = performance.now();
    await pool.query('insert into floor values (1)');
    ms.push(performance.now() - startedMs);
  }
  return quantile(ms, 0.99);
}
