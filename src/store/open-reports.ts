/** Reports of machines that are not settled yet, by place: what the board and lists of machines tell of them. */
import { type Kysely, sql } from 'kysely';
import type { IncidentKind, IncidentState } from '../incident/steps.ts';
import type { Tables } from './tables.ts';
import type { TerminalPlace } from './terminals.ts';

/** An open report of a machine that is known. */
export interface OpenReport {
  readonly number: number;
  readonly kind: IncidentKind;
  readonly state: IncidentState;
  readonly sinceMs: number;
}

/** The oldest first. */
export async function readOpenReports(db: Kysely<Tables>): Promise<readonly (TerminalPlace & OpenReport)[]> {
  const { rows } = await sql<TerminalPlace & OpenReport>`
    select office_code as "officeCode", terminal_name as "terminalName", number, kind, state, since_at as "sinceMs"
    from incident where closed_at is null and terminal_name is not null order by number limit 10000`.execute(db);
  return rows;
}
