/** Machines that people or the gateway reported and that are not settled yet. */
import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';
import type { TerminalPlace } from './terminals.ts';

/** Places with an open report of a broken or lost machine; none where this database knows no reports. */
export async function readReportedPlaces(db: Kysely<Tables>): Promise<readonly TerminalPlace[]> {
  const { rows: known } = await sql<{ known: boolean }>`select to_regclass('incident') is not null as known`.execute(
    db,
  );
  if (known[0]?.known !== true) return [];
  const { rows } = await sql<TerminalPlace>`
    select distinct office_code as "officeCode", terminal_name as "terminalName" from incident
    where closed_at is null and terminal_name is not null and kind in ('broken', 'lost')`.execute(db);
  return rows;
}
