/**
 * Pages about clocks: the fleet, one clock, one punch explained. What they show is worked out by a port, for this room
 * knows no evidence; it is bounded here, because working out takes processor time that the gateway needs elsewhere.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { may, seesOffice } from '../accounts/permissions.ts';
import type { ClockChart } from '../explain/clock-chart.ts';
import type { Explanation } from '../explain/facts.ts';
import { punchSheet } from '../explain/punch-sheet.ts';
import type { TerminalClock } from '../explain/terminal-clock.ts';
import { clockWords } from '../words/clocks.ts';
import { noteLook } from './context.ts';
import { addressOfSerial } from './machines/serial-address.ts';
import { frameFor, notFound, type PageSources, sendPage } from './page-routes.ts';
import { clockPage } from './views/clock-view.ts';
import { fleetPage } from './views/fleet-view.ts';
import { messagePage } from './views/page.ts';
import { sheetPage } from './views/sheet-view.ts';

/** Punches in one part of a chart's time. */
export interface ChartPunches {
  readonly bin: number;
  readonly punches: number;
  readonly uncertain: number;
}

/** One clock over some days. */
export interface DrawnClock {
  readonly clock: TerminalClock;
  readonly chart: ClockChart;
  readonly bins: number;
  readonly punches: readonly ChartPunches[];
  readonly uncertain: readonly {
    readonly punchId: string;
    readonly occurredAtMs: number;
    readonly status: Explanation['stored']['status'];
  }[];
}

/** What works clocks out. Every answer is of now, from stored evidence. */
export interface ClockPort {
  /** Null for an unknown punch. */
  explain(punchId: string): Promise<Explanation | null>;
  /** Worst first. */
  fleet(): Promise<readonly TerminalClock[]>;
  /** Null for a terminal that was never read. */
  clock(serial: string, days: number): Promise<DrawnClock | null>;
}

/** How far back a clock can be looked at. */
export const daysOffered = [7, 30, 90] as const;

const daysQuery = z.object({ days: z.enum(['7', '30', '90']).optional().catch(undefined) });
/** Pages being worked out or waiting for it; more are asked to come back. */
const mostWaiting = 12;
/** A ranking this old is good enough for the next reader. */
const fleetKeptMs = 60_000;

export function addClockRoutes(app: FastifyInstance, sources: PageSources, clocks: ClockPort): void {
  const oneByOne = createTurns();
  let fleet: { readonly readAtMs: number; readonly clocks: Promise<readonly TerminalClock[]> } | null = null;

  async function answer<T>(
    request: FastifyRequest,
    reply: FastifyReply,
    address: string,
    work: () => Promise<T>,
    page: (frame: ReturnType<typeof frameFor>, found: T) => ReturnType<typeof messagePage> | null,
    elsewhere: () => Promise<string | null> = async () => null,
  ): Promise<FastifyReply> {
    const frame = { ...frameFor(request, reply, sources, address), reloadSeconds: null };
    const turn = oneByOne(work);
    if (turn === null) {
      const text = { title: clockWords.page[frame.words.lang], text: clockWords.busy[frame.words.lang] };
      return sendPage(reply.code(503).header('retry-after', '5'), messagePage(frame, text, frame.words.notFound.back));
    }
    const made = page(frame, await turn);
    if (made !== null) return sendPage(reply, made);
    const other = await elsewhere();
    return other === null ? notFound(request, reply, sources) : reply.redirect(other, 303);
  }

  app.get('/clocks', { config: { needs: 'board.view' } }, (request, reply) => {
    const nowMs = performance.now();
    const work = (): Promise<readonly TerminalClock[]> => {
      if (fleet === null || nowMs - fleet.readAtMs > fleetKeptMs) {
        const reading = clocks.fleet();
        fleet = { readAtMs: performance.now(), clocks: reading };
        reading.catch(() => {
          fleet = null;
        });
      }
      return fleet.clocks;
    };
    return answer(request, reply, '/clocks', work, (frame, found) =>
      fleetPage(frame, found.filter(seenBy(request)), sources.nowMs()),
    );
  });

  app.get<{ Params: { serial: string } }>('/clocks/:serial', { config: { needs: 'board.view' } }, (request, reply) => {
    const { serial } = request.params;
    const days = Number(daysQuery.parse(request.query).days ?? daysOffered[0]);
    const address = `/clocks/${encodeURIComponent(serial)}?days=${days}`;
    const work = (): Promise<DrawnClock | null> => clocks.clock(serial, days);
    const page = (frame: ReturnType<typeof frameFor>, drawn: DrawnClock | null) =>
      drawn === null || !seenBy(request)(drawn.clock)
        ? null
        : clockPage(frame, drawn, { days, nowMs: sources.nowMs() });
    // Of a machine whose first batch is still to come, its own page says what is known.
    return answer(request, reply, address, work, page, () => addressOfSerial(request, sources.boards, serial));
  });

  app.get<{ Params: { punchId: string } }>(
    '/clocks/explain/:punchId',
    { config: { needs: 'board.view' } },
    (request, reply) => {
      const { punchId } = request.params;
      const address = `/clocks/explain/${encodeURIComponent(punchId)}`;
      return answer(
        request,
        reply,
        address,
        () => explainFor(request, punchId, sources, clocks),
        (frame, explanation) => {
          const { lang } = frame.words;
          if (explanation === null) {
            reply.code(404);
            return unknownPunch(frame);
          }
          // What tells of a person is for those who may see single punches.
          const hidePerson = !may(request.reader, 'attendance.view');
          return sheetPage(frame, punchSheet(explanation, { lang, hidePerson }), explanation, sources.nowMs());
        },
      );
    },
  );
}

function unknownPunch(frame: ReturnType<typeof frameFor>): ReturnType<typeof messagePage> {
  const { lang } = frame.words;
  const text = { title: clockWords.unknownPunch[lang], text: clockWords.unknownPunchText[lang] };
  return messagePage(frame, text, frame.words.notFound.back);
}

/** Null, too, for a punch of an office that this reader does not see. */
async function explainFor(
  request: FastifyRequest,
  punchId: string,
  sources: PageSources,
  clocks: ClockPort,
): Promise<Explanation | null> {
  const explanation = await clocks.explain(punchId);
  if (explanation === null || !seenBy(request)({ officeCode: explanation.office.code })) return null;
  const { serial: subject, office } = explanation;
  const entry = { action: 'attendance.explain', subject, officeCode: office.code, detail: { punchId } };
  if (may(request.reader, 'attendance.view')) await noteLook(sources, request, entry);
  return explanation;
}

/** Whether a thing of an office may be known to whoever asks. */
function seenBy({ reader }: FastifyRequest): (thing: { readonly officeCode: string }) => boolean {
  return ({ officeCode }) => reader !== null && seesOffice(reader, officeCode);
}

/** One work at a time; null when too many wait already. */
export function createTurns(): <T>(work: () => Promise<T>) => Promise<T> | null {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    if (waiting >= mostWaiting) return null;
    waiting += 1;
    const turn = last.then(work).finally(() => {
      waiting -= 1;
    });
    last = turn.catch(() => undefined);
    return turn;
  };
}
