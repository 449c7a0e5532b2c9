/** What is downloaded from `/presensi`. Every download leaves a line in the audit log. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { noteLook, type WebContext } from '../context.ts';
import { languageOf } from '../frame.ts';
import { attendanceCsv, attendanceXlsx, exportName, maxExportRows, readExport } from './export.ts';
import { readerOf } from './routes.ts';
import { askedSchema, auditFacts, searchFor } from './search.ts';

/** Downloads that are made at one time: a sheet is in memory while it is made. */
const mostExports = 2;

type Format = keyof typeof maxExportRows;

const types = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;
const makers = { csv: attendanceCsv, xlsx: attendanceXlsx } as const;

/** Adds the downloads. */
export function addExportRoutes(app: FastifyInstance, context: WebContext): void {
  let underWay = 0;
  for (const format of ['csv', 'xlsx'] as const) {
    app.get(`/presensi.${format}`, { config: { needs: 'attendance.export' } }, async (request, reply) => {
      if (underWay >= mostExports)
        return reply
          .code(503)
          .header('retry-after', '10')
          .type('text/plain; charset=utf-8')
          .send('Coba lagi sebentar lagi.\n');
      underWay += 1;
      try {
        return await sendExport(request, reply, format, context);
      } finally {
        underWay -= 1;
      }
    });
  }
}

async function sendExport(
  request: FastifyRequest,
  reply: FastifyReply,
  format: Format,
  context: WebContext,
): Promise<FastifyReply> {
  const { database, frames, nowMs } = context;
  const lang = languageOf(request, frames);
  const search = await searchFor(database, readerOf(request), askedSchema.parse(request.query ?? {}), nowMs());
  if (search.trouble !== null)
    return reply.code(400).type('text/plain; charset=utf-8').send(`${search.trouble[lang]}\n`);
  const taken = await readExport(database.db, search, maxExportRows[format]);
  await noteLook(context, request, {
    action: 'attendance.export',
    officeCode: search.asked.opd ?? null,
    detail: { ...auditFacts(search), format, rows: taken.rows.length, cut: taken.isCut },
  });
  const made = await makers[format]({ ...taken, search, lang, nowMs: nowMs() });
  return reply
    .header('cache-control', 'no-store')
    .header('content-disposition', `attachment; filename="${exportName(search)}.${format}"`)
    .type(types[format])
    .send(made);
}
