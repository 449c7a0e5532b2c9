/** Lists of people: sent, looked at, and applied only as they were looked at. */
import multipart from '@fastify/multipart';
import { stringify } from 'csv-stringify/sync';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Reader, seesOffice } from '../../accounts/permissions.ts';
import { dayOf } from '../../clock/zone.ts';
import { writeAudit } from '../../store/audit-log.ts';
import {
  applyChanges,
  forgetImport,
  keepImport,
  lockPeople,
  readEverybody,
  readImport,
} from '../../store/people-import.ts';
import { peopleWords as texts } from '../../words/people.ts';
import { readerOf } from '../attendance/routes.ts';
import { entryOf, noteLook, type WebContext } from '../context.ts';
import { frameFor, languageOf, sendPage } from '../frame.ts';
import { knownTo, officesOf } from './known.ts';
import { columns, maxBytes, readList } from './list-file.ts';
import { importPage, peoplePath, planPage } from './people-view.ts';
import { type Plan, planPeople } from './plan.ts';

const route = { config: { needs: 'people.manage' } } as const;
const idParam = z.object({ id: z.string().regex(/^[0-9a-f-]{36}$/) });
const applyBody = z.object({ sidik: z.string().max(60).catch('') });

/** Adds the pages. */
export async function addImportRoutes(app: FastifyInstance, context: WebContext): Promise<void> {
  const { database, frames } = context;
  if (!app.hasContentTypeParser('multipart/form-data')) await app.register(multipart, { throwFileSizeLimit: false });

  app.get(`${peoplePath}.csv`, route, (request, reply) => sendPeopleCsv(context, request, reply));

  app.get(`${peoplePath}/impor`, route, (request, reply) =>
    sendPage(reply, importPage(frameFor(request, reply, frames, `${peoplePath}/impor`), null)),
  );

  app.post(
    `${peoplePath}/impor`,
    { ...route, bodyLimit: maxBytes + 64_000, preValidation: receiveList },
    async (request, reply) => {
      const text = sentText(request.body);
      const list = text === null ? null : readList(text);
      if (text === null || list === null || list.kind === 'wrong') {
        const lang = languageOf(request, frames);
        const at = list?.kind === 'wrong' ? `${texts.line[lang]} ${list.number}: ${texts[list.fault][lang]}` : null;
        const why = at ?? texts.tooLarge[lang];
        return sendPage(reply.code(422), importPage(frameFor(request, reply, frames, `${peoplePath}/impor`), why));
      }
      const importId = await keepImport(database.db, text, readerOf(request).actor);
      return reply.redirect(`${peoplePath}/impor/${importId}`, 303);
    },
  );

  app.get(`${peoplePath}/impor/:id`, route, async (request, reply) => {
    const frame = frameFor(request, reply, frames, request.url.split('?')[0]);
    const found = await planOf(context, request, idParam.safeParse(request.params).data?.id ?? '');
    if (found === null) return sendPage(reply.code(404), importPage(frame, texts.gone[frame.words.lang]));
    return sendPage(reply, planPage(frame, found.importId, found.plan, false));
  });

  app.post(`${peoplePath}/impor/:id`, route, async (request, reply) => {
    const id = idParam.safeParse(request.params).data?.id ?? '';
    const { sidik } = applyBody.parse(request.body ?? {});
    const done = await database.db.transaction().execute(async (tx) => {
      await lockPeople(tx);
      const found = await planOf({ ...context, database: { ...database, db: tx } }, request, id);
      if (found === null || found.plan.digest !== sidik || found.plan.faults.length > 0) return found;
      await applyChanges(tx, found.plan.changes);
      await forgetImport(tx, id);
      await writeAudit(
        tx,
        entryOf(request, {
          action: 'people.import',
          officeCode: readerOf(request).officeCode,
          detail: sumsOf(found.plan),
        }),
      );
      return 'applied';
    });
    if (done === 'applied') return reply.redirect(`${peoplePath}?selesai=ya`, 303);
    const frame = frameFor(request, reply, frames, `${peoplePath}/impor`);
    if (done === null) return sendPage(reply.code(404), importPage(frame, texts.gone[frame.words.lang]));
    return sendPage(reply.code(409), planPage(frame, id, done.plan, true));
  });
}

