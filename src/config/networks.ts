/** IP networks in CIDR form, IPv4 and IPv6. Pure. */
import { isIP, isIPv4 } from 'node:net';

/** A network as two numbers; IPv4 and IPv6 are never inside each other. */
export interface Network {
  readonly text: string;
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** What offices use inside: RFC 1918, the shared range that mobile networks give (RFC 6598), and IPv6's own (RFC 4193). */
export const privateNetworks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'] as const;

/** `10.10.0.0/16` or `fd00::/8`; null when it is no network or has bits set behind its prefix. */
export function parseNetwork(text: string): Network | null {
  const match = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text);
  const at = match?.[1] === undefined ? null : numberOf(match[1]);
  const prefix = Number(match?.[2]);
  if (at === null) return null;
  const bits = at.family === 4 ? 32 : 128;
  if (prefix > bits) return null;
  const size = 1n << BigInt(bits - prefix);
  if (at.value % size !== 0n) return null;
  return { text, family: at.family, first: at.value, last: at.value + size - 1n };
}

/** True when the address lies in the network. Text that is no address lies nowhere. */
export function isInNetwork(address: string, network: Network): boolean {
  const at = numberOf(plainAddress(address));
  return at !== null && at.family === network.family && at.value >= network.first && at.value <= network.last;
}

/** True when all of `inner` lies in one of `outer`. */
export function isWithin(inner: Network, outer: readonly Network[]): boolean {
  return outer.some((one) => one.family === inner.family && one.first <= inner.first && inner.last <= one.last);
}

/** An IPv4 address that is written as IPv6 (`::ffff:10.0.0.1`, also in hexadecimal) as what it is; anything else unchanged. */
export function plainAddress(address: string): string {
  const at = isIP(address) === 6 ? numberOf(address) : null;
  if (at === null || at.value >> 32n !== 0xffffn) return address;
  return [24n, 16n, 8n, 0n].map((shift) => String((at.value >> shift) & 0xffn)).join('.');
}

function numberOf(address: string): { family: 4 | 6; value: bigint } | null {
  if (isIPv4(address)) return { family: 4, value: BigInt(`0x${hexOfIPv4(address)}`) };
  if (isIP(address) !== 6 || address.includes('%')) return null;
  // The last 32 bits may be written as IPv4.
  const text = address.replace(/[\d.]+$/, (tail) => (isIPv4(tail) ? hexOfIPv4(tail).replace(/^.{4}/, '$&:') : tail));
  const [left = '', right] = text.split('::');
  const head = left === '' ? [] : left.split(':');
  const tail = right === undefined || right === '' ? [] : right.split(':');
  const middle = right === undefined ? 0 : 8 - head.length - tail.length;
  const groups = [...head, ...new Array<string>(middle).fill('0'), ...tail];
  return { family: 6, value: BigInt(`0x${groups.map((group) => group.padStart(4, '0')).join('')}`) };
}

function hexOfIPv4(address: string): string {
  return address
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('');
}
