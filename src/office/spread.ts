/**
 * Which gateway polls which office. Pure: every gateway works the same answer out of the same list of gateways, and where
 * their lists differ for a moment, the lease of the office decides.
 */
import { createHash } from 'node:crypto';

/** An office to be polled, and what it weighs: its terminals. */
export interface SpreadOffice {
  readonly code: string;
  readonly terminals: number;
}

/** A gateway that is alive. */
export interface SpreadHost {
  /** Unique per process. */
  readonly holder: string;
  /** Stays the same over restarts, so that a restart moves nothing but what was away. */
  readonly hostName: string;
  /** Codes of the offices in its configuration. */
  readonly offices: readonly string[];
}

/**
 * Spreads offices over gateways: each office prefers one gateway, whoever else there is (rendezvous hashing), and goes to
 * the next preferred one when that has its share already. So a gateway that comes or goes moves little more than its own.
 *
 * @returns holder by office code; an office that no gateway knows is missing
 */
export function spread(offices: readonly SpreadOffice[], hosts: readonly SpreadHost[]): ReadonlyMap<string, string> {
  const weights = offices.map(({ terminals }) => Math.max(1, terminals));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const share = Math.ceil(total / Math.max(1, hosts.length));
  const loads = new Map(hosts.map(({ holder }) => [holder, 0]));
  const knows = new Map(hosts.map(({ holder, offices: codes }) => [holder, new Set(codes)]));
  const loadOf = ({ holder }: SpreadHost): number => loads.get(holder) ?? 0;
  const chosen = new Map<string, string>();
  // The largest first: what is left over at the end is small.
  const inOrder = [...offices].sort((a, b) => b.terminals - a.terminals || (a.code < b.code ? -1 : 1));
  for (const { code, terminals } of inOrder) {
    const able = hosts.filter(({ holder }) => knows.get(holder)?.has(code)).sort(byPreference(code));
    const weight = Math.max(1, terminals);
    const host = able.find((one) => loadOf(one) + weight <= share) ?? leastLoaded(able, loadOf);
    if (host === undefined) continue;
    chosen.set(code, host.holder);
    loads.set(host.holder, loadOf(host) + weight);
  }
  return chosen;
}

function leastLoaded(hosts: readonly SpreadHost[], loadOf: (host: SpreadHost) => number): SpreadHost | undefined {
  return hosts.reduce<SpreadHost | undefined>(
    (least, host) => (least === undefined || loadOf(host) < loadOf(least) ? host : least),
    undefined,
  );
}

function byPreference(code: string): (a: SpreadHost, b: SpreadHost) => number {
  const score = ({ hostName, holder }: SpreadHost): string =>
    createHash('sha256').update(`${code}\n${hostName}`).digest('hex') + holder;
  return (a, b) => (score(a) > score(b) ? -1 : 1);
}
