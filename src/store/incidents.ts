/** Reports of broken, lost and moved terminals, and their steps (migrations/0013_incidents.sql, 0019). */
import { type Kysely, sql } from 'kysely';
import type { IncidentKind, IncidentState } from '../incident/steps.ts';
import { incidentStates, isClosed, takenOverStates } from '../incident/steps.ts';
import { type AuditEntry, writeAudit } from './audit-log.ts';
import { instantText, storableText } from './pg-types.ts';
import type { Tables } from './tables.ts';

type Db = Kysely<Tables>;
export type StepWhat = Tables['incident_step']['what'];
type ActorKind = AuditEntry['actorKind'];

/** Who acts, as the steps keep it. */
export interface StepActor {
  readonly actorKind: ActorKind;
  readonly actor: string;
  /** As people call them; it stands on the berita acara. */
  readonly actorName: string;
}

/** A report as lists show it. Instants in milliseconds UTC. */
export interface IncidentRow {
  readonly number: number;
  readonly kind: IncidentKind;
  readonly state: IncidentState;
  readonly officeCode: string | null;
  readonly officeName: string | null;
  readonly timeZone: string | null;
  readonly terminalName: string | null;
  readonly place: string;
  readonly serial: string | null;
  readonly sinceMs: number;
  readonly words: string;
  readonly openedBy: ActorKind;
  readonly openedMs: number;
  readonly lastStepMs: number;
  readonly closedMs: number | null;
  readonly wellSinceMs: number | null;
  /** The report that goes on in the place of this one. */
  readonly mergedInto: number | null;
  /** When people were told of a loss in writing. */
  readonly noteSentMs: number | null;
  readonly reminders: number;
  readonly proofs: number;
  /** Who took the last step, as people call them. */
  readonly lastActor: string;
}

