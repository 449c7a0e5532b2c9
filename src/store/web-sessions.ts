/** Browsers that are signed in, and systems with a token: who a request comes from. */
import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

/** Whose cookie it is. */
export interface SessionRow {
  readonly accountId: string;
  readonly login: string;
  readonly name: string;
  readonly role: 'operator' | 'hr' | 'viewer';
  readonly officeCode: string | null;
}

/** An evening on a shared computer ends by itself; a working day does not. */
const idleHours = 12;
const longestDays = 14;

export async function createSession(db: Kysely<Tables>, sessionHash: Buffer, accountId: string): Promise<void> {
  await sql`delete from web_session where expires_at < now() or seen_at < now() - ${idleHours}::int * interval '1 hour'`.execute(
    db,
  );
  await sql`
    insert into web_session (session_sha256, account_id, expires_at)
    values (${sessionHash}, ${accountId}, now() + ${longestDays}::int * interval '1 day')`.execute(db);
}

/** Whose session this is, while it is good; null otherwise. Notes at most once a minute that it was seen. */
export async function readSession(db: Kysely<Tables>, sessionHash: Buffer): Promise<SessionRow | null> {
  const { rows } = await sql<SessionRow & { stale: boolean }>`
    select a.account_id as "accountId", a.login, a.name, a.role, a.office_code as "officeCode",
           s.seen_at < now() - interval '1 minute' as stale
    from web_session s join account a using (account_id)
    where s.session_sha256 = ${sessionHash} and s.expires_at > now()
      and s.seen_at > now() - ${idleHours}::int * interval '1 hour' and a.disabled_at is null`.execute(db);
  const [row] = rows;
  if (row === undefined) return null;
  if (row.stale) await sql`update web_session set seen_at = now() where session_sha256 = ${sessionHash}`.execute(db);
  const { accountId, login, name, role, officeCode } = row;
  return { accountId, login, name, role, officeCode };
}

export async function endSession(db: Kysely<Tables>, sessionHash: Buffer): Promise<void> {
  await sql`delete from web_session where session_sha256 = ${sessionHash}`.execute(db);
}

/** A token as pages show it. */
export interface TokenRow {
  readonly tokenId: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly officeCode: string | null;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly expiresAtMs: number | null;
  readonly revokedAtMs: number | null;
  readonly lastUsedAtMs: number | null;
}

const tokenColumns = sql`
  token_id as "tokenId", name, scopes, office_code as "officeCode", created_at as "createdAtMs",
  created_by as "createdBy", expires_at as "expiresAtMs", revoked_at as "revokedAtMs", last_used_at as "lastUsedAtMs"`;

/** Whose token this is, while it is good. Notes at most once a minute that it was used. */
export async function readToken(db: Kysely<Tables>, tokenHash: Buffer): Promise<TokenRow | null> {
  const { rows } = await sql<TokenRow & { stale: boolean }>`
    select ${tokenColumns}, coalesce(last_used_at < now() - interval '1 minute', true) as stale from api_token
    where token_sha256 = ${tokenHash} and revoked_at is null and coalesce(expires_at > now(), true)`.execute(db);
  const [row] = rows;
  if (row === undefined) return null;
  if (row.stale) await sql`update api_token set last_used_at = now() where token_id = ${row.tokenId}`.execute(db);
  return row;
}

export async function readTokens(db: Kysely<Tables>): Promise<readonly TokenRow[]> {
  const { rows } =
    await sql<TokenRow>`select ${tokenColumns} from api_token order by revoked_at nulls first, name limit 2000`.execute(
      db,
    );
  return rows;
}

/** @returns its id, or null when the name is taken */
export async function createToken(
  db: Kysely<Tables>,
  token: {
    readonly name: string;
    readonly tokenHash: Buffer;
    readonly scopes: readonly string[];
    readonly officeCode: string | null;
    readonly createdBy: string;
    readonly validDays: number | null;
  },
): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    insert into api_token (name, token_sha256, scopes, office_code, created_by, expires_at)
    values (${token.name}, ${token.tokenHash}, ${[...token.scopes]}::text[], ${token.officeCode}, ${token.createdBy},
            now() + ${token.validDays}::int * interval '1 day')
    on conflict (name) do nothing returning token_id as id`.execute(db);
  return rows[0]?.id ?? null;
}

/** @returns its name, or null when there is none that is not revoked already */
export async function revokeToken(db: Kysely<Tables>, tokenId: string): Promise<string | null> {
  const { rows } = await sql<{ name: string }>`
    update api_token set revoked_at = now() where token_id = ${tokenId}::uuid and revoked_at is null returning name`.execute(
    db,
  );
  return rows[0]?.name ?? null;
}
