/** How people are told by the API. */
import { z } from 'zod';
import type { PersonPin, PersonRow } from '../../store/people.ts';
import { toldInstant } from '../../store/told-row.ts';
import { instantField } from '../api/fields.ts';

/** A PIN as it is told. */
export const pin = z.object({
  id: z.int(),
  office: z.string(),
  terminal: z.string().nullable().meta({ description: 'Serial number; null for all of the office.' }),
  pin: z.string(),
  from: instantField().nullable(),
  until: instantField().nullable().meta({ description: 'Not any more from here on.' }),
});
/** A person as they are told. */
export const person = z.object({
  id: z.string(),
  name: z.string(),
  nip: z.string().nullable(),
  office: z.string(),
  endedOn: z.string().nullable().meta({ description: 'Last day of service; null while it goes on.' }),
  pins: z.array(pin),
});
/** Somebody who does not exist. */
export const example: z.output<typeof person> = {
  id: '6f1c2a1e-8a55-4c0c-9a5f-0d5d2a4b7e10',
  name: 'Budi Santoso',
  nip: '198001012005011001',
  office: 'kominfo',
  endedOn: null,
  pins: [{ id: 1, office: 'kominfo', terminal: null, pin: '1023', from: null, until: null }],
};
/** A person with the PINs among these that are theirs. */
export function toldPerson({ personId, name, nip, officeCode, endedOn }: PersonRow, pins: readonly PersonPin[]) {
  const own = pins.filter((one) => one.personId === personId);
  return {
    id: personId,
    name,
    nip,
    office: officeCode,
    endedOn,
    pins: own.map(toldPin),
  };
}

/** See {@link pin}. */
export function toldPin(found: PersonPin): z.output<typeof pin> {
  return {
    id: found.personPinId,
    office: found.officeCode,
    terminal: found.serial,
    pin: found.pin,
    from: toldInstant(found.fromMs),
    until: toldInstant(found.untilMs),
  };
}
