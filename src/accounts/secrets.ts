/** Random secrets that are handed out once and kept only as a hash: cookies, links, tokens. */
import { createHash, randomBytes } from 'node:crypto';

/** 256 bits as 43 letters that survive addresses, headers and cookies. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a secret. Random secrets need no salt and no slow hash. */
export function secretHash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** True for what {@link newSecret} could have made: everything else need not be looked up. */
export function isSecretShaped(text: string): boolean {
  return /^[\w-]{43}$/.test(text);
}
