/** Lists of people: kept while somebody looks at what they would change, and applied in one transaction. */
import { type Kysely, sql } from 'kysely';
import { addPerson, addPin, changePerson, endPin, type NewPerson, type PersonPin, type PersonRow } from './people.ts';
import { storableText } from './pg-types.ts';
import type { Tables } from './tables.ts';

/** What a list changes. New people have keys of the list's own until they are stored. */
export interface PeopleChanges {
  readonly added: readonly { readonly key: string; readonly person: Omit<NewPerson, 'endedOn'> }[];
  readonly changed: readonly PersonRow[];
  readonly ends: readonly Pick<PersonPin, 'personId' | 'personPinId' | 'untilMs'>[];
  readonly pins: readonly (Omit<PersonPin, 'personPinId' | 'personId'> & { readonly personKey: string })[];
}

/** Everybody, and all PINs. Tens of thousands at most: a province. */
export async function readEverybody(
  db: Kysely<Tables>,
): Promise<{ readonly people: readonly PersonRow[]; readonly pins: readonly PersonPin[] }> {
  const people = await sql<PersonRow>`
    select person_id as "personId", name, nip, office_code as "officeCode", ended_on as "endedOn"
    from person order by name, person_id`.execute(db);
  const pins = await sql<PersonPin>`
    select person_pin_id as "personPinId", person_id as "personId", office_code as "officeCode",
           terminal_serial as serial, pin, from_at as "fromMs", until_at as "untilMs"
    from person_pin order by person_pin_id`.execute(db);
  return { people: people.rows, pins: pins.rows };
}

/** Keeps a list for a day. @returns its id */
export async function keepImport(db: Kysely<Tables>, content: string, createdBy: string): Promise<string> {
  await sql`delete from person_import where created_at < now() - interval '1 day'`.execute(db);
  const { rows } = await sql<{ importId: string }>`
    insert into person_import (content, created_by) values (${storableText(content)}, ${createdBy})
    returning import_id as "importId"`.execute(db);
  return rows[0]?.importId ?? '';
}

/** A list that its sender still looks at; null when it is gone, or somebody else's. */
export async function readImport(db: Kysely<Tables>, importId: string, createdBy: string): Promise<string | null> {
  const { rows } = await sql<{ content: string }>`
    select content from person_import where import_id = ${importId} and created_by = ${createdBy}`.execute(db);
  return rows[0]?.content ?? null;
}

/** Forgets a list: it was applied. */
export async function forgetImport(tx: Kysely<Tables>, importId: string): Promise<void> {
  await sql`delete from person_import where import_id = ${importId}`.execute(tx);
}

/** Until the commit nobody else changes people or PINs. */
export async function lockPeople(tx: Kysely<Tables>): Promise<void> {
  await sql`select pg_advisory_xact_lock(4370014)`.execute(tx);
}

/**
 * Makes all changes. Ends come before beginnings, so that a PIN can pass on within one list.
 *
 * @throws GerbangError PERSON_NIP_TAKEN, PIN_ALREADY_TAKEN: nothing of it remains
 */
export async function applyChanges(tx: Kysely<Tables>, changes: PeopleChanges): Promise<void> {
  for (const person of changes.changed) await changePerson(tx, person);
  for (const end of changes.ends) await endPin(tx, end);
  const ids = new Map<string, string>();
  for (const { key, person } of changes.added) ids.set(key, await addPerson(tx, { ...person, endedOn: null }));
  for (const { personKey, ...pin } of changes.pins)
    await addPin(tx, { ...pin, personId: ids.get(personKey) ?? personKey });
}
