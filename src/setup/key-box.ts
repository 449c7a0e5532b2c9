/**
 * Locks the comm keys that are saved on the settings pages (AES-256-GCM). The secret is never in the database, so that a
 * copy of the database, or a backup of it, opens no terminal.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes, scryptSync } from 'node:crypto';

/** Locks and opens. What is locked for one place cannot be opened at another. */
export interface KeyBox {
  /** @param place what it belongs to, e.g. {@link placeOfKey} */
  seal(text: string, place: string): Buffer;
  /** Null when it was locked with another secret or for another place, or was altered. */
  open(sealed: Uint8Array, place: string): string | null;
}

/** Version, mark of the secret, nonce, tag, text. */
const version = 1;
const markBytes = 4;
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = 1 + markBytes + nonceBytes + tagBytes;

/** The same secret on all hosts of one database opens what any of them locked. The salt only keeps this use apart. */
export function createKeyBox(secret: string): KeyBox {
  const key = scryptSync(secret, 'gerbang comm keys 1', 32, { N: 2 ** 14 });
  const mark = createHash('sha256').update(key).digest().subarray(0, markBytes);
  return {
    seal(text, place) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place));
      const locked = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(version), mark, nonce, cipher.getAuthTag(), locked]);
    },
    open(sealed, place) {
      const bytes = Buffer.from(sealed);
      if (bytes.length < headBytes || bytes[0] !== version) return null;
      const at = 1 + markBytes;
      if (!bytes.subarray(1, at).equals(mark)) return null;
      try {
        const nonce = bytes.subarray(at, at + nonceBytes);
        const cipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place));
        cipher.setAuthTag(bytes.subarray(at + nonceBytes, headBytes));
        return cipher.update(bytes.subarray(headBytes), undefined, 'utf8') + cipher.final('utf8');
      } catch {
        return null;
      }
    },
  };
}

/** What the key of a machine is locked for. */
export function placeOfKey(officeCode: string, terminalName: string): string {
  return JSON.stringify(['terminal', officeCode, terminalName]);
}
