import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import { registerOffice } from '../../src/store/terminals.ts';
import { batchOf, means, record, sample } from '../ingest/batches.ts';
import { createTestDatabase } from '../tools/database.ts';
import { inProcess } from './in-process.ts';

const database = await createTestDatabase();
const env = { DATABASE_URL: database.url };
/** 07:30 in Jakarta on 2 March 2026. */
const pollMs = Date.UTC(2026, 2, 2, 0, 30);
const minuteMs = 60_000;

/** Two minutes fast: a punch whose record shows 07:31:40 was made at 07:29:40. */
const log = [record('2026-03-02 07:31:40', '987654'), record('2026-03-02 07:33:10', '1002')];
const burst = (atMs: number, kind: 'before-read' | 'after-read') =>
  [0, 1_125, 2_250, 3_375].map((laterMs) => sample(atMs + laterMs, 120_000, kind));

beforeAll(async () => {
  await registerOffice(database.db, { code: 'kominfo', name: 'Dinas <Kominfo>', timeZone: 'Asia/Jakarta' });
  const look = (atMs: number) => ({
    absentAtMs: atMs - minuteMs,
    presentAtMs: atMs,
    samples: burst(atMs - 5_000, 'before-read'),
  });
  const first = look(pollMs);
  await applyBatch(
    database.db,
    batchOf('CKJ-5', log, {
      from: 0,
      to: 1,
      terminalName: 'Lobi \u001b[31mmerah',
      samples: [...burst(pollMs - minuteMs, 'before-read'), ...first.samples],
      bracket: { absentAtMs: null, presentAtMs: pollMs },
      readThroughMs: pollMs - 100,
    }),
    means,
  );
  const second = look(pollMs + 2 * minuteMs);
  await applyBatch(
    database.db,
    batchOf('CKJ-5', log, {
      from: 1,
      to: 2,
      terminalName: 'Lobi \u001b[31mmerah',
      samples: second.samples,
      bracket: { absentAtMs: pollMs, presentAtMs: pollMs + 2 * minuteMs },
      readThroughMs: pollMs + 2 * minuteMs - 100,
    }),
    means,
  );
});

describe('gerbang explain', () => {
  test('prints the sheet of a punch, in Indonesian, with nothing that steers a terminal window', async () => {
    const { code, stdout, stderr } = await inProcess(['explain', 'CKJ-5-1-1'], env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Penjelasan waktu sebuah catatan: CKJ-5-1-1\n/);
    expect(stdout).toContain('Catatan ini terjadi pada Senin, 2 Maret 2026 pukul 07:31:');
    expect(stdout).toContain('Dinas <Kominfo> (kominfo), Asia/Jakarta (WIB)');
    expect(stdout).toContain('Waktu di mesin:    2026-03-02 07:33:10');
    expect(stdout).toContain('COCOK: bukti yang sama, jawaban yang sama');
    expect(stdout).toMatch(/Kiriman bukti: +nomor 2 dari mesin ini/);
    expect(stdout).not.toContain('\u001b');
  });

  test('says the same in English', async () => {
    const { code, stdout } = await inProcess(['explain', 'CKJ-5-1-1', '--lang', 'en'], env);
    expect(code).toBe(0);
    expect(stdout).toContain('This punch happened on Monday, 2 March 2026 at 07:31:');
    expect(stdout).toContain('MATCH: the same evidence, the same answer');
  });

  test('is JSON with the numbers themselves', async () => {
    const { code, stdout } = await inProcess(['explain', 'CKJ-5-1-1', '--json'], env);
    expect(code).toBe(0);
    const { rows } = await sql<{ occurred_at: number }>`
      select occurred_at from attendance where punch_id = 'CKJ-5-1-1'`.execute(database.db);
    expect(JSON.parse(stdout)).toMatchObject({
      punchId: 'CKJ-5-1-1',
      serial: 'CKJ-5',
      written: { pin: '1002', rawHex: log[1]?.toString('hex') },
      stored: { occurredAtMs: rows[0]?.occurred_at, status: expect.any(String) },
      rebuilt: { from: 'stored', modelVersion: expect.any(Number) },
      alarms: [],
    });
  });

  test.each(['CKJ-5-1-2', 'CKJ-5-2-0', 'ckj-5-1-0', 'CKJ-5', "x' or 1=1 --1-1", ''])(
    'knows no punch %j, and says how ids look',
    async (id) => {
      const { code, stdout, stderr } = await inProcess(['explain', id], env);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain('Tidak ada catatan dengan nomor ini. [PUNCH_UNKNOWN]');
      expect(stderr).toContain('Langkah berikut: Salin nomornya');
    },
  );
});

/** Somebody with the rights of the database's owner, who switches off what guards the evidence. */
async function asIntruder(statement: string): Promise<void> {
  const client = await database.pool.connect();
  try {
    await client.query(`begin; set local session_replication_role = replica; ${statement}; commit`);
  } finally {
    client.release();
  }
}

describe('when what is stored was altered', () => {
  test('a clock sample that was changed is shouted, and the command fails', async () => {
    await asIntruder(`update clock_sample set device_time = device_time + interval '3 minutes'
      where sampled_at = (select max(sampled_at) from clock_sample)`);
    const { code, stdout } = await inProcess(['explain', 'CKJ-5-1-1'], env);
    expect(code).toBe(1);
    expect(stdout).toContain('!!! BUKTI TIDAK COCOK');
    await asIntruder(`update clock_sample set device_time = device_time - interval '3 minutes'
      where sampled_at = (select max(sampled_at) from clock_sample)`);
    expect((await inProcess(['explain', 'CKJ-5-1-1'], env)).code).toBe(0);
  });

  test('an answer that was changed is shouted too', async () => {
    await sql`update attendance_time set occurred_at = occurred_at - interval '5 minutes' where ordinal = 1`.execute(
      database.db,
    );
    const { code, stdout } = await inProcess(['explain', 'CKJ-5-1-1', '--lang', 'en'], env);
    expect(code).toBe(1);
    expect(stdout).toContain('!!! THE ANSWER IS NOT THE SAME');
    expect(stdout).toContain('Worked out again');
    await sql`update attendance_time set occurred_at = occurred_at + interval '5 minutes' where ordinal = 1`.execute(
      database.db,
    );
  });

  test('a punch from before there were versions is worked out now, and says so', async () => {
    await sql`update attendance_time set model_version = null where ordinal = 0`.execute(database.db);
    const { code, stdout } = await inProcess(['explain', 'CKJ-5-1-0'], env);
    expect(code).toBe(0);
    expect(stdout).toContain('!!! Catatan ini lebih tua daripada model berversi.');
    expect(stdout).toContain('belum ada versi tersimpan');
  });
});
