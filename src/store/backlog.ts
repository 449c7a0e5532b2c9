/** What terminals hold and the database does not yet: how much, how fast it comes, how long it will take. */
import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

/** Records still to be stored, by the terminals' own counters. Terminals that are not reached are left out of the rate. */
export interface Backlog {
  /** Records that the terminals count, and how many of them are stored. */
  readonly counted: number;
  readonly stored: number;
  /** Terminals that hold more than is stored. */
  readonly terminalsBehind: number;
  /** Of what is missing, what lies on terminals that are reached now. */
  readonly comingRecords: number;
  /** Records stored a second over the last minutes; null when too little came in to say. */
  readonly perSecond: number | null;
}

/** Long enough to smooth over single polls, short enough to notice that a link has become slow. */
const rateOverMs = 120_000;
const leastRecords = 100;

/** How far reading is. One statement; counters are as of each terminal's last poll. */
export async function readBacklog(db: Kysely<Tables>): Promise<Backlog> {
  const { rows } = await sql<Backlog & { recent: number; overMs: number }>`
    with log as (
      select s.state, s.records as counted, coalesce(l.next_ordinal - l.base_ordinal, 0) as stored, s.serial
      from terminal_state s left join terminal_log l on l.serial = s.serial
      where s.records is not null
    ), recent as (
      select coalesce(sum(to_ordinal - from_ordinal), 0) as records, min(stored_at) as since
      from evidence_batch where stored_at > now() - ${rateOverMs}::float8 * interval '1 millisecond'
    )
    select coalesce(sum(counted), 0)::float8 as counted, coalesce(sum(least(stored, counted)), 0)::float8 as stored,
           count(*) filter (where counted > stored)::integer as "terminalsBehind",
           coalesce(sum(counted - stored) filter (where counted > stored and state <> 'failing'), 0)::float8 as "comingRecords",
           (select records from recent)::float8 as recent,
           (select extract(epoch from now() - since) * 1000 from recent)::float8 as "overMs"
    from log`.execute(db);
  const [row] = rows;
  if (row === undefined) return { counted: 0, stored: 0, terminalsBehind: 0, comingRecords: 0, perSecond: null };
  const { recent, overMs, ...backlog } = row;
  const isEnough = recent >= leastRecords && overMs > 0;
  return { ...backlog, perSecond: isEnough ? (recent * 1_000) / overMs : null };
}

/**
 * How long the rest will take if it goes on as in the last minutes.
 *
 * @returns milliseconds; null when nothing comes in, so that nobody can say
 */
export function remainingMs({ comingRecords, perSecond }: Backlog): number | null {
  if (comingRecords === 0) return 0;
  return perSecond === null ? null : (comingRecords * 1_000) / perSecond;
}
