/** Who and what a reader may see and change of people: everything, or what belongs to their office. */
import type { Reader } from '../../accounts/permissions.ts';
import { seesOffice } from '../../accounts/permissions.ts';
import { readMachinesOf } from '../../store/attendance-list.ts';
import { type OfficeRow, readFleet } from '../../store/board.ts';
import type { Database } from '../../store/database.ts';
import { type PersonRow, readPerson } from '../../store/people.ts';
import { readEverybody } from '../../store/people-import.ts';
import type { KnownPeople } from './plan.ts';

/** Offices of a reader. */
export async function officesOf({ db }: Pick<Database, 'db'>, reader: Reader): Promise<readonly OfficeRow[]> {
  return (await readFleet(db)).offices.filter(({ code }) => seesOffice(reader, code));
}

/** What a plan is made against. */
export async function knownTo(database: Pick<Database, 'db'>, reader: Reader): Promise<KnownPeople> {
  const offices = await officesOf(database, reader);
  const codes = offices.map(({ code }) => code);
  const machines = reader.officeCode === null ? null : await readMachinesOf(database.db, codes);
  return {
    ...(await readEverybody(database.db)),
    zones: new Map(offices.map(({ code, timeZone }) => [code, timeZone])),
    serials: machines === null ? null : new Set(machines.map(({ serial }) => serial)),
  };
}

/** A person that a reader may see and change; null for nobody, and for another office's. */
export async function personFor(
  { db }: Pick<Database, 'db'>,
  reader: Reader,
  personId: string,
): Promise<PersonRow | null> {
  const person = await readPerson(db, personId);
  return person !== null && seesOffice(reader, person.officeCode) ? person : null;
}
