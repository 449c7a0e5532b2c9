import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Verification, verifyEvidence } from '../../src/evidence/verify.ts';
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import { batchOf, means, morning, record, sample } from '../ingest/batches.ts';
import { createTestDatabase } from '../tools/database.ts';

const { db } = await createTestDatabase();
const everything = { fromDay: null, toDay: null, serial: null, kept: [] };
const log = morning(20);
const second = [record('2026-03-04 07:00:00', '7'), record('2026-03-04 07:01:00', '8')];
const at = Date.UTC(2026, 2, 2, 3);

/** Evidence as versions before 0003 stored it: the same rows, without batches. */
async function forgetChain(): Promise<void> {
  await sql`set session_replication_role = replica; delete from evidence_batch; update clock_sample set seq = null;
            set session_replication_role = origin`.execute(db);
}

beforeAll(async () => {
  await applyBatch(db, batchOf('OLD', log, { to: 12, samples: [sample(at, 500)] }), means);
  const opens = { reason: 'log-cleared', priorEpoch: 1, priorNext: 12 } as const;
  await applyBatch(db, batchOf('OLD', second, { to: 1, epoch: 2, opens }), means);
  await applyBatch(db, batchOf('QUIET', log, { to: 3 }), means);
  await forgetChain();
});

describe('after an upgrade', () => {
  test('rows without a chain are counted and nothing is said against them', async () => {
    const found = await verifyEvidence(db, everything);
    expect(found.findings).toEqual([]);
    expect(found.tally).toMatchObject({
      batches: 0,
      terminalsWithoutChain: 2,
      unchained: { punches: 16, samples: 1, epochs: 3 },
    });
  });

  test('the first batch seals them as found, even one that repeats old records and brings a sample alone', async () => {
    await applyBatch(db, batchOf('OLD', log, { from: 2, to: 10, samples: [sample(at + 60_000, 500)] }), means);
    await applyBatch(db, batchOf('OLD', second, { from: 1, epoch: 2 }), means);
    const found = await verifyEvidence(db, everything);
    expect(found.findings).toEqual([]);
    expect(found.tally).toMatchObject({
      batches: 2,
      punches: 1,
      samples: 1,
      terminalsWithoutChain: 1,
      unchained: { punches: 16, samples: 1, epochs: 3 },
    });
  });

  async function afterwards(statement: string): Promise<Verification> {
    const all = `set session_replication_role = replica; ${statement}; set session_replication_role = origin`;
    await sql.raw(all).execute(db);
    return verifyEvidence(db, { ...everything, serial: 'OLD' });
  }
  const sealed = { table: 'evidence_batch', what: 'altered', serial: 'OLD', seqs: [1, 1] };

  test.each([
    [
      "update punch set pin = 'x' where terminal_serial = 'OLD' and epoch = 1 and ordinal = 3",
      "update punch set pin = '1003' where terminal_serial = 'OLD' and epoch = 1 and ordinal = 3",
    ],
    [
      "update log_epoch set prior_next = 13 where terminal_serial = 'OLD' and epoch = 2",
      "update log_epoch set prior_next = 12 where terminal_serial = 'OLD' and epoch = 2",
    ],
    [
      "update clock_sample set kind = 'hourly' where terminal_serial = 'OLD' and seq is null",
      "update clock_sample set kind = 'before-read' where terminal_serial = 'OLD' and seq is null",
    ],
    [
      "insert into punch (terminal_serial, epoch, ordinal, pin, device_time, device_time_raw, verify_mode, punch_state, work_code, raw, source, received_at) select 'OLD', 1, 12, pin, device_time, device_time_raw, verify_mode, punch_state, work_code, raw, source, received_at from (select * from punch where terminal_serial = 'QUIET' limit 1) p",
      "delete from punch where terminal_serial = 'OLD' and epoch = 1 and ordinal = 12",
    ],
  ])('from then on a change shows: %s', async (change, undo) => {
    expect((await afterwards(change)).findings).toContainEqual(expect.objectContaining(sealed));
    expect((await afterwards(undo)).findings).toEqual([]);
  });
});

test('a terminal that is new is chained to nothing', async () => {
  await applyBatch(db, batchOf('NEW', log, { to: 3, samples: [sample(at, 0)] }), means);
  const found = await verifyEvidence(db, { ...everything, serial: 'NEW' });
  expect(found.tally).toMatchObject({ batches: 1, punches: 3, unchained: { punches: 0, samples: 0, epochs: 0 } });
  expect(found.findings).toEqual([]);
});

test('a batch that repeats what is stored writes no row, and one that only brings a sample writes one', async () => {
  const count = async (): Promise<number> =>
    (await sql`select from evidence_batch where terminal_serial = 'NEW'`.execute(db)).rows.length;
  const again = batchOf('NEW', log, { to: 3, samples: [sample(at, 0)] });
  await applyBatch(db, again, means);
  await applyBatch(db, batchOf('NEW', log, { from: 3, to: 3 }), means);
  expect(await count()).toBe(1);
  const operations = [{ operation: 0, deviceMs: at, absentAtMs: null, presentAtMs: at }];
  await applyBatch(db, { ...again, events: { sets: [], operations, hostSteps: [] } }, means);
  expect(await count()).toBe(2);
  // The same line of the log, looked at again by a gateway that remembers nothing.
  const later = operations.map((entry) => ({ ...entry, presentAtMs: at + 60_000 }));
  await applyBatch(db, { ...again, events: { sets: [], operations: later, hostSteps: [] } }, means);
  expect(await count()).toBe(2);
  await applyBatch(db, { ...again, events: { sets: [], operations: [...later, ...later], hostSteps: [] } }, means);
  expect(await count()).toBe(3);
  // One that was seen to arrive, and is found again after a restart.
  const arrived = { operation: 1, deviceMs: at + 1_000, absentAtMs: at, presentAtMs: at + 90_000 };
  await applyBatch(db, { ...again, events: { sets: [], operations: [arrived], hostSteps: [] } }, means);
  expect(await count()).toBe(4);
  const found = { ...arrived, absentAtMs: null, presentAtMs: at + 120_000 };
  await applyBatch(db, { ...again, events: { sets: [], operations: [found], hostSteps: [] } }, means);
  expect(await count()).toBe(4);
  expect((await verifyEvidence(db, { ...everything, serial: 'NEW' })).findings).toEqual([]);
});
