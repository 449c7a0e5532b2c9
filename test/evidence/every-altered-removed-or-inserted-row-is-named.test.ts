import { type Kysely, sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Verification, type VerifyOptions, verifyEvidence, verifyIn } from '../../src/evidence/verify.ts';
import type { Tables } from '../../src/store/tables.ts';
import { createTestDatabase } from '../tools/database.ts';
import { storeHistory, withSetClock } from './history.ts';

const database = await createTestDatabase();
const { db } = database;
const everything: VerifyOptions = { fromDay: null, toDay: null, serial: null, kept: [] };

beforeAll(() => withSetClock(database, storeHistory));

/** What a verification finds after `statements` by somebody who can do everything, and undoes them. */
async function foundAfter(...statements: string[]): Promise<Verification> {
  let found: Verification | null = null;
  const undo = new Error('undo');
  const work = async (tx: Kysely<Tables>): Promise<void> => {
    await sql`set local session_replication_role = replica`.execute(tx);
    for (const statement of statements) await sql.raw(statement).execute(tx);
    found = await verifyIn(tx, everything);
    throw undo;
  };
  await expect(db.transaction().execute(work)).rejects.toBe(undo);
  if (found === null) throw new Error('nothing was verified');
  return found;
}

test('what nobody touched is in order, to the last row', async () => {
  const found = await verifyEvidence(db, everything);
  expect(found.findings).toEqual([]);
  expect(found.tally).toEqual({
    batches: 6,
    punches: 42,
    samples: 3,
    events: 4,
    epochs: 3,
    unchained: { punches: 0, samples: 0, epochs: 0 },
    terminalsWithoutChain: 0,
  });
  expect(found.days).toEqual({ days: 3, sealedThrough: '2026-03-04' });
});