export interface NewIncident {
  readonly kind: IncidentKind;
  readonly officeCode: string | null;
  readonly terminalName: string | null;
  readonly place: string;
  readonly sinceMs: number;
  readonly words: string;
  readonly by: StepActor;
  readonly atMs: number;
  /** Facts beside the first step: why the gateway opened it. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/**
 * Opens a report with its first step, inside the caller's transaction. The serial is that of the machine known to stand
 * there now.
 */
export async function openIncident(tx: Db, incident: NewIncident): Promise<{ number: number; stepId: number }> {
  const { kind, officeCode, terminalName, place, sinceMs, words, by, atMs } = incident;
  const { rows } = await sql<{ number: number }>`
    insert into incident (kind, office_code, terminal_name, place, serial, since_at, words, opened_by, opened_at, last_step_at)
    values (${kind}, ${officeCode}, ${terminalName}, ${storableText(place)},
            (select coalesce(
               (select s.serial from terminal_state s where s.office_code = ${officeCode} and s.terminal_name = ${terminalName}),
               (select p.serial from terminal_pin p where p.office_code = ${officeCode} and p.terminal_name = ${terminalName}))),
            ${instantText(sinceMs)}, ${storableText(words)}, ${by.actorKind}, ${instantText(atMs)}, ${instantText(atMs)})
    returning number`.execute(tx);
  const number = rows[0]?.number ?? 0;
  const stepId = await addStep(tx, { number, what: 'reported', note: '', by, atMs, detail: incident.detail ?? {} });
  return { number, stepId };
}

/** The gateway's own open reports of a place that go on in a person's, oldest first, locked until the transaction ends. */
export async function lockTakenOver(
  tx: Db,
  place: { readonly officeCode: string; readonly terminalName: string },
): Promise<readonly IncidentRow[]> {
  const { rows } = await sql<{ number: number }>`
    select number from incident
    where office_code = ${place.officeCode} and terminal_name = ${place.terminalName} and closed_at is null
      and opened_by = 'gateway' and state = any (${[...takenOverStates]}::text[])
    order by number for update`.execute(tx);
  const found = await Promise.all(rows.map(({ number }) => readIncident(tx, number)));
  return found.filter((row) => row !== null);
}

/** Closes a report because another goes on in its place, inside the caller's transaction. */
export async function mergeInto(
  tx: Db,
  merge: { readonly number: number; readonly into: number; readonly by: StepActor; readonly atMs: number },
): Promise<void> {
  const { number, into, by, atMs } = merge;
  await sql`update incident set state = 'merged', merged_into = ${into} where number = ${number}`.execute(tx);
  await addStep(tx, { number, what: 'merged', note: '', by, atMs, detail: { mergedInto: into } });
}

/** Notes when a loss was told in writing; the first time counts. Inside the caller's transaction. */
export async function setNoteSent(tx: Db, number: number, sentMs: number): Promise<void> {
  await sql`update incident set note_sent_at = least(note_sent_at, ${instantText(sentMs)}::timestamptz)
            where number = ${number}`.execute(tx);
}

/** Adds a step and moves the report with it, inside the caller's transaction. */
export async function addStep(
  tx: Db,
  step: {
    readonly number: number;
    readonly what: StepWhat;
    readonly note: string;
    readonly by: StepActor;
    readonly atMs: number;
    readonly detail?: Readonly<Record<string, unknown>>;
  },
): Promise<number> {
  const { number, what, note, by, atMs, detail = {} } = step;
  const { rows } = await sql<{ stepId: number }>`
    insert into incident_step (number, at, actor_kind, actor, actor_name, what, note, detail)
    values (${number}, ${instantText(atMs)}, ${by.actorKind}, ${by.actor}, ${storableText(by.actorName)}, ${what},
            ${storableText(note)}, ${JSON.stringify(detail)}::jsonb)
    returning step_id as "stepId"`.execute(tx);
  const state = isState(what) ? what : null;
  const closes = state !== null && isClosed(state);
  const byPerson = by.actorKind !== 'gateway';
  if (state !== null || byPerson)
    await sql`
      update incident set
        state = coalesce(${state}, state),
        closed_at = case when ${state}::text is null then closed_at when ${closes} then ${instantText(atMs)}::timestamptz end,
        last_step_at = case when ${byPerson} then ${instantText(atMs)}::timestamptz else last_step_at end,
        reminders = case when ${byPerson} then 0 else reminders end
      where number = ${number}`.execute(tx);
  return rows[0]?.stepId ?? 0;
}

/** Inside a transaction: the report, locked until its end, so that two people do not take it two ways at once. */
export async function lockIncident(tx: Db, number: number): Promise<IncidentRow | null> {
  await sql`select from incident where number = ${number} for update`.execute(tx);
  return readIncident(tx, number);
}

/** One report. */
export async function readIncident(db: Db, number: number): Promise<IncidentRow | null> {
  const { rows } = await sql<IncidentRow>`${columns} where i.number = ${number}`.execute(db);
  return rows[0] ?? null;
}

/** What a list asks for. */
export interface IncidentFilter {
  /** Only of this office; null for all, also those of no office. */
  readonly officeCode: string | null;
  readonly terminalName?: string | null;
  readonly serial?: string | null;
  /** Those that went on in this one. */
  readonly mergedInto?: number | null;
  readonly kind?: IncidentKind | null;
  /** `open`, `closed`, or one state. */
  readonly state?: IncidentState | 'open' | 'closed' | null;
  /** Only numbers below it: the next page. */
  readonly below?: number | null;
  readonly limit: number;
}

/** Open reports that waited longest first, else newest first. At most `limit`. */
export async function listIncidents(db: Db, filter: IncidentFilter): Promise<readonly IncidentRow[]> {
  const { officeCode, terminalName = null, serial = null, kind = null, state = null, below = null, limit } = filter;
  const { mergedInto = null } = filter;
  const { rows } = await sql<IncidentRow>`${columns}
    where (${officeCode}::text is null or i.office_code = ${officeCode})
      and (${terminalName}::text is null or i.terminal_name = ${terminalName})
      and (${serial}::text is null or i.serial = ${serial})
      and (${mergedInto}::bigint is null or i.merged_into = ${mergedInto})
      and (${kind}::text is null or i.kind = ${kind})
      and (${state}::text is null or i.state = ${state}
           or (${state} = 'open' and i.closed_at is null) or (${state} = 'closed' and i.closed_at is not null))
      and (${below}::bigint is null or i.number < ${below})
    order by i.number desc limit ${limit}`.execute(db);
  return rows;
}

/** How many reports are open, by how long they wait: for the head of the list and the board. */
export async function countOpenIncidents(db: Db, officeCode: string | null): Promise<number> {
  const { rows } = await sql<{ open: number }>`
    select count(*)::int as open from incident
    where closed_at is null and (${officeCode}::text is null or office_code = ${officeCode})`.execute(db);
  return rows[0]?.open ?? 0;
}

/** A step as it is read back. */
export interface StepRow extends StepActor {
  readonly stepId: number;
  readonly atMs: number;
  readonly what: StepWhat;
  readonly note: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The steps of a report, oldest first; at most 500. */
export async function readSteps(db: Db, number: number): Promise<readonly StepRow[]> {
  const { rows } = await sql<StepRow>`
    select step_id as "stepId", at as "atMs", actor_kind as "actorKind", actor, actor_name as "actorName", what, note, detail
    from incident_step where number = ${number} order by step_id limit 500`.execute(db);
  return rows;
}

/** Notes that the gateway sees the machine well, or no longer; null takes it back. */
export async function setWellSince(tx: Db, number: number, wellSinceMs: number | null): Promise<void> {
  const at = wellSinceMs === null ? null : instantText(wellSinceMs);
  await sql`update incident set well_since = ${at} where number = ${number}`.execute(tx);
}

/** Notes how many reminders a report has had since its last step. */
export async function setReminders(tx: Db, number: number, reminders: number): Promise<void> {
  await sql`update incident set reminders = ${reminders} where number = ${number}`.execute(tx);
}

/** A change of a report with its audit entry, in one transaction. */
export async function withAudit<T>(db: Db, entry: (result: T) => AuditEntry, work: (tx: Db) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (tx) => {
    const result = await work(tx);
    await writeAudit(tx, entry(result));
    return result;
  });
}

const columns = sql`
  select i.number, i.kind, i.state, i.office_code as "officeCode", o.name as "officeName", o.time_zone as "timeZone",
         i.terminal_name as "terminalName", i.place, i.serial, i.since_at as "sinceMs", i.words,
         i.opened_by as "openedBy", i.opened_at as "openedMs", i.last_step_at as "lastStepMs", i.closed_at as "closedMs",
         i.well_since as "wellSinceMs", i.merged_into as "mergedInto", i.note_sent_at as "noteSentMs", i.reminders,
         (select count(*)::int from incident_proof p where p.number = i.number) as proofs,
         (select s.actor_name from incident_step s where s.number = i.number and s.what not in ('reminder', 'well-again', 'failed-again')
          order by s.step_id desc limit 1) as "lastActor"
  from incident i left join office o on o.code = i.office_code`;

const states: ReadonlySet<string> = new Set(incidentStates);

function isState(what: StepWhat): what is IncidentState {
  return states.has(what);
}
