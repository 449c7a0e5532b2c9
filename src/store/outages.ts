/**
 * When machines could not be read: opened and closed by whoever polls them, read by pages and reports.
 *
 * An outage begins at the last good read, because nobody knows for how long the machine was still well behind it; from
 * `failedAtMs` on it is certain. Stretches in which no gateway was there stand for themselves.
 */
import { type Kysely, sql } from 'kysely';
import type { OutageEnd, OutageKind } from './machine-tables.ts';
import { instantText, instantTextOrNull } from './pg-types.ts';
import type { Tables } from './tables.ts';
import type { TerminalPlace } from './terminals.ts';

/** One stretch. Instants in milliseconds UTC. */
export interface Outage {
  readonly outageId: number;
  readonly kind: OutageKind;
  readonly officeCode: string;
  /** Null for `gateway-away`, which is of the whole office. */
  readonly terminalName: string | null;
  readonly serial: string | null;
  /** When it is last known to have worked. */
  readonly fromMs: number;
  /** The first try that failed. */
  readonly failedAtMs: number;
  /** Null while it lasts. */
  readonly untilMs: number | null;
  readonly endedHow: OutageEnd | null;
  readonly firstErrorCode: string | null;
  readonly lastErrorCode: string | null;
  /** Null: never read before. */
  readonly lastReadMs: number | null;
  readonly detectedBy: string;
  readonly endedBy: string | null;
}

/** A machine that has failed for longer than the grace. */
export interface FailingPlace extends TerminalPlace {
  readonly serial: string | null;
  readonly failedAtMs: number;
  readonly lastReadMs: number | null;
  readonly errorCode: string | null;
}

/** `fromMs ≤ instant < toMs`, milliseconds UTC. */
export interface OutageRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The most rows of one answer; where there are more, the newest. */
export const mostOutages = 5_000;

/**
 * Opens an outage for each, or notes the latest error of the one that is open. A machine that rests has none. It begins at
 * the last read that this process or any other knows of, behind the last pause.
 *
 * @param holder the gateway that noticed
 */
export async function openOutages(db: Kysely<Tables>, places: readonly FailingPlace[], holder: string): Promise<void> {
  if (places.length === 0) return;
  const rows = places.map((place) => ({
    office_code: place.officeCode,
    terminal_name: place.terminalName,
    serial: place.serial,
    failed_at: instantText(place.failedAtMs),
    last_read_at: instantTextOrNull(place.lastReadMs),
    error_code: place.errorCode,
  }));
  await sql`
    insert into terminal_outage as o (kind, office_code, terminal_name, serial, from_at, failed_at, first_error_code,
                                      last_error_code, last_read_at, detected_by)
    select 'terminal', r.office_code, r.terminal_name, coalesce(r.serial, s.serial),
           least(greatest(r.last_read_at, s.last_read_at, p.ended_at), r.failed_at), r.failed_at,
           r.error_code, r.error_code, greatest(r.last_read_at, s.last_read_at), ${holder}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
           as r (office_code text, terminal_name text, serial text, failed_at timestamptz, last_read_at timestamptz,
                 error_code text)
    left join terminal_state s using (office_code, terminal_name)
    cross join lateral (
      select max(ended_at) as ended_at, count(*) filter (where ended_at is null) as open
      from terminal_pause p where p.office_code = r.office_code and p.terminal_name = r.terminal_name
    ) p
    where p.open = 0
    order by r.office_code, r.terminal_name
    on conflict (office_code, terminal_name) where until_at is null and kind = 'terminal'
      do update set last_error_code = excluded.last_error_code, serial = coalesce(o.serial, excluded.serial)`.execute(
    db,
  );
}

/** Closes the open outages of machines that were read since. The instant is the one of the read that ended it. */
export async function closeOutages(
  db: Kysely<Tables>,
  reads: readonly (TerminalPlace & { readonly readMs: number })[],
  holder: string,
): Promise<void> {
  if (reads.length === 0) return;
  await sql`
    update terminal_outage o set until_at = r.read_at, ended_how = 'read', ended_by = ${holder}
    from unnest(${reads.map((r) => r.officeCode)}::text[], ${reads.map((r) => r.terminalName)}::text[],
                ${reads.map((r) => instantText(r.readMs))}::timestamptz[]) as r (office_code, terminal_name, read_at)
    where o.office_code = r.office_code and o.terminal_name = r.terminal_name and o.kind = 'terminal'
      and o.until_at is null and r.read_at > o.from_at`.execute(db);
}

