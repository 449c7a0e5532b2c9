/**
 * This gateway among the others on its database: whether it may start, who else is alive, which offices are its own
 * (docs/operations.md, "Several hosts").
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { GerbangError } from '../errors.ts';
import type { Log } from '../log.ts';
import { beatHost, enterHost, type HostEntry, type LiveHost, removeHosts } from '../store/hosts.ts';
import type { Tables } from '../store/tables.ts';

/** How long a lease is held without being renewed, by default: what a dead gateway held is free after it. */
export const defaultLeaseMs = 15_000;

/** See {@link joinHosts}. */
export interface Membership {
  /** A sign of life; returns the gateways that are alive, this one included. */
  beat(): Promise<readonly LiveHost[]>;
  /** Gives a sign of life this often. */
  readonly beatEveryMs: number;
  /** Takes this gateway's entry back, so that the others need not wait for its silence. Never throws. */
  leave(): Promise<void>;
}

/**
 * Enters this gateway beside those that run already.
 *
 * @param entryOf this gateway as it is now: its offices come and go
 * @param leaseMs of the leases; a gateway that is silent for three fifths of it counts as dead, so that its offices are
 * assigned anew by the time its leases expire
 * @throws GerbangError GATEWAY_NOT_ALONE when another host must stop first or both need Redis; SHUTDOWN
 */
export async function joinHosts(
  db: Kysely<Tables>,
  entryOf: () => HostEntry,
  options: { readonly leaseMs: number; readonly log: Log; readonly signal?: AbortSignal | undefined },
): Promise<Membership> {
  const { leaseMs, log, signal } = options;
  const entry = entryOf();
  const aliveMs = 0.6 * leaseMs;
  const rules = {
    aliveMs,
    isGone: (other: LiveHost) => other.hostId === entry.hostId && !isRunning(other.pid),
    // BullMQ's Postgres backend trusts each worker's wall clock, so all of them must be the same one.
    mayRunBeside: (other: LiveHost) =>
      other.queue === entry.queue && (entry.queue === 'redis' || other.hostId === entry.hostId),
  };
  // What died a moment ago is silent before long; only who speaks again is in the way.
  const first = await enterHost(db, entry, rules);
  if (first !== null) {
    log.warn({ host: first.hostName, queue: first.queue, waitMs: aliveMs }, 'another gateway uses this database');
    await sleep(aliveMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    if (signal?.aborted) throw new GerbangError('SHUTDOWN', 'Stopped while waiting for another gateway.');
    const still = await enterHost(db, entry, rules);
    if (still !== null) throw notAlone(entry, still);
  }
  return {
    beatEveryMs: leaseMs / 5,
    beat: () => beatHost(db, entryOf(), aliveMs),
    leave: () => removeHosts(db, [entry.holder]).catch(() => undefined),
  };
}

/**
 * What tells hosts apart: processes that booted with one kernel share one wall clock.
 *
 * @param hostName used where the system does not tell
 */
export function hostIdOf(hostName: string): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return hostName;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function notAlone(entry: HostEntry, other: LiveHost): GerbangError {
  const context = { host: other.hostName, pid: other.pid, queue: other.queue };
  const who = `A gateway on host ${other.hostName} (process ${other.pid}) uses this database`;
  const text =
    entry.queue !== other.queue
      ? `${who} with its queue in ${other.queue === 'redis' ? 'Redis' : 'Postgres'}, and this one would keep its queue elsewhere. Give both the same REDIS_URL, or stop the other one.`
      : `${who}, and the queue in Postgres allows gateways on one host only: it trusts the clock of each host. Set REDIS_URL on both, or stop the other one.`;
  return new GerbangError('GATEWAY_NOT_ALONE', text, { context });
}
