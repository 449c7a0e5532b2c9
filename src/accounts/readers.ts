/** Who a cookie or a token belongs to. Kept for moments, so that a page with ten requests asks the database once. */
import { timingSafeEqual } from 'node:crypto';
import { isStoreAway } from '../errors.ts';
import type { Database } from '../store/database.ts';
import { readSession, readToken } from '../store/web-sessions.ts';
import { isPermission, type Permission, permissionsOf, type Reader } from './permissions.ts';
import { isSecretShaped, secretHash } from './secrets.ts';

/** A token that stands in the configuration. */
export interface ConfiguredToken {
  readonly name: string;
  /** SHA-256 of the token, 64 hexadecimal digits. */
  readonly sha256: string;
}

/** Recognises readers. */
export interface Readers {
  /** @throws GerbangError STORE_UNAVAILABLE when nobody can be recognised now */
  ofCookie(secret: string): Promise<Reader | null>;
  ofToken(secret: string): Promise<Reader | null>;
  /** Whoever brings neither. Nobody, except on pages that are shown to everybody on purpose. */
  ofStranger(): Reader | null;
  /** Forgets a cookie at once: somebody signed out here. */
  forget(secret: string): void;
}

/** Another host may have ended the session, or an operator the account: noticed after this. */
const freshMs = 5_000;
/** With the database away the board must stay readable for those who were looking at it. */
const keptWhileAwayMs = 15 * 60_000;
const mostKept = 5_000;

/** What a token of the configuration may do: read, as it always could. */
const configuredPermissions: readonly Permission[] = ['board.view', 'attendance.view', 'metrics.view'];

/** @param nowMs a clock that never goes back, in milliseconds */
export function createReaders(
  { db }: Pick<Database, 'db'>,
  tokens: readonly ConfiguredToken[],
  nowMs: () => number,
): Readers {
  const kept = new Map<string, { readonly reader: Reader | null; readonly atMs: number }>();
  const configured = tokens.map(({ name, sha256 }) => ({ name, hash: Buffer.from(sha256, 'hex') }));

  async function remembered(key: string, find: () => Promise<Reader | null>): Promise<Reader | null> {
    const known = kept.get(key);
    if (known !== undefined && nowMs() - known.atMs < freshMs) return known.reader;
    try {
      const reader = await find();
      kept.delete(key);
      if (kept.size >= mostKept) kept.delete(kept.keys().next().value ?? '');
      kept.set(key, { reader, atMs: nowMs() });
      return reader;
    } catch (error) {
      if (!isStoreAway(error) || known === undefined || nowMs() - known.atMs > keptWhileAwayMs) throw error;
      return known.reader;
    }
  }

  function ofConfiguration(given: Buffer): Reader | null {
    // All of them, and each in constant time: how long the answer takes says nothing about any token.
    const found = configured.filter(({ hash }) => timingSafeEqual(hash, given)).at(0);
    return found === undefined ? null : systemOf(found.name, configuredPermissions, null);
  }

  return {
    ofCookie: (secret) =>
      isSecretShaped(secret)
        ? remembered(keyOf('cookie', secret), async () => personOf(await readSession(db, secretHash(secret))))
        : Promise.resolve(null),
    async ofToken(secret) {
      const hash = secretHash(secret);
      const fixed = ofConfiguration(hash);
      if (fixed !== null || !isSecretShaped(secret)) return fixed;
      return remembered(keyOf('token', secret), async () => {
        const row = await readToken(db, hash);
        return row === null ? null : systemOf(row.name, row.scopes.filter(isPermission), row.officeCode);
      });
    },
    ofStranger: () => null,
    forget: (secret) => void kept.delete(keyOf('cookie', secret)),
  };
}

/** The hash, so that no secret stays in memory for longer than its request. */
function keyOf(kind: string, secret: string): string {
  return `${kind} ${secretHash(secret).toString('base64url')}`;
}

function personOf(row: Awaited<ReturnType<typeof readSession>>): Reader | null {
  if (row === null) return null;
  const { login, name, role, officeCode } = row;
  return { kind: 'account', actor: login, name, role, permissions: permissionsOf(role), officeCode };
}

function systemOf(name: string, scopes: readonly Permission[], officeCode: string | null): Reader {
  return { kind: 'token', actor: name, name, role: null, permissions: new Set(scopes), officeCode };
}
