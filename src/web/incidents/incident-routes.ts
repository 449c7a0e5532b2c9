/** `/laporan` and one report: lists, steps, notes, files, whose templates may be lost. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { may } from '../../accounts/permissions.ts';
import { incidentKinds, incidentStates, stepsFor } from '../../incident/steps.ts';
import { readFacts, readKnownPins, readMachineFacts } from '../../store/incident-facts.ts';
import { listProofs, readProof } from '../../store/incident-proofs.ts';
import { countOpenIncidents, type IncidentRow, listIncidents, readSteps } from '../../store/incidents.ts';
import { readCommands } from '../../store/machine-commands.ts';
import { incidentWords } from '../../words/incidents.ts';
import { noteLook, sendMessage, type WebContext } from '../context.ts';
import { frameFor, languageOf, sendPage } from '../frame.ts';
import type { FieldErrors } from '../views/parts.ts';
import { actorOf, addNote, noteLossTold, type StepTrouble, takeStep, visibleIncident } from './actions.ts';
import { isWorthProbing, peoplePage } from './incident-parts.ts';
import { type IncidentPage, incidentPage } from './incident-view.ts';
import { listPage } from './list-view.ts';
import { askProbe } from './probe.ts';
import { sendFile } from './proof-files.ts';
import { sendRecord } from './record-file.ts';
import { instantOf, wallFields } from './report-form.ts';
import { fleetOf, reportPace, troubleText } from './report-routes.ts';
import { zoneOf } from './report-zone.ts';
import { checkUpload, receiveUpload } from './upload.ts';

const pageRows = 50;
/** People of one machine. */
const mostPins = 2_000;

const listQuery = z.object({
  keadaan: z
    .enum(['open', 'closed', 'all', ...incidentStates])
    .catch('open')
    .default('open'),
  jenis: z
    .enum(['', ...incidentKinds])
    .catch('')
    .default(''),
  opd: z.string().max(40).catch('').default(''),
  sebelum: z.coerce.number().int().positive().max(1e12).optional().catch(undefined),
});
const numbered = z.object({ number: z.coerce.number().int().positive().max(1e12) });
const proofParams = numbered.extend({ proofId: z.uuid() });
const stepForm = z.object({
  langkah: z.enum(incidentStates).nullable().catch(null),
  catatan: z.string().max(4_000).catch(''),
  seri: z.string().max(100).catch(''),
});
const sentForm = z.object({
  dikirim: z.string().max(10).catch(''),
  pukul: z.string().max(5).catch(''),
  surat: z.string().trim().max(4_000).catch(''),
});
const noteForm = z.object({ isi: z.string().max(4_000).catch('') });

/** Where trouble is shown. */
const fieldOf: Readonly<Record<StepTrouble, string>> = {
  noSuchStep: 'langkah',
  notPermitted: 'langkah',
  noteMissing: 'catatan',
  serialWrong: 'seri',
  sameMachine: 'seri',
  standsElsewhere: 'seri',
  needsPlace: 'langkah',
  sentWrong: 'dikirim',
  full: 'bukti',
};

const missing = { status: 404, title: incidentWords.noSuchReport, text: incidentWords.noSuchReportText };

function notFound(request: FastifyRequest, reply: FastifyReply, context: WebContext): FastifyReply {
  return sendMessage(request, reply, context, missing);
}

/** Answers of a report that this reader may know of; everything else is not found. */
export async function withIncident(
  context: WebContext,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: (incident: IncidentRow) => Promise<FastifyReply>,
): Promise<FastifyReply> {
  const { success, data } = numbered.safeParse(request.params);
  const incident = success ? await visibleIncident(context, request.reader, data.number) : null;
  return incident === null ? notFound(request, reply, context) : answer(incident);
}

const seeing = { config: { needs: 'board.view' } } as const;
const acting = { config: { needs: 'incident.report', rateLimit: reportPace }, preValidation: receiveUpload } as const;

/** Adds the routes. */
export function addIncidentRoutes(app: FastifyInstance, context: WebContext): void {
  addList(app, context);
  addSteps(app, context);
  addFiles(app, context);
}

