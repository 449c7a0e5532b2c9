/** What the gateway looks at when it reports machines by itself. */
import { type Kysely, sql } from 'kysely';
import type { WatchedIncident, WatchedPlace } from '../incident/watch.ts';
import type { Tables } from './tables.ts';

/** An open report with what reminders need. */
export interface OpenIncident extends WatchedIncident {
  readonly lastStepMs: number;
  readonly reminders: number;
}

/** Any fixed number will do: it names "machines are being reported" among advisory locks. */
const watchLock = 4_370_013;

/** Inside a transaction: false when another gateway is at it now. */
export async function takeWatchTurn(tx: Kysely<Tables>): Promise<boolean> {
  const { rows } = await sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${watchLock}) as mine`.execute(tx);
  return rows[0]?.mine ?? false;
}

/** Waits until no gateway is reporting machines, so that a person and a gateway do not report one machine side by side. */
export async function awaitWatchTurn(tx: Kysely<Tables>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${watchLock})`.execute(tx);
}

/** The places of these offices that are polled; a machine that rests because a person said so is not looked at. */
export async function readWatchedPlaces(
  tx: Kysely<Tables>,
  officeCodes: readonly string[],
): Promise<readonly WatchedPlace[]> {
  const { rows } = await sql<WatchedPlace>`
    select s.office_code as "officeCode", s.terminal_name as "terminalName", s.state, s.error_code as "errorCode",
           s.failing_since as "failingSinceMs", s.last_read_at as "lastReadMs"
    from terminal_state s
    where s.office_code = any (${[...officeCodes]}::text[])
      and not exists (select from terminal_pause p where p.office_code = s.office_code and p.terminal_name = s.terminal_name
                        and p.ended_at is null and p.until_at > now())
    order by s.office_code, s.terminal_name`.execute(tx);
  return rows;
}

/** The open reports of these offices, and those of none. */
export async function readOpenIncidents(
  tx: Kysely<Tables>,
  officeCodes: readonly string[],
): Promise<readonly OpenIncident[]> {
  const { rows } = await sql<OpenIncident>`
    select number, office_code as "officeCode", terminal_name as "terminalName", kind, state,
           opened_by = 'gateway' as "byGateway", opened_at as "openedMs", well_since as "wellSinceMs",
           last_step_at as "lastStepMs", reminders
    from incident
    where closed_at is null and (office_code is null or office_code = any (${[...officeCodes]}::text[]))
    order by number limit 10000`.execute(tx);
  return rows;
}
