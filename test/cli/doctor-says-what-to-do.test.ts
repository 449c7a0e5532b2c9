import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { upsertTerminalStates } from '../../src/store/terminal-state.ts';
import { createTestDatabase } from '../tools/database.ts';
import { inProcess } from './in-process.ts';

const database = await createTestDatabase();
let folder = '';
let listener: Server;
let openPort = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gerbang-doctor-'));
  listener = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  openPort = typeof address === 'object' ? (address?.port ?? 0) : 0;
  await sql`insert into office (code, name, time_zone) values ('dinkes', 'Dinas Kesehatan', 'Asia/Jakarta')`.execute(
    database.db,
  );
  await sql`insert into set_aside (reason_code, reason, content, fingerprint) values ('X', 'y', '', 'z')`.execute(
    database.db,
  );
  const common = {
    officeCode: 'dinkes',
    serial: null,
    address: '10.1.1.1:4370',
    errorText: null,
    lastAttemptMs: null,
    lastReadMs: null,
    offsetMs: null,
    offsetBoundMs: null,
    records: null,
    recordCapacity: null,
    users: null,
    firmware: null,
    platform: null,
    deviceName: null,
  };
  await upsertTerminalStates(database.db, [
    { ...common, terminalName: 'Lobi', state: 'ok', errorCode: null, failingSinceMs: null },
    { ...common, terminalName: 'Aula', state: 'failing', errorCode: 'NET_REFUSED', failingSinceMs: 1_000 },
  ]);
});
afterAll(async () => {
  await new Promise((resolve) => listener.close(resolve));
  await rm(folder, { recursive: true });
});

interface Found {
  readonly area: string;
  readonly finding: string;
  readonly state: string;
  readonly what: string;
  readonly next: string;
}
async function examine(args: readonly string[], env: Record<string, string>) {
  const { code, stdout } = await inProcess(['doctor', '--json', '--lang', 'en', ...args], {
    GERBANG_DATA_DIR: folder,
    ...env,
  });
  const { checks }: { checks: Found[] } = JSON.parse(stdout);
  return { code, checks, of: (finding: string) => checks.filter((one) => one.finding === finding) };
}

test('a database, its schema, its queue and each office are looked at, and the worst machine has a next step', async () => {
  const { checks, of } = await examine([], { DATABASE_URL: database.url });
  expect(new Set(checks.map(({ area }) => area))).toEqual(
    new Set(['machine', 'clock', 'database', 'gateway', 'queue', 'alerts', 'offices', 'broker']),
  );
  expect(of('schemaOk')).toHaveLength(1);
  expect(of('setAside')[0]?.what).toBe('1 batches were set aside whole for a person to look at.');
  const [office] = of('officePart');
  expect(office).toMatchObject({
    state: 'warn',
    what: expect.stringMatching(/^Dinas Kesehatan: 1 of 2 terminals are read\. Aula /),
  });
  expect(office?.next).not.toBe('');
  expect(checks.map(({ what }) => what).join()).not.toContain('%,');
});

test('what does not work is said, with exit code 1 and no password', async () => {
  const env = {
    DATABASE_URL: 'postgres://gerbang:hunter2@127.0.0.1:1/gerbang',
    MQTT_URL: 'mqtt://gerbang:hunter2@127.0.0.1:1',
  };
  const { code, checks, of } = await examine([], env);
  expect(code).toBe(1);
  expect(of('databaseAway')[0]).toMatchObject({ state: 'bad', what: expect.stringContaining('STORE_UNAVAILABLE') });
  expect(of('brokerAway')[0]).toMatchObject({ state: 'bad', what: expect.stringContaining('127.0.0.1:1') });
  expect(JSON.stringify(checks)).not.toContain('hunter2');
  const { stdout } = await inProcess(['doctor'], { ...env, GERBANG_DATA_DIR: folder });
  expect(stdout).toMatch(/✗ Postgres tidak dapat dipakai \(STORE_UNAVAILABLE\)\.\n {6}→ Periksa server/);
});

test('a configuration is checked, and its terminals are tried when asked', async () => {
  const file = join(folder, 'gerbang.yaml');
  const terminals = `[ { name: Lobi, host: 127.0.0.1, port: ${openPort} }, { name: Aula, host: 127.0.0.1, port: 1 } ]`;
  await writeFile(
    file,
    `offices: [ { code: dinkes, name: Dinkes, timeZone: Asia/Jakarta, terminals: ${terminals} } ]\n`,
  );
  const env = { DATABASE_URL: database.url, MQTT_URL: `mqtt://127.0.0.1:${openPort}` };
  const { of } = await examine(['--config', file, '--connect'], env);
  expect(of('configOk')[0]?.what).toContain('1 offices, 2 terminals');
  expect(of('portClosed').map(({ what }) => what)).toEqual([
    'dinkes Aula: no connection from this computer (ECONNREFUSED).',
  ]);
  expect(of('portsOk')[0]?.what).toBe('1 terminals take connections from this computer.');
  expect(of('brokerOk')).toHaveLength(1);
  await writeFile(file, 'offices: [ { code: dinkes } ]\n');
  const faulty = await examine(['--config', file], env);
  expect([faulty.code, faulty.of('configBad')[0]?.state]).toEqual([1, 'bad']);
});
