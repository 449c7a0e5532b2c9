/** Accounts, their links and their browsers. Times are the database's, so that all hosts agree. */
import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

/** An account as pages show it. */
export interface AccountRow {
  readonly accountId: string;
  readonly login: string;
  readonly name: string;
  readonly role: 'operator' | 'hr' | 'viewer';
  readonly officeCode: string | null;
  readonly hasPassword: boolean;
  readonly lockedUntilMs: number | null;
  readonly disabledAtMs: number | null;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly lastSeenMs: number | null;
}

const accountColumns = sql`
  a.account_id as "accountId", a.login, a.name, a.role, a.office_code as "officeCode",
  a.password_hash is not null as "hasPassword",
  case when a.locked_until > now() then a.locked_until end as "lockedUntilMs",
  a.disabled_at as "disabledAtMs", a.created_at as "createdAtMs", a.created_by as "createdBy",
  (select max(s.seen_at) from web_session s where s.account_id = a.account_id) as "lastSeenMs"`;

/** All accounts by login. A government has dozens, not thousands. */
export async function readAccounts(db: Kysely<Tables>): Promise<readonly AccountRow[]> {
  const { rows } = await sql<AccountRow>`select ${accountColumns} from account a order by a.login limit 2000`.execute(
    db,
  );
  return rows;
}

/** One account, or null. */
export async function readAccount(db: Kysely<Tables>, login: string): Promise<AccountRow | null> {
  const { rows } = await sql<AccountRow>`
    select ${accountColumns} from account a where a.login = ${login.toLowerCase()}`.execute(db);
  return rows[0] ?? null;
}

export interface NewAccount {
  readonly login: string;
  readonly name: string;
  readonly role: 'operator' | 'hr' | 'viewer';
  readonly officeCode: string | null;
  readonly createdBy: string;
}

/** @returns its id, or null when the login is taken */
export async function createAccount(db: Kysely<Tables>, account: NewAccount): Promise<string | null> {
  const { login, name, role, officeCode, createdBy } = account;
  const { rows } = await sql<{ id: string }>`
    insert into account (login, name, role, office_code, created_by)
    values (${login.toLowerCase()}, ${name}, ${role}, ${officeCode}, ${createdBy})
    on conflict (login) do nothing returning account_id as id`.execute(db);
  return rows[0]?.id ?? null;
}

/** True while nobody was ever given an account. */
export async function hasNoAccounts(db: Kysely<Tables>): Promise<boolean> {
  const { rows } = await sql<{ none: boolean }>`select not exists (select from account) as none`.execute(db);
  return rows[0]?.none ?? true;
}

/** What a sign-in needs to know. `locked` by the database's clock. */
export interface Credentials {
  readonly accountId: string;
  readonly passwordHash: string | null;
  readonly locked: boolean;
  readonly disabled: boolean;
}

export async function readCredentials(db: Kysely<Tables>, login: string): Promise<Credentials | null> {
  const { rows } = await sql<Credentials>`
    select account_id as "accountId", password_hash as "passwordHash",
           coalesce(locked_until > now(), false) as locked, disabled_at is not null as disabled
    from account where login = ${login.toLowerCase()}`.execute(db);
  return rows[0] ?? null;
}

/**
 * Counts a wrong password. From the fifth on the account waits, twice as long each time, a quarter of an hour at most:
 * a guesser gets four tries an hour, and nobody can lock a colleague out for a day.
 *
 * @returns for how many seconds it is locked now; 0 when it is not
 */
export async function noteFailure(db: Kysely<Tables>, accountId: string): Promise<number> {
  const { rows } = await sql<{ seconds: number }>`
    update account set failures = failures + 1,
      locked_until = case when failures + 1 < 5 then null
                          else now() + least(900, 15 * 2 ^ least(failures + 1 - 5, 10)) * interval '1 second' end
    where account_id = ${accountId}
    returning coalesce(extract(epoch from locked_until - now()), 0)::int as seconds`.execute(db);
  return rows[0]?.seconds ?? 0;
}

export async function forgetFailures(db: Kysely<Tables>, accountId: string): Promise<void> {
  await sql`update account set failures = 0, locked_until = null where account_id = ${accountId}`.execute(db);
}

/** Sets a password and signs every browser of the account out. */
export async function setPassword(db: Kysely<Tables>, accountId: string, passwordHash: string): Promise<void> {
  await sql`
    update account set password_hash = ${passwordHash}, password_changed_at = now(), failures = 0, locked_until = null
    where account_id = ${accountId}`.execute(db);
  await sql`delete from web_session where account_id = ${accountId}`.execute(db);
}

/** Changes what an account may do; sessions go on with the new rights, a disabled account has none. */
export async function changeAccount(
  db: Kysely<Tables>,
  accountId: string,
  change: {
    readonly name: string;
    readonly role: 'operator' | 'hr' | 'viewer';
    readonly officeCode: string | null;
    readonly disabled: boolean;
  },
): Promise<void> {
  await sql`
    update account set name = ${change.name}, role = ${change.role}, office_code = ${change.officeCode},
           disabled_at = case when ${change.disabled} then coalesce(disabled_at, now()) end
    where account_id = ${accountId}`.execute(db);
  if (change.disabled) await sql`delete from web_session where account_id = ${accountId}`.execute(db);
}

/**
 * True when somebody can let people in without this account: an operator of all offices who has a password. Two who take
 * each other's rights at once take turns here.
 */
export async function remainsOperator(db: Kysely<Tables>, withoutAccountId: string): Promise<boolean> {
  const { rows } = await sql<{ accountId: string; good: boolean }>`
    select account_id as "accountId", password_hash is not null as good from account
    where role = 'operator' and office_code is null and disabled_at is null
    order by account_id for update`.execute(db);
  const isOne = rows.some(({ accountId }) => accountId === withoutAccountId);
  return !isOne || rows.some(({ accountId, good }) => accountId !== withoutAccountId && good);
}

/** Makes a link to choose a password; earlier links of the account end. */
export async function createLink(
  db: Kysely<Tables>,
  link: {
    readonly accountId: string;
    readonly linkHash: Buffer;
    readonly validMs: number;
    readonly createdBy: string;
  },
): Promise<void> {
  await sql`delete from account_link where account_id = ${link.accountId} and used_at is null`.execute(db);
  await sql`
    insert into account_link (link_sha256, account_id, expires_at, created_by)
    values (${link.linkHash}, ${link.accountId}, now() + ${link.validMs}::float8 * interval '1 millisecond', ${link.createdBy})`.execute(
    db,
  );
}

/** The login a link is for, while it is good; null for any other. */
export async function readLink(db: Kysely<Tables>, linkHash: Buffer): Promise<string | null> {
  const { rows } = await sql<{ login: string }>`
    select a.login from account_link l join account a using (account_id)
    where l.link_sha256 = ${linkHash} and l.used_at is null and l.expires_at > now() and a.disabled_at is null`.execute(
    db,
  );
  return rows[0]?.login ?? null;
}

/** Uses a link up. Of two who use it at once, one succeeds. @returns its account, or null when it is not good */
export async function takeLink(db: Kysely<Tables>, linkHash: Buffer): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    update account_link l set used_at = now() from account a
    where l.link_sha256 = ${linkHash} and l.used_at is null and l.expires_at > now()
      and a.account_id = l.account_id and a.disabled_at is null
    returning l.account_id as id`.execute(db);
  return rows[0]?.id ?? null;
}
