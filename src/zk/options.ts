/** Options of a terminal: `key=value` texts (docs/protocol.md, "Options"). */
import { cleanText, untilNul } from './text.ts';

/** Keys the driver itself reads. */
export const optionKey = {
  serial: '~SerialNumber',
  deviceName: '~DeviceName',
  platform: '~Platform',
} as const;

/** Longest key asked for; the whole request must fit the terminal's receive buffer. */
const longestKeyBytes = 256;

/**
 * Payload that asks for an option. The NUL matters: without it some firmware appends leftovers of earlier requests to
 * the key.
 *
 * @throws RangeError when the key is empty, too long or not plain ASCII
 */
export function encodeOptionKey(key: string): Uint8Array {
  if (!/^[\x21-\x3c\x3e-\x7e]+$/.test(key) || key.length > longestKeyBytes) {
    throw new RangeError('An option key is 1 to 256 plain ASCII characters without "=".');
  }
  return Uint8Array.from(Buffer.from(`${key}\0`, 'latin1'));
}

/**
 * Value in an option reply. The terminal echoes the key in its own spelling, with or without a leading `~`, so only
 * the part behind the first `=` counts.
 *
 * @returns cleaned text, or null when the terminal echoed no value
 */
export function decodeOptionValue(payload: Uint8Array): string | null {
  const text = decodeText(payload);
  const equals = text.indexOf('=');
  const value = equals === -1 ? '' : text.slice(equals + 1);
  return value === '' ? null : value;
}

/** A whole payload as cleaned text, for replies that are text without a key (the firmware version). */
export function decodeText(payload: Uint8Array): string {
  return cleanText(Buffer.from(untilNul(payload)).toString('utf8')).trim();
}
