/** Polls the offices that are this gateway's, and passes the others on, while gateways come and go. */
import type { OfficeConfig } from '../config.ts';
import { isGerbangError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { LeaseKeeper } from '../office/lease-keeper.ts';
import type { RunningOffice } from '../office/office.ts';
import { spread } from '../office/spread.ts';
import { pause } from '../office/waiting.ts';
import type { Membership } from './membership.ts';

/** What spreading needs. */
export interface SpreadMeans {
  readonly offices: readonly OfficeConfig[];
  readonly holder: string;
  readonly membership: Membership;
  readonly leases: LeaseKeeper;
  readonly log: Log;
  start(office: OfficeConfig): RunningOffice;
}

interface Mine {
  readonly running: RunningOffice;
  unguard(): void;
}

/**
 * Starts spreading. An office is polled under a lease of its own, so that two gateways that disagree for a moment about
 * who is alive never both poll it; and each terminal under its own, which bears the fence.
 *
 * @returns what stops it, and all offices with it; leases and the entry among the hosts are given back by their owners
 */
export function spreadOffices(means: SpreadMeans): () => Promise<void> {
  const { offices, holder, membership, leases, log } = means;
  const stopping = new AbortController();
  const mine = new Map<string, Mine>();
  const weights = offices.map(({ code, terminals }) => ({ code, terminals: terminals.length }));
  const parting = new Set<Promise<void>>();

  const part = (office: OfficeConfig, end: (running: RunningOffice) => Promise<void>): Promise<void> => {
    const held = mine.get(office.code);
    if (held === undefined) return Promise.resolve();
    mine.delete(office.code);
    held.unguard();
    const parted = end(held.running).finally(() => parting.delete(parted));
    parting.add(parted);
    return parted;
  };

  const take = async (office: OfficeConfig): Promise<void> => {
    const key = leaseOf(office);
    try {
      await leases.hold(key);
    } catch (error) {
      if (isGerbangError(error, 'TERMINAL_LEASED_ELSEWHERE', 'STORE_UNAVAILABLE')) return;
      throw error;
    }
    if (stopping.signal.aborted) return;
    const lost = (): void => {
      log.warn({ office: office.code }, 'office lost to another gateway');
      void part(office, (running) => running.handOver());
    };
    mine.set(office.code, { running: means.start(office), unguard: leases.guard(key, lost) });
    log.info({ office: office.code }, 'office is polled here');
  };

  const passOn = async (office: OfficeConfig): Promise<void> => {
    await part(office, (running) => running.handOver());
    await leases.release(leaseOf(office));
    log.info({ office: office.code }, 'office passed on to another gateway');
  };

  const look = async (): Promise<void> => {
    const owners = spread(weights, await membership.beat());
    const wanted = offices.filter(({ code }) => owners.get(code) === holder);
    const surplus = offices.filter(({ code }) => mine.has(code) && owners.get(code) !== holder);
    await Promise.all(surplus.map(passOn));
    for (const office of wanted) {
      if (stopping.signal.aborted) return;
      if (!mine.has(office.code)) await take(office);
    }
  };

  const keepLooking = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      // Without the database nobody else can take an office either; what is held is held as long as its lease.
      await look().catch((err: unknown) => log.warn({ err }, 'offices not spread'));
      await pause(membership.beatEveryMs, stopping.signal);
    }
  };
  const looking = keepLooking();

  return async () => {
    stopping.abort();
    await looking;
    await Promise.all([...offices.map((office) => part(office, (running) => running.stop())), ...parting]);
  };
}

function leaseOf({ code }: OfficeConfig): string {
  return `office:${code}`;
}
