/**
 * Who may talk to a terminal: one process, whatever else runs. Leases live in the database, are held as long as the
 * gateway polls, and give the fence that every batch bears (docs/decisions/0006-polling.md, "Leases").
 */
import { crashPoint } from '../crash-points.ts';
import { GerbangError, isGerbangError } from '../errors.ts';
import { type RunningTime, systemTime, within } from './waiting.ts';

/** One lease as this process knows it. */
export interface LeaseToken {
  readonly key: string;
  readonly fence: number;
}

/** The lease table. Errors are GerbangErrors. Times are the database's own: hosts need not agree on the hour. */
export interface LeaseTable {
  /** Takes a free or expired lease under a new fence; null while somebody else holds it. */
  acquire(key: string, holder: string, ttlMs: number): Promise<number | null>;
  /**
   * Prolongs these, also where they have expired: an unchanged fence proves that nobody took the lease meanwhile.
   *
   * @returns the keys of those that are still this holder's
   */
  renew(leases: readonly LeaseToken[], holder: string, ttlMs: number): Promise<readonly string[]>;
  release(leases: readonly LeaseToken[], holder: string): Promise<void>;
}

/** See {@link startLeaseKeeper}. */
export interface LeaseKeeper {
  /**
   * The fence to poll under; the same one as long as the lease is not lost.
   *
   * @throws GerbangError TERMINAL_LEASED_ELSEWHERE; STORE_UNAVAILABLE when the database is away and the lease may have
   * passed to somebody else
   */
  hold(key: string): Promise<number>;
  /** Calls `onLost` when the lease is no longer sure, until the returned function is called. */
  guard(key: string, onLost: (error: GerbangError) => void): () => void;
  /** Gives one lease back. Never throws: what is not given back expires. */
  release(key: string): Promise<void>;
  /** Gives all leases back, so that another gateway need not wait for them to expire. Never throws. */
  stop(): Promise<void>;
}

/** What a keeper goes by. */
export interface LeaseOptions {
  /** Unique per process; in an exclusive database a fixed name, so that a restart need not wait for its own lease. */
  readonly holder: string;
  /** No other process uses this database: while it is away, nobody else can have got a lease from it. */
  readonly exclusive: boolean;
  /** Default 30,000: the longest a terminal of a gateway that died stays unread. */
  readonly ttlMs?: number;
  /** Default: the time of this process. */
  readonly time?: RunningTime;
}

interface Held extends LeaseToken {
  /** Monotonic, counted from before the database was asked: there it expires later, never earlier. */
  untilMs: number;
}

const stopMs = 750;

/** Starts keeping leases: one statement renews all of them three times per lifetime. */
export function startLeaseKeeper(table: LeaseTable, options: LeaseOptions): LeaseKeeper {
  const { holder, exclusive, ttlMs = 30_000, time = systemTime } = options;
  const held = new Map<string, Held>();
  const guards = new Map<string, Set<(error: GerbangError) => void>>();
  const stopping = new AbortController();

  const lose = (key: string, error: GerbangError): void => {
    for (const onLost of guards.get(key) ?? []) onLost(error);
  };

  const renew = async (leases: readonly Held[]): Promise<void> => {
    const askedAtMs = time.nowMs();
    const kept = new Set(await table.renew(leases, holder, ttlMs));
    crashPoint('lease.after-renew');
    for (const lease of leases) {
      if (kept.has(lease.key)) lease.untilMs = askedAtMs + ttlMs;
      else if (held.get(lease.key) === lease && held.delete(lease.key)) lose(lease.key, leasedElsewhere(lease.key));
    }
  };

  const keepRenewing = async (): Promise<void> => {
    for (;;) {
      await time.pause(ttlMs / 3, stopping.signal);
      if (stopping.signal.aborted) return;
      if (held.size === 0) continue;
      try {
        await renew([...held.values()]);
      } catch (error) {
        if (exclusive || !isGerbangError(error)) continue;
        // What would expire before the next look counts as expired: two gateways must never overlap.
        const nextLookMs = time.nowMs() + ttlMs / 3;
        for (const lease of held.values()) if (lease.untilMs < nextLookMs) lose(lease.key, error);
      }
    }
  };
  const renewing = keepRenewing();

  const acquire = async (key: string): Promise<number> => {
    const askedAtMs = time.nowMs();
    const fence = await table.acquire(key, holder, ttlMs);
    crashPoint('lease.after-acquire');
    if (fence === null) throw leasedElsewhere(key);
    held.set(key, { key, fence, untilMs: askedAtMs + ttlMs });
    return fence;
  };

  return {
    async hold(key) {
      const mine = held.get(key);
      if (mine === undefined) return acquire(key);
      if (mine.untilMs - time.nowMs() > ttlMs / 3) return mine.fence;
      try {
        await renew([mine]);
      } catch (error) {
        const sure = exclusive || mine.untilMs > time.nowMs();
        if (sure && isGerbangError(error, 'STORE_UNAVAILABLE')) return mine.fence;
        throw error;
      }
      return held.get(key)?.fence ?? acquire(key);
    },
    guard(key, onLost) {
      const guarding = guards.get(key) ?? new Set();
      guards.set(key, guarding.add(onLost));
      return () => {
        guarding.delete(onLost);
        if (guarding.size === 0 && guards.get(key) === guarding) guards.delete(key);
      };
    },
    async release(key) {
      const mine = held.get(key);
      if (mine === undefined) return;
      held.delete(key);
      await within(table.release([mine], holder), stopMs, time).catch(() => undefined);
    },
    async stop() {
      stopping.abort();
      await within(renewing, stopMs, time);
      const leases = [...held.values()];
      held.clear();
      if (leases.length > 0) await within(table.release(leases, holder), stopMs, time).catch(() => undefined);
    },
  };
}

function leasedElsewhere(key: string): GerbangError {
  const text =
    'Another gateway polls this terminal. Two at once disturb each other, so this one waits; stop one of the two, or take the terminal out of one configuration.';
  return new GerbangError('TERMINAL_LEASED_ELSEWHERE', text, { context: { lease: key } });
}