function addList(app: FastifyInstance, context: WebContext): void {
  const { database, frames, nowMs } = context;
  const { db } = database;

  app.get('/laporan', seeing, async (request, reply) => {
    const filter = listQuery.parse(request.query);
    const { keadaan, jenis, opd, sebelum = null } = filter;
    const fleet = await fleetOf(context, request);
    const only = request.reader?.officeCode ?? null;
    const officeCode = only ?? (opd === '' ? null : opd);
    const state = keadaan === 'all' ? null : keadaan;
    const kind = jenis === '' ? null : jenis;
    const rows = await listIncidents(db, { officeCode, state, kind, below: sebelum, limit: pageRows + 1 });
    const shown = rows.slice(0, pageRows);
    const address = (below: number | null): string => {
      const query = new URLSearchParams({ keadaan, jenis, opd, ...(below === null ? {} : { sebelum: String(below) }) });
      return `/laporan?${query}`;
    };
    const older = rows.length > pageRows ? address(shown.at(-1)?.number ?? null) : null;
    const page = {
      filter,
      rows: shown,
      openCount: await countOpenIncidents(db, only),
      offices: fleet.offices,
      older,
      mayReport: may(request.reader, 'incident.report'),
      nowMs: nowMs(),
    };
    return sendPage(reply, listPage(frameFor(request, reply, frames, address(sebelum)), page));
  });

  app.get('/laporan/:number', seeing, (request, reply) =>
    withIncident(context, request, reply, (incident) => show(context, request, reply, incident, {})),
  );
}

function addSteps(app: FastifyInstance, context: WebContext): void {
  const { frames } = context;

  app.post('/laporan/:number/langkah', acting, (request, reply) =>
    withIncident(context, request, reply, async (incident) => {
      const lang = languageOf(request, frames);
      const { langkah, catatan, seri } = stepForm.parse(request.body ?? {});
      const typed = { langkah: langkah ?? '', catatan, seri };
      const wanted = { number: incident.number, note: catatan.trim(), newSerial: seri.trim(), proofs: [] };
      const trouble = langkah === null ? 'noSuchStep' : await takeStep(context, request, { ...wanted, to: langkah });
      if (trouble === null) return reply.redirect(`/laporan/${incident.number}`, 303);
      const errors = { [fieldOf[trouble]]: textOf(trouble, lang) };
      return show(context, request, reply.code(trouble === 'notPermitted' ? 403 : 422), incident, { typed, errors });
    }),
  );

  app.post('/laporan/:number/catatan', acting, (request, reply) =>
    withIncident(context, request, reply, async (incident) => {
      const lang = languageOf(request, frames);
      const { isi } = noteForm.parse(request.body ?? {});
      const { proofs, troubles } = await checkUpload(request);
      const fileTrouble = troubleText(troubles, lang);
      const isEmpty = isi.trim() === '' && proofs.length === 0;
      const trouble =
        fileTrouble === null && !isEmpty ? await addNote(context, request, incident, isi.trim(), proofs) : null;
      if (fileTrouble === null && !isEmpty && trouble === null)
        return reply.redirect(`/laporan/${incident.number}#bukti`, 303);
      const text = fileTrouble ?? (trouble === null ? incidentWords.noteEmpty[lang] : textOf(trouble, lang));
      return show(context, request, reply.code(422), incident, { errors: { bukti: text } });
    }),
  );

  app.post('/laporan/:number/pemberitahuan', { config: { needs: 'incident.handle' } }, (request, reply) =>
    withIncident(context, request, reply, async (incident) => {
      const lang = languageOf(request, frames);
      const typedNote = sentForm.parse(request.body ?? {});
      const { dikirim, pukul, surat: note } = typedNote;
      const sentMs = instantOf(dikirim, pukul, zoneOf(incident));
      const trouble = sentMs === null ? 'sentWrong' : await noteLossTold(context, request, incident, { sentMs, note });
      if (trouble === null) return reply.redirect(`/laporan/${incident.number}#data-pribadi`, 303);
      const field = trouble === 'noteMissing' ? 'surat' : 'dikirim';
      const errors = { [field]: textOf(trouble, lang) };
      return show(context, request, reply.code(422), incident, { typedNote, errors });
    }),
  );

  app.post('/laporan/:number/uji', { config: { needs: 'incident.handle' } }, (request, reply) =>
    withIncident(context, request, reply, async (incident) => {
      const command = await askProbe(context, request, incident);
      return command === null
        ? notFound(request, reply, context)
        : reply.redirect(`/laporan/${incident.number}#uji`, 303);
    }),
  );
}

