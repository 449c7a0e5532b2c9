/** How complete each day of each office is: what was concluded, and what it is concluded from. */
import { type Kysely, sql } from 'kysely';
import type { LossKind } from '../punch/loss.ts';
import { outboxChannel } from './outbox.ts';
import { instantText } from './pg-types.ts';
import type { Tables } from './tables.ts';

/** `complete-except`: nothing more is expected to come by itself, and the exceptions are named. */
export type CompletenessState = 'complete' | 'complete-except' | 'not-yet';

/** A terminal whose log is not known to be read to the end of the day. */
export interface UnreadReason {
  /**
   * `unread`: its records are expected. `silent`: it has not been read for longer than a day. `quarantined`: nothing it
   * says is stored until a person acts. `paused`: it rests because a person said so. `never-reached`: it has not answered once. `left-unread`: it was taken away.
   */
  readonly kind: 'unread' | 'silent' | 'quarantined' | 'paused' | 'never-reached' | 'left-unread';
  readonly terminal: string;
  readonly serial: string | null;
  /** Up to when its log was read; ISO 8601, as all instants of reasons. */
  readonly readThrough: string | null;
  /** `left-unread`: when it left. `paused`: since when it rests. `never-reached`: since when it is waited for. */
  readonly since: string | null;
  readonly errorCode: string | null;
  /** Records its counter shows beyond those that are stored; null when it shows none or was not asked. */
  readonly unstored: number | null;
}

/** A machine whose log was read for the first time within the day, or after it: what was erased before left no trace. */
export interface WatchedSinceReason {
  readonly kind: 'watched-since';
  readonly terminal: string;
  readonly serial: string | null;
  readonly since: string;
}

/** Records that are gone, or may be, from a stretch of time that touches the day. */
export interface GapReason {
  readonly kind: 'gap';
  readonly terminal: string;
  readonly serial: string;
  readonly what: LossKind;
  readonly atLeast: number;
  readonly atMost: number | null;
  readonly since: string | null;
  readonly until: string;
}

/** Why a day is not simply complete. `not-final`: punches whose time is not certain. `after-close`: its month was closed. */
export type CompletenessReason =
  | { readonly kind: 'day-not-over' | 'not-watched' | 'no-terminals' }
  | UnreadReason
  | WatchedSinceReason
  | GapReason
  | { readonly kind: 'not-final' | 'after-close'; readonly rows: number };

/** What the rows of a day come to. */
export interface DayCounts {
  readonly records: number;
  readonly notFinal: number;
  /** Rows that came after the month was closed: not among `records`. */
  readonly afterClose: number;
  /** Another number when any row or its revision is another one. */
  readonly content: string;
}

/** One day of one office, as concluded. */
export interface OfficeDayRow extends DayCounts {
  readonly officeCode: string;
  /** `YYYY-MM-DD` in the office's zone. */
  readonly day: string;
  readonly state: CompletenessState;
  readonly reasons: readonly CompletenessReason[];
  readonly terminals: number;
  readonly terminalsRead: number;
  readonly gaps: number;
}

/** A stored conclusion. */
export interface CompletenessRow extends OfficeDayRow {
  /** 1 at first; counts up whenever what the day holds, or what is said about it, changes. */
  readonly revision: number;
  /** Grows with each change of any day, in the order of commits. */
  readonly change: number;
  readonly computedAtMs: number;
}

/** An office day as a stretch of time. */
export interface DayStretch {
  readonly officeCode: string;
  readonly day: string;
  readonly startMs: number;
  readonly endMs: number;
}

const columns = sql`
  office_code as "officeCode", day, state, reasons, terminals, terminals_read as "terminalsRead", records,
  not_final as "notFinal", gaps, after_close as "afterClose", content::text as content, revision, change,
  computed_at as "computedAtMs"`;

/** Which days are wanted; all bounds are included. */
export interface CompletenessQuery {
  readonly fromDay?: string;
  readonly toDay?: string;
  readonly officeCodes?: readonly string[];
  /** Only days that are not complete. */
  readonly open?: boolean;
  readonly limit: number;
}

/** Days, the newest first, offices in order of their codes. */
export async function readCompleteness(
  db: Kysely<Tables>,
  query: CompletenessQuery,
): Promise<readonly CompletenessRow[]> {
  const { fromDay = '0001-01-01', toDay = '9999-12-31', officeCodes = null, open = false } = query;
  const { rows } = await sql<CompletenessRow>`
    select ${columns} from completeness
    where day >= ${fromDay}::date and day <= ${toDay}::date
      and (${officeCodes === null}::boolean or office_code = any (${[...(officeCodes ?? [])]}::text[]))
      and (${!open}::boolean or state <> 'complete')
    order by day desc, office_code
    limit ${query.limit}`.execute(db);
  return rows;
}

