/** `/lapor`: reporting a machine. Nothing typed is lost, whatever is wrong. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { dayOf } from '../../clock/zone.ts';
import { readFleet } from '../../store/board.ts';
import type { CheckedProof } from '../../store/incident-proofs.ts';
import { listIncidents } from '../../store/incidents.ts';
import { proofWords } from '../../words/incidents.ts';
import type { Lang } from '../../words/language.ts';
import type { WebContext } from '../context.ts';
import { frameFor, languageOf, sendPage } from '../frame.ts';
import type { FieldErrors } from '../views/parts.ts';
import { openReport } from './actions.ts';
import type { HeldProofs } from './held-proofs.ts';
import { maxFiles } from './proof-check.ts';
import { checkForm, notListed, type ReportForm, readForm, wallFields } from './report-form.ts';
import { reportPage } from './report-view.ts';
import { checkUpload, receiveUpload, type UploadTrouble } from './upload.ts';

/** Reports of one sender in a while: a whole office reports less in a year. */
export const reportPace = { max: 30, timeWindow: 600_000 };

/** Adds the routes. */
export function addReportRoutes(app: FastifyInstance, context: WebContext, held: HeldProofs): void {
  const { database, frames, nowMs } = context;

  app.get('/lapor', { config: { needs: 'incident.report' } }, async (request, reply) => {
    const fleet = await fleetOf(context, request);
    const typed = filledIn(readForm(request.query), fleet, nowMs());
    return show(context, request, reply, { typed, fleet, errors: {}, proofs: [] });
  });

  app.post(
    '/lapor',
    { config: { needs: 'incident.report', rateLimit: reportPace }, preValidation: receiveUpload },
    async (request, reply) => {
      const lang = languageOf(request, frames);
      const fleet = await fleetOf(context, request);
      const typed = withOwnOffice(readForm(request.body), request);
      const actor = request.reader?.actor ?? '';
      const earlier = held.find(actor, typed.berkas, nowMs());
      const { proofs: fresh, troubles } = await checkUpload(request);
      const proofs = [...earlier, ...fresh].slice(0, maxFiles);
      const checked = checkForm(typed, fleet, nowMs(), lang);
      const fileTrouble = troubleText(
        earlier.length + fresh.length > maxFiles ? [...troubles, { fileName: '', trouble: 'tooMany' }] : troubles,
        lang,
      );
      if (isChoosing(request.body)) {
        const berkas = held.hold(actor, proofs, nowMs());
        const isThere = fleet.machines.some(({ officeCode, name }) => officeCode === typed.opd && name === typed.mesin);
        const chosen = { ...typed, berkas, mesin: isThere || typed.mesin === notListed ? typed.mesin : '' };
        const said: FieldErrors = fileTrouble === null ? {} : { bukti: fileTrouble };
        return show(context, request, reply, { typed: chosen, fleet, errors: said, proofs });
      }
      const errors = fileTrouble === null ? checked.errors : { ...checked.errors, bukti: fileTrouble };
      if (checked.report === null || fileTrouble !== null) {
        const berkas = held.hold(actor, proofs, nowMs());
        return show(context, request, reply.code(422), { typed: { ...typed, berkas }, fleet, errors, proofs });
      }
      const number = await openReport({ database, nowMs }, request, checked.report, proofs);
      held.drop(typed.berkas);
      return reply.redirect(`/laporan/${number}?terkirim=1`, 303);
    },
  );
}

interface Fleet {
  readonly offices: Awaited<ReturnType<typeof readFleet>>['offices'];
  readonly machines: Awaited<ReturnType<typeof readFleet>>['machines'];
}

/** What this reader may know of: of another office there is nothing to choose and nothing to name. */
export async function fleetOf({ database }: WebContext, { reader }: FastifyRequest): Promise<Fleet> {
  const { offices, machines } = await readFleet(database.db);
  const only = reader?.officeCode ?? null;
  if (only === null) return { offices, machines };
  return {
    offices: offices.filter(({ code }) => code === only),
    machines: machines.filter(({ officeCode }) => officeCode === only),
  };
}

/** The office was chosen and nothing is sent yet: the form comes back with the machines of that office. */
function isChoosing(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'pilih' in body;
}

/** A reader of one office reports for it, whatever the form says about none. */
function withOwnOffice(typed: ReportForm, { reader }: FastifyRequest): ReportForm {
  const own = reader?.officeCode ?? null;
  return own !== null && (typed.opd === '' || typed.opd === notListed) ? { ...typed, opd: own } : typed;
}

/** Today, or when the machine failed, and the only office there is. */
function filledIn(typed: ReportForm, { offices, machines }: Fleet, nowMs: number): ReportForm {
  const opd = typed.opd === '' && offices.length === 1 ? (offices[0]?.code ?? '') : typed.opd;
  const timeZone = offices.find(({ code }) => code === opd)?.timeZone ?? 'Asia/Jakarta';
  const failing = machines.find(({ officeCode, name }) => officeCode === opd && name === typed.mesin)?.failingSinceMs;
  if (typed.tanggal !== '') return { ...typed, opd };
  if (failing === undefined || failing === null) return { ...typed, opd, tanggal: dayOf(timeZone, nowMs) };
  const { day, time } = wallFields(failing, timeZone);
  return { ...typed, opd, tanggal: day, jam: time };
}

async function show(
  context: WebContext,
  request: FastifyRequest,
  reply: FastifyReply,
  shown: {
    readonly typed: ReportForm;
    readonly fleet: Fleet;
    readonly errors: FieldErrors;
    readonly proofs: readonly CheckedProof[];
  },
): Promise<FastifyReply> {
  const { typed, fleet, errors, proofs } = shown;
  const { opd, mesin } = typed;
  const machines = fleet.machines.filter(({ officeCode }) => officeCode === opd);
  const isKnown = machines.some(({ name }) => name === mesin);
  const open = isKnown
    ? await listIncidents(context.database.db, { officeCode: opd, terminalName: mesin, state: 'open', limit: 5 })
    : [];
  const query = new URLSearchParams([
    ['opd', opd],
    ['mesin', mesin],
  ]);
  const frame = frameFor(request, reply, context.frames, `/lapor?${query}`);
  const onlyOffice = request.reader?.officeCode !== null;
  const page = { form: typed, errors, offices: fleet.offices, machines, onlyOffice, open, held: proofs };
  return sendPage(reply, reportPage(frame, page));
}

/** What is wrong with the files, in words; null when nothing is. */
export function troubleText(troubles: readonly UploadTrouble[], lang: Lang): string | null {
  if (troubles.length === 0) return null;
  const said = troubles.map(({ fileName, trouble }) =>
    trouble === 'tooMany' || trouble === 'tooMuch'
      ? proofWords[trouble][lang]
      : `${fileName.slice(0, 80)} ${proofWords[trouble][lang]}`,
  );
  return [...new Set(said)].join(' ');
}
