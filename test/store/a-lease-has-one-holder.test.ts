import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { acquireLease, releaseLease, releaseLeases, renewLease, renewLeases } from '../../src/store/lease.ts';
import { createTestDatabase } from '../tools/database.ts';

const { db } = await createTestDatabase();

/** Takes a lease that is free, for a minute unless said otherwise. @returns its fence */
async function take(key: string, holder: string, ttlMs = 60_000): Promise<number> {
  const answer = await acquireLease(db, { key, holder, ttlMs });
  if (!('fence' in answer)) throw new Error(`${key} is held by ${answer.heldBy}`);
  return answer.fence;
}

/** Time passes for the database, whose clock is the only one that counts. */
async function letExpire(key: string): Promise<void> {
  await sql`update terminal_lease set expires_at = now() - interval '1 second' where lease_key = ${key}`.execute(db);
}

test('the second to ask learns who has it', async () => {
  await take('a', 'one');
  expect(await acquireLease(db, { key: 'a', holder: 'two', ttlMs: 60_000 })).toEqual({ heldBy: 'one' });
});

test('of many who ask at once, one gets it', async () => {
  const asking = Array.from({ length: 12 }, (_, n) => acquireLease(db, { key: 'b', holder: `h${n}`, ttlMs: 60_000 }));
  const answers = await Promise.all(asking);
  expect(answers.filter((answer) => 'fence' in answer)).toHaveLength(1);
});

test('each new holder gets a higher fence, over expiry, release and the same holder asking again', async () => {
  const fences = [await take('c', 'one')];
  await letExpire('c');
  const fence = await take('c', 'two');
  fences.push(fence);
  await releaseLease(db, { key: 'c', holder: 'two', fence });
  fences.push(await take('c', 'three'), await take('c', 'three'));
  expect(fences).toEqual([...new Set(fences)].sort((one, other) => one - other));
});

test('a lease under another key is newer too: a terminal that gets another address goes on with its log', async () => {
  const before = await take('10.10.1.21:4370', 'one');
  expect(await take('10.10.1.57:4370', 'one')).toBeGreaterThan(before);
});

test('renewing prolongs what is held and tells when it is lost', async () => {
  const lease = { key: 'd', holder: 'one', fence: await take('d', 'one', 500), ttlMs: 60_000 };
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
  const fences = { f: await take('f', 'one'), g: await take('g', 'one') };
  await releaseLease(db, { key: 'f', holder: 'one', fence: fences.f });
  await releaseLeases(db, [{ key: 'g', fence: fences.g }], 'one');
  expect(await renewLease(db, { key: 'f', holder: 'one', fence: fences.f, ttlMs: 60_000 })).toBe(false);
  expect(
    await renewLeases(
      db,
      (['f', 'g'] as const).map((key) => ({ key, fence: fences[key] })),
      'one',
      60_000,
    ),
  ).toEqual([]);
  expect(await take('f', 'two')).toBeGreaterThan(fences.f);
});

test('giving back a lease that somebody else has by now takes nothing from them', async () => {
  const fence = await take('e', 'one');
  await letExpire('e');
  await acquireLease(db, { key: 'e', holder: 'two', ttlMs: 60_000 });
  await releaseLease(db, { key: 'e', holder: 'one', fence });
  expect(await acquireLease(db, { key: 'e', holder: 'three', ttlMs: 60_000 })).toEqual({ heldBy: 'two' });
});

test('where a restored backup counts from further back, the next fence is still higher than all that stored anything', async () => {
  const before = await take('g', 'one');
  await sql`insert into office (code, name, time_zone) values ('k', 'K', 'Asia/Jakarta')`.execute(db);
  await sql`insert into terminal (serial, office_code, name) values ('FENCED', 'k', 'Lobi')`.execute(db);
  await sql`
    insert into terminal_log (serial, epoch, base_ordinal, next_ordinal, layout, stride_bytes, recent_records, fence)
    values ('FENCED', 1, 0, 0, 'zk40', 40, '', ${before + 500})`.execute(db);
  expect(await take('g', 'one')).toBeGreaterThan(before + 500);
  expect(await take('h', 'one')).toBe((await take('i', 'one')) - 1);
});