function addFiles(app: FastifyInstance, context: WebContext): void {
  const { database, frames, nowMs } = context;
  const { db } = database;

  app.get('/laporan/:number/bukti/:proofId', seeing, (request, reply) =>
    withIncident(context, request, reply, async (incident) => {
      const { success, data } = proofParams.safeParse(request.params);
      const proof = success ? await readProof(db, incident.number, data.proofId) : null;
      return proof === null ? notFound(request, reply, context) : sendFile(reply, proof);
    }),
  );

  app.get('/laporan/:number/orang', { config: { needs: 'attendance.view' } }, (request, reply) =>
    withIncident(context, request, reply, async (incident) => {
      const { number, serial, officeCode } = incident;
      if (serial === null || incident.kind !== 'lost') return notFound(request, reply, context);
      const pins = await readKnownPins(db, serial, mostPins);
      const detail = { people: pins.length };
      await noteLook(context, request, { action: 'incident.people', subject: String(number), officeCode, detail });
      const frame = frameFor(request, reply, frames, `/laporan/${number}/orang`);
      return sendPage(reply, peoplePage(frame, incident, pins, nowMs()));
    }),
  );

  app.get('/laporan/:number/berita-acara.pdf', seeing, (request, reply) =>
    withIncident(context, request, reply, (incident) => sendRecord(context, request, reply, incident)),
  );
}

function textOf(trouble: StepTrouble, lang: 'id' | 'en'): string {
  return trouble === 'full' ? proofFull[lang] : incidentWords[trouble][lang];
}
const proofFull = { id: 'Laporan ini sudah memuat 40 berkas.', en: 'This report holds 40 files already.' };

/** The page of one report. */
async function show(
  context: WebContext,
  request: FastifyRequest,
  reply: FastifyReply,
  incident: IncidentRow,
  shown: {
    readonly typed?: IncidentPage['typed'];
    readonly typedNote?: IncidentPage['typedNote'];
    readonly errors?: FieldErrors;
  },
): Promise<FastifyReply> {
  const { database, frames, nowMs } = context;
  const { db } = database;
  const { reader } = request;
  const { number, officeCode, terminalName } = incident;
  const place = officeCode === null || terminalName === null ? null : { officeCode, terminalName };
  const [steps, proofs, kept, now, same, commands, tookOver] = await Promise.all([
    readSteps(db, number),
    listProofs(db, number),
    readFacts(db, number),
    place === null ? null : readMachineFacts(db, place, nowMs()),
    place === null ? [] : listIncidents(db, { ...place, state: 'open', limit: 6 }),
    place === null ? [] : readCommands(db, place, 20),
    listIncidents(db, { officeCode: null, mergedInto: number, limit: 5 }),
  ]);
  const oldest = tookOver.at(-1);
  const keptOfGateway = oldest === undefined ? [] : await readFacts(db, oldest.number);
  const standing = { kind: incident.kind, state: incident.state, byGateway: incident.openedBy === 'gateway' };
  const mayAct = may(reader, 'incident.report');
  const page: IncidentPage = {
    incident,
    steps,
    proofs,
    factsThen: kept[0] ?? null,
    factsNow: now,
    probe: commands.find(({ kind, requestedMs }) => kind === 'probe' && requestedMs >= incident.openedMs) ?? null,
    others: same.filter((other) => other.number !== number),
    tookOver,
    factsOfGateway: keptOfGateway[0] ?? null,
    next: reader === null || !mayAct ? [] : stepsFor(standing, actorOf(reader)),
    may: {
      note: mayAct,
      seePeople: may(reader, 'attendance.view'),
      probe: isWorthProbing(incident) && may(reader, 'incident.handle'),
      noteSent: may(reader, 'incident.handle'),
    },
    typed: shown.typed ?? { langkah: '', catatan: '', seri: '' },
    typedNote: shown.typedNote ?? { ...nowFields(incident, nowMs()), surat: '' },
    errors: shown.errors ?? {},
    sent: z.object({ terkirim: z.literal('1') }).safeParse(request.query).success,
    nowMs: nowMs(),
  };
  return sendPage(reply, incidentPage(frameFor(request, reply, frames, `/laporan/${number}`), page));
}

function nowFields(incident: IncidentRow, nowMs: number) {
  const { day: dikirim, time: pukul } = wallFields(nowMs, zoneOf(incident));
  return { dikirim, pukul };
}
