import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import { startFleet } from '../../device-sim/fleet.ts';
import { parseConfig } from '../../src/config.ts';
import { type Gateway, startGateway } from '../../src/gateway.ts';
import { silentLog } from '../../src/log.ts';
import { changeSetup, type SetupWish, type TypedTerminal } from '../../src/setup/change.ts';
import { createKeyBox } from '../../src/setup/key-box.ts';
import { startChosenQueue } from '../tools/chosen-queue.ts';
import { createTestDatabase } from '../tools/database.ts';
import { redisMissing, startRedis } from '../tools/redis.ts';

const database = await createTestDatabase();
const queue = await startChosenQueue();
const fleet = await startFleet({ terminals: 3, seed: 15, scenario: { defaults: { history: 40, users: 20 } } });
const folder = await mkdtemp(join(tmpdir(), 'gerbang-setup-'));
const gateways: Gateway[] = [];
const secret = 'rahasia untuk pengujian';
const file = parseConfig('web: { port: 0 }', {});
const rules = { allowLoopback: true, services: [] };
const means = { file, database, rules, rehearsal: true, keys: createKeyBox(secret) };
const actor = { actorKind: 'account', actor: 'penguji' } as const;

afterAll(async () => {
  for (const gateway of gateways) await gateway.stop();
  await queue.stop();
  await fleet.stop();
  await rm(folder, { recursive: true, force: true });
});

const change = (...wishes: SetupWish[]) => changeSetup(means, wishes, actor);

function office(code: string): SetupWish {
  const settings = { pollEverySeconds: 1 };
  return { do: 'put-office', office: { code, name: `Dinas ${code}`, timeZone: 'Asia/Jakarta', settings } };
}

function machine(officeCode: string, name: string, at: number): SetupWish {
  const port = fleet.terminals[at]?.port ?? 0;
  const rest = { serial: null, driver: 'zk', transport: 'tcp', quirks: [], commKey: null };
  const terminal: TypedTerminal = { officeCode, name, host: '127.0.0.1', port, ...rest };
  return { do: 'put-terminal', terminal };
}

async function start(redisUrl: string | undefined, exclusiveDatabase: boolean): Promise<Gateway> {
  const gateway = await startGateway({
    config: file,
    databaseUrl: database.url,
    exclusiveDatabase,
    redisUrl,
    rehearsal: true,
    secret,
    log: silentLog(),
    leaseMs: 3_000,
  });
  gateways.push(gateway);
  return gateway;
}

/** Rows of a terminal of the fleet. */
async function stored(at: number): Promise<number> {
  const serial = fleet.terminals[at]?.serial ?? '';
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from punch where terminal_serial = ${serial}`.execute(database.db);
  return rows[0]?.count ?? 0;
}

async function untilStored(at: number, rows: number): Promise<void> {
  await expect.poll(() => stored(at), { timeout: 30_000, interval: 100 }).toBe(rows);
}

function punch(at: number): void {
  fleet.terminals[at]?.terminal.punch({ pin: '1001', verifyMode: 1, punchState: 0 });
}

/** Places on the board, and where they are polled. */
async function board(): Promise<readonly string[]> {
  const { rows } = await sql<{ place: string }>`
    select office_code || '/' || terminal_name || ' ' || address as place from terminal_state order by 1`.execute(
    database.db,
  );
  return rows.map(({ place }) => place);
}

/** A new number means that it was stopped and started. */
async function fence(at: number): Promise<number> {
  const { rows } = await sql<{ fence: number }>`
    select fence from terminal_lease where lease_key = ${`127.0.0.1:${fleet.terminals[at]?.port}`}`.execute(
    database.db,
  );
  return rows[0]?.fence ?? 0;
}

test('an office is added, changed and removed while others go on', { timeout: 120_000 }, async () => {
  await start(queue.redisUrl, true);
  expect((await change(office('dinkes'), machine('dinkes', 'Lobi', 0))).outcomes).toEqual(['added', 'added']);
  await untilStored(0, 40);
  const before = await change(office('disdik'), machine('disdik', 'Aula', 1));
  expect(before.faults).toEqual([]);
  await untilStored(1, 40);

  const undisturbed = await fence(0);
  await change(machine('disdik', 'Aula', 2));
  await expect.poll(board, { timeout: 30_000 }).toContain(`disdik/Aula 127.0.0.1:${fleet.terminals[2]?.port}`);
  punch(0);
  await untilStored(0, 41);

  await change({ do: 'remove-terminal', officeCode: 'disdik', name: 'Aula' });
  await change({ do: 'remove-office', code: 'disdik' });
  await expect.poll(board, { timeout: 30_000 }).toEqual([`dinkes/Lobi 127.0.0.1:${fleet.terminals[0]?.port}`]);
  punch(1);
  punch(0);
  await untilStored(0, 42);
  // Evidence stays; nothing new comes from what was removed.
  expect(await stored(1)).toBe(40);
  expect(await fence(0)).toBe(undisturbed);
  await gateways.pop()?.stop();
});

test('two gateways share what was added in the browser', { timeout: 120_000 }, async (context) => {
  const redis = await startRedis(folder);
  if (redis === null) return context.skip(redisMissing);
  await start(redis.url, false);
  await start(redis.url, false);
  await change(office('setda'), machine('setda', 'Lobi', 2));
  await untilStored(2, 40);
  const held = async (): Promise<number> => {
    const { rows } = await sql<{ holders: number }>`
      select count(distinct holder)::int as holders from terminal_lease
      where lease_key in ('office:setda', 'office:dinkes') and expires_at > now()`.execute(database.db);
    return rows[0]?.holders ?? 0;
  };
  await expect.poll(held, { timeout: 30_000 }).toBe(2);
  punch(0);
  punch(2);
  await untilStored(0, 43);
  await untilStored(2, 41);
  for (const gateway of gateways.splice(0)) await gateway.stop();
  await redis.stop();
});
