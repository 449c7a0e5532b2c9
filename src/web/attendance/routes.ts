/** `/presensi`. Every look leaves a line in the audit log. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { may, type Reader } from '../../accounts/permissions.ts';
import { readAttendanceCounted, sumCompleteness } from '../../store/attendance-list.ts';
import { readPeople } from '../../store/people.ts';
import { noteLook, sendOnceNoted, type WebContext } from '../context.ts';
import { frameFor, sendPage } from '../frame.ts';
import { attendancePage, foundPage } from './list-view.ts';
import { addressOf, askedSchema, auditFacts, countLimit, daysOf, searchFor } from './search.ts';

const perPage = 40;
const peopleFound = 50;

const findBody = z.object({
  cari: z.string().trim().max(80).catch(''),
  dari: z.string().max(10).optional().catch(undefined),
  sampai: z.string().max(10).optional().catch(undefined),
});

/** Whoever asks; routes with a permission always have one. */
export function readerOf(request: FastifyRequest): Reader {
  if (request.reader === null) throw new Error('a route without a reader');
  return request.reader;
}

/** Adds the pages. */
export function addAttendanceRoutes(app: FastifyInstance, context: WebContext): void {
  const { database, frames, nowMs } = context;

  app.get('/presensi', { config: { needs: 'attendance.view' } }, async (request, reply) => {
    const asked = askedSchema.parse(request.query ?? {});
    const search = await searchFor(database, readerOf(request), asked, nowMs());
    const { query, after } = search;
    const [{ rows: found, count }, completeness] = await Promise.all([
      readAttendanceCounted(database.db, query, { after, limit: perPage + 1 }, countLimit + 1),
      sumCompleteness(database.db, daysOf(search)),
    ]);
    const rows = found.slice(0, perPage);
    const noted = noteLook(context, request, {
      action: 'attendance.view',
      officeCode: asked.opd ?? null,
      detail: { ...auditFacts(search), rows: rows.length },
    });
    const frame = frameFor(request, reply, frames, addressOf('/presensi', asked));
    const list = {
      rows,
      hasMore: found.length > perPage,
      count,
      countLimit,
      completeness,
      mayExport: may(request.reader, 'attendance.export'),
      nowMs: nowMs(),
    };
    return sendOnceNoted(noted, reply, () => attendancePage(frame, search, list));
  });

  app.post('/presensi/cari', { config: { needs: 'attendance.view' } }, async (request, reply) => {
    const { cari, ...days } = findBody.parse(request.body ?? {});
    const { officeCode } = readerOf(request);
    const people =
      cari.length < 2 ? [] : await readPeople(database.db, { officeCode, search: cari, limit: peopleFound });
    await noteLook(context, request, { action: 'people.search', officeCode, detail: { found: people.length } });
    const [only] = people;
    if (only !== undefined && people.length === 1)
      return reply.redirect(addressOf('/presensi', askedSchema.parse({ ...days, pegawai: only.personId })), 303);
    return sendPage(reply, foundPage(frameFor(request, reply, frames, '/presensi'), people, days));
  });
}
