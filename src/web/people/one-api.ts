/** `/api/v1/people/…`: one person, as their page shows and changes them. */
import { z } from 'zod';
import { isGerbangError } from '../../errors.ts';
import { readPinsOf, readPinsTakenBack } from '../../store/people.ts';
import { explainError } from '../../words/errors.ts';
import { type PeopleFault, peopleWords } from '../../words/people.ts';
import { badFields } from '../api/failures.ts';
import { dayParam, instantField, toldAt } from '../api/fields.ts';
import { type AnyApiRoute, type ApiCall, apiRoute, type Refusal, refuse } from '../api/route.ts';
import { noSuch } from '../api-problem.ts';
import { noteLook, type WebContext } from '../context.ts';
import { example, person, pin, toldPerson, toldPin } from './api-told.ts';
import { addOne, changeOne, countPunches, givePin, mostReason, noPin, setEnd, stopPin, takeBack } from './changes.ts';
import { type PinOf, personFor, pinFor } from './known.ts';
import { mostCounted } from './service-view.ts';

const shared = { needs: 'people.manage', tag: 'People' } as const;
const one = z.strictObject({ id: z.string().min(1).max(60) });
const onePin = one.extend({
  pin: z
    .string()
    .regex(/^\d{1,15}$/, 'a whole number')
    .transform(Number),
});
const short = (most: number) => z.string().trim().max(most);
const typedPin = z.strictObject({
  pin: short(24).min(1),
  terminal: short(40).nullable().default(null).meta({ description: 'Serial number; null for all of the office.' }),
  from: dayParam().nullable().default(null).meta({ description: 'First day; null: always.' }),
  until: dayParam().nullable().default(null).meta({ description: 'Last day; null: no end.' }),
});
const typedPerson = z.strictObject({
  name: short(120).min(1),
  nip: short(40).nullable().default(null).meta({ description: '18 digits; null for staff without one.' }),
  office: short(40).min(1),
});
const whole = person.extend({
  takenBack: z
    .array(pin.extend({ at: instantField(), by: z.string(), reason: z.string() }))
    .meta({ description: 'PINs that never meant this person, newest first; at most a hundred.' }),
});
const exampleWhole = { ...example, takenBack: [] };
const siti: z.output<typeof whole> = {
  id: '0c9a4f52-61d1-4b0e-9f0c-5d1a7b2e3c48',
  name: 'Siti Rahma',
  nip: '198502022010012002',
  office: 'kominfo',
  endedOn: null,
  pins: [{ id: 2, office: 'kominfo', terminal: null, pin: '1024', from: null, until: null }],
  takenBack: [],
};
const { id } = example;

const noSuchPerson = noSuch('person', 'Ask for /api/v1/people. People of another office are not told.');
const noSuchPin = noSuch('pin', 'Ask for the person: each PIN has its `id`. It may have been taken back.');

/** The routes. */
export function onePersonApi(context: WebContext): readonly AnyApiRoute[] {
  return [...personRoutes(context), ...serviceRoutes(context), ...pinRoutes(context), takeBackRoute(context)];
}

function personRoutes(context: WebContext): readonly AnyApiRoute[] {
  return [
    apiRoute({
      ...shared,
      method: 'POST',
      path: '/people',
      summary: 'Make a person known, with a PIN or without',
      status: 201,
      body: typedPerson.extend({ pin: typedPin.nullable().default(null) }),
      answer: whole,
      examples: [
        {
          body: { name: 'Siti Rahma', nip: '198502022010012002', office: 'kominfo', pin: { pin: '1024' } },
          answer: siti,
        },
      ],
      handle: ({ body, ...call }) =>
        orProblem(async () => {
          const { pin: given, ...typed } = body;
          const added = await addOne(context, call.request, {
            ...linePerson(typed),
            ...(given === null ? noPin : linePin(given)),
          });
          return typeof added === 'string' ? faulty(added) : tell(context, call, added.personId);
        }),
    }),
    apiRoute({
      ...shared,
      method: 'GET',
      path: '/people/:id',
      summary: 'One person with their PINs',
      description: 'Each look is in the audit log.',
      params: one,
      answer: whole,
      keep: 'nothing',
      examples: [{ params: { id }, answer: exampleWhole }],
      async handle({ params, ...call }) {
        const found = await personFor(context.database, call.reader, params.id);
        if (found === null) return refuse(noSuchPerson);
        const { personId: subject, officeCode } = found;
        await noteLook(context, call.request, { action: 'people.view', officeCode, subject });
        return tell(context, call, subject);
      },
    }),
    apiRoute({
      ...shared,
      method: 'PATCH',
      path: '/people/:id',
      summary: 'Correct name, NIP or office of a person',
      description: 'What is left out stays.',
      params: one,
      body: z.strictObject({
        name: typedPerson.shape.name.optional(),
        nip: short(40).nullable().optional(),
        office: typedPerson.shape.office.optional(),
      }),
      answer: whole,
      examples: [{ params: { id }, body: { name: 'Budi Santoso' }, answer: exampleWhole }],
      handle: (call) =>
        changing(context, call, (found) => {
          const { name = found.name, office = found.officeCode, nip = found.nip } = call.body;
          return changeOne(context, call.request, found, linePerson({ name, nip, office }));
        }),
    }),
  ];
}

