/**
 * Leases: one holder per key over all processes and hosts.
 *
 * Time is the database's alone, so hosts with wrong clocks agree. Each acquisition gets a higher fence, which every batch
 * carries: whoever wakes from a freeze after losing the lease is refused by it. They are counted over all keys, because a
 * terminal that gets another address goes on under another key, and never given twice. A restored backup counts them from
 * further back, while batches of before may still be stored: each is higher than all that have stored anything.
 */
import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

/** What `acquireLease` answers: a fence, or who has the lease. */
export type LeaseAnswer = { readonly fence: number } | { readonly heldBy: string };

/** Counts on by `nextval` alone, one by one: it never goes back, whoever else counts at the same time. */
const nextFence = sql<number>`(
  select max(nextval('lease_fence'))
  from generate_series(0, greatest(0, (select max(fence) from terminal_log) - (select last_value from lease_fence))))`;

/**
 * Takes the lease when it is free, expired, or already this holder's.
 *
 * @param lease.holder names the process, not the host: two processes of one name would both believe to hold it
 * @param lease.ttlMs how long it is held without being renewed
 */
export async function acquireLease(
  db: Kysely<Tables>,
  lease: { readonly key: string; readonly holder: string; readonly ttlMs: number },
): Promise<LeaseAnswer> {
  const { rows } = await sql<{ fence: number | null; holder: string }>`
    with taken as (
      insert into terminal_lease (lease_key, holder, fence, expires_at)
      values (${lease.key}, ${lease.holder}, ${nextFence}, now() + ${lease.ttlMs}::float8 * interval '1 millisecond')
      on conflict (lease_key) do update
        set holder = excluded.holder, fence = excluded.fence, expires_at = excluded.expires_at
        where terminal_lease.expires_at <= now() or terminal_lease.holder = excluded.holder
      returning fence, holder
    )
    select fence, holder from taken
    union all
    select null, holder from terminal_lease where lease_key = ${lease.key} and not exists (select from taken)`.execute(
    db,
  );
  const [row] = rows;
  if (row?.fence != null) return { fence: row.fence };
  // No row at all: it was made after this statement began looking, by another holder who was faster.
  return { heldBy: row?.holder ?? 'another gateway' };
}

/**
 * Prolongs a lease, an expired one too: a fence that has not changed proves that nobody held it in between.
 *
 * @returns false when it was lost: stop at once, somebody else may have it
 */
export async function renewLease(
  db: Kysely<Tables>,
  lease: { readonly key: string; readonly holder: string; readonly fence: number; readonly ttlMs: number },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update terminal_lease set expires_at = now() + ${lease.ttlMs}::float8 * interval '1 millisecond'
    where lease_key = ${lease.key} and holder = ${lease.holder} and fence = ${lease.fence}`.execute(db);
  return numAffectedRows === 1n;
}

/** Gives a lease back early, for good: a renewal on its way finds it lost. Leaves alone what is somebody else's by now. */
export async function releaseLease(
  db: Kysely<Tables>,
  lease: { readonly key: string; readonly holder: string; readonly fence: number },
): Promise<void> {
  await sql`
    update terminal_lease set holder = '', expires_at = '-infinity'
    where lease_key = ${lease.key} and holder = ${lease.holder} and fence = ${lease.fence}`.execute(db);
}

/**
 * {@link renewLease} for any number of leases in one statement.
 *
 * @returns the keys of those that are still this holder's under the same fence; the others are lost
 */
export async function renewLeases(
  db: Kysely<Tables>,
  leases: readonly { readonly key: string; readonly fence: number }[],
  holder: string,
  ttlMs: number,
): Promise<readonly string[]> {
  const { rows } = await sql<{ key: string }>`
    update terminal_lease l set expires_at = now() + ${ttlMs}::float8 * interval '1 millisecond'
    from unnest(${leases.map(({ key }) => key)}::text[], ${leases.map(({ fence }) => fence)}::bigint[]) as r (key, fence)
    where l.lease_key = r.key and l.fence = r.fence and l.holder = ${holder}
    returning r.key`.execute(db);
  return rows.map((row) => row.key);
}

/** Gives leases back early, those that are still this holder's. */
export async function releaseLeases(
  db: Kysely<Tables>,
  leases: readonly { readonly key: string; readonly fence: number }[],
  holder: string,
): Promise<void> {
  await sql`
    update terminal_lease l set holder = '', expires_at = '-infinity'
    from unnest(${leases.map(({ key }) => key)}::text[], ${leases.map(({ fence }) => fence)}::bigint[]) as r (key, fence)
    where l.lease_key = r.key and l.fence = r.fence and l.holder = ${holder}`.execute(db);
}
