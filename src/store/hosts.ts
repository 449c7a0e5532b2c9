/** Gateways that share the database: who is alive, by the database's own clock. */
import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

/** A gateway as it enters itself. */
export interface HostEntry {
  /** Unique per process. */
  readonly holder: string;
  /** Equal for processes that share a wall clock. */
  readonly hostId: string;
  readonly hostName: string;
  readonly pid: number;
  readonly queue: 'postgres' | 'redis';
  /** Codes of the offices in its configuration. */
  readonly offices: readonly string[];
  readonly version: string;
}

/** A gateway that gave a sign of life lately. */
export interface LiveHost extends HostEntry {
  readonly startedAtMs: number;
  readonly seenAtMs: number;
  /** How long ago, by the database's clock. */
  readonly silentMs: number;
}

/** Serialises those that enter, so that two hosts at once see each other. */
const entryLock = 7_204_118;

/**
 * Enters a gateway, unless `mayEnter` finds another one it must not run beside.
 *
 * @param isGone whether an entry of this host belongs to a process that no longer runs; it is removed
 * @param aliveMs how long a silent gateway still counts as alive
 * @returns the other gateway that stands in the way; null when entered
 */
export async function enterHost(
  db: Kysely<Tables>,
  entry: HostEntry,
  rules: {
    readonly aliveMs: number;
    readonly isGone: (other: LiveHost) => boolean;
    readonly mayRunBeside: (other: LiveHost) => boolean;
  },
): Promise<LiveHost | null> {
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${entryLock})`.execute(tx);
    const others = (await readHosts(tx)).filter(({ holder }) => holder !== entry.holder);
    const gone = others.filter((other) => rules.isGone(other) || other.silentMs > 10 * rules.aliveMs);
    await removeHosts(
      tx,
      gone.map(({ holder }) => holder),
    );
    const alive = others.filter((other) => !gone.includes(other) && other.silentMs <= rules.aliveMs);
    const obstacle = alive.find((other) => !rules.mayRunBeside(other));
    if (obstacle !== undefined) return obstacle;
    await beatOf(tx, entry);
    return null;
  });
}

/**
 * A sign of life, and who else gave one within `aliveMs`, itself included. A gateway that was taken for dead is entered
 * again: what it may do is decided by leases alone.
 */
export async function beatHost(db: Kysely<Tables>, entry: HostEntry, aliveMs: number): Promise<LiveHost[]> {
  await beatOf(db, entry);
  return (await readHosts(db)).filter(({ silentMs }) => silentMs <= aliveMs);
}

/** Every gateway that ever entered and was not removed, in the order they started. */
export async function readHosts(db: Kysely<Tables>): Promise<LiveHost[]> {
  const { rows } = await sql<LiveHost>`
    select holder, host_id as "hostId", host_name as "hostName", pid, queue, offices, version,
           started_at as "startedAtMs", seen_at as "seenAtMs",
           (extract(epoch from clock_timestamp() - seen_at) * 1000)::float8 as "silentMs"
    from gateway_host
    order by started_at, holder`.execute(db);
  return rows;
}

/** Takes entries back. */
export async function removeHosts(db: Kysely<Tables>, holders: readonly string[]): Promise<void> {
  if (holders.length === 0) return;
  await sql`delete from gateway_host where holder = any (${[...holders]}::text[])`.execute(db);
}

async function beatOf(db: Kysely<Tables>, entry: HostEntry): Promise<void> {
  const { holder, hostId, hostName, pid, queue, offices, version } = entry;
  await sql`
    insert into gateway_host (holder, host_id, host_name, pid, queue, offices, version, seen_at)
    values (${holder}, ${hostId}, ${hostName}, ${pid}, ${queue}, ${[...offices]}::text[], ${version}, clock_timestamp())
    on conflict (holder) do update set seen_at = excluded.seen_at, offices = excluded.offices`.execute(db);
}
