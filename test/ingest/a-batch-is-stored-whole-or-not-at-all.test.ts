import { sql } from 'kysely';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import { readCursor, readStoredImage } from '../../src/store/cursor.ts';
import { openDatabase } from '../../src/store/database.ts';
import { registerTerminal } from '../../src/store/terminals.ts';
import { createTestDatabase } from '../tools/database.ts';
import { batchOf, means, morning, record, sample } from './batches.ts';

const { db, url } = await createTestDatabase();

async function ordinalsOf(serial: string): Promise<number[]> {
  const rows = await db
    .selectFrom('attendance')
    .select(['epoch', 'ordinal'])
    .where('terminal_serial', '=', serial)
    .orderBy('epoch')
    .orderBy('ordinal')
    .execute();
  return rows.map((row) => row.ordinal);
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('the first batch of a terminal', () => {
  test('stores evidence, conclusion, sample, cursor and what is to be published', async () => {
    const presentAtMs = Date.UTC(2026, 2, 2, 3, 0, 0);
    const log = [record('2026-03-02 07:31:05', '19', 15, 1)];
    // Two minutes ahead: the screen shows 10:02:00 local when it is 10:00:00 local, 03:00:00 UTC.
    const samples = [sample(presentAtMs - 500, 120_000), sample(presentAtMs + 300, 120_000, 'after-read')];
    const applied = await applyBatch(
      db,
      batchOf('FIRST1', log, { samples, bracket: { absentAtMs: null, presentAtMs }, readThroughMs: presentAtMs - 100 }),
      means,
    );
    expect(applied).toEqual({ outcome: 'applied', stored: 1, revised: 0, contradicted: 0 });

    const row = await db
      .selectFrom('attendance')
      .selectAll()
      .where('terminal_serial', '=', 'FIRST1')
      .executeTakeFirst();
    expect(row).toMatchObject({
      punch_id: 'FIRST1-1-0',
      office_code: 'kominfo',
      pin: '19',
      person_id: null,
      device_time: '2026-03-02 07:31:05',
      verify_mode: 15,
      punch_state: 1,
      work_code: 0,
      source: 'pull',
      received_at: presentAtMs,
      revision: 1,
      suspect: null,
      time_status: 'provisional',
    });
    // Shown 07:31:05 at UTC+7 on a clock two minutes ahead: 00:29:05 UTC, and the second it stood there.
    const truth = Date.UTC(2026, 2, 2, 0, 29, 5);
    expect(Math.abs((row?.occurred_at ?? 0) - truth)).toBeLessThan(1_000);
    expect(row?.earliest).toBeLessThanOrEqual(truth);
    expect(row?.latest).toBeGreaterThan(truth);

    const punch = await db.selectFrom('punch').selectAll().where('terminal_serial', '=', 'FIRST1').executeTakeFirst();
    expect(punch?.raw.equals(log[0] ?? Buffer.alloc(0))).toBe(true);
    // (26 × 372 + 2 × 31 + 1) × 86,400 + 7 × 3,600 + 31 × 60 + 5
    expect(punch?.device_time_raw).toBe(841_131_065);
    expect(punch?.absent_at).toBeNull();

    const offsets = await db.selectFrom('clock_sample').selectAll().where('terminal_serial', '=', 'FIRST1').execute();
    expect(offsets).toHaveLength(2);
    for (const { offset_earliest_ms, offset_latest_ms } of offsets) {
      expect(offset_earliest_ms).toBeLessThanOrEqual(120_000);
      expect(offset_latest_ms).toBeGreaterThan(120_000);
    }

    expect(await readCursor(db, 'FIRST1')).toMatchObject({
      serial: 'FIRST1',
      epoch: 1,
      base: 0,
      next: 1,
      layout: 'zk40',
      strideBytes: 40,
      readThroughMs: presentAtMs - 100,
      verifiedAtMs: null,
    });
    const lines = await db.selectFrom('outbox').selectAll().where('terminal_serial', '=', 'FIRST1').execute();
    expect(lines.map((line) => [line.epoch, line.from_ordinal, line.to_ordinal])).toEqual([[1, 0, 1]]);
    const epochs = await db.selectFrom('log_epoch').selectAll().where('terminal_serial', '=', 'FIRST1').execute();
    expect(epochs).toMatchObject([{ epoch: 1, reason: 'first-contact', prior_next: 0 }]);
  });

  test.each(['unknown', 'known'])(
    'delivered eight times at once, of an %s terminal, is stored once',
    async (already) => {
      const serial = `ONCE-${already}`;
      if (already === 'known') await registerTerminal(db, { serial, officeCode: 'kominfo', name: 'Lobi' });
      const batch = batchOf(serial, morning(50));
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => applyBatch(db, batch, means)));
      expect(outcomes.filter(({ outcome }) => outcome === 'applied')).toEqual([
        { outcome: 'applied', stored: 50, revised: 0, contradicted: 0 },
      ]);
      expect(await ordinalsOf(serial)).toEqual(upTo(50));
      const lines = await db.selectFrom('outbox').select('outbox_id').where('terminal_serial', '=', serial).execute();
      expect(lines).toHaveLength(1);
    },
  );
});

