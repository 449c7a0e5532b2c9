/** Passwords: scrypt with its costs beside the hash, so that they can be raised later without locking anybody out. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** OWASP's scrypt setting of 32 MiB and about 0.1 s: dear for a guesser, bearable on two old cores. */
const costs = { N: 2 ** 15, r: 8, p: 3 };
const hashBytes = 32;
const saltBytes = 16;
/** Each costs 32 MiB while it runs: a crowd at the door must not take the gateway's memory. */
const atOnce = 2;
const mostWaiting = 40;

/** Shortest password that is taken. */
export const minPasswordLength = 12;
export const maxPasswordLength = 200;

let running = 0;
const waiting: (() => void)[] = [];

/** True when too many passwords are being checked: ask again later. */
export function passwordsAreBusy(): boolean {
  return waiting.length >= mostWaiting;
}

/** `scrypt$N$r$p$salt$hash`, salt and hash in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await derive(password, salt, costs);
  return ['scrypt', costs.N, costs.r, costs.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Compares in constant time. A hash that is null or not understood costs the same and is never right. */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
  const parsed = parse(stored ?? '');
  const { N, r, p, salt, hash } = parsed ?? { ...costs, salt: Buffer.alloc(saltBytes), hash: Buffer.alloc(hashBytes) };
  const given = await derive(password, salt, { N, r, p });
  return timingSafeEqual(given, hash) && parsed !== null;
}

function parse(stored: string) {
  const found = /^scrypt\$(\d{1,7})\$(\d{1,2})\$(\d{1,2})\$([\w-]{22})\$([\w-]{43})$/.exec(stored);
  if (found === null) return null;
  const [, N, r, p, salt = '', hash = ''] = found;
  return {
    N: Number(N),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt, 'base64url'),
    hash: Buffer.from(hash, 'base64url'),
  };
}

async function derive(password: string, salt: Buffer, { N, r, p }: typeof costs): Promise<Buffer> {
  if (running >= atOnce) await new Promise<void>((go) => waiting.push(go));
  running += 1;
  try {
    return await new Promise((resolve, reject) => {
      scrypt(password.normalize('NFC'), salt, hashBytes, { N, r, p, maxmem: 128 * N * r * 2 }, (error, key) =>
        error === null ? resolve(key) : reject(error),
      );
    });
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}
