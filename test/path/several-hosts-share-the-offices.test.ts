import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import { startFleet } from '../../device-sim/fleet.ts';
import { compare } from '../../src/cli/demo/compare.ts';
import { readAudit } from '../../src/store/audit.ts';
import { createTestDatabase } from '../tools/database.ts';
import { judged } from '../tools/judged.ts';
import { programArguments, rootFolder } from '../tools/program.ts';
import { redisMissing, startRedis } from '../tools/redis.ts';

const offices = 6;
const database = await createTestDatabase();
const fleet = await startFleet({ terminals: offices, seed: 8, scenario: { defaults: { history: 300, users: 50 } } });
const folder = await mkdtemp(join(tmpdir(), 'gerbang-hosts-'));
const redis = await startRedis(folder);
const gateways: ChildProcess[] = [];

afterAll(async () => {
  for (const gateway of gateways) gateway.kill('SIGKILL');
  await redis?.stop();
  await fleet.stop();
  await rm(folder, { recursive: true, force: true });
});

async function writeConfig(): Promise<string> {
  const file = join(folder, 'gerbang.yaml');
  const configured = fleet.terminals.map(({ port, serial }, at) => ({
    code: `opd${at}`,
    name: `OPD ${at}`,
    timeZone: 'Asia/Jakarta',
    pollEverySeconds: 1,
    terminals: [{ name: 'Lobi', host: '127.0.0.1', port, serial }],
  }));
  await writeFile(file, JSON.stringify({ offices: configured }));
  return file;
}

function start(config: string, redisUrl: string): ChildProcess {
  const gateway = spawn(process.execPath, programArguments('start', '--config', config), {
    cwd: rootFolder,
    env: { ...process.env, DATABASE_URL: database.url, REDIS_URL: redisUrl, PORT: '0', LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  gateways.push(gateway);
  return gateway;
}

/** How many offices each process polls, by its pid; leases that ran out count for nobody. */
async function shares(): Promise<ReadonlyMap<number, number>> {
  const { rows } = await sql<{ pid: number; held: number }>`
    select h.pid, count(*)::int as held
    from terminal_lease l join gateway_host h on h.holder = l.holder
    where l.lease_key like 'office:%' and l.expires_at > now()
    group by h.pid`.execute(database.db);
  return new Map(rows.map(({ pid, held }) => [pid, held]));
}

async function untilShared(...wanted: readonly (readonly [ChildProcess, number])[]): Promise<void> {
  const expected = new Map(wanted.map(([gateway, held]) => [gateway.pid ?? 0, held]));
  await expect.poll(shares, { timeout: 90_000, interval: 250 }).toEqual(expected);
}

function punchEverywhere(): void {
  for (const { terminal } of fleet.terminals) {
    for (let made = 0; made < 5; made += 1) {
      terminal.punch({ pin: String(1001 + made), verifyMode: 1, punchState: 0 });
    }
  }
}

async function untilStored(): Promise<void> {
  const made = fleet.ledger.entries.length;
  const stored = async (): Promise<number> => {
    const { rows } = await sql<{ count: number }>`select count(*)::int as count from punch`.execute(database.db);
    return rows[0]?.count ?? 0;
  };
  await expect.poll(stored, { timeout: 90_000, interval: 250 }).toBe(made);
}

test('gateways share the offices, one that dies is replaced, one that wakes from a freeze writes nothing', {
  ...judged,
  timeout: 400_000,
}, async (context) => {
  if (redis === null) return context.skip(redisMissing);
  const config = await writeConfig();
  const first = start(config, redis.url);
  await untilShared([first, 6]);
  const second = start(config, redis.url);
  await untilShared([first, 3], [second, 3]);
  await untilStored();

  first.kill('SIGKILL');
  punchEverywhere();
  await untilShared([second, 6]);
  await untilStored();

  const third = start(config, redis.url);
  await untilShared([second, 3], [third, 3]);
  third.kill('SIGSTOP');
  punchEverywhere();
  await untilShared([second, 6]);
  await untilStored();
  punchEverywhere();
  third.kill('SIGCONT');
  await untilShared([second, 3], [third, 3]);
  await untilStored();

  // One that stops in order passes its offices on without anybody waiting for leases to run out.
  const gone = once(second, 'exit');
  second.kill('SIGTERM');
  expect((await gone)[0]).toBe(0);
  await untilShared([third, 6]);
  punchEverywhere();
  await untilStored();

  const serials = fleet.terminals.map(({ serial }) => serial);
  const made = fleet.ledger.entries.length;
  const result = compare(fleet.ledger.entries, await readAudit(database.db, serials), { terminals: offices, offices });
  expect(result).toMatchObject({ made, stored: made, lost: 0, doubled: 0, outsideBounds: 0 });
});