describe('each column of each evidence table', () => {
  const altered: readonly [table: string, where: string, named: object, columns: Record<string, string>][] = [
    [
      'punch',
      "terminal_serial = 'AAA' and epoch = 1 and ordinal = 17",
      { table: 'punch', what: 'altered', serial: 'AAA', epoch: 1, ordinals: [17, 17] },
      {
        pin: "'1'",
        device_time: "device_time + interval '1 second'",
        device_time_raw: 'device_time_raw + 1',
        verify_mode: 'verify_mode + 1',
        punch_state: 'punch_state + 1',
        work_code: 'work_code + 1',
        raw: 'set_byte(raw, 39, 1)',
        source: "'push'",
        received_at: "received_at + interval '1 microsecond'",
        absent_at: "'2026-03-02'",
      },
    ],
    [
      'clock_sample',
      "terminal_serial = 'AAA' and seq = 3 and sampled_at = '2026-03-03 02:00:00+00'",
      { table: 'clock_sample', what: 'altered', serial: 'AAA', seqs: [3, 3] },
      {
        sampled_at: "sampled_at - interval '1 microsecond'",
        received_at: "received_at + interval '1 microsecond'",
        device_time: "device_time + interval '1 second'",
        offset_earliest_ms: 'offset_earliest_ms - 1',
        offset_latest_ms: 'offset_latest_ms + 1',
        kind: "'hourly'",
        host_error_ms: '1.25',
      },
    ],
    [
      'clock_event',
      "terminal_serial = 'AAA' and identity like 'host-step-%'",
      { table: 'clock_event', what: 'altered', serial: 'AAA', seqs: [1, 1] },
      {
        identity: "'host-step-1'",
        kind: "'set'",
        at: "at + interval '1 microsecond'",
        until: 'at',
        absent_at: 'at',
        device_time: "'2026-03-03'",
        operation: '1',
        by_ms: 'by_ms + 0.25',
      },
    ],
    [
      'log_epoch',
      "terminal_serial = 'AAA' and epoch = 2",
      { table: 'log_epoch', what: 'altered', serial: 'AAA', epoch: 2 },
      { reason: "'log-rewritten'", prior_next: 'prior_next + 1', opened_at: "opened_at + interval '1 microsecond'" },
    ],
    [
      'evidence_batch',
      "terminal_serial = 'AAA' and seq = 2",
      { table: 'evidence_batch', what: 'altered', serial: 'AAA', seqs: [2, 2] },
      {
        stored_at: "stored_at + interval '1 microsecond'",
        content: 'set_byte(content, 0, (get_byte(content, 0) + 1) % 256)',
        row_marks: 'set_byte(row_marks, 0, (get_byte(row_marks, 0) + 1) % 256)',
        head: 'set_byte(head, 0, (get_byte(head, 0) + 1) % 256)',
        samples: '1',
        events: '1',
        opens: 'true',
        from_ordinal: 'from_ordinal + 1',
        to_ordinal: 'to_ordinal - 1',
        epoch: '0',
      },
    ],
    [
      'evidence_day',
      "day = '2026-03-03'",
      { table: 'evidence_day', what: 'altered', day: '2026-03-03' },
      {
        terminals: 'terminals + 1',
        batches: 'batches + 1',
        content: 'set_byte(content, 0, (get_byte(content, 0) + 1) % 256)',
        row_marks: 'set_byte(row_marks, 0, (get_byte(row_marks, 0) + 1) % 256)',
        digest: 'set_byte(digest, 0, (get_byte(digest, 0) + 1) % 256)',
      },
    ],
  ];
  const cases = altered.flatMap(([table, where, named, columns]) =>
    Object.entries(columns).map(([column, value]) => [table, column, value, where, named] as const),
  );
  test.each(cases)('%s.%s altered', async (table, column, value, where, named) => {
    const found = await foundAfter(`update ${table} set ${column} = ${value} where ${where}`);
    expect(found.findings).toContainEqual(expect.objectContaining(named));
    // A batch whose place was altered no longer fits its rows either.
    const isPlace = table === 'evidence_batch' && /epoch|ordinal|opens|samples|events/.test(column);
    if (!isPlace) expect(found.findings).toHaveLength(1);
  });

  test('has a case above, but for keys that place a row and what is computed', async () => {
    const { rows } = await sql<{ name: string }>`
      select table_name || '.' || column_name as name from information_schema.columns
      where table_schema = 'public' and is_generated = 'NEVER' and table_name = any (${altered.map(([table]) => table)}::text[])`.execute(
      db,
    );
    const covered = new Set(cases.map(([table, column]) => `${table}.${column}`));
    const keys = [
      'punch.terminal_serial',
      'punch.epoch',
      'punch.ordinal',
      'clock_sample.terminal_serial',
      'clock_sample.seq',
    ];
    const more = ['clock_event.terminal_serial', 'clock_event.seq', 'log_epoch.terminal_serial', 'log_epoch.epoch'];
    const uncovered = rows.map(({ name }) => name).filter((name) => !covered.has(name));
    expect(uncovered.sort()).toEqual(
      [
        ...keys,
        ...more,
        'evidence_batch.terminal_serial',
        'evidence_batch.seq',
        'evidence_day.day',
        'evidence_day.made_at',
      ].sort(),
    );
  });
});