async function planOf(
  { database }: Pick<WebContext, 'database'>,
  request: FastifyRequest,
  importId: string,
): Promise<{ readonly importId: string; readonly plan: Plan } | null> {
  const reader = readerOf(request);
  const text = importId === '' ? null : await readImport(database.db, importId, reader.actor);
  const list = text === null ? null : readList(text);
  if (list === null || list.kind === 'wrong') return null;
  return { importId, plan: planPeople(list.lines, await knownTo(database, reader)) };
}

/** Numbers for the audit log. */
export function sumsOf({ changes, same }: Plan): Readonly<Record<string, number>> {
  const { added, changed, ends, pins } = changes;
  return { added: added.length, changed: changed.length, pins: pins.length, ended: ends.length, same };
}

/** Reads the parts of the form before the defence of forms asks for its token. */
async function receiveList(request: FastifyRequest): Promise<void> {
  if (!request.isMultipart()) return;
  const body: Record<string, string | null> = {};
  const limits = { fileSize: maxBytes, files: 1, fields: 6, fieldSize: 64_000, parts: 8 };
  for await (const part of request.parts({ limits })) {
    if (part.type === 'field') body[part.fieldname] = typeof part.value === 'string' ? part.value : '';
    else {
      const parts: Buffer[] = [];
      for await (const bytes of part.file) parts.push(bytes);
      body.berkas = part.file.truncated ? null : Buffer.concat(parts).toString('utf8');
    }
  }
  request.body = body;
}

const sentBody = z.object({ berkas: z.string().nullable().optional(), isi: z.string().optional() });

/** The file, or what was pasted; null when there is nothing or too much of it. */
function sentText(body: unknown): string | null {
  const { berkas, isi = '' } = sentBody.catch({}).parse(body);
  if (berkas === null) return null;
  const text = berkas !== undefined && berkas.trim() !== '' ? berkas : isi;
  return text.trim() === '' ? null : text;
}

/** Sends all people of a reader, and notes that they were taken. */
export async function sendPeopleCsv(
  context: WebContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { csv, rows } = await exported(context, readerOf(request));
  const { officeCode } = readerOf(request);
  await noteLook(context, request, { action: 'people.export', officeCode, detail: { rows } });
  return reply
    .header('cache-control', 'no-store')
    .header('content-disposition', 'attachment; filename="pegawai.csv"')
    .type('text/csv; charset=utf-8')
    .send(Buffer.from(csv));
}

/** All people of a reader, one line per PIN, in the form that an import takes. */
async function exported(
  { database }: WebContext,
  reader: Reader,
): Promise<{ readonly csv: string; readonly rows: number }> {
  const { people, pins } = await readEverybody(database.db);
  const zones = new Map((await officesOf(database, reader)).map(({ code, timeZone }) => [code, timeZone]));
  const lines = people
    .filter(({ officeCode }) => seesOffice(reader, officeCode))
    .flatMap((person) => {
      const own = pins.filter(({ personId }) => personId === person.personId);
      return (own.length === 0 ? [null] : own).map((pin) => {
        const zone = zones.get(person.officeCode) ?? 'Asia/Jakarta';
        const day = (ms: number | undefined, shift: number): string =>
          ms === undefined || !Number.isFinite(ms) ? '' : dayOf(zone, ms + shift);
        const where = [pin?.pin ?? '', pin?.serial ?? '', day(pin?.fromMs, 0), day(pin?.untilMs, -1)];
        return [person.nip ?? '', person.name, pin?.officeCode ?? person.officeCode, ...where];
      });
    });
  const options = { bom: true, escape_formulas: true, record_delimiter: '\r\n', delimiter: ';' };
  return { csv: stringify([[...columns], ...lines], options), rows: lines.length };
}
