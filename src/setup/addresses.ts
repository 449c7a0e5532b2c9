/**
 * Which addresses a browser may send the gateway to. Whoever may set up offices must not be able to make the gateway knock
 * at the database, at itself, or at machines that are nobody's terminals (server-side request forgery).
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { isInNetwork, type Network, parseNetwork, plainAddress } from '../config.ts';

/** Why an address is refused. */
export type AddressRefusal = 'loopback' | 'this-host' | 'special' | 'own-service' | 'outside' | 'unresolved';

/** A place to connect to. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** What judging goes by. */
export interface AddressRules {
  /** Machines may stand on this computer: in rehearsals, where they are simulated here. */
  readonly allowLoopback: boolean;
  /** Database, queue, broker and page: nobody's terminals. */
  readonly services: readonly HostPort[];
  /** All addresses of a name. Default: the system's resolver. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
  /** Addresses of this computer. Default: asked of the system. */
  readonly ownAddresses?: () => readonly string[];
}

const networksOf = (...texts: readonly string[]): readonly Network[] =>
  texts.flatMap((text) => parseNetwork(text) ?? []);
const loopback = networksOf('127.0.0.0/8', '::1/128');
/** Unspecified, link-local, multicast, reserved, and IPv6 forms that carry an IPv4 address somewhere else. */
const special = networksOf(
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/3',
  '::/96',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2001::/32',
  '2002::/16',
);

const resolveWithinMs = 5_000;

/** Judges an address that is a number. Null: it may be connected to. */
export function judgeAddress(
  address: string,
  networks: readonly Network[],
  rules: AddressRules,
): AddressRefusal | null {
  const plain = plainAddress(address);
  if (isIP(plain) === 0) return 'special';
  const isIn = (list: readonly Network[]): boolean => list.some((network) => isInNetwork(plain, network));
  if (isIn(loopback)) return rules.allowLoopback ? null : 'loopback';
  if (isIn(special)) return 'special';
  if (!isIn(networks)) return 'outside';
  const own = rules.ownAddresses ?? addressesOfThisHost;
  return !rules.allowLoopback && own().includes(plain) ? 'this-host' : null;
}

/**
 * The one address to connect to. A name is asked for once, and every address it has must be allowed: what is judged is
 * what is connected to, whatever the name says a second later.
 */
export async function admit(
  { host, port }: HostPort,
  networks: readonly Network[],
  rules: AddressRules,
): Promise<{ readonly address: string } | { readonly refused: AddressRefusal }> {
  const addresses = await addressesOf(host, rules);
  const [first] = addresses;
  if (first === undefined) return { refused: 'unresolved' };
  for (const address of addresses) {
    const refused = judgeAddress(address, networks, rules);
    if (refused !== null) return { refused };
  }
  const services = rules.services.filter((service) => service.port === port);
  for (const service of services) {
    const taken = await addressesOf(service.host, rules);
    if (addresses.some((address) => taken.some((other) => sameHost(address, other)))) return { refused: 'own-service' };
  }
  return { address: first };
}

async function addressesOf(host: string, { resolve = resolveByName }: AddressRules): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [plainAddress(host)];
  return (await resolve(host).catch(() => [])).map(plainAddress);
}

async function resolveByName(name: string): Promise<readonly string[]> {
  const answer = lookup(name, { all: true, verbatim: true });
  answer.catch(() => undefined);
  const late = new Promise<never>((_, reject) => setTimeout(reject, resolveWithinMs, new Error('late')).unref());
  return (await Promise.race([answer, late])).map(({ address }) => address);
}

/** A service that listens everywhere, or on this computer, is reached by each of its addresses. */
function sameHost(address: string, service: string): boolean {
  if (address === service) return true;
  const here = (one: string): boolean =>
    loopback.some((network) => isInNetwork(one, network)) || /^(0\.0\.0\.0|::)$/.test(one);
  return here(service) && (here(address) || addressesOfThisHost().includes(address));
}

function addressesOfThisHost(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => plainAddress(address)));
}

/** The parts of a connection string that say where something of ours listens. */
export function serviceOf(url: string | undefined, defaultPort: number): readonly HostPort[] {
  if (url === undefined) return [];
  const authority = /^[a-z0-9+]+:\/\/([^/?#]*)/i.exec(url)?.[1] ?? '';
  return authority
    .slice(authority.lastIndexOf('@') + 1)
    .split(',')
    .flatMap((part): HostPort[] => {
      const match = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(part);
      const host = match?.[1] ?? match?.[2] ?? '';
      return host === '' ? [] : [{ host: decodeURIComponent(host), port: Number(match?.[3] ?? defaultPort) }];
    });
}
