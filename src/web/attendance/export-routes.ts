/** What is downloaded from `/presensi`. Every download leaves a line in the audit log. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Lang } from '../../words/language.ts';
import { noteLook, type WebContext } from '../context.ts';
import { languageOf } from '../frame.ts';
import { attendanceCsv, attendanceXlsx, exportName, maxExportRows, readExport } from './export.ts';
import { readerOf } from './routes.ts';
import { askedSchema, auditFacts, type Search, searchFor } from './search.ts';

/** Downloads that are made at one time: a sheet is in memory while it is made. */
const mostExports = 2;

export type ExportFormat = keyof typeof maxExportRows;

/** Media types of the files. */
export const exportTypes = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;
const makers = { csv: attendanceCsv, xlsx: attendanceXlsx } as const;

let underWay = 0;

/** Adds the downloads. */
export function addExportRoutes(app: FastifyInstance, context: WebContext): void {
  const { database, frames, nowMs } = context;
  for (const format of ['csv', 'xlsx'] as const) {
    app.get(`/presensi.${format}`, { config: { needs: 'attendance.export' } }, async (request, reply) => {
      const lang = languageOf(request, frames);
      const search = await searchFor(database, readerOf(request), askedSchema.parse(request.query ?? {}), nowMs());
      if (search.trouble !== null)
        return reply.code(400).type('text/plain; charset=utf-8').send(`${search.trouble[lang]}\n`);
      if (await sendExport(context, { request, reply }, { format, lang, search })) return reply;
      reply.code(503).header('retry-after', '10').type('text/plain; charset=utf-8');
      return reply.send('Coba lagi sebentar lagi.\n');
    });
  }
}

/** Sends a file and notes that it was taken. @returns false, with nothing sent, while others are being made */
export async function sendExport(
  { database, nowMs }: WebContext,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  { format, lang, search }: { readonly format: ExportFormat; readonly lang: Lang; readonly search: Search },
): Promise<boolean> {
  if (underWay >= mostExports) return false;
  underWay += 1;
  try {
    const taken = await readExport(database.db, search, maxExportRows[format]);
    await noteLook({ database }, request, {
      action: 'attendance.export',
      officeCode: search.asked.opd ?? null,
      detail: { ...auditFacts(search), format, rows: taken.rows.length, cut: taken.isCut },
    });
    const made = await makers[format]({ ...taken, search, lang, nowMs: nowMs() });
    await reply
      .header('cache-control', 'no-store')
      .header('content-disposition', `attachment; filename="${exportName(search)}.${format}"`)
      .type(exportTypes[format])
      .send(made);
    return true;
  } finally {
    underWay -= 1;
  }
}
