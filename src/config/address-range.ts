/** Ranges of IPv4 addresses in which a terminal that moved may be looked for. */

/** Widest range: 1,024 addresses take half an hour to ask one by one. */
const shortestPrefix = 22;

/** All ranges of an office together. */
export const maxSearchAddresses = 1_024;

/**
 * The addresses of `"10.10.1.0/24"`, network and broadcast address left out where the range has them.
 *
 * @returns null when the text is no IPv4 network in this form, is wider than /22, or has bits set behind its prefix
 */
export function parseAddressRange(text: string): readonly string[] | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (match === null) return null;
  const [prefix = 0, ...parts] = match.slice(1).map(Number).reverse();
  if (prefix < shortestPrefix || prefix > 32 || parts.some((part) => part > 255)) return null;
  const network = parts.reduce((sum, part, at) => sum + part * 256 ** at, 0);
  const size = 2 ** (32 - prefix);
  if (network % size !== 0) return null;
  const ends = size > 2 ? 1 : 0;
  return Array.from({ length: size - 2 * ends }, (_, at) => dotted(network + ends + at));
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