/** Days from `fromDay` on that changed after `change`, in the order of their changes. */
export async function readCompletenessChanges(
  db: Kysely<Tables>,
  range: { readonly afterChange: number; readonly fromDay: string; readonly limit: number },
): Promise<readonly CompletenessRow[]> {
  const { rows } = await sql<CompletenessRow>`
    select ${columns} from completeness
    where change > ${range.afterChange} and day >= ${range.fromDay}::date
    order by change
    limit ${range.limit}`.execute(db);
  return rows;
}

/** The stored conclusions of these days; days without one are left out. */
export async function readCompletenessOf(
  db: Kysely<Tables>,
  days: readonly Pick<DayStretch, 'officeCode' | 'day'>[],
): Promise<readonly CompletenessRow[]> {
  const { rows } = await sql<CompletenessRow>`
    select ${columns}
    from unnest(${days.map((day) => day.officeCode)}::text[], ${days.map((day) => day.day)}::date[])
         as wanted (office_code, day)
    join completeness using (office_code, day)`.execute(db);
  return rows;
}

/** The newest day of each office there is a conclusion of. */
export async function readNewestDays(db: Kysely<Tables>): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ officeCode: string; day: string }>`
    select o.code as "officeCode", c.day
    from office o
    cross join lateral (select max(day) as day from completeness where office_code = o.code) c
    where c.day is not null`.execute(db);
  return new Map(rows.map((row) => [row.officeCode, row.day]));
}

/**
 * Counts the rows of days, as readers of `attendance` count them. One look into the index per day: 560 rows of a day cost
 * some milliseconds, whatever the size of the table.
 *
 * Conclusions alone are asked, which have a row for each punch: joined with the evidence, the planner reads all of it for
 * each day as long as it knows too little of a young table. `content` spells out `punch_id` for the same reason.
 */
export async function countDays(
  db: Kysely<Tables>,
  days: readonly DayStretch[],
): Promise<readonly (DayCounts & { readonly officeCode: string; readonly day: string })[]> {
  const { rows } = await sql<DayCounts & { officeCode: string; day: string }>`
    select d.office_code as "officeCode", d.day, c.records, c.not_final as "notFinal", c.content,
           c.after_close as "afterClose"
    from unnest(${days.map((day) => day.officeCode)}::text[], ${days.map((day) => day.day)}::date[],
                ${days.map((day) => instantText(day.startMs))}::timestamptz[],
                ${days.map((day) => instantText(day.endMs))}::timestamptz[]) as d (office_code, day, starts_at, ends_at)
    cross join lateral (
      select count(*) filter (where not a.after_close) as records,
             count(*) filter (where not a.after_close and a.time_status <> 'final') as not_final,
             coalesce(sum(hashtextextended(a.terminal_serial || '-' || a.epoch::text || '-' || a.ordinal::text, a.revision)
                          ::numeric) filter (where not a.after_close), 0)::text as content,
             count(*) filter (where a.after_close) as after_close
      from attendance_time a
      where a.office_code = d.office_code and a.occurred_at >= d.starts_at and a.occurred_at < d.ends_at
    ) c`.execute(db);
  return rows;
}

/** Until the commit nobody else concludes about days: changes are numbered in the order of their commits. */
export async function lockCompleteness(tx: Kysely<Tables>): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('completeness', 0))`.execute(tx);
}

/**
 * Stores conclusions; one that says what is said already changes nothing. Only behind {@link lockCompleteness}.
 *
 * @returns how many changed
 */
export async function storeCompleteness(tx: Kysely<Tables>, days: readonly OfficeDayRow[]): Promise<number> {
  if (days.length === 0) return 0;
  const { rows } = await sql<{ day: string }>`
    insert into completeness (office_code, day, state, reasons, terminals, terminals_read, records, not_final, gaps,
                              after_close, content, change, computed_at)
    select "officeCode", day, state, reasons, terminals, "terminalsRead", records, "notFinal", gaps, "afterClose", content,
           nextval('completeness_change'), now()
    from jsonb_to_recordset(${JSON.stringify(days)}::jsonb)
         as d ("officeCode" text, day date, state text, reasons jsonb, terminals integer, "terminalsRead" integer,
               records bigint, "notFinal" bigint, gaps integer, "afterClose" bigint, content numeric)
    on conflict (office_code, day) do update
    set state = excluded.state, reasons = excluded.reasons, terminals = excluded.terminals,
        terminals_read = excluded.terminals_read, records = excluded.records, not_final = excluded.not_final,
        gaps = excluded.gaps, after_close = excluded.after_close, content = excluded.content,
        revision = completeness.revision + 1, change = excluded.change, computed_at = excluded.computed_at
    where (completeness.state, completeness.reasons, completeness.terminals, completeness.terminals_read,
           completeness.records, completeness.not_final, completeness.gaps, completeness.after_close,
           completeness.content)
          is distinct from (excluded.state, excluded.reasons, excluded.terminals, excluded.terminals_read,
                            excluded.records, excluded.not_final, excluded.gaps, excluded.after_close, excluded.content)
    returning day`.execute(tx);
  if (rows.length > 0) await sql`select pg_notify(${outboxChannel}, '')`.execute(tx);
  return rows.length;
}
