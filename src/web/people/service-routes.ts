/** The end of a service, and PINs that were registered by mistake. Each asks on a page of its own, naming the thing. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { countAttendance, readMachinesOf } from '../../store/attendance-list.ts';
import { writeAudit } from '../../store/audit-log.ts';
import { endService, type PersonPin, type PersonRow, readPinsOf, takeBackPin } from '../../store/people.ts';
import { peopleWords as texts } from '../../words/people.ts';
import { readerOf } from '../attendance/routes.ts';
import { isDay } from '../attendance/search.ts';
import { entryOf, noteLook, type WebContext } from '../context.ts';
import { frameFor, languageOf, sendPage } from '../frame.ts';
import { officesOf, personFor } from './known.ts';
import { peoplePath } from './people-view.ts';
import { endServicePage, mostCounted, takeBackPage } from './service-view.ts';

const route = { config: { needs: 'people.manage' } } as const;
const endBody = z.object({ terakhir: z.string().trim().max(10).catch('') });
const takeBackBody = z.object({ mengapa: z.string().trim().max(501).catch('') });
const pinParam = z.object({ pin: z.coerce.number().int().positive() });

type One = { Params: { id: string } };
type OnePin = { Params: { id: string; pin: string } };

/** Adds the pages. */
export function addServiceRoutes(app: FastifyInstance, context: WebContext): void {
  addEndOfService(app, context);
  addTakeBack(app, context);
}

function addEndOfService(app: FastifyInstance, context: WebContext): void {
  const { database, frames, nowMs } = context;
  const personOf = (request: FastifyRequest<One>): Promise<PersonRow | null> =>
    personFor(database, readerOf(request), request.params.id);
  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    person: PersonRow,
    typed: { readonly day: string; readonly errors: Readonly<Record<string, string>> },
  ): Promise<FastifyReply> => {
    const pins = await readPinsOf(database.db, [person.personId]);
    const offices = await officesOf(database, readerOf(request));
    const frame = frameFor(request, reply, frames, `${peoplePath}/${person.personId}/berhenti`);
    return sendPage(reply, endServicePage(frame, { person, pins, offices, nowMs: nowMs(), ...typed }));
  };

  app.get<One>(`${peoplePath}/:id/berhenti`, route, async (request, reply) => {
    const person = await personOf(request);
    if (person === null) return reply.callNotFound();
    const { officeCode, personId: subject } = person;
    await noteLook(context, request, { action: 'people.view', officeCode, subject });
    return show(request, reply, person, { day: person.endedOn ?? '', errors: {} });
  });

  app.post<One>(`${peoplePath}/:id/berhenti`, route, async (request, reply) => {
    const person = await personOf(request);
    if (person === null) return reply.callNotFound();
    const { terakhir: day } = endBody.parse(request.body ?? {});
    const fault = isDay(day) ? await setEnd(context, request, person, day) : 'faultDay';
    if (fault === null) return reply.redirect(`${peoplePath}/${person.personId}?selesai=ya`, 303);
    const errors = { terakhir: texts[fault][languageOf(request, frames)] };
    return show(request, reply.code(422), person, { day, errors });
  });

  app.post<One>(`${peoplePath}/:id/lanjut`, route, async (request, reply) => {
    const person = await personOf(request);
    if (person === null) return reply.callNotFound();
    await setEnd(context, request, person, null);
    return reply.redirect(`${peoplePath}/${person.personId}?selesai=ya`, 303);
  });
}

async function setEnd(
  { database }: WebContext,
  request: FastifyRequest,
  { personId, officeCode }: PersonRow,
  endedOn: string | null,
): Promise<'faultLater' | null> {
  return database.db.transaction().execute(async (tx) => {
    const ended = await endService(tx, personId, endedOn);
    if (ended === 'pin-begins-later') return 'faultLater';
    const action = endedOn === null ? 'people.service-resume' : 'people.service-end';
    const detail = endedOn === null ? {} : { lastDay: endedOn, pinsEnded: ended };
    await writeAudit(tx, entryOf(request, { action, subject: personId, officeCode, detail }));
    return null;
  });
}

function addTakeBack(app: FastifyInstance, context: WebContext): void {
  const { database, frames } = context;
  const path = `${peoplePath}/:id/pin/:pin/tarik`;
  const found = async (request: FastifyRequest<OnePin>): Promise<Found | null> => {
    const person = await personFor(database, readerOf(request), request.params.id);
    const wanted = pinParam.safeParse(request.params).data?.pin;
    const pins = person === null ? [] : await readPinsOf(database.db, [person.personId]);
    const pin = pins.find(({ personPinId }) => personPinId === wanted);
    return person === null || pin === undefined ? null : { person, pin };
  };
  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    shown: Found,
    typed: { readonly reason: string; readonly errors: Readonly<Record<string, string>> },
  ): Promise<FastifyReply> => {
    const offices = await officesOf(database, readerOf(request));
    const punches = await countPunches(context, request, shown);
    const { personId } = shown.person;
    const frame = frameFor(request, reply, frames, `${peoplePath}/${personId}/pin/${shown.pin.personPinId}/tarik`);
    return sendPage(reply, takeBackPage(frame, { ...shown, ...typed, offices, punches }));
  };

  app.get<OnePin>(path, route, async (request, reply) => {
    const shown = await found(request);
    if (shown === null) return reply.callNotFound();
    const { officeCode, personId: subject } = shown.person;
    await noteLook(context, request, { action: 'people.view', officeCode, subject });
    return show(request, reply, shown, { reason: '', errors: {} });
  });

  app.post<OnePin>(path, route, async (request, reply) => {
    const shown = await found(request);
    if (shown === null) return reply.callNotFound();
    const { person, pin } = shown;
    const { mengapa: reason } = takeBackBody.parse(request.body ?? {});
    if (reason === '' || reason.length > 500) {
      const errors = { mengapa: texts.faultReason[languageOf(request, frames)] };
      return show(request, reply.code(422), shown, { reason, errors });
    }
    await database.db.transaction().execute(async (tx) => {
      const { actor } = readerOf(request);
      const { personId, officeCode } = person;
      if (!(await takeBackPin(tx, { personId, personPinId: pin.personPinId, by: actor, reason }))) return;
      await writeAudit(tx, entryOf(request, { action: 'people.pin-take-back', subject: personId, officeCode }));
    });
    return reply.redirect(`${peoplePath}/${person.personId}?selesai=ya`, 303);
  });
}

interface Found {
  readonly person: PersonRow;
  readonly pin: PersonPin;
}

/** How many punches would lose the name, as far as this reader may count them. */
async function countPunches({ database }: WebContext, request: FastifyRequest, { person, pin }: Found) {
  const offices = await officesOf(database, readerOf(request));
  const machines = await readMachinesOf(
    database.db,
    offices.map(({ code }) => code),
  );
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
  return countAttendance(database.db, query, mostCounted);
}
