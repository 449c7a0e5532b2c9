/** What a backup holds: every table of ours with its columns, whatever a newer version adds. */
import type pg from 'pg';
import type { BackupHeader, TableContent } from './backup-file.ts';

/** Written by migrations themselves. */
const migrationTables = ['kysely_migration', 'kysely_migration_lock'];

/** All tables, each behind those it refers to; partitions are within their parents. */
export async function listTables(client: pg.ClientBase): Promise<TableContent[]> {
  const { rows: tables } = await client.query<{ name: string; columns: string[]; refers_to: string[] }>(
    `select c.relname as name,
            (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
            (select coalesce(array_agg(distinct r.relname::text), '{}') from pg_constraint f
             join pg_class r on r.oid = f.confrelid
             where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as refers_to
     from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and c.relname <> all ($1) and pg_has_role(current_user, c.relowner, 'usage')
     order by c.relname`,
    [migrationTables],
  );
  const ordered: TableContent[] = [];
  const placed = new Set<string>();
  const known = new Set(tables.map(({ name }) => name));
  // As many rounds as the longest chain of references.
  for (let round = 0; round < tables.length; round += 1) {
    for (const { name, columns, refers_to } of tables) {
      if (placed.has(name) || refers_to.some((other) => known.has(other) && !placed.has(other))) continue;
      placed.add(name);
      ordered.push({ name, columns });
    }
  }
  return ordered;
}

/** All sequences and where they stand. */
export async function listSequences(client: pg.ClientBase): Promise<BackupHeader['sequences']> {
  const { rows: names } = await client.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind = 'S' and pg_has_role(current_user, relowner, 'usage')
     order by relname`,
  );
  const sequences: BackupHeader['sequences'][number][] = [];
  for (const { name } of names) {
    const { rows } = await client.query<{ value: number; is_called: boolean }>(
      `select last_value as value, is_called from public.${quoted(name)}`,
    );
    for (const { value, is_called } of rows) sequences.push({ name, value, isCalled: is_called });
  }
  return sequences;
}

/** A name as part of a statement. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `"a", "b"` */
export function columnList(columns: readonly string[]): string {
  return columns.map(quoted).join(', ');
}