describe('a later batch', () => {
  const log = morning(100);

  test('waits for its predecessor, continues it, and overlaps it only where the bytes agree', async () => {
    const apply = (from: number, to: number, records = log) =>
      applyBatch(db, batchOf('LATER1', records, { from, to }), means);
    await expect(apply(40, 60)).rejects.toMatchObject({ code: 'BATCH_AHEAD' });
    expect(await apply(0, 40)).toMatchObject({ stored: 40 });
    expect(await apply(40, 60)).toMatchObject({ stored: 20 });
    expect(await apply(40, 60)).toEqual({ outcome: 'already', stored: 0, revised: 0, contradicted: 0 });
    expect(await apply(50, 100)).toMatchObject({ outcome: 'applied', stored: 40 });
    expect(await ordinalsOf('LATER1')).toEqual(upTo(100));
    const stored = await readStoredImage(db, 'LATER1', 1, 0, 100);
    expect(Buffer.compare(stored, Buffer.concat(log))).toBe(0);
  });

  test('that repeats stored records with one bit changed is refused, near the cursor and far behind it', async () => {
    await applyBatch(db, batchOf('BIT1', morning(200)), means);
    for (const at of [2, 199]) {
      const altered = morning(210).map((bytes, n) =>
        n === at ? Buffer.from(bytes.map((b, i) => (i === 3 ? b ^ 1 : b))) : bytes,
      );
      const attempt = applyBatch(db, batchOf('BIT1', altered), means);
      await expect(attempt, `record ${at}`).rejects.toMatchObject({ code: 'BATCH_CONTRADICTS_STORED' });
    }
    expect(await ordinalsOf('BIT1')).toEqual(upTo(200));
  });

  test('that only brings samples moves the time read through, and its samples are kept once', async () => {
    await applyBatch(db, batchOf('EMPTY1', morning(3)), means);
    const quiet = batchOf('EMPTY1', morning(3), {
      from: 3,
      to: 3,
      samples: [sample(Date.UTC(2026, 2, 2, 13), 0)],
      readThroughMs: Date.UTC(2026, 2, 2, 13),
    });
    // Its sample is the first: records that had no time at all get one.
    expect(await applyBatch(db, quiet, means)).toEqual({ outcome: 'applied', stored: 0, revised: 3, contradicted: 0 });
    await applyBatch(db, quiet, means);
    expect((await readCursor(db, 'EMPTY1'))?.readThroughMs).toBe(Date.UTC(2026, 2, 2, 13));
    const samples = await db.selectFrom('clock_sample').selectAll().where('terminal_serial', '=', 'EMPTY1').execute();
    expect(samples).toHaveLength(1);
  });
});

