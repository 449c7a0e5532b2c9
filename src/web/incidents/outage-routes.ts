/** `/laporan/masa` and its files. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { outageWords } from '../../words/incidents.ts';
import type { Lang } from '../../words/language.ts';
import { exportTypes } from '../attendance/export-routes.ts';
import { noteLook, type WebContext } from '../context.ts';
import { frameFor, languageOf, sendPage } from '../frame.ts';
import { outageCsv, outageXlsx } from './outage-files.ts';
import { isRange, lastWeek, type OutageReport, outageReport } from './outage-report.ts';
import { outagePage } from './outage-view.ts';
import { disposition } from './proof-files.ts';
import { fleetOf } from './report-routes.ts';

const query = z.object({
  dari: z.string().max(10).catch('').default(''),
  sampai: z.string().max(10).catch('').default(''),
  opd: z.string().max(40).catch('').default(''),
});

export type OutageFormat = 'csv' | 'xlsx';

/** Sends windows as a file, and notes that it was taken. */
export async function sendOutages(
  context: WebContext,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  file: {
    readonly kind: OutageFormat;
    readonly lang: Lang;
    readonly officeCode: string | null;
    readonly days: { readonly from: string; readonly to: string };
    readonly report: OutageReport;
  },
): Promise<FastifyReply> {
  const { kind, lang, officeCode, days, report } = file;
  const detail = { ...days, kind, windows: report.lines.length };
  await noteLook(context, request, { action: 'outage.export', officeCode, detail });
  const name = `masa-mesin-${days.from}-${days.to}.${kind}`;
  reply.header('content-disposition', disposition('attachment', name)).header('cache-control', 'no-store');
  return kind === 'csv'
    ? reply.type(exportTypes.csv).send(Buffer.from(outageCsv(report.lines, lang)))
    : reply.type(exportTypes.xlsx).send(await outageXlsx(report.lines, lang));
}

/** Adds the routes. */
export function addOutageRoutes(app: FastifyInstance, context: WebContext): void {
  const { database, frames, nowMs } = context;
  const seeing = { config: { needs: 'board.view' } } as const;

  async function look(request: FastifyRequest) {
    const asked = query.parse(request.query);
    const { offices } = await fleetOf(context, request);
    const own = request.reader?.officeCode ?? null;
    // Another office than one's own is none: an empty answer, as for an office that does not exist.
    const officeCode = own ?? (asked.opd === '' ? null : asked.opd);
    const week = lastWeek(nowMs(), offices[0]?.timeZone ?? 'Asia/Jakarta');
    const isAsked = asked.dari !== '' || asked.sampai !== '';
    const days = isAsked ? { from: asked.dari, to: asked.sampai } : week;
    const isGood = isRange(days.from, days.to);
    const empty: OutageReport = { lines: [], isWhole: true };
    const report = isGood ? await outageReport(database, offices, officeCode, days, nowMs()) : empty;
    return { offices, officeCode, days, isGood, report };
  }

  app.get('/laporan/masa', seeing, async (request, reply) => {
    const lang = languageOf(request, frames);
    const { offices, officeCode, days, isGood, report } = await look(request);
    const { from: dari, to: sampai } = days;
    const opd = officeCode ?? '';
    const errors = isGood ? {} : { dari: outageWords.rangeWrong[lang] };
    const address = `/laporan/masa?${new URLSearchParams({ dari, sampai, opd })}`;
    const page = { dari, sampai, opd, offices, report, errors };
    return sendPage(reply.code(isGood ? 200 : 422), outagePage(frameFor(request, reply, frames, address), page));
  });

  async function sendTable(request: FastifyRequest, reply: FastifyReply, kind: OutageFormat): Promise<FastifyReply> {
    const lang = languageOf(request, frames);
    const { officeCode, days, isGood, report } = await look(request);
    if (!isGood) return reply.code(422).type('text/plain; charset=utf-8').send(`${outageWords.rangeWrong[lang]}\n`);
    return sendOutages(context, { request, reply }, { kind, lang, officeCode, days, report });
  }
  app.get('/laporan/masa.csv', seeing, (request, reply) => sendTable(request, reply, 'csv'));
  app.get('/laporan/masa.xlsx', seeing, (request, reply) => sendTable(request, reply, 'xlsx'));
}
