/** What stands before every answer: whose host name a browser may use for us, and what a browser may do with a page. */
import { isIP } from 'node:net';

/**
 * Headers of every answer. Pages hold PINs, so nothing may frame, keep or reach into them; names on them come from
 * terminals, so nothing inline is ever run.
 */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** True for an address that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * Tells whether a `Host` header may be ours. A web site whose name was pointed at this machine (DNS rebinding) would
 * otherwise read the page through a visitor's browser. Such a site needs a name, so plain addresses pass.
 *
 * @param names names that were configured, beside `localhost`
 */
export function isOwnHost(header: string | undefined, names: readonly string[]): boolean {
  const host = /^(\[[0-9a-f:.]+\]|[^:]+)(?::\d{1,5})?$/i.exec(header ?? '')?.[1]?.toLowerCase();
  if (host === undefined) return false;
  const bare = host.replace(/^\[|\]$/g, '');
  return isIP(bare) !== 0 || bare === 'localhost' || names.some((name) => name.toLowerCase() === bare);
}

/** `1023` → `••23`: for pages that more than this machine can see. */
export function maskedPin(pin: string): string {
  return `••${pin.length > 2 ? pin.slice(-2) : ''}`;
}
