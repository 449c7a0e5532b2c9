import { sql, type Transaction } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readBacklog, remainingMs } from '../../src/store/backlog.ts';
import type { Tables } from '../../src/store/tables.ts';
import { backlogText } from '../../src/words/backlog.ts';
import { createTestDatabase } from '../tools/database.ts';

const database = await createTestDatabase();
let db: Transaction<Tables>;
let rollBack = (): void => undefined;
let ended: Promise<unknown>;

/** Evidence can not be deleted again, so every test takes back what it did. */
beforeEach(async () => {
  await new Promise<void>((begun) => {
    ended = database.db
      .transaction()
      .execute(async (tx) => {
        db = tx;
        begun();
        await new Promise<void>((_resolve, reject) => {
          rollBack = () => reject(new Error('rolled back'));
        });
      })
      .catch(() => undefined);
  });
  await sql`insert into office (code, name, time_zone) values ('dinkes', 'Dinkes', 'Asia/Jakarta')`.execute(db);
});

afterEach(async () => {
  rollBack();
  await ended;
});

/** A terminal that counts some records, of which some are stored. */
async function terminal(serial: string, state: string, counted: number, stored: number): Promise<void> {
  await sql`insert into terminal (serial, office_code, name) values (${serial}, 'dinkes', ${serial})`.execute(db);
  await sql`insert into terminal_state (office_code, terminal_name, serial, address, state, records)
            values ('dinkes', ${serial}, ${serial}, 'x:1', ${state}, ${counted})`.execute(db);
  if (stored === 0) return;
  await sql`insert into terminal_log (serial, epoch, base_ordinal, next_ordinal, layout, stride_bytes, recent_records, fence)
            values (${serial}, 1, 1000, ${1000 + stored}, 'zk40', 40, '', 1)`.execute(db);
}

async function batch(serial: string, seq: number, records: number, secondsAgo: number): Promise<void> {
  await sql`insert into evidence_batch (terminal_serial, seq, epoch, from_ordinal, to_ordinal, samples, events, stored_at, content, head)
            values (${serial}, ${seq}, 1, 0, ${records}, 0, 0, now() - ${secondsAgo}::float8 * interval '1 second',
                    decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'))`.execute(db);
}

test('a fleet that is stored whole has nothing to come', async () => {
  await terminal('A', 'ok', 500, 500);
  const backlog = await readBacklog(db);
  expect(backlog).toMatchObject({ counted: 500, stored: 500, terminalsBehind: 0, comingRecords: 0 });
  expect(remainingMs(backlog)).toBe(0);
});

test('what is missing is counted by terminal, and what a silent terminal holds is in no estimate', async () => {
  await terminal('A', 'ok', 70_000, 20_000);
  await terminal('B', 'ok', 10_000, 0);
  await terminal('C', 'failing', 90_000, 1_000);
  // More is stored than it counts: it was cleared since.
  await terminal('D', 'ok', 10, 500);
  await batch('A', 1, 5_000, 3_600);
  await batch('A', 2, 4_000, 100);
  await batch('A', 3, 2_000, 10);
  const backlog = await readBacklog(db);
  expect(backlog).toMatchObject({ counted: 170_010, stored: 21_010, terminalsBehind: 3, comingRecords: 60_000 });
  // 6,000 records in 100 seconds.
  expect(backlog.perSecond).toBeGreaterThan(55);
  expect(backlog.perSecond).toBeLessThan(60.1);
  expect(Math.round((remainingMs(backlog) ?? 0) / 60_000)).toBe(17);
});

test('when nothing comes in, nobody says how long it takes', async () => {
  await terminal('A', 'ok', 70_000, 20_000);
  await batch('A', 1, 20_000, 600);
  const backlog = await readBacklog(db);
  expect(backlog.perSecond).toBeNull();
  expect(remainingMs(backlog)).toBeNull();
});

test('people read how much, how far, and what the estimate rests on', () => {
  const facts = { counted: 21_000_000, stored: 3_200_000, remainingMs: 1_122_000 };
  expect(backlogText(facts, 'id')).toBe(
    'Catatan lama sedang dibaca: 3.200.000 dari 21.000.000 tersimpan (15 %), kira-kira 18 menit 42 detik lagi bila secepat dua menit terakhir',
  );
  expect(backlogText({ ...facts, remainingMs: null }, 'en')).toBe(
    'Older records are being read: 3,200,000 of 21,000,000 stored (15 %), nothing comes in, so nobody can say how long it takes',
  );
});
