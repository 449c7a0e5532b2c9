/**
 * Attendance as people look for it: by person, PIN, machine, office and days, newest first, a page at a time.
 *
 * Pages go on behind the last row of the one before (keyset), so the hundredth costs what the first one does. Each way of
 * asking has an index that finds its rows and few others: migrations/0014_people.sql, docs/decisions/0013.
 */
import { type Kysely, sql } from 'kysely';
import { type Arrival, arrivalColumns } from './board.ts';
import { instantText } from './pg-types.ts';
import type { Tables } from './tables.ts';

/** Days of one office, `startMs ≤ instant < endMs`, in its own zone. */
export interface OfficeStretch {
  readonly officeCode: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** A PIN on a machine. */
export interface PinPlace {
  readonly serial: string;
  readonly pin: string;
}

/** What is looked for. */
export interface AttendanceQuery {
  /** Offices that are looked at, each with its days; the caller leaves out what the reader may not see. */
  readonly stretches: readonly OfficeStretch[];
  readonly serial: string | null;
  /** Only punches with one of these PINs; null for all. At most some thousand. */
  readonly places: readonly PinPlace[] | null;
  /** Only punches that mean this person now. Needs `places`. */
  readonly personId: string | null;
}

/** A page: behind which row it begins, and how long it is. */
interface Page {
  readonly after: RowPlace | null;
  readonly limit: number;
}

/** A row and who it is. */
export interface AttendanceRow extends Arrival {
  readonly personName: string | null;
  readonly nip: string | null;
}

/** Behind which row a page begins. */
export interface RowPlace {
  readonly occurredAtMs: number;
  readonly serial: string;
  readonly epoch: number;
  readonly ordinal: number;
}

/** Who a row of `attendance_time a` and `punch p` is, by the rule of the view. */
const personOf = sql`coalesce(
  (select m.person_id from person_pin m
   where m.terminal_serial = a.terminal_serial and m.pin = p.pin and m.from_at <= a.occurred_at and m.until_at > a.occurred_at
   order by m.from_at desc limit 1),
  (select m.person_id from person_pin m
   where m.terminal_serial is null and m.office_code = a.office_code and m.pin = p.pin
     and m.from_at <= a.occurred_at and m.until_at > a.occurred_at
   order by m.from_at desc limit 1))`;

const rowColumns = sql`${arrivalColumns}, h.name as "personName", h.nip`;
const newestFirst = sql`occurred_at desc, terminal_serial desc, epoch desc, ordinal desc`;

/**
 * A page of rows, newest first.
 *
 * @param after the last row of the page before; null for the first page
 */
export async function readAttendance(
  db: Kysely<Tables>,
  query: AttendanceQuery,
  page: Page,
): Promise<readonly AttendanceRow[]> {
  if (query.stretches.length === 0 || query.places?.length === 0) return [];
  if (query.places !== null) return (await readByPin(db, query, page)).rows;
  const { rows } = await sql<AttendanceRow>`
    with page as materialized (${keysByOffice(query, page)}) ${toldOf(sql``)}`.execute(db);
  return rows;
}

/**
 * A page of rows, and how many there are on all pages, or `most` when there are at least so many. Of a person both come of
 * one search.
 */
export async function readAttendanceCounted(
  db: Kysely<Tables>,
  query: AttendanceQuery,
  page: Page,
  most: number,
): Promise<{ readonly rows: readonly AttendanceRow[]; readonly count: number }> {
  if (query.stretches.length === 0 || query.places?.length === 0) return { rows: [], count: 0 };
  if (query.places === null) {
    const [rows, count] = await Promise.all([readAttendance(db, query, page), countAttendance(db, query, most)]);
    // The first page is all there is: what came in between the two is in none or both.
    const isAll = page.after === null && rows.length < page.limit;
    return { rows, count: isAll ? Math.min(rows.length, most) : count };
  }
  const { rows, onAllPages } = await readByPin(db, query, page);
  return { rows, count: onAllPages === null ? await countAttendance(db, query, most) : Math.min(onAllPages, most) };
}

/** A page, and how many rows there are on all of them; null behind the last one, where no row tells it. */
async function readByPin(
  db: Kysely<Tables>,
  query: AttendanceQuery,
  page: Page,
): Promise<{ readonly rows: readonly AttendanceRow[]; readonly onAllPages: number | null }> {
  const { rows } = await sql<AttendanceRow & { onAllPages: number }>`
    with found as materialized (
      select a.terminal_serial, a.epoch, a.ordinal, a.occurred_at ${matchingPins(query)}
    ), page as materialized (
      select a.terminal_serial, a.epoch, a.ordinal from found a where true ${behind(page.after)}
      order by ${newestFirst} limit ${page.limit}
    ) ${toldOf(sql`, (select count(*) from found) as "onAllPages"`)}`.execute(db);
  return { rows: rows.map(({ onAllPages: _, ...row }) => row), onAllPages: rows[0]?.onAllPages ?? null };
}

/** The rows of `page`, as they are told, with more columns. */
function toldOf(more: ReturnType<typeof sql>) {
  return sql`, told as materialized (
      select a.* from page
      cross join lateral (
        select * from attendance
        where terminal_serial = page.terminal_serial and epoch = page.epoch and ordinal = page.ordinal
        offset 0
      ) a
    )
    select ${rowColumns} ${more}
    from told a
    left join terminal t on t.serial = a.terminal_serial
    left join person h on h.person_id = a.person_id
    order by ${newestFirst}`;
}

/** The newest of each office, and of these the newest: one look into the index per office. */
function keysByOffice({ stretches, serial }: AttendanceQuery, page: Page) {
  return sql`
    select a.terminal_serial, a.epoch, a.ordinal
    from ${stretchTable(stretches)}
    cross join lateral (
      select terminal_serial, epoch, ordinal, occurred_at from attendance_time a
      where a.office_code = d.office_code and a.occurred_at >= d.starts_at and a.occurred_at < d.ends_at
        and not a.after_close ${ofSerial(serial)} ${behind(page.after)}
      order by ${newestFirst} limit ${page.limit}
    ) a
    order by ${newestFirst} limit ${page.limit}`;
}

/** A row that happened later than it was received would be one that the host's clock misplaced. */
const slackMs = 86_400_000;

/**
 * Of each PIN on each machine: what was received since the first day, for nothing else can have happened since. Record by
 * record: joined as a whole, the planner reads a year of the office to find a year of a person.
 */
function matchingPins({ places, stretches, serial, personId }: AttendanceQuery) {
  const pairs = places ?? [];
  const firstMs = Math.min(...stretches.map(({ startMs }) => startMs)) - slackMs;
  return sql`
    from unnest(${pairs.map((place) => place.serial)}::text[], ${pairs.map((place) => place.pin)}::text[])
         as w (serial, pin)
    cross join lateral (
      select epoch, ordinal, pin from punch
      where terminal_serial = w.serial and pin = w.pin and received_at >= ${instantText(firstMs)}::timestamptz
      offset 0
    ) p
    cross join lateral (
      select * from attendance_time
      where terminal_serial = w.serial and epoch = p.epoch and ordinal = p.ordinal
      offset 0
    ) a
    join ${stretchTable(stretches)}
      on d.office_code = a.office_code and a.occurred_at >= d.starts_at and a.occurred_at < d.ends_at
    where not a.after_close ${ofSerial(serial)}
      ${personId === null ? sql`` : sql`and ${personOf} = ${personId}`}`;
}

function ofSerial(serial: string | null) {
  return serial === null ? sql`` : sql`and a.terminal_serial = ${serial}`;
}

/** The first line is for the index, the second is exact. */
function behind(after: RowPlace | null) {
  if (after === null) return sql``;
  const at = instantText(after.occurredAtMs);
  return sql`and a.occurred_at <= ${at}::timestamptz
    and (a.occurred_at, a.terminal_serial, a.epoch, a.ordinal)
        < (${at}::timestamptz, ${after.serial}, ${after.epoch}, ${after.ordinal})`;
}

/** How many rows there are, or `limit` when there are at least so many. */
export async function countAttendance(db: Kysely<Tables>, query: AttendanceQuery, limit: number): Promise<number> {
  if (query.stretches.length === 0 || query.places?.length === 0) return 0;
  const matching =
    query.places === null
      ? sql`from ${stretchTable(query.stretches)}
            cross join lateral (
              select from attendance_time a
              where a.office_code = d.office_code and a.occurred_at >= d.starts_at and a.occurred_at < d.ends_at
                and not a.after_close ${ofSerial(query.serial)}
              limit ${limit}
            ) a`
      : matchingPins(query);
  const { rows } = await sql<{ rows: number }>`
    select count(*) as rows from (select ${matching} limit ${limit}) as found`.execute(db);
  return rows[0]?.rows ?? 0;
}

function stretchTable(stretches: readonly OfficeStretch[]) {
  return sql`unnest(${stretches.map(({ officeCode }) => officeCode)}::text[],
                    ${stretches.map(({ startMs }) => instantText(startMs))}::timestamptz[],
                    ${stretches.map(({ endMs }) => instantText(endMs))}::timestamptz[]) as d (office_code, starts_at, ends_at)`;
}

/** Machines that stand or stood in this office; null for all offices. */
export async function readMachinesOf(
  db: Kysely<Tables>,
  officeCode: string | null,
): Promise<readonly { readonly officeCode: string; readonly serial: string; readonly name: string }[]> {
  const { rows } = await sql<{ officeCode: string; serial: string; name: string }>`
    select office_code as "officeCode", serial, max(name) as name from (
      select office_code, serial, name from terminal
      union all
      select office_code, serial, terminal_name from terminal_stay where serial is not null
    ) as stood
    where ${officeCode}::text is null or office_code = ${officeCode}
    group by office_code, serial
    order by office_code, name, serial`.execute(db);
  return rows;
}

/** How complete the days are that a count speaks of. */
export interface StretchCompleteness {
  readonly complete: number;
  readonly completeExcept: number;
  readonly notYet: number;
  /** Machines of all days together, and those of them that were read past their day. */
  readonly terminals: number;
  readonly terminalsRead: number;
  /** When the newest of it was concluded; null where nothing was. */
  readonly computedAtMs: number | null;
}

/** Sums up days of offices; a day without a verdict is in none of the numbers. */
export async function sumCompleteness(
  db: Kysely<Tables>,
  days: { readonly officeCodes: readonly string[]; readonly fromDay: string; readonly toDay: string },
): Promise<StretchCompleteness> {
  const { rows } = await sql<StretchCompleteness>`
    select count(*) filter (where state = 'complete') as complete,
           count(*) filter (where state = 'complete-except') as "completeExcept",
           count(*) filter (where state = 'not-yet') as "notYet",
           coalesce(sum(terminals), 0)::int as terminals, coalesce(sum(terminals_read), 0)::int as "terminalsRead",
           max(computed_at) as "computedAtMs"
    from completeness
    where office_code = any (${[...days.officeCodes]}::text[])
      and day >= ${days.fromDay}::date and day <= ${days.toDay}::date`.execute(db);
  const [sum] = rows;
  if (sum === undefined) throw new Error('a sum has one row');
  return sum;
}
