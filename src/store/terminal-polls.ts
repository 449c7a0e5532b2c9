/** What changed at a machine lately, and its whole reads. Bounded per place, and no line per poll. */
import { type Kysely, sql } from 'kysely';
import { instantText } from './pg-types.ts';
import type { Tables } from './tables.ts';
import type { TerminalPlace } from './terminals.ts';

/** One line. Instant in milliseconds UTC. */
export interface PollNote {
  readonly atMs: number;
  readonly kind: 'well' | 'trouble' | 'whole-read';
  readonly errorCode: string | null;
  /** Records in the machine's log at a whole read. */
  readonly records: number | null;
}

/** Lines kept of one place. */
const linesPerPlace = 100;

/** Adds lines and drops what is too old of the same places. */
export async function notePolls(db: Kysely<Tables>, notes: readonly (TerminalPlace & PollNote)[]): Promise<void> {
  if (notes.length === 0) return;
  const rows = notes.map((note) => ({
    office_code: note.officeCode,
    terminal_name: note.terminalName,
    at: instantText(note.atMs),
    kind: note.kind,
    error_code: note.errorCode,
    records: note.records,
  }));
  await sql`
    insert into terminal_poll (office_code, terminal_name, at, kind, error_code, records)
    select office_code, terminal_name, at, kind, error_code, records
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
           as r (office_code text, terminal_name text, at timestamptz, kind text, error_code text, records bigint)`.execute(
    db,
  );
  await sql`
    delete from terminal_poll t
    using (select distinct office_code, terminal_name
           from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (office_code text, terminal_name text)) r
    where t.office_code = r.office_code and t.terminal_name = r.terminal_name
      and t.poll_id <= (select k.poll_id from terminal_poll k
                        where k.office_code = r.office_code and k.terminal_name = r.terminal_name
                        order by k.poll_id desc offset ${linesPerPlace} limit 1)`.execute(db);
}

/** The last lines of a place, newest first. */
export async function readPollNotes(
  db: Kysely<Tables>,
  place: TerminalPlace,
  limit = 20,
): Promise<readonly PollNote[]> {
  const { rows } = await sql<PollNote>`
    select at as "atMs", kind, error_code as "errorCode", records
    from terminal_poll
    where office_code = ${place.officeCode} and terminal_name = ${place.terminalName}
    order by poll_id desc
    limit ${Math.min(limit, linesPerPlace)}`.execute(db);
  return rows;
}
