/** `/pengaturan/pegawai`: people one by one. Lists are in `import-routes.ts`, ends in `service-routes.ts`. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { GerbangError } from '../../errors.ts';
import {
  countPeople,
  type PersonRow,
  readPeople,
  readPerson,
  readPinsOf,
  readPinsTakenBack,
} from '../../store/people.ts';
import { explainError } from '../../words/errors.ts';
import type { Lang } from '../../words/language.ts';
import { type PeopleFault, peopleWords } from '../../words/people.ts';
import { readerOf } from '../attendance/routes.ts';
import { noteLook, type WebContext } from '../context.ts';
import { frameFor, languageOf, sendPage } from '../frame.ts';
import type { FieldErrors } from '../views/parts.ts';
import { addOne, changeOne, givePin, noPin, stopPin } from './changes.ts';
import type { TypedLine } from './fields.ts';
import { addImportRoutes } from './import-routes.ts';
import { officesOf, personFor } from './known.ts';
import { type PersonForm, peoplePage, peoplePath, personPage } from './people-view.ts';
import { addServiceRoutes } from './service-routes.ts';

const route = { config: { needs: 'people.manage' } } as const;
const perPage = 50;
const short = (max: number) => z.string().trim().max(max).catch('');
const personBody = z.object({
  nama: short(121),
  nip: short(40),
  opd: short(40),
  pin: short(40),
  mesin: short(41),
  sejak: short(10),
  sampai: short(10),
});
const listQuery = z.object({ setelah: z.string().max(60).optional().catch(undefined) });
const endBody = z.object({ id: z.coerce.number().int().positive(), sampai: short(10) });
const searchBody = z.object({ cari: short(80) });

/** Where a fault is shown. */
const fieldOf: Readonly<Record<PeopleFault, keyof TypedLine>> = {
  faultNip: 'nip',
  faultExcel: 'nip',
  faultName: 'nama',
  faultOffice: 'opd',
  faultPin: 'pin',
  faultMachine: 'mesin',
  faultDay: 'sejak',
  faultTaken: 'pin',
  faultEnded: 'sampai',
  faultLater: 'sampai',
  faultReason: 'nama',
  faultColumns: 'nama',
  faultCsv: 'nama',
};

/** Adds the pages. */
export function addPeopleRoutes(app: FastifyInstance, context: WebContext): void {
  const { database, frames } = context;

  const list = async (request: FastifyRequest, reply: FastifyReply, search: string): Promise<FastifyReply> => {
    const { officeCode } = readerOf(request);
    const { setelah } = listQuery.parse(request.query ?? {});
    const after = setelah === undefined ? null : await readPerson(database.db, setelah);
    const people = await readPeople(database.db, { officeCode, search, after, limit: perPage + 1 });
    const shown = people.slice(0, perPage);
    await noteLook(context, request, {
      action: 'people.view',
      officeCode,
      detail: { rows: shown.length, search: search !== '' },
    });
    const last = shown.at(-1);
    const older =
      people.length > perPage && search === '' && last !== undefined ? `${peoplePath}?setelah=${last.personId}` : null;
    const pins = await readPinsOf(
      database.db,
      shown.map(({ personId }) => personId),
    );
    const total = await countPeople(database.db, officeCode);
    const offices = await officesOf(database, readerOf(request));
    return sendPage(
      reply,
      peoplePage(frameFor(request, reply, frames, peoplePath), { people: shown, pins, offices, total, older }),
    );
  };
  app.get(peoplePath, route, (request, reply) => list(request, reply, ''));
  app.post(`${peoplePath}/cari`, route, (request, reply) =>
    list(request, reply, searchBody.parse(request.body ?? {}).cari),
  );

  app.get(`${peoplePath}/baru`, route, (request, reply) => showPerson(context, request, reply, {}));
  app.post(`${peoplePath}/baru`, route, async (request, reply) => {
    const typed = personBody.parse(request.body ?? {});
    const refuse = (errors: FieldErrors) => showPerson(context, request, reply.code(422), { typed, errors });
    const lang = languageOf(request, frames);
    try {
      const added = await addOne(context, request, typed);
      if (typeof added === 'string') return await refuse({ [fieldOf[added]]: peopleWords[added][lang] });
      return await reply.redirect(`${peoplePath}/${added.personId}?selesai=ya`, 303);
    } catch (error) {
      return refuse(storeErrors(error, lang));
    }
  });
  addOnePerson(app, context);
  addServiceRoutes(app, context);
  app.register((scope) => addImportRoutes(scope, context));
}