function serviceRoutes(context: WebContext): readonly AnyApiRoute[] {
  return [
    apiRoute({
      ...shared,
      method: 'PUT',
      path: '/people/:id/last-day',
      summary: 'Say which day of service was the last',
      description:
        'PINs that last longer end with it, so that others can have them. Punches up to that day stay theirs.',
      params: one,
      body: z.strictObject({ day: dayParam() }),
      answer: whole,
      examples: [{ params: { id }, body: { day: '2026-03-31' }, answer: { ...exampleWhole, endedOn: '2026-03-31' } }],
      handle: (call) => changing(context, call, (found) => setEnd(context, call.request, found, call.body.day)),
    }),
    apiRoute({
      ...shared,
      method: 'DELETE',
      path: '/people/:id/last-day',
      summary: 'Say that the service goes on',
      description: 'PINs that have ended stay so.',
      params: one,
      answer: whole,
      examples: [{ params: { id }, answer: exampleWhole }],
      handle: (call) => changing(context, call, (found) => setEnd(context, call.request, found, null)),
    }),
  ];
}

function pinRoutes(context: WebContext): readonly AnyApiRoute[] {
  return [
    apiRoute({
      ...shared,
      method: 'POST',
      path: '/people/:id/pins',
      summary: 'Say that a PIN means a person',
      description: 'Punches that are stored already are theirs at once.',
      status: 201,
      params: one,
      body: typedPin,
      answer: whole,
      examples: [{ params: { id }, body: { pin: '88', terminal: 'CKJ1' }, answer: exampleWhole }],
      handle: (call) => changing(context, call, (found) => givePin(context, call.request, found, linePin(call.body))),
    }),
    apiRoute({
      ...shared,
      method: 'GET',
      path: '/people/:id/pins/:pin',
      summary: 'One PIN, and how many punches have their name from it',
      params: onePin,
      answer: pin.extend({ punches: z.int().meta({ description: `At most ${mostCounted}: then there may be more.` }) }),
      keep: 'nothing',
      examples: [{ params: { id, pin: '1' }, answer: { ...pinExample, punches: 44 } }],
      async handle({ params, ...call }) {
        const found = await pinFor(context.database, call.reader, params.id, params.pin);
        if (found === null) return refuse(noSuchPin);
        const { officeCode, personId: subject } = found.person;
        await noteLook(context, call.request, { action: 'people.view', officeCode, subject });
        return { ...toldPin(found.pin), punches: await countPunches(context, call.request, found, mostCounted) };
      },
    }),
    apiRoute({
      ...shared,
      method: 'PATCH',
      path: '/people/:id/pins/:pin',
      summary: 'Say which day a PIN meant its person for the last time',
      params: onePin,
      body: z.strictObject({ until: dayParam() }),
      answer: whole,
      examples: [
        {
          params: { id, pin: '1' },
          body: { until: '2026-03-31' },
          answer: { ...exampleWhole, pins: [{ ...pinExample, until: '2026-03-31T16:00:00.000Z' }] },
        },
      ],
      async handle(call) {
        const found = await pinFor(context.database, call.reader, call.params.id, call.params.pin);
        if (found === null) return refuse(noSuchPin);
        const end = { personPinId: found.pin.personPinId, lastDay: call.body.until };
        return changed(context, call, found.person, (owner) => stopPin(context, call.request, owner, end));
      },
    }),
  ];
}

