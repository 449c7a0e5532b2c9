/** The audit log: who did or saw what, in one order that nobody can edit (migrations/0011_accounts.sql). */
import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

/** One thing somebody did. */
export interface AuditEntry {
  readonly actorKind: 'account' | 'token' | 'command' | 'gateway';
  readonly actor: string;
  /** `part.what`, e.g. `account.create`. A promise to readers of the log (docs/data.md). */
  readonly action: string;
  /** What it was done to: a login, a serial, an office. Never a PIN, a name or a NIP. */
  readonly subject?: string;
  readonly officeCode?: string | null;
  readonly requestId?: string | null;
  /** Facts beside it, without secrets: filters, counts, old and new values. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Adds one entry. In a transaction with the change it speaks of: either both are there or neither. */
export async function writeAudit(db: Kysely<Tables>, entry: AuditEntry): Promise<void> {
  const { actorKind, actor, action, subject = '', officeCode = null, requestId = null, detail = {} } = entry;
  await sql`
    insert into audit_entry (actor_kind, actor, action, subject, office_code, request_id, detail)
    values (${actorKind}, ${actor}, ${action}, ${subject}, ${officeCode}, ${requestId}, ${JSON.stringify(detail)}::jsonb)`.execute(
    db,
  );
}

/** An entry as it is read back. */
export interface AuditRow extends Required<AuditEntry> {
  readonly auditId: number;
  readonly atMs: number;
}

/** Newest first, before `beforeId`. */
export async function readAuditLog(
  db: Kysely<Tables>,
  page: {
    readonly beforeId: number | null;
    readonly limit: number;
    readonly action?: string;
    readonly actor?: string;
    readonly officeCode?: string | null;
  },
): Promise<readonly AuditRow[]> {
  const { rows } = await sql<AuditRow>`
    select audit_id as "auditId", at as "atMs", actor_kind as "actorKind", actor, action, subject,
           office_code as "officeCode", request_id as "requestId", detail
    from audit_entry
    where (${page.beforeId}::bigint is null or audit_id < ${page.beforeId}::bigint)
      and (${page.action ?? null}::text is null or action = ${page.action ?? null} or action like ${`${page.action ?? ''}.%`})
      and (${page.actor ?? null}::text is null or actor = ${page.actor ?? null})
      and (${page.officeCode ?? null}::text is null or office_code = ${page.officeCode ?? null})
    order by audit_id desc limit ${page.limit}`.execute(db);
  return rows;
}

/** How many entries there are; they count without gaps, so the last number says it. */
export async function countAudit(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{
    entries: number;
  }>`select coalesce(max(audit_id), 0) as entries from audit_entry`.execute(db);
  return rows[0]?.entries ?? 0;
}

/** How many entries there are, and the first one that does not fit; null when all do. Every one is hashed. */
export async function checkAuditChain(
  db: Kysely<Tables>,
): Promise<{ readonly entries: number; readonly firstBroken: number | null }> {
  return { firstBroken: await firstBrokenAudit(db), entries: await countAudit(db) };
}

/** The first entry whose chain does not hold, or null when all of it does. A missing row breaks the row after it. */
export async function firstBrokenAudit(db: Kysely<Tables>): Promise<number | null> {
  const { rows } = await sql<{ broken: number | null }>`
    select min(audit_id) as broken from (
      select a.audit_id, a.audit_id <> row_number() over (order by a.audit_id)
             or a.head <> sha256(coalesce(lag(a.head) over (order by a.audit_id), ''::bytea) || audit_content(a)) as wrong
      from audit_entry a) as checked
    where wrong`.execute(db);
  return rows[0]?.broken ?? null;
}
