/** What is done to one person, for pages and the API alike: checked, done and noted in one transaction. */
import type { FastifyRequest } from 'fastify';
import { countAttendance, readMachinesOf } from '../../store/attendance-list.ts';
import { writeAudit } from '../../store/audit-log.ts';
import {
  addPerson,
  addPin,
  changePerson,
  endPin,
  endService,
  type PersonRow,
  takeBackPin,
} from '../../store/people.ts';
import type { PeopleFault } from '../../words/people.ts';
import { readerOf } from '../attendance/routes.ts';
import { entryOf, type WebContext } from '../context.ts';
import { checkLine, spanOf, type TypedLine } from './fields.ts';
import { groundOf, officesOf, type PinOf } from './known.ts';

type Means = Pick<WebContext, 'database'>;
type TypedPerson = Pick<TypedLine, 'nama' | 'nip' | 'opd'>;
type TypedPin = Pick<TypedLine, 'pin' | 'mesin' | 'sejak' | 'sampai'>;

export const noPin: TypedPin = { pin: '', mesin: '', sejak: '', sampai: '' };
/** Why a PIN was taken back, in letters. */
export const mostReason = 500;

/**
 * Makes a person known, with a PIN where one was typed.
 *
 * @throws GerbangError PERSON_NIP_TAKEN, PIN_ALREADY_TAKEN
 */
export async function addOne(
  { database }: Means,
  request: FastifyRequest,
  typed: TypedLine,
): Promise<{ readonly personId: string } | PeopleFault> {
  const { zones, serials } = await groundOf(database, readerOf(request));
  const checked = checkLine(typed, zones);
  if (typeof checked === 'string') return checked;
  const { pin, officeCode } = checked;
  if (pin?.serial != null && serials?.has(pin.serial) === false) return 'faultMachine';
  return database.db.transaction().execute(async (tx) => {
    const personId = await addPerson(tx, { ...checked, endedOn: null });
    if (pin !== null) await addPin(tx, { ...pin, personId, officeCode });
    await writeAudit(tx, entryOf(request, { action: 'people.add', subject: personId, officeCode }));
    return { personId };
  });
}

/**
 * Corrects what is known of a person.
 *
 * @throws GerbangError PERSON_NIP_TAKEN
 */
export async function changeOne(
  { database }: Means,
  request: FastifyRequest,
  person: PersonRow,
  typed: TypedPerson,
): Promise<PeopleFault | null> {
  const { zones } = await groundOf(database, readerOf(request));
  const checked = checkLine({ ...typed, ...noPin }, zones);
  if (typeof checked === 'string') return checked;
  await database.db.transaction().execute(async (tx) => {
    await changePerson(tx, { ...person, ...checked });
    await writeAudit(tx, noted(request, 'people.change', person));
  });
  return null;
}

/**
 * Says that a PIN means a person.
 *
 * @throws GerbangError PIN_ALREADY_TAKEN, PIN_OUTLASTS_SERVICE
 */
export async function givePin(
  { database }: Means,
  request: FastifyRequest,
  person: PersonRow,
  typed: TypedPin,
): Promise<PeopleFault | null> {
  const { zones, serials } = await groundOf(database, readerOf(request));
  const checked = checkLine({ ...typed, nama: person.name, nip: '', opd: person.officeCode }, zones);
  if (typeof checked === 'string') return checked;
  const { pin } = checked;
  if (pin === null) return 'faultPin';
  if (pin.serial !== null && serials?.has(pin.serial) === false) return 'faultMachine';
  await database.db.transaction().execute(async (tx) => {
    await addPin(tx, { ...pin, personId: person.personId, officeCode: person.officeCode });
    await writeAudit(tx, noted(request, 'people.pin-add', person));
  });
  return null;
}

/**
 * Says which day a PIN was its person's last.
 *
 * @throws GerbangError PIN_ALREADY_TAKEN, PIN_OUTLASTS_SERVICE
 */
export async function stopPin(
  { database }: Means,
  request: FastifyRequest,
  person: PersonRow,
  end: { readonly personPinId: number; readonly lastDay: string },
): Promise<PeopleFault | null> {
  const { personId, officeCode } = person;
  const offices = await officesOf(database, readerOf(request));
  const zone = offices.find(({ code }) => code === officeCode)?.timeZone ?? 'Asia/Jakarta';
  const span = end.lastDay === '' ? null : spanOf('', end.lastDay, zone);
  if (span === null) return 'faultDay';
  return database.db.transaction().execute(async (tx) => {
    if (!(await endPin(tx, { personId, personPinId: end.personPinId, untilMs: span.untilMs }))) return 'faultDay';
    await writeAudit(tx, noted(request, 'people.pin-end', person));
    return null;
  });
}

/** Says which day was a person's last; with null that the service goes on. */
export async function setEnd(
  { database }: Means,
  request: FastifyRequest,
  { personId, officeCode }: PersonRow,
  endedOn: string | null,
): Promise<PeopleFault | null> {
  return database.db.transaction().execute(async (tx) => {
    const ended = await endService(tx, personId, endedOn);
    if (ended === 'pin-begins-later') return 'faultLater';
    const action = endedOn === null ? 'people.service-resume' : 'people.service-end';
    const detail = endedOn === null ? {} : { lastDay: endedOn, pinsEnded: ended };
    await writeAudit(tx, entryOf(request, { action, subject: personId, officeCode, detail }));
    return null;
  });
}

/** Takes back a PIN that never meant its person. */
export async function takeBack(
  { database }: Means,
  request: FastifyRequest,
  { person, pin }: PinOf,
  reason: string,
): Promise<PeopleFault | null> {
  if (reason === '' || reason.length > mostReason) return 'faultReason';
  await database.db.transaction().execute(async (tx) => {
    const { actor: by } = readerOf(request);
    const { personId } = person;
    if (!(await takeBackPin(tx, { personId, personPinId: pin.personPinId, by, reason }))) return;
    await writeAudit(tx, noted(request, 'people.pin-take-back', person));
  });
  return null;
}

/** How many punches would lose the name without this PIN, as far as this reader may count them, up to a limit. */
export async function countPunches(
  { database }: Means,
  request: FastifyRequest,
  { person, pin }: PinOf,
  limit: number,
): Promise<number> {
  const machines = await readMachinesOf(database.db, readerOf(request).officeCode);
  const met = machines.filter(({ serial, officeCode }) =>
    pin.serial === null ? officeCode === pin.officeCode : serial === pin.serial,
  );
  const codes = [...new Set(met.map(({ officeCode }) => officeCode))];
  const query = {
    stretches: codes.map((officeCode) => ({ officeCode, startMs: pin.fromMs, endMs: pin.untilMs })),
    serial: null,
    places: met.map(({ serial }) => ({ serial, pin: pin.pin })),
    personId: person.personId,
  };
  return countAttendance(database.db, query, limit);
}

function noted(request: FastifyRequest, action: string, { personId, officeCode }: PersonRow) {
  return entryOf(request, { action, subject: personId, officeCode });
}