describe('a batch of a lease that has passed on', () => {
  test('is refused, unless what it holds is stored already', async () => {
    const log = morning(20);
    await applyBatch(db, batchOf('FENCE1', log, { to: 10, fence: 5 }), means);
    expect(await applyBatch(db, batchOf('FENCE1', log, { to: 10, fence: 4 }), means)).toMatchObject({
      outcome: 'already',
    });
    const late = applyBatch(db, batchOf('FENCE1', log, { from: 10, fence: 4 }), means);
    await expect(late).rejects.toMatchObject({ code: 'BATCH_FENCED' });
    expect(await ordinalsOf('FENCE1')).toEqual(upTo(10));
    expect(await applyBatch(db, batchOf('FENCE1', log, { from: 10, fence: 6 }), means)).toMatchObject({ stored: 10 });
  });
});

describe('a failure in the middle', () => {
  async function rowsOf(serial: string): Promise<number> {
    const counts = await sql<{ rows: number }>`
      select (select count(*) from punch where terminal_serial = ${serial})
           + (select count(*) from attendance_time where terminal_serial = ${serial})
           + (select count(*) from clock_sample where terminal_serial = ${serial})
           + (select count(*) from clock_model where terminal_serial = ${serial})
           + (select count(*) from evidence_batch where terminal_serial = ${serial})
           + (select count(*) from terminal_log where serial = ${serial})
           + (select count(*) from terminal where serial = ${serial})
           + (select count(*) from log_epoch where terminal_serial = ${serial})
           + (select count(*) from outbox where terminal_serial = ${serial}) as rows`.execute(db);
    return counts.rows[0]?.rows ?? -1;
  }

  test('of the decoder leaves nothing', async () => {
    const batch = batchOf('DECODE1', morning(5), { samples: [sample(Date.UTC(2026, 2, 2, 12), 0)] });
    const short = { ...means, decode: () => [] };
    await expect(applyBatch(db, batch, short)).rejects.toMatchObject({ code: 'BATCH_MALFORMED' });
    expect(await rowsOf('DECODE1')).toBe(0);
  });

  test('of the bytes leaves nothing', async () => {
    const batch = {
      ...batchOf('SHORT1', morning(5)),
      recordsBase64: morning(4)
        .map((bytes) => bytes.toString('base64'))
        .join(''),
    };
    await expect(applyBatch(db, batch, means)).rejects.toMatchObject({ code: 'BATCH_MALFORMED' });
    expect(await rowsOf('SHORT1')).toBe(0);
  });

  test('of the connection, wherever it breaks, leaves all or nothing, and a second try ends the same', async () => {
    const batch = batchOf('BREAK1', morning(10), { samples: [sample(Date.UTC(2026, 2, 2, 12), 0)] });
    const killer = new pg.Client({ connectionString: url });
    await killer.connect();
    const whole = await (async () => {
      await applyBatch(db, { ...batch, serial: 'WHOLE1' }, means);
      return rowsOf('WHOLE1');
    })();
    // The n-th statement of the transaction never returns: its connection is killed just before.
    let isThrough = false;
    for (let breakAt = 1; !isThrough && breakAt <= 60; breakAt += 1) {
      const victim = openDatabase(url, { maxConnections: 1, applicationName: 'victim' });
      let statements = 0;
      const client = await victim.pool.connect();
      const query = client.query.bind(client);
      Object.assign(client, {
        query: async (text: string, values: unknown[]) => {
          statements += 1;
          if (statements === breakAt) {
            await killer.query(
              `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'victim'`,
            );
          }
          return query(text, values);
        },
      });
      client.release();
      const outcome = await applyBatch(victim.db, { ...batch, serial: `BREAK${breakAt}` }, means).then(
        () => 'applied',
        (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
      );
      await victim.close();
      const broke = breakAt <= statements;
      isThrough = !broke;
      expect(outcome, `statement ${breakAt}`).toBe(broke ? 'STORE_UNAVAILABLE' : 'applied');
      expect(await rowsOf(`BREAK${breakAt}`), `statement ${breakAt}`).toBe(broke ? 0 : whole);
      await applyBatch(db, { ...batch, serial: `BREAK${breakAt}` }, means);
      expect(await rowsOf(`BREAK${breakAt}`), `statement ${breakAt}, second try`).toBe(whole);
    }
    await killer.end();
    expect(isThrough).toBe(true);
  }, 120_000);
});
