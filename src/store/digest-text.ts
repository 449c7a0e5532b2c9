/** A day's digest as people carry it: on one line, in groups, with a check against slips of the pen. */
import { createHash } from 'node:crypto';

/** A digest that was kept elsewhere. */
export interface KeptDigest {
  /** `YYYY-MM-DD`, in UTC. */
  readonly day: string;
  readonly digest: Buffer;
}

const pattern = /(\d{4}-\d\d-\d\d)\s+((?:[0-9a-f]{8}[-\s]+){8})([0-9a-f]{4})\b/gi;

/** `2026-11-20 1f8a6c02-…-9b0e77d1-c4d1`: day, eight groups of eight digits, four digits of check. */
export function digestText({ day, digest }: KeptDigest): string {
  const hex = Buffer.from(digest).toString('hex');
  const groups = Array.from({ length: 8 }, (_, at) => hex.slice(at * 8, at * 8 + 8));
  return `${day} ${groups.join('-')}-${checkOf(day, hex)}`;
}

/**
 * All digests in a text, each once, such as a mail or a page that was typed off; everything else in it is passed over.
 *
 * @returns null when there is none, or when one of them does not fit its check digits
 */
export function parseDigests(text: string): KeptDigest[] | null {
  const found: KeptDigest[] = [];
  for (const [, day = '', groups = '', check = ''] of text.matchAll(pattern)) {
    const hex = groups.replace(/[-\s]/g, '').toLowerCase();
    if (checkOf(day, hex) !== check.toLowerCase()) return null;
    const digest = Buffer.from(hex, 'hex');
    if (!found.some((other) => other.day === day && other.digest.equals(digest))) found.push({ day, digest });
  }
  return found.length === 0 ? null : found;
}

function checkOf(day: string, hex: string): string {
  return createHash('sha256').update(`${day} ${hex}`).digest('hex').slice(0, 4);
}
