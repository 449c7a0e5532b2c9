/** What the gateway knows of a reported machine: a snapshot of counts and states, and, asked apart, whose PINs it knows. */
import { type Kysely, sql } from 'kysely';
import type { MachineFacts } from '../incident/facts.ts';
import { instantText } from './pg-types.ts';
import type { Tables } from './tables.ts';

/** "Usually": in the thirty days before. */
const usualMs = 30 * 86_400_000;

/** A place of an office. */
interface Place {
  readonly officeCode: string;
  readonly terminalName: string;
}

/** Looks at a place now. Counts only: no PIN leaves this function. */
export async function readMachineFacts(db: Kysely<Tables>, place: Place, atMs: number): Promise<MachineFacts | null> {
  const { officeCode, terminalName } = place;
  const { rows } = await sql<Omit<MachineFacts, 'atMs'>>`
    select s.state, s.error_code as "errorCode", s.failing_since as "failingSinceMs", s.last_attempt_at as "lastAttemptMs",
           s.last_read_at as "lastReadMs", l.read_through_at as "readThroughMs", s.offset_ms as "offsetMs",
           s.offset_bound_ms as "offsetBoundMs", coalesce(s.serial, p.serial) as serial, s.address, s.firmware, s.platform,
           s.device_name as "deviceName", s.records, s.record_capacity as "recordCapacity", s.users,
           (select count(distinct a.pin)::int from attendance a
            where a.office_code = s.office_code and a.terminal_serial = coalesce(s.serial, p.serial)
              and a.occurred_at > ${instantText(atMs - usualMs)}::timestamptz and a.occurred_at <= ${instantText(atMs)}::timestamptz) as "usualPeople",
           (select count(distinct pin)::int from punch where terminal_serial = coalesce(s.serial, p.serial)) as "knownPins",
           (select max(a.occurred_at) from attendance a
            where a.office_code = s.office_code and a.terminal_serial = coalesce(s.serial, p.serial)
              and a.occurred_at <= ${instantText(atMs + 86_400_000)}::timestamptz) as "lastPunchMs",
           o.others as "otherMachines", o.well as "otherMachinesWell"
    from terminal_state s
    left join terminal_pin p on p.office_code = s.office_code and p.terminal_name = s.terminal_name
    left join terminal_log l on l.serial = coalesce(s.serial, p.serial)
    cross join lateral (
      select count(*)::int as others, (count(*) filter (where x.state = 'ok'))::int as well
      from terminal_state x where x.office_code = s.office_code and x.terminal_name <> s.terminal_name) o
    where s.office_code = ${officeCode} and s.terminal_name = ${terminalName}`.execute(db);
  const found = rows[0];
  return found === undefined ? null : { atMs, ...found };
}

/** Keeps a snapshot with its report. */
export async function addFacts(tx: Kysely<Tables>, number: number, facts: MachineFacts): Promise<void> {
  await sql`insert into incident_fact (number, facts) values (${number}, ${JSON.stringify(facts)}::jsonb)`.execute(tx);
}

/** The snapshots of a report, oldest first. */
export async function readFacts(db: Kysely<Tables>, number: number): Promise<readonly MachineFacts[]> {
  const { rows } = await sql<{ facts: MachineFacts }>`
    select facts from incident_fact where number = ${number} order by taken_at limit 50`.execute(db);
  return rows.map(({ facts }) => facts);
}

/** Somebody whose templates may be on a machine. */
export interface KnownPin {
  readonly pin: string;
  readonly personId: string | null;
  readonly personName: string | null;
  readonly punches: number;
  readonly lastMs: number;
}

/**
 * Whose PINs a machine's stored log knows, last seen first. Personal data: whoever shows it writes an audit entry.
 *
 * A machine may hold users who never punched; its own counter of users stands beside this list.
 */
export async function readKnownPins(db: Kysely<Tables>, serial: string, limit: number): Promise<readonly KnownPin[]> {
  const { rows } = await sql<KnownPin>`
    select known.*, person.name as "personName"
    from (select pin, max(person_id) as "personId", count(*)::int as punches, max(occurred_at) as "lastMs"
          from attendance where terminal_serial = ${serial}
          group by pin order by max(occurred_at) desc, pin limit ${limit}) known
    left join person on person.person_id = known."personId"
    order by "lastMs" desc, pin`.execute(db);
  return rows;
}
