/** A judge that cannot object would let every row pass: each thing it must see is done to a database that was right. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import { createTestDatabase } from '../tools/database.ts';
import { judged } from '../tools/judged.ts';
import { faultsAtRest, judge } from './rig/oracle.ts';
import { makeWorld } from './rig/world.ts';

const database = await createTestDatabase();
const folder = await mkdtemp(join(tmpdir(), 'gerbang-judge-'));
const releases: (() => unknown)[] = [];
afterAll(async () => {
  for (const release of releases.reverse()) await release();
  await rm(folder, { recursive: true, force: true });
});

const { db } = database;
/** As the gateway does before it gives a row another answer; the reason it notes is nothing the judge goes by. */
const keptAnswer = `insert into attendance_change (terminal_serial, epoch, ordinal, revision, occurred_at, earliest, latest, time_status, model_version, why) select terminal_serial, epoch, ordinal, revision, occurred_at, earliest, latest, 'provisional', model_version, 'settled' from attendance_time where ordinal = 3 and terminal_serial = $1`;
/** Undone with the transaction in which the judge looked. */
const crimes: readonly (readonly [what: string, seen: RegExp, statement: string])[] = [
  [
    'the last record is missing',
    /I1: 60 punches, 59 stored/,
    'delete from punch where ordinal = 29 and terminal_serial = $1',
  ],
  [
    'a bit of evidence differs',
    /I2: .* is not what happened/,
    'update punch set raw = set_byte(raw, 30, 255 - get_byte(raw, 30)) where ordinal = 7 and terminal_serial = $1',
  ],
  [
    'and the chain shows it',
    /I3: 1 rows are not as they were stored/,
    'update punch set verify_mode = 77, raw = set_byte(raw, 26, 255 - get_byte(raw, 26)) where ordinal = 7 and terminal_serial = $1',
  ],
  [
    'a record has no conclusion',
    /I1: .* has no attendance/,
    'delete from attendance_time where ordinal = 3 and terminal_serial = $1',
  ],
  [
    'the cursor is behind',
    /I4: the cursor of \S+ says 20, stored are 30/,
    'update terminal_log set next_ordinal = 20 where serial = $1',
  ],
  [
    'the cursor moves back',
    /I4: cursor of \S+ moved back/,
    'update terminal_log set next_ordinal = 20 where serial = $1; set constraints all immediate',
  ],
  [
    'the cursor is ahead',
    /I4: cursor of \S+ says 99, stored are 30/,
    'update terminal_log set next_ordinal = 99 where serial = $1; set constraints all immediate',
  ],
  [
    'a lease is taken from whoever has it',
    /the lease of x was taken from a gateway that still held it/,
    "insert into terminal_lease (lease_key, holder, fence, expires_at) values ('x', 'a', 1, 'infinity'); update terminal_lease set holder = 'b' where lease_key = 'x' and $1 <> ''; set constraints all immediate",
  ],
  [
    'a final time is wrong',
    /I5: .* is final and wrong/,
    "update attendance_time set earliest = latest + interval '1 hour', latest = latest + interval '2 hours', time_status = 'final' where ordinal = 3 and terminal_serial = $1",
  ],
  [
    'a batch was set aside',
    /I1: 1 batches set aside: INTERNAL/,
    "insert into set_aside (terminal_serial, reason_code, reason, content, fingerprint) values ($1, 'INTERNAL', 'x', '', '')",
  ],
  [
    'a revision was never told',
    /I7: 1 rows never arrived/,
    'update attendance_time set revision = 9 where ordinal = 3 and terminal_serial = $1',
  ],
  [
    'a row moved to another minute, and nobody was told',
    /I7: 1 rows never arrived/,
    `${keptAnswer}; update attendance_time set revision = 2, occurred_at = occurred_at + interval '1 minute', latest = latest + interval '1 minute' where ordinal = 3 and terminal_serial = $1`,
  ],
  [
    'a row that became surer of the same time is none of that',
    /^$/,
    `${keptAnswer}; update attendance_time set revision = 2 where ordinal = 3 and terminal_serial = $1`,
  ],
];

test('the judge finds nothing where all is right, and names each thing that is not', {
  ...judged,
  timeout: 600_000,
}, async () => {
  const onEnd = (release: () => unknown): void => void releases.push(release);
  const world = await makeWorld({ database, folder, seed: 1, onEnd, history: 30 });
  const gateway = world.start();
  await world.mustComeToRest('before anything was done to it');
  await gateway.stop();
  const serial = world.fleet.terminals[0]?.serial ?? '';
  for (const [what, seen, statement] of crimes) {
    const faults = await afterCrime(statement.replaceAll('$1', `'${serial}'`));
    expect(faults.join('\n'), what).toMatch(seen);
  }
  expect(await faultsAtRest(db, world.fleet, world.subscriber)).toEqual([]);

  world.punch(1);
  expect((await faultsAtRest(db, world.fleet, world.subscriber)).join('\n')).toMatch(/I1: 62 punches, 60 stored/);

  async function afterCrime(statement: string): Promise<readonly string[]> {
    const undo = new Error('undo');
    let faults: readonly string[] = [];
    await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (tx) => {
        // The database itself refuses most of this (docs/operations.md, "Database roles"); an intruder with all rights goes on.
        const role = statement.includes('constraints') ? 'origin' : 'replica';
        await sql.raw(`set local session_replication_role = ${role}`).execute(tx);
        for (const part of statement.split('; ')) await sql.raw(part).execute(tx);
        faults = await judge(tx, world.fleet, world.subscriber, Number.NEGATIVE_INFINITY);
        throw undo;
      })
      .catch((error: unknown) => {
        if (error !== undo) throw error;
      });
    return faults;
  }
});
