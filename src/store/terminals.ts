/** Offices, terminals, and which machine was learnt to stand where. */
import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

/** A configured place: an office and the name of a terminal in it. */
export interface TerminalPlace {
  readonly officeCode: string;
  readonly terminalName: string;
}

/** Makes an office known, or takes over its new name or zone. */
export async function registerOffice(
  db: Kysely<Tables>,
  office: { readonly code: string; readonly name: string; readonly timeZone: string },
): Promise<void> {
  await sql`
    insert into office (code, name, time_zone) values (${office.code}, ${office.name}, ${office.timeZone})
    on conflict (code) do update set name = excluded.name, time_zone = excluded.time_zone, updated_at = now()
    where (office.name, office.time_zone) is distinct from (excluded.name, excluded.time_zone)`.execute(db);
}

/**
 * Makes a terminal known, or notes where it stands now. Inside a transaction it also locks the terminal until the end,
 * even when nothing changes: whoever stores something of the same terminal waits.
 *
 * @param terminal.timeZone of its office, in case a restored backup does not know the office yet
 */
export async function registerTerminal(
  db: Kysely<Tables>,
  terminal: {
    readonly serial: string;
    readonly officeCode: string;
    readonly name: string;
    readonly timeZone?: string;
  },
): Promise<void> {
  await sql`
    with unknown_office as (
      insert into office (code, name, time_zone)
      values (${terminal.officeCode}, ${terminal.officeCode}, ${terminal.timeZone ?? 'UTC'})
      on conflict (code) do nothing
    )
    insert into terminal (serial, office_code, name)
    values (${terminal.serial}, ${terminal.officeCode}, ${terminal.name})
    on conflict (serial) do update set office_code = excluded.office_code, name = excluded.name
    where (terminal.office_code, terminal.name) is distinct from (excluded.office_code, excluded.name)`.execute(db);
}

/** The serial learnt at a place; null before first contact. */
export async function readPin(db: Kysely<Tables>, place: TerminalPlace): Promise<string | null> {
  const row = await db
    .selectFrom('terminal_pin')
    .select('serial')
    .where('office_code', '=', place.officeCode)
    .where('terminal_name', '=', place.terminalName)
    .executeTakeFirst();
  return row?.serial ?? null;
}

/**
 * Learns which machine stands at a place. The first to say so wins, also among several gateways at once.
 *
 * @returns the serial that is pinned now: another one than given when somebody was earlier
 */
export async function pinSerial(db: Kysely<Tables>, place: TerminalPlace, serial: string): Promise<string> {
  const { rows } = await sql<{ serial: string }>`
    insert into terminal_pin (office_code, terminal_name, serial)
    values (${place.officeCode}, ${place.terminalName}, ${serial})
    on conflict (office_code, terminal_name) do update set serial = terminal_pin.serial
    returning serial`.execute(db);
  return rows[0]?.serial ?? serial;
}

/** Forgets what was learnt at a place, after a machine was replaced. False when nothing was pinned there. */
export async function unpinSerial(db: Kysely<Tables>, place: TerminalPlace): Promise<boolean> {
  const result = await db
    .deleteFrom('terminal_pin')
    .where('office_code', '=', place.officeCode)
    .where('terminal_name', '=', place.terminalName)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Inside a transaction: whoever else wants to learn where this serial stands waits until its end. */
export async function lockSerial(tx: Kysely<Tables>, serial: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`pin ${serial}`}, 0))`.execute(tx);
}

/** All places at which this serial was learnt. More than one is an alarm: a machine stands in one place. */
export async function placesOfSerial(db: Kysely<Tables>, serial: string): Promise<TerminalPlace[]> {
  const rows = await db
    .selectFrom('terminal_pin')
    .select(['office_code', 'terminal_name'])
    .where('serial', '=', serial)
    .orderBy('pinned_at')
    .execute();
  return rows.map((row) => ({ officeCode: row.office_code, terminalName: row.terminal_name }));
}
