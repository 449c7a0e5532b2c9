/**
 * Who may do what in the database. The owner makes and changes tables; the gateway's own role reads and adds, and of
 * evidence it can change and delete nothing (docs/operations.md, "Database roles").
 */
import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

/** Tables that hold evidence or prove it, and what people did; partitions belong to their parents. */
export const evidenceTables = [
  'punch',
  'clock_sample',
  'clock_event',
  'log_epoch',
  'evidence_batch',
  'evidence_day',
  'store_generation',
  'audit_entry',
  'setup_change',
  'incident_step',
  'incident_proof',
  'incident_fact',
  'terminal_replacement',
] as const;

/** Written by migrations alone. */
const migrationTables = ['kysely_migration', 'kysely_migration_lock'];

/** Schemas of ours; the second is the queue's. */
const schemas = ['public', 'gerbang_queue'];

/** Any fixed number will do: it names "rights are being given" among advisory locks. */
const grantLock = 4_370_006;

/** The role a connection works as. */
export async function currentRole(db: Kysely<Tables>): Promise<string> {
  const { rows } = await sql<{ role: string }>`select current_user::text as role`.execute(db);
  return rows[0]?.role ?? '';
}

/**
 * Gives the gateway's role what it needs and takes the rest away, also in tables that newer versions added. To be called
 * as the owner, after migrations; calling it again changes nothing.
 */
export async function grantGateway(owner: Kysely<Tables>, role: string): Promise<void> {
  await owner.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${grantLock})`.execute(tx);
    await sql`select set_config('gerbang.role', ${role}, true), set_config('gerbang.evidence', ${`{${evidenceTables.join()}}`}, true),
                     set_config('gerbang.read_only', ${`{${migrationTables.join()}}`}, true),
                     set_config('gerbang.schemas', ${`{${schemas.join()}}`}, true)`.execute(tx);
    await sql.raw(grants).execute(tx);
  });
}

/**
 * Which evidence tables a role can alter: by a right it was given, as their owner, or as a superuser. Empty when it can
 * add and read only.
 *
 * @param role default: the role of the connection
 */
export async function alterableEvidence(db: Kysely<Tables>, role?: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select distinct coalesce(i.inhparent, c.oid)::regclass::text as name
    from pg_class c
    left join pg_inherits i on i.inhrelid = c.oid
    cross join (select coalesce(${role ?? null}::name, current_user) as name) as asked
    where coalesce(i.inhparent, c.oid)::regclass::text = any (${[...evidenceTables]}::text[])
      and c.relkind in ('r', 'p')
      and (pg_has_role(asked.name, c.relowner, 'member')
           or has_table_privilege(asked.name, c.oid, 'update, delete, truncate, trigger')
           or has_any_column_privilege(asked.name, c.oid, 'update'))
    order by name`.execute(db);
  return rows.map((row) => row.name);
}

/** How well evidence is kept on this database. */
export interface EvidenceGuard {
  /** Last sealed day, `YYYY-MM-DD` in UTC; null when none is. */
  readonly sealedThrough: string | null;
  /** Roles of connected gateways that could alter evidence. */
  readonly alterableBy: readonly string[];
}

/** Looks at the connections gateways hold now. */
export async function readEvidenceGuard(db: Kysely<Tables>): Promise<EvidenceGuard> {
  const { rows } = await sql<{ role: string }>`
    select distinct usename::text as role from pg_stat_activity
    where datname = current_database() and application_name = 'gerbang' and pid <> pg_backend_pid()`.execute(db);
  const alterableBy: string[] = [];
  for (const { role } of rows) if ((await alterableEvidence(db, role)).length > 0) alterableBy.push(role);
  const { rows: days } = await sql<{ day: string | null }>`select max(day) as day from evidence_day`.execute(db);
  return { sealedThrough: days[0]?.day ?? null, alterableBy };
}

/** One table after the other, and only those the owner owns: a queue that the gateway made itself is its own already. */
const grants = `
do $$
declare
  role_name text := current_setting('gerbang.role');
  item record;
begin
  for item in
    select n.nspname as schema_name from pg_namespace n
    where n.nspname = any (current_setting('gerbang.schemas')::text[])
      and has_schema_privilege(current_user, n.oid, 'usage with grant option')
  loop
    execute format('grant usage on schema %I to %I', item.schema_name, role_name);
  end loop;
  for item in
    select c.oid::regclass as name, c.relkind as kind, parent.relname as root, n.nspname as schema_name
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_inherits i on i.inhrelid = c.oid
    join pg_class parent on parent.oid = coalesce(i.inhparent, c.oid)
    where n.nspname = any (current_setting('gerbang.schemas')::text[]) and c.relkind in ('r', 'p', 'v', 'S')
      and pg_has_role(current_user, c.relowner, 'usage')
  loop
    execute format('revoke all on %s %s from %I', case item.kind when 'S' then 'sequence' else 'table' end, item.name, role_name);
    if item.kind = 'S' then
      execute format('grant usage, select, update on sequence %s to %I', item.name, role_name);
    elsif item.kind = 'v' or (item.schema_name = 'public' and item.root = any (current_setting('gerbang.read_only')::text[])) then
      execute format('grant select on %s to %I', item.name, role_name);
    elsif item.schema_name = 'public' and item.root = any (current_setting('gerbang.evidence')::text[]) then
      execute format('grant select, insert on %s to %I', item.name, role_name);
    else
      execute format('grant select, insert, update, delete on %s to %I', item.name, role_name);
    end if;
  end loop;
end
$$`;
