/** Pages about clocks: the fleet, one clock, one punch explained. What they show comes over the desk. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { may, seesOffice } from '../accounts/permissions.ts';
import type { Explanation } from '../explain/facts.ts';
import { punchSheet } from '../explain/punch-sheet.ts';
import { clockWords } from '../words/clocks.ts';
import { type ClockDesk, type DrawnClock, daysOffered } from './clock-desk.ts';
import { noteLook } from './context.ts';
import type { Html } from './html.ts';
import { addressOfSerial } from './machines/serial-address.ts';
import { frameFor, notFound, type PageSources, sendPage } from './page-routes.ts';
import { clockPage } from './views/clock-view.ts';
import { fleetPage } from './views/fleet-view.ts';
import { messagePage } from './views/page.ts';
import { sheetPage } from './views/sheet-view.ts';

const daysQuery = z.object({ days: z.enum(['7', '30', '90']).optional().catch(undefined) });
export function addClockRoutes(app: FastifyInstance, sources: PageSources, desk: ClockDesk): void {
  async function answer<T>(
    request: FastifyRequest,
    reply: FastifyReply,
    address: string,
    turn: Promise<T> | null,
    page: (frame: ReturnType<typeof frameFor>, found: T) => Html | null | Promise<Html | null>,
    elsewhere: () => Promise<string | null> = async () => null,
  ): Promise<FastifyReply> {
    const frame = { ...frameFor(request, reply, sources, address), reloadSeconds: null };
    if (turn === null) {
      const text = { title: clockWords.page[frame.words.lang], text: clockWords.busy[frame.words.lang] };
      return sendPage(reply.code(503).header('retry-after', '5'), messagePage(frame, text, frame.words.notFound.back));
    }
    const made = await page(frame, await turn);
    if (made !== null) return sendPage(reply, made);
    const other = await elsewhere();
    return other === null ? notFound(request, reply, sources) : reply.redirect(other, 303);
  }

  app.get('/clocks', { config: { needs: 'board.view' } }, (request, reply) =>
    answer(request, reply, '/clocks', desk.fleet(), (frame, found) =>
      fleetPage(frame, found.filter(seenBy(request)), sources.nowMs()),
    ),
  );

  app.get<{ Params: { serial: string } }>('/clocks/:serial', { config: { needs: 'board.view' } }, (request, reply) => {
    const { serial } = request.params;
    const days = Number(daysQuery.parse(request.query).days ?? daysOffered[0]);
    const address = `/clocks/${encodeURIComponent(serial)}?days=${days}`;
    const page = (frame: ReturnType<typeof frameFor>, drawn: DrawnClock | null) =>
      drawn === null || !seenBy(request)(drawn.clock)
        ? null
        : clockPage(frame, drawn, { days, nowMs: sources.nowMs() });
    // Of a machine whose first batch is still to come, its own page says what is known.
    const elsewhere = () => addressOfSerial(request, sources.boards, serial);
    return answer(request, reply, address, desk.clock(serial, days), page, elsewhere);
  });

  app.get<{ Params: { punchId: string } }>(
    '/clocks/explain/:punchId',
    { config: { needs: 'board.view' } },
    (request, reply) => {
      const { punchId } = request.params;
      const address = `/clocks/explain/${encodeURIComponent(punchId)}`;
      return answer(request, reply, address, desk.explain(punchId), async (frame, found) => {
        const { lang } = frame.words;
        const explanation = await noteExplanation(sources, request, found);
        if (explanation === null) {
          reply.code(404);
          const text = { title: clockWords.unknownPunch[lang], text: clockWords.unknownPunchText[lang] };
          return messagePage(frame, text, frame.words.notFound.back);
        }
        // What tells of a person is for those who may see single punches.
        const hidePerson = !may(request.reader, 'attendance.view');
        return sheetPage(frame, punchSheet(explanation, { lang, hidePerson }), explanation, sources.nowMs());
      });
    },
  );
}

/** Notes that a punch is looked at. Null, too, for one of an office that this reader does not see. */
export async function noteExplanation(
  sources: Pick<PageSources, 'database'>,
  request: FastifyRequest,
  explanation: Explanation | null,
): Promise<Explanation | null> {
  if (explanation === null || !seenBy(request)({ officeCode: explanation.office.code })) return null;
  const { serial: subject, office, punchId } = explanation;
  const entry = { action: 'attendance.explain', subject, officeCode: office.code, detail: { punchId } };
  if (may(request.reader, 'attendance.view')) await noteLook(sources, request, entry);
  return explanation;
}

/** Whether a thing of an office may be known to whoever asks. */
export function seenBy({ reader }: FastifyRequest): (thing: { readonly officeCode: string }) => boolean {
  return ({ officeCode }) => reader !== null && seesOffice(reader, officeCode);
}