function takeBackRoute(context: WebContext): AnyApiRoute {
  return apiRoute({
    ...shared,
    method: 'POST',
    path: '/people/:id/pins/:pin/take-back',
    summary: 'Take back a PIN that never meant its person',
    description: 'Its punches are nobody’s again. What it said is kept, with who took it back and why.',
    params: onePin,
    body: z.strictObject({ reason: short(mostReason).min(1) }),
    answer: whole,
    examples: [{ params: { id, pin: '1' }, body: { reason: 'salah ketik' }, answer: { ...exampleWhole, pins: [] } }],
    async handle(call) {
      const found = await pinFor(context.database, call.reader, call.params.id, call.params.pin);
      if (found === null) return refuse(noSuchPin);
      return changed(context, call, found.person, () => takeBack(context, call.request, found, call.body.reason));
    },
  });
}

const [pinExample = { id: 1, office: 'kominfo', terminal: null, pin: '1023', from: null, until: null }] = example.pins;

type Call = Pick<ApiCall<unknown, unknown, unknown>, 'reader' | 'request'>;
type Told = z.output<typeof whole>;

type Change = (found: PinOf['person']) => Promise<PeopleFault | null>;

/** Changes a person that the reader may change, and tells them as they are then. */
async function changing(
  context: WebContext,
  call: Call & { readonly params: { readonly id: string } },
  change: Change,
): Promise<Told | Refusal> {
  const found = await personFor(context.database, call.reader, call.params.id);
  return found === null ? refuse(noSuchPerson) : changed(context, call, found, change);
}

function changed(context: WebContext, call: Call, found: PinOf['person'], change: Change): Promise<Told | Refusal> {
  return orProblem(async () => {
    const fault = await change(found);
    return fault === null ? tell(context, call, found.personId) : faulty(fault);
  });
}

async function tell(
  { database }: WebContext,
  { reader }: Pick<Call, 'reader'>,
  personId: string,
): Promise<Told | Refusal> {
  const found = await personFor(database, reader, personId);
  if (found === null) return refuse(noSuchPerson);
  const taken = await readPinsTakenBack(database.db, personId);
  return {
    ...toldPerson(found, await readPinsOf(database.db, [personId])),
    takenBack: taken.map((one) => ({
      ...toldPin(one),
      at: toldAt(one.takenBackMs),
      by: one.takenBackBy,
      reason: one.reason,
    })),
  };
}

function linePerson({ name, nip, office }: z.output<typeof typedPerson>) {
  return { nama: name, nip: nip ?? '', opd: office };
}

function linePin({ pin: text, terminal, from, until }: z.output<typeof typedPin>) {
  return { pin: text, mesin: terminal ?? '', sejak: from ?? '', sampai: until ?? '' };
}

/** Where a fault is, in the words of this API. */
const fieldOf: Readonly<Record<PeopleFault, string>> = {
  faultNip: 'nip',
  faultExcel: 'nip',
  faultName: 'name',
  faultOffice: 'office',
  faultPin: 'pin',
  faultMachine: 'terminal',
  faultDay: 'until',
  faultTaken: 'pin',
  faultEnded: 'until',
  faultLater: 'day',
  faultReason: 'reason',
  faultColumns: 'the whole',
  faultCsv: 'the whole',
};

function faulty(fault: PeopleFault): Refusal {
  return badFields({ [fieldOf[fault]]: peopleWords[fault].en }) ?? refuse(noSuchPerson);
}

const conflicts: Readonly<Record<string, string>> = {
  PERSON_NIP_TAKEN: 'nip-taken',
  PIN_ALREADY_TAKEN: 'pin-taken',
  PIN_OUTLASTS_SERVICE: 'pin-outlasts-service',
};

/** What the database refuses stands against something that is there. */
async function orProblem<T>(work: () => Promise<T | Refusal>): Promise<T | Refusal> {
  try {
    return await work();
  } catch (error) {
    const type = isGerbangError(error) ? conflicts[String(error.code)] : undefined;
    if (type === undefined || !isGerbangError(error)) throw error;
    const { what, next } = explainError(error, 'en');
    return refuse({ status: 409, type, title: what, detail: next });
  }
}
