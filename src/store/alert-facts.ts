/** What alerts are judged by, as far as the database knows it. */
import { type Kysely, sql } from 'kysely';
import type { WatchedIncident } from '../incident/watch.ts';
import type { Tables, TerminalCondition } from './tables.ts';

/** A terminal as its last poll left it. Instants in milliseconds UTC. */
export interface FactTerminal {
  readonly officeCode: string;
  readonly name: string;
  readonly state: TerminalCondition;
  readonly errorCode: string | null;
  readonly failingSinceMs: number | null;
  readonly offsetMs: number | null;
  readonly offsetBoundMs: number | null;
  readonly records: number | null;
  readonly recordCapacity: number | null;
  readonly paused: boolean;
}

/** Something countable. */
export interface FactCount {
  readonly name: string;
  readonly officeCode: string | null;
  readonly sinceMs: number;
  readonly count: number;
}

/** A report that is open, or closed while a loss is still to be told in writing. */
export type FactReport = Pick<
  WatchedIncident,
  'number' | 'officeCode' | 'terminalName' | 'kind' | 'state' | 'openedMs'
> & { readonly lastStepMs: number; readonly noteSentMs: number | null };

/** Gaps and contradictions found so long ago are told; what nobody acknowledged in that time stays on their pages. */
const lately = sql`now() - interval '7 days'`;

/** Reads everything in one snapshot. */
export async function readAlertFacts(db: Kysely<Tables>) {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      const terminals = await sql<FactTerminal>`
        select s.office_code as "officeCode", s.terminal_name as name, s.state, s.error_code as "errorCode",
               s.failing_since as "failingSinceMs", s.offset_ms as "offsetMs", s.offset_bound_ms as "offsetBoundMs",
               s.records, s.record_capacity as "recordCapacity",
               exists (select from terminal_pause p
                       where p.office_code = s.office_code and p.terminal_name = s.terminal_name
                         and p.ended_at is null and p.until_at > now()) as paused
        from terminal_state s order by s.office_code, s.terminal_name`.execute(tx);
      const gaps = await sql<FactCount>`
        select terminal_name as name, office_code as "officeCode", min(found_at) as "sinceMs",
               sum(greatest(at_least, 1))::bigint as count
        from log_gap
        where found_at > ${lately} and reached_at is null and coalesce(at_most, 1) > 0
        group by 1, 2 order by 2, 1 limit 500`.execute(tx);
      const contradictions = await sql<FactCount>`
        select t.name, t.office_code as "officeCode", min(a.found_at) as "sinceMs", count(*) as count
        from clock_alarm a join terminal t on t.serial = a.terminal_serial
        where a.found_at > ${lately} group by 1, 2 order by 2, 1 limit 500`.execute(tx);
      const consumers = await sql<FactCount>`
        select c.name, null as "officeCode", c.failing_since as "sinceMs",
               greatest(0, h.next_position - c.position) as count
        from outbox_consumer c cross join outbox_head h
        where c.failing_since is not null and c.state <> 'disabled' order by 1 limit 100`.execute(tx);
      const reports = await sql<FactReport>`
        select number, office_code as "officeCode", terminal_name as "terminalName", kind, state,
               opened_at as "openedMs", last_step_at as "lastStepMs", note_sent_at as "noteSentMs"
        from incident
        where closed_at is null
           or (kind = 'lost' and note_sent_at is null and state in ('replaced', 'written-off')
               and opened_at > now() - interval '30 days')
        order by number limit 500`.execute(tx);
      const rest = await sql<{ setAside: number; setAsideMs: number | null; lastStoredMs: number | null }>`
        select (select count(*)::int from set_aside where last_at > ${lately}) as "setAside",
               (select max(last_at) from set_aside) as "setAsideMs",
               (select max(stored_at) from evidence_batch where stored_at > now() - interval '1 day') as "lastStoredMs"`.execute(
        tx,
      );
      return {
        terminals: terminals.rows,
        gaps: gaps.rows,
        contradictions: contradictions.rows,
        consumers: consumers.rows,
        reports: reports.rows,
        setAside: rest.rows[0]?.setAside ?? 0,
        setAsideMs: rest.rows[0]?.setAsideMs ?? null,
        lastStoredMs: rest.rows[0]?.lastStoredMs ?? null,
      };
    });
}
