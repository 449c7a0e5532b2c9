/** Signing in and out, choosing a password by link. One answer for every refusal: a guesser learns no logins here. */
import {
  createLink,
  forgetFailures,
  noteFailure,
  readCredentials,
  readLink,
  setPassword,
  takeLink,
} from '../store/accounts.ts';
import { writeAudit } from '../store/audit-log.ts';
import type { Database } from '../store/database.ts';
import { createSession, endSession } from '../store/web-sessions.ts';
import { hashPassword, isPassword, passwordsAreBusy } from './password.ts';
import { isSecretShaped, newSecret, secretHash } from './secrets.ts';

type Db = Database['db'];

/** `refused`: wrong login, wrong password, locked or disabled, and nobody is told which. */
export type SignIn = { readonly secret: string } | 'refused' | 'busy';

/**
 * Checks a login and its password.
 *
 * @returns the secret for the cookie
 * @throws GerbangError STORE_UNAVAILABLE
 */
export async function signIn(
  db: Db,
  given: { readonly login: string; readonly password: string; readonly requestId: string },
): Promise<SignIn> {
  if (passwordsAreBusy()) return 'busy';
  const login = given.login.trim().toLowerCase();
  const found = await readCredentials(db, login);
  // Always worked out, so that an unknown login takes as long as a known one.
  const isRight = await isPassword(given.password, found?.passwordHash ?? null);
  if (found === null || found.disabled) return 'refused';
  const entry = { actorKind: 'account', actor: login, subject: login, requestId: given.requestId } as const;
  if (found.locked) return 'refused';
  if (!isRight) {
    const lockedSeconds = await noteFailure(db, found.accountId);
    await writeAudit(db, { ...entry, action: 'session.refuse', detail: { lockedSeconds } });
    return 'refused';
  }
  await forgetFailures(db, found.accountId);
  const secret = newSecret();
  await createSession(db, secretHash(secret), found.accountId);
  await writeAudit(db, { ...entry, action: 'session.begin' });
  return { secret };
}

/** Ends the session of a cookie. */
export async function signOut(db: Db, secret: string, actor: string, requestId: string): Promise<void> {
  await endSession(db, secretHash(secret));
  await writeAudit(db, { actorKind: 'account', actor, action: 'session.end', subject: actor, requestId });
}

/** A link to choose a password stays good this long: over a weekend, not over a holiday. */
export const linkValidMs = 72 * 3_600_000;

/** Makes a link for an account. @returns the secret that stands in it; it is shown once and kept only as a hash */
export async function newPasswordLink(db: Db, accountId: string, createdBy: string): Promise<string> {
  const secret = newSecret();
  await createLink(db, { accountId, linkHash: secretHash(secret), validMs: linkValidMs, createdBy });
  return secret;
}

/** The login that a link is for; null when it is used, too old or never was. */
export async function loginOfLink(db: Db, secret: string): Promise<string | null> {
  return isSecretShaped(secret) ? readLink(db, secretHash(secret)) : null;
}

/** Chooses a password by link. @returns false when the link is not good any more */
export async function choosePassword(
  db: Db,
  given: { readonly secret: string; readonly password: string; readonly requestId: string },
): Promise<boolean> {
  const login = await loginOfLink(db, given.secret);
  if (login === null) return false;
  const hash = await hashPassword(given.password);
  return db.transaction().execute(async (tx) => {
    const accountId = await takeLink(tx, secretHash(given.secret));
    if (accountId === null) return false;
    await setPassword(tx, accountId, hash);
    const entry = { actorKind: 'account', actor: login, subject: login, requestId: given.requestId } as const;
    await writeAudit(tx, { ...entry, action: 'account.choose-password' });
    return true;
  });
}