describe('rows taken out, slipped in or moved', () => {
  const byHand = "('AAA', 1, 30, 'x', null, 0, 0, 0, 0, '', 'pull', now())";
  const columns =
    '(terminal_serial, epoch, ordinal, pin, device_time, device_time_raw, verify_mode, punch_state, work_code, raw, source, received_at)';
  test.each<[string, string[], object | object[]]>([
    [
      'punches taken out',
      ["delete from punch where terminal_serial = 'AAA' and epoch = 1 and ordinal between 12 and 14"],
      { table: 'punch', what: 'removed', serial: 'AAA', epoch: 1, ordinals: [12, 14], rows: 3 },
    ],
    [
      'a punch slipped in behind an epoch',
      [`insert into punch ${columns} values ${byHand}`],
      { table: 'punch', what: 'inserted', serial: 'AAA', epoch: 1, ordinals: [30, 30] },
    ],
    [
      'a punch slipped in behind the last',
      [`insert into punch ${columns} values ${byHand.replace("'AAA', 1, 30", "'BBB', 1, 9")}`],
      { table: 'punch', what: 'inserted', serial: 'BBB', epoch: 1, ordinals: [9, 9] },
    ],
    [
      'a sample taken out',
      ["delete from clock_sample where terminal_serial = 'AAA' and seq = 3 and host_error_ms is null"],
      { table: 'clock_sample', what: 'removed', serial: 'AAA', seqs: [3, 3], rows: 1 },
    ],
    [
      'a sample slipped in',
      [
        "insert into clock_sample select terminal_serial, sampled_at + interval '1 s', received_at, device_time, offset_earliest_ms, offset_latest_ms, kind, 3 from clock_sample where seq = 1",
      ],
      { table: 'clock_sample', what: 'inserted', serial: 'AAA', seqs: [3, 3] },
    ],
    [
      'a sample of a batch that brought none',
      ["update clock_sample set seq = 2 where terminal_serial = 'AAA' and seq = 1"],
      [
        { table: 'clock_sample', what: 'removed', seqs: [1, 1] },
        { table: 'clock_sample', what: 'inserted', serial: 'AAA', seqs: [2, 2] },
      ],
    ],
    [
      'a sample of a batch that never was',
      ["update clock_sample set seq = 99 where terminal_serial = 'AAA' and seq = 1"],
      [
        { table: 'clock_sample', what: 'removed', seqs: [1, 1] },
        { table: 'clock_sample', what: 'inserted', serial: 'AAA', seqs: [99, 99] },
      ],
    ],
    [
      'a sample said to be from before the chain',
      ["update clock_sample set seq = null where terminal_serial = 'AAA' and seq = 1"],
      [
        { table: 'clock_sample', what: 'removed', serial: 'AAA', seqs: [1, 1] },
        { table: 'evidence_batch', what: 'altered', seqs: [1, 1] },
      ],
    ],
    [
      'a sample from before the chain slipped in',
      [
        "insert into clock_sample select 'AAA', sampled_at + interval '1 s', received_at, device_time, offset_earliest_ms, offset_latest_ms, kind from clock_sample where seq = 1",
      ],
      { table: 'evidence_batch', what: 'altered', serial: 'AAA', seqs: [1, 1] },
    ],
    [
      'an event taken out',
      ["delete from clock_event where kind = 'set'"],
      { table: 'clock_event', what: 'removed', serial: 'AAA', seqs: [1, 1], rows: 1 },
    ],
    [
      'an event slipped in',
      ["insert into clock_event (terminal_serial, identity, seq, kind, at) values ('BBB', 'x', 1, 'set', now())"],
      { table: 'clock_event', what: 'inserted', serial: 'BBB', identity: 'x' },
    ],
    [
      'an epoch taken out',
      ["delete from log_epoch where terminal_serial = 'AAA' and epoch = 2"],
      { table: 'log_epoch', what: 'removed', serial: 'AAA', epoch: 2 },
    ],
    [
      'an epoch slipped in',
      ["insert into log_epoch values ('AAA', 3, 'no-overlap', 3)"],
      { table: 'log_epoch', what: 'inserted', serial: 'AAA', epoch: 3 },
    ],
    [
      'a batch taken out with all it brought',
      [
        "delete from evidence_batch where terminal_serial = 'AAA' and seq = 2",
        "delete from punch where terminal_serial = 'AAA' and epoch = 1 and ordinal >= 10",
      ],
      [
        { table: 'evidence_batch', what: 'removed', serial: 'AAA', seqs: [2, 2] },
        { table: 'evidence_batch', what: 'removed', day: '2026-03-03' },
      ],
    ],
    [
      'the first batch taken out',
      ["delete from evidence_batch where terminal_serial = 'AAA' and seq = 1"],
      [
        { table: 'evidence_batch', what: 'removed', serial: 'AAA', seqs: [1, 1] },
        { table: 'evidence_batch', what: 'removed', day: '2026-03-02' },
      ],
    ],
    [
      'the last batch taken out with all it brought',
      [
        "delete from evidence_batch where terminal_serial = 'AAA' and seq = 4",
        "delete from punch where terminal_serial = 'AAA' and epoch = 2",
        "delete from log_epoch where terminal_serial = 'AAA' and epoch = 2",
      ],
      [
        { table: 'evidence_batch', what: 'removed', serial: 'AAA', epoch: 2, ordinals: [0, 2] },
        { table: 'evidence_batch', what: 'removed', day: '2026-03-04' },
      ],
    ],
    [
      'the same with the cursor set back, which the sealed day still knows',
      [
        "delete from evidence_batch where terminal_serial = 'BBB' and seq = 2",
        "delete from punch where terminal_serial = 'BBB' and ordinal >= 6",
        "update terminal_log set next_ordinal = 6 where serial = 'BBB'",
      ],
      { table: 'evidence_batch', what: 'removed', day: '2026-03-04' },
    ],
    [
      'a whole terminal taken out',
      ['punch', 'clock_sample', 'clock_event', 'log_epoch', 'evidence_batch']
        .map((table) => `delete from ${table} where terminal_serial = 'BBB'`)
        .concat("delete from terminal_log where serial = 'BBB'", "delete from terminal where serial = 'BBB'"),
      [
        { table: 'evidence_batch', what: 'removed', day: '2026-03-02' },
        { table: 'evidence_batch', what: 'removed', day: '2026-03-04' },
      ],
    ],
    [
      'a day taken out',
      ["delete from evidence_day where day = '2026-03-03'"],
      { table: 'evidence_day', what: 'removed', day: '2026-03-03' },
    ],
    [
      'the first day taken out',
      ["delete from evidence_day where day = '2026-03-02'"],
      { table: 'evidence_day', what: 'removed', day: '2026-03-02' },
    ],
  ])('%s', async (_what, statements, named) => {
    const { findings } = await foundAfter(...statements);
    expect(findings).toEqual([named].flat().map((one) => expect.objectContaining(one)));
  });

  test('records of a terminal that no table knows are counted as not chained', async () => {
    const found = await foundAfter(`insert into punch ${columns} values ${byHand.replace('AAA', 'ZZZ')}`);
    expect(found.tally).toMatchObject({ terminalsWithoutChain: 1, unchained: { punches: 1 } });
  });
});

