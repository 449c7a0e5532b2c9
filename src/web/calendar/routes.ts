/** `/kelengkapan` and its days. No person is seen here, so no look is noted. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { seesOffice } from '../../accounts/permissions.ts';
import { dayOf } from '../../clock/zone.ts';
import { readOffices } from '../../store/board.ts';
import { readCompleteness } from '../../store/completeness.ts';
import { readerOf } from '../attendance/routes.ts';
import { isDay } from '../attendance/search.ts';
import { sendMessage, type WebContext } from '../context.ts';
import { frameFor, sendPage } from '../frame.ts';
import { wordsOf } from '../words.ts';
import { calendarPage, dayPage } from './calendar-view.ts';

const monthQuery = z.object({
  bulan: z
    .string()
    .regex(/^[1-9]\d{3}-(0[1-9]|1[0-2])$/)
    .optional()
    .catch(undefined),
  opd: z.string().min(1).max(40).optional().catch(undefined),
  hal: z.coerce.number().int().min(1).catch(1).default(1),
});
/** Offices on one page: a month of them stays below 100 KB. */
const maxOffices = 30;

/** Adds the pages. */
export function addCalendarRoutes(app: FastifyInstance, context: WebContext): void {
  const { database, frames, nowMs } = context;

  app.get('/kelengkapan', { config: { needs: 'board.view' } }, async (request, reply) => {
    const { bulan, opd, hal } = monthQuery.parse(request.query ?? {});
    const reader = readerOf(request);
    const offices = (await readOffices(database.db)).filter(({ code }) => seesOffice(reader, code));
    const chosen = offices.filter(({ code }) => code === opd);
    const listed = chosen.length > 0 ? chosen : offices;
    const pages = Math.max(1, Math.ceil(listed.length / maxOffices));
    const page = Math.min(hal, pages);
    const shown = listed.slice((page - 1) * maxOffices, page * maxOffices);
    const today = dayOf((shown[0] ?? offices[0])?.timeZone ?? 'Asia/Jakarta', nowMs());
    const month = bulan ?? today.slice(0, 7);
    const days = daysOfMonth(month);
    const rows = await readCompleteness(database.db, {
      fromDay: days[0] ?? today,
      toDay: days.at(-1) ?? today,
      officeCodes: shown.map(({ code }) => code),
      limit: maxOffices * 31,
    });
    const monthAfter = month < today.slice(0, 7) ? neighbour(month, 1) : null;
    const officeCode = chosen[0]?.code ?? null;
    const view = {
      month,
      monthBefore: neighbour(month, -1),
      monthAfter,
      days,
      today,
      offices,
      shown,
      officeCode,
      page,
      pages,
      rows,
    };
    const office = officeCode === null ? '' : `&opd=${encodeURIComponent(officeCode)}`;
    return sendPage(
      reply,
      calendarPage(frameFor(request, reply, frames, `/kelengkapan?bulan=${month}${office}`), view),
    );
  });

  app.get<{ Params: { code: string; day: string } }>(
    '/kelengkapan/:code/:day',
    { config: { needs: 'board.view' } },
    async (request, reply) => {
      const { code, day } = request.params;
      const office = (await readOffices(database.db)).find((one) => one.code === code);
      if (office === undefined || !seesOffice(readerOf(request), code) || !isDay(day)) {
        const [id, en] = [wordsOf('id').notFound, wordsOf('en').notFound];
        const title = { id: id.title, en: en.title };
        return sendMessage(request, reply, context, { status: 404, title, text: { id: id.text, en: en.text } });
      }
      const query = { fromDay: day, toDay: day, officeCodes: [code], limit: 1 };
      const [row] = await readCompleteness(database.db, query);
      const frame = frameFor(request, reply, frames, `/kelengkapan/${encodeURIComponent(code)}/${day}`);
      return sendPage(reply, dayPage(frame, { office, day, row: row ?? null, nowMs: nowMs() }));
    },
  );
}

function daysOfMonth(month: string): string[] {
  const days = Array.from({ length: 31 }, (_, at) => `${month}-${String(at + 1).padStart(2, '0')}`);
  return days.filter(isDay);
}

function neighbour(month: string, by: 1 | -1): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7);
}
