/** Stretches of six hours whose rows changed since they were counted; the database notes them itself (migration 0006). */
import { type Kysely, sql } from 'kysely';
import { instantText } from './pg-types.ts';
import type { Tables } from './tables.ts';

/** Six hours of one office. */
export interface DueStretch {
  readonly officeCode: string;
  readonly startsAtMs: number;
}

/** How long a stretch is, in milliseconds. */
export const dueStretchMs = 6 * 3_600_000;

/**
 * Takes stretches away; what is done about them must be stored in the same transaction.
 *
 * @param range.recent those that begin at or after `cutMs`, or all before it
 * @param range.limit at most so many
 */
export async function takeDue(
  tx: Kysely<Tables>,
  range: { readonly recent: boolean; readonly cutMs: number; readonly limit: number },
): Promise<readonly DueStretch[]> {
  const cut = instantText(range.cutMs);
  const { rows } = await sql<DueStretch>`
    with picked as (
      select office_code, starts_at from completeness_due
      where ${range.recent ? sql`starts_at >= ${cut}::timestamptz` : sql`starts_at < ${cut}::timestamptz`}
      group by starts_at, office_code
      limit ${range.limit}
    ), taken as (
      delete from completeness_due d using picked
      where d.office_code = picked.office_code and d.starts_at = picked.starts_at
    )
    select office_code as "officeCode", starts_at as "startsAtMs" from picked`.execute(tx);
  return rows;
}

/**
 * When something older than `cutMs` was last noted, and since when it waits; null when nothing does. A log of years that
 * is read for the first time touches the same days again and again, and is better counted once.
 */
export async function olderDue(
  db: Kysely<Tables>,
  cutMs: number,
): Promise<{ readonly quietMs: number; readonly waitingMs: number } | null> {
  const { rows } = await sql<{ quietMs: number | null; waitingMs: number | null }>`
    select extract(epoch from now() - max(noted_at))::float8 * 1000 as "quietMs",
           extract(epoch from now() - min(noted_at))::float8 * 1000 as "waitingMs"
    from completeness_due where starts_at < ${instantText(cutMs)}::timestamptz`.execute(db);
  const [row] = rows;
  if (row === undefined || row.quietMs === null || row.waitingMs === null) return null;
  return { quietMs: row.quietMs, waitingMs: row.waitingMs };
}

/** Notes stretches of time as changed, whatever is stored of them: for those who want everything counted again. */
export async function noteDue(
  db: Kysely<Tables>,
  stretch: { readonly officeCodes: readonly string[] | null; readonly fromMs: number; readonly toMs: number },
): Promise<void> {
  await sql`
    insert into completeness_due (office_code, starts_at)
    select o.code, date_bin('6 hours', s.at, timestamptz '2000-01-01 00:00:00+00')
    from office o
    cross join generate_series(${instantText(stretch.fromMs)}::timestamptz, ${instantText(stretch.toMs)}::timestamptz,
                               interval '6 hours') as s (at)
    where ${stretch.officeCodes === null}::boolean
       or o.code = any (${[...(stretch.officeCodes ?? [])]}::text[])`.execute(db);
}