test('neighbours with one fate are one finding', async () => {
  const found = await foundAfter("update punch set pin = 'x'", 'delete from clock_sample', 'delete from clock_event');
  // The three samples and four events of a batch are counted beside its punches.
  expect(found.count).toBe(42 + 3 + 4);
  const ranges = found.findings.filter(({ table, serial }) => table === 'punch' && serial === 'AAA');
  expect(ranges.map(({ epoch, ordinals, rows }) => [epoch, ordinals, rows])).toEqual([
    [1, [0, 9], 10],
    [1, [10, 29], 20],
    [2, [0, 2], 3],
  ]);
});

test('one terminal and some days can be verified alone', async () => {
  const one = await verifyEvidence(db, { ...everything, serial: 'BBB' });
  expect(one.tally).toMatchObject({ batches: 2, punches: 9 });
  const late = await verifyEvidence(db, { ...everything, fromDay: '2026-03-03', toDay: '2026-03-03' });
  expect(late).toMatchObject({ findings: [], tally: { batches: 2, punches: 20, samples: 2 }, days: { days: 1 } });
  const end = await verifyEvidence(db, { ...everything, fromDay: '2026-03-04' });
  expect(end).toMatchObject({ findings: [], tally: { batches: 2, punches: 6, epochs: 1 } });
});
