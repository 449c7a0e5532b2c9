import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { acquireLease, releaseLease, releaseLeases, renewLease, renewLeases } from '../../src/store/lease.ts';
import { createTestDatabase } from '../tools/database.ts';

const { db } = await createTestDatabase();

/** Time passes for the database, whose clock is the only one that counts. */
async function letExpire(key: string): Promise<void> {
  await sql`update terminal_lease set expires_at = now() - interval '1 second' where lease_key = ${key}`.execute(db);
}

test('the second to ask learns who has it', async () => {
  expect(await acquireLease(db, { key: 'a', holder: 'one', ttlMs: 60_000 })).toEqual({ fence: 1 });
  expect(await acquireLease(db, { key: 'a', holder: 'two', ttlMs: 60_000 })).toEqual({ heldBy: 'one' });
});

test('of many who ask at once, one gets it', async () => {
  const asking = Array.from({ length: 12 }, (_, n) => acquireLease(db, { key: 'b', holder: `h${n}`, ttlMs: 60_000 }));
  const answers = await Promise.all(asking);
  expect(answers.filter((answer) => 'fence' in answer)).toEqual([{ fence: 1 }]);
});

test('each new holder gets a higher fence, over expiry, release and the same holder asking again', async () => {
  const fences: unknown[] = [];
  const take = async (holder: string): Promise<void> => {
    fences.push(await acquireLease(db, { key: 'c', holder, ttlMs: 60_000 }));
  };
  await take('one');
  await letExpire('c');
  await take('two');
  await releaseLease(db, { key: 'c', holder: 'two', fence: 2 });
  await take('three');
  await take('three');
  expect(fences).toEqual([{ fence: 1 }, { fence: 2 }, { fence: 3 }, { fence: 4 }]);
});

test('renewing prolongs what is held and tells when it is lost', async () => {
  const lease = { key: 'd', holder: 'one', fence: 1, ttlMs: 60_000 };
  await acquireLease(db, { ...lease, ttlMs: 500 });
  expect(await renewLease(db, lease)).toBe(true);
  const { rows } = await sql<{ left: number }>`
    select extract(epoch from expires_at - now())::float8 as left from terminal_lease where lease_key = 'd'`.execute(
    db,
  );
  expect(rows[0]?.left).toBeGreaterThan(50);
  await letExpire('d');
  // The fence is the same, so nobody had it in between.
  expect(await renewLease(db, lease)).toBe(true);
  await letExpire('d');
  await acquireLease(db, { key: 'd', holder: 'two', ttlMs: 60_000 });
  expect(await renewLease(db, lease)).toBe(false);
});

test('a renewal that arrives after the lease was given back does not take it again', async () => {
  await acquireLease(db, { key: 'f', holder: 'one', ttlMs: 60_000 });
  await acquireLease(db, { key: 'g', holder: 'one', ttlMs: 60_000 });
  await releaseLease(db, { key: 'f', holder: 'one', fence: 1 });
  await releaseLeases(db, [{ key: 'g', fence: 1 }], 'one');
  expect(await renewLease(db, { key: 'f', holder: 'one', fence: 1, ttlMs: 60_000 })).toBe(false);
  expect(
    await renewLeases(
      db,
      ['f', 'g'].map((key) => ({ key, fence: 1 })),
      'one',
      60_000,
    ),
  ).toEqual([]);
  expect(await acquireLease(db, { key: 'f', holder: 'two', ttlMs: 60_000 })).toEqual({ fence: 2 });
});

test('giving back a lease that somebody else has by now takes nothing from them', async () => {
  await acquireLease(db, { key: 'e', holder: 'one', ttlMs: 60_000 });
  await letExpire('e');
  await acquireLease(db, { key: 'e', holder: 'two', ttlMs: 60_000 });
  await releaseLease(db, { key: 'e', holder: 'one', fence: 1 });
  expect(await acquireLease(db, { key: 'e', holder: 'three', ttlMs: 60_000 })).toEqual({ heldBy: 'two' });
});
