import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { insertAlarm } from '../../src/store/alarms.ts';
import { enrolConsumer, noteFailure } from '../../src/store/consumers.ts';
import { openDatabase } from '../../src/store/database.ts';
import { type TerminalState, upsertTerminalStates } from '../../src/store/terminal-state.ts';
import { registerTerminal } from '../../src/store/terminals.ts';
import { createTestDatabase } from '../tools/database.ts';
import { gerbang } from './gerbang.ts';
import { inProcess } from './in-process.ts';

// A process of its own, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 });

const database = await createTestDatabase();
const env = { DATABASE_URL: database.url };
let folder = '';

function state(terminalName: string, facts: Partial<TerminalState>): TerminalState {
  return {
    officeCode: 'kominfo',
    terminalName,
    serial: null,
    address: '10.10.1.21:4370',
    state: 'waiting',
    errorCode: null,
    errorText: null,
    failingSinceMs: null,
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
    ...facts,
  };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gerbang-status-'));
  await sql`insert into office (code, name, time_zone) values ('kominfo', 'Dinas Kominfo', 'Asia/Makassar')`.execute(
    database.db,
  );
  await enrolConsumer(database.db, 'webhook:payroll', 'now');
  await noteFailure(database.db, 'webhook:payroll', 0, 'retrying', 'HTTP 503');
  await registerTerminal(database.db, { serial: 'ABC123', officeCode: 'kominfo', name: 'Lobi' });
  await insertAlarm(database.db, {
    ...{ serial: 'ABC123', epoch: 2, from: 40, to: 43, modelVersion: 9, earlierVersion: 7 },
    earlier: { earliestMs: 1_000, latestMs: 2_000, status: 'final' },
    later: { earliestMs: 3_000, latestMs: 4_000, status: 'final' },
  });
  const nowMs = Date.now();
  await upsertTerminalStates(database.db, [
    state('Lobi', {
      serial: 'ABC123',
      state: 'ok',
      lastReadMs: nowMs - 200_000,
      offsetMs: 130_200,
      offsetBoundMs: 42,
      records: 85_000,
      recordCapacity: 100_000,
    }),
    state('Pintu belakang lantai tiga sayap timur dekat tangga darurat', {
      state: 'failing',
      errorCode: 'NET_REFUSED',
      errorText: 'refused\u001b[31m',
      failingSinceMs: Date.UTC(2026, 2, 1, 23, 30, 0),
    }),
    state('Ruang rapat', { state: 'ok', errorCode: 'TERMINAL_CLOCK_BATTERY', lastReadMs: nowMs - 20_000 }),
  ]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('while a gateway is connected', () => {
  const gateway = openDatabase(database.url, { maxConnections: 1 });
  // A gateway keeps a connection that listens; one that is only idle would be closed by the pool.
  let release = (): void => undefined;
  beforeAll(async () => {
    const client = await gateway.pool.connect();
    release = () => client.release();
  });
  afterAll(async () => {
    release();
    await gateway.close();
  });

  it('is a table within 100 columns, with every problem and its next step, in Indonesian', async () => {
    const { code, stdout, stderr } = await gerbang(['status'], env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^OPD +Mesin +Keadaan +Terakhir terbaca +Selisih jam +Catatan +Terisi$/);
    expect(lines[1]).toMatch(/^kominfo +Lobi +terhubung +3 menit lalu +\+2 mnt 10 dtk ±0,05 +85\.000 +85 %$/);
    expect(lines[2]).toMatch(/^kominfo +Pintu belakang.*… +tidak terbaca +belum pernah +– +– +–$/);
    // Read as ever, and yet somebody has to go there.
    expect(lines[3]).toMatch(/^kominfo +Ruang rapat +perlu orang +/);
    expect(stdout).toContain('[TERMINAL_CLOCK_BATTERY]\n  Langkah berikut: Ganti baterai jam (koin)');
    for (const line of lines.slice(0, 4)) expect([...line].length).toBeLessThanOrEqual(100);
    expect(stdout).toMatch(/ Mesin menolak sambungan\. \[NET_REFUSED\] · sejak 2026-03-02 07:30:00 WITA \(.* lalu\)$/m);
    expect(stdout).toContain('\n  Langkah berikut: Periksa port-nya.');
    expect(stdout).toMatch(/^webhook:payroll: gagal sejak .* lalu \(HTTP 503\), semua sudah diterima$/m);
    expect(stdout).toMatch(
      /^kominfo\/Lobi: 3 baris bertentangan dengan hitungan sebelumnya · ABC123-2-40 · \d{4}-\d\d-\d\d$/m,
    );
    expect(lines.at(-3)).toMatch(/^2 dari 3 mesin terhubung · Antrean: 0 kiriman menunggu$/);
    expect(lines.at(-2)).toMatch(/^(Jam komputer ini paling jauh|Seberapa jauh jam komputer ini) /);
  });

  it('is JSON with numbers and ISO instants, configured terminals that were never seen included', async () => {
    const file = join(folder, 'gerbang.yaml');
    await writeFile(
      file,
      'offices: [ { code: pu, name: Dinas PU, timeZone: Asia/Jakarta, terminals: [ { name: Depan, host: 10.9.9.9 } ] } ]\n',
    );
    const { code, stdout } = await inProcess(['status', '--json', '--lang', 'en', '--config', file], env);
    expect(code).toBe(0);
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({ gatewayRunning: true, queue: { waiting: 0, errorCode: null, setAside: 0 } });
    expect(answer.consumers).toEqual([
      expect.objectContaining({ name: 'mqtt', state: 'ok', rowsBehind: 0 }),
      expect.objectContaining({ name: 'webhook:payroll', state: 'retrying', failures: 1, lastFailure: 'HTTP 503' }),
    ]);
    expect(answer.clockAlarms).toMatchObject([
      {
        office: 'kominfo',
        firstPunchId: 'ABC123-2-40',
        lastPunchId: 'ABC123-2-42',
        rows: 3,
        earlierVersion: 7,
        laterVersion: 9,
      },
    ]);
    expect(answer.offices.map((office: { code: string }) => office.code).sort()).toEqual(['kominfo', 'pu']);
    const [lobby, back, , front] = answer.terminals;
    expect(lobby).toMatchObject({
      serial: 'ABC123',
      state: 'ok',
      offsetMs: 130_200,
      offsetBoundMs: 42,
      fillPercent: 85,
    });
    expect(back).toMatchObject({
      errorCode: 'NET_REFUSED',
      failingSince: '2026-03-01T23:30:00.000Z',
      what: 'The terminal refused the connection.',
    });
    expect(front).toMatchObject({
      office: 'pu',
      name: 'Depan',
      address: '10.9.9.9:4370',
      state: 'waiting',
      lastRead: null,
    });
  });
});

describe('without a gateway', () => {
  it('shows what is known, says that none runs and exits with 1', async () => {
    const { code, stdout, stderr } = await inProcess(['status'], env);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Keadaan terakhir yang diketahui:\nOPD /);
    expect(stderr).toContain('Galat: Tidak ada Gerbang yang sedang berjalan. [GATEWAY_NOT_RUNNING]');
  });

  it('without a database either, says the same', async () => {
    const { code, stdout, stderr } = await inProcess(['status'], { GERBANG_DATA_DIR: join(folder, 'nothing-here') });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('[GATEWAY_NOT_RUNNING]');
  });

  it('with a database that is away, says that', async () => {
    const away = { DATABASE_URL: 'postgres://app:geheim@127.0.0.1:1/gone' };
    const { code, stderr } = await inProcess(['status', '--lang', 'en'], away);
    expect(code).toBe(1);
    expect(stderr).toContain('[STORE_UNAVAILABLE]');
    expect(stderr).not.toContain('geheim');
  });
});
