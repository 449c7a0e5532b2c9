/** Which machine stood where, and from when until when; and how each of them stands now. */
import { type Kysely, sql } from 'kysely';
import { instantText } from './pg-types.ts';
import type { Tables, TerminalCondition } from './tables.ts';

/** One machine in one place. Instants in milliseconds UTC. */
export interface Stay {
  readonly stayId: number;
  readonly officeCode: string;
  readonly terminalName: string;
  /** Null until it answered for the first time. */
  readonly serial: string | null;
  readonly fromMs: number;
  /** When it left; null while it is there. */
  readonly untilMs: number | null;
  /** When its log was read for the first time, wherever it stood; null before that. */
  readonly firstReadMs: number | null;
  /** Up to when its log is stored: now, or when it left. */
  readonly readThroughMs: number | null;
  /** How its place stands; null when it has left, or nothing is known yet. */
  readonly state: TerminalCondition | null;
  readonly errorCode: string | null;
  /** Records its counter showed at the last poll; null when it was not asked. */
  readonly counted: number | null;
  /** Records of its log that are stored. */
  readonly stored: number | null;
  /** It rests since then because a person said so; null, or left out, when it does not. */
  readonly pausedSinceMs?: number | null;
}

/**
 * Notes who came and who left since the last time, as the pollers see it (`terminal_state`).
 *
 * @param officeCodes offices that are configured here. Of other ones a place is left when nobody has written of it for a
 * day: another gateway may have it
 */
export async function syncStays(db: Kysely<Tables>, officeCodes: readonly string[]): Promise<void> {
  const standing = sql`(
    select office_code, terminal_name, serial from terminal_state
    where office_code = any (${[...officeCodes]}::text[]) or updated_at > now() - interval '1 day')`;
  await sql`
    with gone as (
      update terminal_stay s
      set until_at = greatest(now(), s.from_at),
          read_through_at = (select l.read_through_at from terminal_log l where l.serial = s.serial)
      where s.until_at is null
        and not exists (select from ${standing} t
                        where t.office_code = s.office_code and t.terminal_name = s.terminal_name
                          and (t.serial is null or s.serial is null or t.serial = s.serial))
    )
    update terminal_stay s set serial = t.serial
    from ${standing} t
    where s.until_at is null and s.serial is null and t.serial is not null
      and t.office_code = s.office_code and t.terminal_name = s.terminal_name`.execute(db);
  // Behind the first statement, which has made room for those that come in the place of others.
  await sql`
    insert into terminal_stay (office_code, terminal_name, serial, from_at)
    select t.office_code, t.terminal_name, t.serial, now()
    from ${standing} t
    where not exists (select from terminal_stay s
                      where s.office_code = t.office_code and s.terminal_name = t.terminal_name and s.until_at is null)
    on conflict do nothing`.execute(db);
}

/**
 * All machines that stand in these offices, and those that have left them after `leftAfterMs`.
 *
 * @param officeCodes null for all offices
 */
export async function readStays(
  db: Kysely<Tables>,
  officeCodes: readonly string[] | null,
  leftAfterMs: number,
): Promise<readonly Stay[]> {
  const { rows } = await sql<Stay>`
    select s.stay_id as "stayId", s.office_code as "officeCode", s.terminal_name as "terminalName", s.serial,
           s.from_at as "fromMs", s.until_at as "untilMs", e.opened_at as "firstReadMs",
           case when s.until_at is null then l.read_through_at else s.read_through_at end as "readThroughMs",
           t.state, t.error_code as "errorCode", t.records as counted, l.next_ordinal - l.base_ordinal as stored,
           p.since_at as "pausedSinceMs"
    from terminal_stay s
    left join terminal_log l on l.serial = s.serial and s.until_at is null
    left join log_epoch e on e.terminal_serial = s.serial and e.epoch = 1
    left join terminal_state t
      on t.office_code = s.office_code and t.terminal_name = s.terminal_name and s.until_at is null
    left join terminal_pause p
      on p.office_code = s.office_code and p.terminal_name = s.terminal_name and s.until_at is null
     and p.ended_at is null and p.until_at > now()
    where (s.until_at is null or s.until_at > ${instantText(leftAfterMs)}::timestamptz)
      and (${officeCodes === null}::boolean or s.office_code = any (${[...(officeCodes ?? [])]}::text[]))
    order by s.office_code, s.terminal_name, s.from_at`.execute(db);
  return rows;
}

/** When the first machine of each office was first waited for, in milliseconds UTC. */
export async function readWatchedSince(db: Kysely<Tables>): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ officeCode: string; sinceMs: number }>`
    select office_code as "officeCode", min(from_at) as "sinceMs" from terminal_stay group by office_code`.execute(db);
  return new Map(rows.map((row) => [row.officeCode, row.sinceMs]));
}

/** Since when anything is known of a place; null for one that was never configured. */
export async function readKnownSince(
  db: Kysely<Tables>,
  place: { readonly officeCode: string; readonly terminalName: string },
): Promise<number | null> {
  const { rows } = await sql<{ knownMs: number | null }>`
    select min(s.from_at) as "knownMs" from terminal_stay s
    where s.office_code = ${place.officeCode} and s.terminal_name = ${place.terminalName}`.execute(db);
  return rows[0]?.knownMs ?? null;
}
