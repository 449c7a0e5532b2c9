/** `/pengaturan/pegawai`: people one by one. Lists are in `import-routes.ts`, ends in `service-routes.ts`. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { GerbangError } from '../../errors.ts';
import { writeAudit } from '../../store/audit-log.ts';
import {
  addPerson,
  addPin,
  changePerson,
  countPeople,
  endPin,
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
import { entryOf, noteLook, type WebContext } from '../context.ts';
import { frameFor, languageOf, sendPage } from '../frame.ts';
import type { FieldErrors } from '../views/parts.ts';
import { checkLine, spanOf, type TypedLine } from './fields.ts';
import { addImportRoutes } from './import-routes.ts';
import { knownTo, officesOf, personFor } from './known.ts';
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
const noPin = { pin: '', mesin: '', sejak: '', sampai: '' };

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
    const known = await knownTo(database, readerOf(request));
    const checked = checkLine(typed, known.zones);
    const refuse = (errors: FieldErrors) => showPerson(context, request, reply.code(422), { typed, errors });
    const lang = languageOf(request, frames);
    if (typeof checked === 'string') return refuse({ [fieldOf[checked]]: peopleWords[checked][lang] });
    if (checked.pin?.serial != null && known.serials?.has(checked.pin.serial) === false)
      return refuse({ mesin: peopleWords.faultMachine[lang] });
    try {
      const personId = await database.db.transaction().execute(async (tx) => {
        const id = await addPerson(tx, { ...checked, endedOn: null });
        if (checked.pin !== null) await addPin(tx, { ...checked.pin, personId: id, officeCode: checked.officeCode });
        await writeAudit(tx, entryOf(request, { action: 'people.add', subject: id, officeCode: checked.officeCode }));
        return id;
      });
      return await reply.redirect(`${peoplePath}/${personId}?selesai=ya`, 303);
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
  const noted = (request: FastifyRequest, action: string, { personId, officeCode }: PersonRow) =>
    entryOf(request, { action, subject: personId, officeCode });

  change('', async (typed, person, request) => {
    const { zones } = await knownTo(database, readerOf(request));
    const checked = checkLine({ ...typed, ...noPin }, zones);
    if (typeof checked === 'string') return checked;
    await database.db.transaction().execute(async (tx) => {
      await changePerson(tx, { ...person, ...checked });
      await writeAudit(tx, noted(request, 'people.change', person));
    });
    return null;
  });
  change('/pin', async (typed, person, request) => {
    const { zones, serials } = await knownTo(database, readerOf(request));
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
  });
  change('/akhiri', async (_typed, person, request) => {
    const body = endBody.safeParse(request.body);
    const zone = (await officesOf(database, readerOf(request))).find(
      ({ code }) => code === person.officeCode,
    )?.timeZone;
    const span = body.success && body.data.sampai !== '' ? spanOf('', body.data.sampai, zone ?? 'Asia/Jakarta') : null;
    if (!body.success || span === null) return 'faultDay';
    return database.db.transaction().execute(async (tx) => {
      const end = { personId: person.personId, personPinId: body.data.id, untilMs: span.untilMs };
      if (!(await endPin(tx, end))) return 'faultDay';
      await writeAudit(tx, noted(request, 'people.pin-end', person));
      return null;
    });
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
