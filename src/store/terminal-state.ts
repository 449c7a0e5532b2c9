/** How each terminal stands right now, for `gerbang status` and the page. Overwritten at each poll; no history. */
import { type Kysely, sql } from 'kysely';
import { instantTextOrNull, storableText } from './pg-types.ts';
import type { Tables, TerminalCondition } from './tables.ts';
import type { TerminalPlace } from './terminals.ts';

/** One terminal as its poller sees it. Instants in milliseconds UTC; null is "not known". */
export interface TerminalState extends TerminalPlace {
  readonly serial: string | null;
  /** `host:port`. */
  readonly address: string;
  readonly state: TerminalCondition;
  readonly errorCode: string | null;
  readonly errorText: string | null;
  readonly failingSinceMs: number | null;
  readonly lastAttemptMs: number | null;
  readonly lastReadMs: number | null;
  /** Clock of the terminal minus true time in the office's zone, in milliseconds, and how far it may be off. */
  readonly offsetMs: number | null;
  readonly offsetBoundMs: number | null;
  readonly records: number | null;
  readonly recordCapacity: number | null;
  readonly users: number | null;
  readonly firmware: string | null;
  readonly platform: string | null;
  readonly deviceName: string | null;
}

/**
 * Writes the state of any number of terminals in one statement. The last entry for a place counts. A process that has
 * just begun knows no last read, and what another one wrote stays.
 */
export async function upsertTerminalStates(db: Kysely<Tables>, states: readonly TerminalState[]): Promise<void> {
  const byPlace = new Map(states.map((state) => [JSON.stringify([state.officeCode, state.terminalName]), state]));
  if (byPlace.size === 0) return;
  // One fixed order for everybody: two gateways writing the same rows cannot wait for each other in a ring.
  const rows = [...byPlace].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, state]) => toRow(state));
  await sql`
    insert into terminal_state
    select r.office_code, r.terminal_name, r.serial, r.address, r.state, r.error_code, r.error_text, r.failing_since,
           r.last_attempt_at, r.last_read_at, r.offset_ms, r.offset_bound_ms, r.records, r.record_capacity, r.users,
           r.firmware, r.platform, r.device_name, now()
    from jsonb_populate_recordset(null::terminal_state, ${JSON.stringify(rows)}::jsonb) r
    on conflict (office_code, terminal_name) do update set
      serial = excluded.serial, address = excluded.address, state = excluded.state,
      error_code = excluded.error_code, error_text = excluded.error_text, failing_since = excluded.failing_since,
      last_attempt_at = excluded.last_attempt_at,
      last_read_at = coalesce(excluded.last_read_at, terminal_state.last_read_at),
      offset_ms = excluded.offset_ms, offset_bound_ms = excluded.offset_bound_ms, records = excluded.records,
      record_capacity = excluded.record_capacity, users = excluded.users, firmware = excluded.firmware,
      platform = excluded.platform, device_name = excluded.device_name, updated_at = excluded.updated_at`.execute(db);
}

/** Removes the states of places of an office that its configuration no longer has, and ends their outages. */
export async function keepTerminalStates(
  db: Kysely<Tables>,
  officeCode: string,
  terminalNames: readonly string[],
): Promise<void> {
  await sql`
    delete from terminal_state
    where office_code = ${officeCode} and terminal_name <> all (${[...terminalNames]}::text[])`.execute(db);
  await sql`
    update terminal_outage set until_at = greatest(clock_timestamp(), from_at), ended_how = 'removed'
    where office_code = ${officeCode} and terminal_name <> all (${[...terminalNames]}::text[])
      and kind = 'terminal' and until_at is null`.execute(db);
}

function toRow(state: TerminalState): Record<string, string | number | null> {
  return {
    office_code: state.officeCode,
    terminal_name: state.terminalName,
    serial: state.serial,
    address: state.address,
    state: state.state,
    error_code: state.errorCode,
    error_text: cleaned(state.errorText),
    failing_since: instantTextOrNull(state.failingSinceMs),
    last_attempt_at: instantTextOrNull(state.lastAttemptMs),
    last_read_at: instantTextOrNull(state.lastReadMs),
    offset_ms: state.offsetMs,
    offset_bound_ms: state.offsetBoundMs,
    records: state.records,
    record_capacity: state.recordCapacity,
    users: state.users,
    firmware: cleaned(state.firmware),
    platform: cleaned(state.platform),
    device_name: cleaned(state.deviceName),
  };
}

/** What terminals say about themselves may hold anything, and there is no reason to keep more than a line of it. */
function cleaned(text: string | null): string | null {
  return text === null ? null : storableText(text).slice(0, 1_000);
}