/** Closes the open outage of a machine that rests, or is not there any more, from now on. */
export async function endOutage(db: Kysely<Tables>, place: TerminalPlace, how: OutageEnd, by: string): Promise<void> {
  await sql`
    update terminal_outage set until_at = greatest(clock_timestamp(), from_at), ended_how = ${how}, ended_by = ${by}
    where office_code = ${place.officeCode} and terminal_name = ${place.terminalName} and kind = 'terminal'
      and until_at is null`.execute(db);
}

/**
 * Notes for each of these offices that nobody had polled it for longer than `graceMs`, if so. Called before the first
 * states of a process are written over those of the last one.
 */
export async function noteGatewayAway(
  db: Kysely<Tables>,
  offices: readonly { readonly officeCode: string; readonly graceMs: number }[],
  atMs: number,
  holder: string,
): Promise<void> {
  if (offices.length === 0) return;
  const at = instantText(atMs);
  await sql`
    insert into terminal_outage (kind, office_code, from_at, failed_at, until_at, detected_by, ended_by)
    select 'gateway-away', r.office_code, s.last, s.last, ${at}::timestamptz, ${holder}, ${holder}
    from unnest(${offices.map((o) => o.officeCode)}::text[], ${offices.map((o) => o.graceMs)}::float8[])
           as r (office_code, grace_ms)
    cross join lateral (
      select max(last_attempt_at) as last from terminal_state s where s.office_code = r.office_code
    ) s
    where s.last < ${at}::timestamptz - make_interval(secs => r.grace_ms / 1000)`.execute(db);
}

/** How long outages and rests are kept after their end: longer than a year of attendance can be disputed. */
const keptDays = 3 * 366;
const forgottenAtOnce = 50_000;

/** Forgets outages and rests that ended long ago; what lasts is kept however old it is. */
export async function forgetOldOutages(db: Kysely<Tables>): Promise<void> {
  const limit = sql`now() - ${keptDays}::int * interval '1 day'`;
  await sql`
    delete from terminal_outage where outage_id in (
      select outage_id from terminal_outage where until_at < ${limit} limit ${forgottenAtOnce})`.execute(db);
  await sql`
    delete from terminal_pause where pause_id in (
      select pause_id from terminal_pause where ended_at < ${limit} limit ${forgottenAtOnce})`.execute(db);
}

/** Outages that touch the range, newest first: of one machine (with those of its gateway), of one office, or of all. */
export async function readOutages(
  db: Kysely<Tables>,
  range: OutageRange,
  of: { readonly officeCode?: string | null; readonly terminalName?: string | null } = {},
): Promise<readonly Outage[]> {
  const { officeCode = null, terminalName = null } = of;
  const { rows } = await sql<Outage>`
    select ${outageColumns} from terminal_outage
    where from_at < ${instantText(range.toMs)}::timestamptz
      and (until_at is null or until_at > ${instantText(range.fromMs)}::timestamptz)
      and (${officeCode}::text is null or office_code = ${officeCode})
      and (${terminalName}::text is null or terminal_name = ${terminalName} or kind = 'gateway-away')
    order by from_at desc, outage_id desc
    limit ${mostOutages}`.execute(db);
  return rows;
}

/** What is open now, longest first, of one office or of all. */
export async function readOpenOutages(
  db: Kysely<Tables>,
  officeCode: string | null = null,
): Promise<readonly Outage[]> {
  const { rows } = await sql<Outage>`
    select ${outageColumns} from terminal_outage
    where until_at is null and kind = 'terminal' and (${officeCode}::text is null or office_code = ${officeCode})
    order by from_at, outage_id
    limit ${mostOutages}`.execute(db);
  return rows;
}

const outageColumns = sql`
  outage_id as "outageId", kind, office_code as "officeCode", terminal_name as "terminalName", serial,
  from_at as "fromMs", failed_at as "failedAtMs", until_at as "untilMs", ended_how as "endedHow",
  first_error_code as "firstErrorCode", last_error_code as "lastErrorCode", last_read_at as "lastReadMs",
  detected_by as "detectedBy", ended_by as "endedBy"`;
