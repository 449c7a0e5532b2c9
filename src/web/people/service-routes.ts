/** The end of a service, and PINs that were registered by mistake. Each asks on a page of its own, naming the thing. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type PersonRow, readPinsOf } from '../../store/people.ts';
import { peopleWords as texts } from '../../words/people.ts';
import { readerOf } from '../attendance/routes.ts';
import { isDay } from '../attendance/search.ts';
import { noteLook, type WebContext } from '../context.ts';
import { frameFor, languageOf, sendPage } from '../frame.ts';
import { countPunches, setEnd, takeBack } from './changes.ts';
import { officesOf, type PinOf, personFor, pinFor } from './known.ts';
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

function addTakeBack(app: FastifyInstance, context: WebContext): void {
  const { database, frames } = context;
  const path = `${peoplePath}/:id/pin/:pin/tarik`;
  const found = async (request: FastifyRequest<OnePin>): Promise<PinOf | null> => {
    const wanted = pinParam.safeParse(request.params).data?.pin;
    return wanted === undefined ? null : pinFor(database, readerOf(request), request.params.id, wanted);
  };
  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    shown: PinOf,
    typed: { readonly reason: string; readonly errors: Readonly<Record<string, string>> },
  ): Promise<FastifyReply> => {
    const offices = await officesOf(database, readerOf(request));
    const punches = await countPunches(context, request, shown, mostCounted);
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
    const { mengapa: reason } = takeBackBody.parse(request.body ?? {});
    const fault = await takeBack(context, request, shown, reason);
    if (fault !== null) {
      const errors = { mengapa: texts[fault][languageOf(request, frames)] };
      return show(request, reply.code(422), shown, { reason, errors });
    }
    return reply.redirect(`${peoplePath}/${shown.person.personId}?selesai=ya`, 303);
  });
}