/** One person that is there: seen, corrected, given a PIN, and a PIN ended. */
function addOnePerson(app: FastifyInstance, context: WebContext): void {
  const { database, frames } = context;
  type One = { Params: { id: string } };
  const personOf = (request: FastifyRequest<One>): Promise<PersonRow | null> =>
    personFor(database, readerOf(request), request.params.id);

  app.get<One>(`${peoplePath}/:id`, route, async (request, reply) => {
    const person = await personOf(request);
    if (person === null) return reply.callNotFound();
    await noteLook(context, request, {
      action: 'people.view',
      officeCode: person.officeCode,
      subject: person.personId,
    });
    return showPerson(context, request, reply, { person });
  });

  const change = (
    path: string,
    work: (
      typed: z.output<typeof personBody>,
      person: PersonRow,
      request: FastifyRequest,
    ) => Promise<PeopleFault | null>,
  ) =>
    app.post<One>(`${peoplePath}/:id${path}`, route, async (request, reply) => {
      const person = await personOf(request);
      if (person === null) return reply.callNotFound();
      const typed = personBody.parse(request.body ?? {});
      const lang = languageOf(request, frames);
      let errors: FieldErrors;
      try {
        const fault = await work(typed, person, request);
        if (fault === null) return await reply.redirect(`${peoplePath}/${person.personId}?selesai=ya`, 303);
        errors = { [fieldOf[fault]]: peopleWords[fault][lang] };
      } catch (error) {
        errors = storeErrors(error, lang);
      }
      return showPerson(context, request, reply.code(422), { person, typed, errors });
    });

  change('', (typed, person, request) => changeOne(context, request, person, typed));
  change('/pin', (typed, person, request) => givePin(context, request, person, typed));
  change('/akhiri', async (_typed, person, request) => {
    const body = endBody.safeParse(request.body);
    if (!body.success) return 'faultDay';
    return stopPin(context, request, person, { personPinId: body.data.id, lastDay: body.data.sampai });
  });
}

/** What the database refused, beside its field; anything else is not ours to explain. */
function storeErrors(error: unknown, lang: Lang): FieldErrors {
  if (!(error instanceof GerbangError)) throw error;
  const fields = { PERSON_NIP_TAKEN: 'nip', PIN_ALREADY_TAKEN: 'pin', PIN_OUTLASTS_SERVICE: 'sampai' };
  const field = fields[error.code as keyof typeof fields];
  if (field === undefined) throw error;
  return { [field]: Object.values(explainError(error, lang)).join(' ') };
}

async function showPerson(
  { database, frames }: WebContext,
  request: FastifyRequest,
  reply: FastifyReply,
  shown: { readonly person?: PersonRow; readonly typed?: z.output<typeof personBody>; readonly errors?: FieldErrors },
): Promise<FastifyReply> {
  const { person, typed, errors = {} } = shown;
  const offices = await officesOf(database, readerOf(request));
  const personId = person?.personId ?? null;
  const view: PersonForm = {
    person: {
      personId,
      nama: typed?.nama || (person?.name ?? ''),
      nip: typed?.nip || (person?.nip ?? ''),
      opd: typed?.opd || (person?.officeCode ?? ''),
    },
    endedOn: person?.endedOn ?? null,
    pins: personId === null ? [] : await readPinsOf(database.db, [personId]),
    takenBack: personId === null ? [] : await readPinsTakenBack(database.db, personId),
    offices,
    errors,
    typedPin: typed ?? noPin,
    isSaved: Object.keys(errors).length === 0 && request.url.includes('selesai=ya'),
  };
  const path = personId === null ? `${peoplePath}/baru` : `${peoplePath}/${personId}`;
  return sendPage(reply, personPage(frameFor(request, reply, frames, path), view));
}
