/** One machine in the place of another, as a person confirmed it (migrations/0013_incidents.sql). */
import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';
import { lockSerial, pinSerial, placesOfSerial, readPin, type TerminalPlace, unpinSerial } from './terminals.ts';

/** Why a replacement cannot be confirmed. */
export type ReplacementRefusal = 'same-machine' | 'stands-elsewhere';

/**
 * Confirms that another machine stands at a place from now on: its serial is pinned, the old one's is free. Nothing of the
 * old machine is touched; what it recorded is still taken under its own serial, whenever it comes.
 *
 * @returns null when done
 */
export async function confirmReplacement(
  tx: Kysely<Tables>,
  place: TerminalPlace,
  replacement: {
    readonly oldSerial: string | null;
    readonly newSerial: string;
    readonly number: number | null;
    readonly by: string;
  },
): Promise<ReplacementRefusal | null> {
  const { newSerial, number, by } = replacement;
  await lockSerial(tx, newSerial);
  const pinned = await readPin(tx, place);
  const oldSerial = pinned ?? replacement.oldSerial;
  if (oldSerial === newSerial) return 'same-machine';
  const elsewhere = (await placesOfSerial(tx, newSerial)).filter(
    (other) => other.officeCode !== place.officeCode || other.terminalName !== place.terminalName,
  );
  if (elsewhere.length > 0) return 'stands-elsewhere';
  await sql`
    insert into terminal_replacement (office_code, terminal_name, old_serial, new_serial, number, confirmed_by)
    values (${place.officeCode}, ${place.terminalName}, ${oldSerial}, ${newSerial}, ${number}, ${by})`.execute(tx);
  await unpinSerial(tx, place);
  await pinSerial(tx, place, newSerial);
  return null;
}

/** The serial that was confirmed last at a place, and what it took the place of; null when none was. */
export async function lastReplacement(
  db: Kysely<Tables>,
  place: TerminalPlace,
): Promise<{ readonly oldSerial: string | null; readonly newSerial: string; readonly confirmedMs: number } | null> {
  const { rows } = await sql<{ oldSerial: string | null; newSerial: string; confirmedMs: number }>`
    select old_serial as "oldSerial", new_serial as "newSerial", confirmed_at as "confirmedMs"
    from terminal_replacement where office_code = ${place.officeCode} and terminal_name = ${place.terminalName}
    order by replacement_id desc limit 1`.execute(db);
  return rows[0] ?? null;
}

/**
 * The serial to expect at a place where the configuration names `configured`: the one that was confirmed in its place, so
 * that a swap in the browser holds until somebody writes the configuration.
 */
export async function serialInPlaceOf(db: Kysely<Tables>, place: TerminalPlace, configured: string): Promise<string> {
  const { rows } = await sql<{ oldSerial: string | null; newSerial: string }>`
    select old_serial as "oldSerial", new_serial as "newSerial" from terminal_replacement
    where office_code = ${place.officeCode} and terminal_name = ${place.terminalName} order by replacement_id limit 100`.execute(
    db,
  );
  return rows.reduce((serial, { oldSerial, newSerial }) => (oldSerial === serial ? newSerial : serial), configured);
}
