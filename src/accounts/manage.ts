/** What operators do with accounts and tokens, each with its line in the audit log, in one transaction. */
import {
  changeAccount,
  createAccount,
  forgetFailures,
  type NewAccount,
  readAccount,
  readCredentials,
  remainsOperator,
  setPassword,
} from '../store/accounts.ts';
import { type AuditEntry, writeAudit } from '../store/audit-log.ts';
import type { Database } from '../store/database.ts';
import { createToken, revokeToken } from '../store/web-sessions.ts';
import { hashPassword, isPassword } from './password.ts';
import type { Permission, Role } from './permissions.ts';
import { newSecret, secretHash } from './secrets.ts';
import { newPasswordLink } from './sign-in.ts';

type Db = Database['db'];

/** Who does it, for the audit log. */
export type Actor = Pick<AuditEntry, 'actorKind' | 'actor' | 'requestId'>;

/** Makes an account. @returns the secret of its one-time link, or null when the login is taken */
export async function addAccount(db: Db, by: Actor, account: Omit<NewAccount, 'createdBy'>): Promise<string | null> {
  return db.transaction().execute(async (tx) => {
    const accountId = await createAccount(tx, { ...account, createdBy: by.actor });
    if (accountId === null) return null;
    const { login: subject, role, officeCode } = account;
    await writeAudit(tx, { ...by, action: 'account.create', subject, officeCode, detail: { role } });
    return newPasswordLink(tx, accountId, by.actor);
  });
}

/** Makes a new link and lets a waiting account in. @returns its secret, or null when there is no such account to enter */
export async function renewLink(db: Db, by: Actor, login: string): Promise<string | null> {
  return db.transaction().execute(async (tx) => {
    const account = await readAccount(tx, login);
    if (account === null || account.disabledAtMs !== null) return null;
    await forgetFailures(tx, account.accountId);
    await writeAudit(tx, { ...by, action: 'account.link', subject: account.login, officeCode: account.officeCode });
    return newPasswordLink(tx, account.accountId, by.actor);
  });
}

export interface AccountChange {
  readonly name: string;
  readonly role: Role;
  readonly officeCode: string | null;
  readonly disabled: boolean;
}

/** `last-operator`: nobody would be left who could let anybody in again. */
export type ChangeResult = 'done' | 'missing' | 'last-operator';

/** Changes an account. */
export async function alterAccount(
  db: Db,
  by: Actor,
  login: string,
  change: Partial<AccountChange>,
): Promise<ChangeResult> {
  return db.transaction().execute(async (tx) => {
    const before = await readAccount(tx, login);
    if (before === null) return 'missing';
    const { name, role, officeCode } = before;
    const after = { name, role, officeCode, disabled: before.disabledAtMs !== null, ...change };
    const leaves = after.disabled || after.role !== 'operator' || after.officeCode !== null;
    if (leaves && !(await remainsOperator(tx, before.accountId))) return 'last-operator';
    await changeAccount(tx, before.accountId, after);
    const detail = {
      role: [role, after.role],
      office: [officeCode, after.officeCode],
      disabled: [before.disabledAtMs !== null, after.disabled],
    };
    await writeAudit(tx, {
      ...by,
      action: 'account.change',
      subject: before.login,
      officeCode: after.officeCode,
      detail,
    });
    return 'done';
  });
}

/** Changes the password of whoever knows the present one. A guesser with a stolen session is slowed as at the door. */
export async function changeOwnPassword(
  db: Db,
  by: Actor,
  given: { readonly current: string; readonly next: string },
  noteWrong: (accountId: string) => Promise<unknown>,
): Promise<'done' | 'refused'> {
  const found = await readCredentials(db, by.actor);
  const isRight = await isPassword(given.current, found?.passwordHash ?? null);
  if (found === null || found.locked || found.disabled) return 'refused';
  if (!isRight) {
    await noteWrong(found.accountId);
    await writeAudit(db, { ...by, action: 'account.refuse-password', subject: by.actor });
    return 'refused';
  }
  const hash = await hashPassword(given.next);
  await db.transaction().execute(async (tx) => {
    await setPassword(tx, found.accountId, hash);
    await writeAudit(tx, { ...by, action: 'account.choose-password', subject: by.actor });
  });
  return 'done';
}

export interface NewToken {
  readonly name: string;
  readonly scopes: readonly Permission[];
  readonly officeCode: string | null;
  /** Null for ever. */
  readonly validDays: number | null;
}

/** Makes a token. @returns it, to be shown once; null when the name is taken */
export async function addToken(db: Db, by: Actor, token: NewToken): Promise<string | null> {
  const secret = newSecret();
  return db.transaction().execute(async (tx) => {
    const id = await createToken(tx, { ...token, tokenHash: secretHash(secret), createdBy: by.actor });
    if (id === null) return null;
    const { name: subject, scopes, officeCode, validDays } = token;
    await writeAudit(tx, { ...by, action: 'token.create', subject, officeCode, detail: { scopes, validDays } });
    return secret;
  });
}

/** Ends a token. @returns false when there is none that is not ended */
export async function endToken(db: Db, by: Actor, tokenId: string): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const subject = await revokeToken(tx, tokenId);
    if (subject === null) return false;
    await writeAudit(tx, { ...by, action: 'token.revoke', subject });
    return true;
  });
}
