/** Who and what a reader may see and change of people: everything, or what belongs to their office. */
import type { Reader } from '../../accounts/permissions.ts';
import { seesOffice } from '../../accounts/permissions.ts';
import { readMachinesOf } from '../../store/attendance-list.ts';
import { type OfficeRow, readOffices } from '../../store/board.ts';
import type { Database } from '../../store/database.ts';
import { type PersonPin, type PersonRow, readPerson, readPinsOf } from '../../store/people.ts';
import { readEverybody } from '../../store/people-import.ts';
import type { KnownPeople } from './plan.ts';

/** Offices of a reader. */
export async function officesOf({ db }: Pick<Database, 'db'>, reader: Reader): Promise<readonly OfficeRow[]> {
  return (await readOffices(db)).filter(({ code }) => seesOffice(reader, code));
}

/** What a plan is made against. */
export async function knownTo(database: Pick<Database, 'db'>, reader: Reader): Promise<KnownPeople> {
  return { ...(await readEverybody(database.db)), ...(await groundOf(database, reader)) };
}

/** Offices and machines of a reader: where people and PINs may be put. */
export async function groundOf(
  database: Pick<Database, 'db'>,
  reader: Reader,
): Promise<Pick<KnownPeople, 'zones' | 'serials'>> {
  const offices = await officesOf(database, reader);
  const machines = reader.officeCode === null ? null : await readMachinesOf(database.db, reader.officeCode);
  return {
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

/** A PIN and its person. */
export interface PinOf {
  readonly person: PersonRow;
  readonly pin: PersonPin;
}

/** A PIN of a person that a reader may see and change; null for none, and for one of another office. */
export async function pinFor(
  database: Pick<Database, 'db'>,
  reader: Reader,
  personId: string,
  personPinId: number,
): Promise<PinOf | null> {
  const person = await personFor(database, reader, personId);
  const pins = person === null ? [] : await readPinsOf(database.db, [personId]);
  const pin = pins.find((one) => one.personPinId === personPinId);
  return person === null || pin === undefined ? null : { person, pin };
}
