/** For people: the board, one office's machines, the event stream, and the files a page needs. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { may, type Reader, seesOffice } from '../accounts/permissions.ts';
import { isStoreAway } from '../errors.ts';
import type { Database } from '../store/database.ts';
import type { Lang } from '../words/language.ts';
import { noSuchRoute } from './api/failures.ts';
import { noteRead } from './api/reads.ts';
import { sendProblem } from './api-problem.ts';
import type { Assets } from './assets.ts';
import type { PaceOf } from './board.ts';
import { type BoardSource, type BoardView, viewOf } from './board-source.ts';
import { type Feed, officeOf } from './feed.ts';
import { addressOf, frameFor, type HostErrorOf, languageOf, sendPage } from './frame.ts';
import { maskedPin, securityHeaders } from './guard.ts';
import type { Html } from './html.ts';
import type { Live } from './live.ts';
import { notice, rowsOf } from './render.ts';
import { livePanel, type PinText } from './views/arrival-view.ts';
import { attentionPanel } from './views/attention-view.ts';
import { machineTable } from './views/machine-view.ts';
import { boardPage, hoursOf, messagePage, type PageFrame } from './views/page.ts';
import { summary } from './views/summary-view.ts';
import { wordsOf } from './words.ts';

export { frameFor, type HostErrorOf, languageOf, sendPage } from './frame.ts';

/** What the pages are made of. */
export interface PageSources {
  readonly assets: Assets;
  readonly database: Pick<Database, 'db'>;
  readonly feed: Feed;
  readonly boards: BoardSource;
  readonly live: Live;
  readonly paceOf: PaceOf;
  readonly nowMs: () => number;
  readonly language: Lang;
  readonly rehearsal: boolean;
  readonly hostError?: HostErrorOf | undefined;
}

/** Everything an address may carry. Anything else in it is ignored; anything malformed counts as absent. */
const addressQuery = z.object({
  opd: z.string().max(40).optional().catch(undefined),
  after: z.string().max(40).optional().catch(undefined),
});

const yearSeconds = 31_536_000;
/** More than a screen shows; the stream brings the next ones. Sixty were a fifth of the page. */
const rowsAtFirst = 20;

/** Adds all pages. */
export function addPageRoutes(app: FastifyInstance, sources: PageSources): void {
  const { assets, boards, live } = sources;

  for (const { url, type, content } of assets.files) {
    app.get(url, { config: { needs: 'anyone' } }, async (_request, reply) =>
      reply.header('cache-control', `public, max-age=${yearSeconds}, immutable`).type(type).send(content),
    );
  }

  app.get('/', { config: { needs: 'board.view' } }, async (request, reply) => {
    const { opd } = addressQuery.parse(request.query);
    const whole = await boards.latest();
    const view = whole === null ? null : viewOf(whole, officeOfReader(request));
    const frame = frameFor(request, reply, sources, opd === undefined ? '/' : `/?opd=${encodeURIComponent(opd)}`);
    if (view === null) return sendPage(reply.code(503), awayPage(frame));
    if (view.board.offices.length === 0) return sendPage(reply, emptyPage(frame));
    const open = view.board.offices.some((office) => office.code === opd) ? (opd ?? null) : null;
    // Nobody else may have looked yet, right after the start.
    const [showPin] = await Promise.all([pinsFor(request, sources), sources.feed.look().catch(() => {})]);
    return sendPage(reply, fullBoard(frame, view, sources, { open, showPin }));
  });

  app.get<{ Params: { code: string } }>(
    '/opd/:code/mesin',
    { config: { needs: 'board.view' } },
    async (request, reply) => {
      const view = await boards.latest();
      const { code } = request.params;
      const office = view?.board.offices.find((one) => one.code === code);
      const isSeen = request.reader !== null && seesOffice(request.reader, code);
      if (view === null || office === undefined || !isSeen) return notFound(request, reply, sources);
      const words = wordsOf(languageOf(request, sources));
      return sendPage(reply, machineTable(office, words, view.board.readAtMs));
    },
  );

  app.get('/events', { config: { needs: 'board.view', staysOpen: true } }, async (request, reply) => {
    if (!live.hasRoom()) return reply.code(503).header('retry-after', '30').send({ error: 'too many open pages' });
    const { after } = addressQuery.parse(request.query);
    const seen = request.headers['last-event-id'];
    const showPins = (await pinsFor(request, sources)) !== maskedPin;
    reply.hijack();
    reply.raw.writeHead(200, {
      ...securityHeaders,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    await live.follow(reply.raw, {
      lang: languageOf(request, sources),
      showPins,
      officeCode: officeOfReader(request),
      cursor: typeof seen === 'string' ? seen : (after ?? ''),
    });
    return reply;
  });

  app.setNotFoundHandler((request, reply) =>
    request.url.startsWith('/api/') ? sendProblem(reply, noSuchRoute) : notFound(request, reply, sources),
  );
}

function fullBoard(
  frame: PageFrame,
  view: BoardView,
  sources: PageSources,
  { open, showPin }: { readonly open: string | null; readonly showPin: PinText },
): Html {
  const { feed, paceOf, nowMs } = sources;
  const { words } = frame;
  const cursor = feed.cursor();
  const limit = frame.reader?.officeCode ?? null;
  const recent = feed.recent().map((entry) => entry.item);
  const items = limit === null ? recent : recent.filter((item) => officeOf(item) === limit);
  const rows = rowsOf(items.slice(-rowsAtFirst), rowsAtFirst, view.board, { showPin, words, nowMs: nowMs() });
  const parts = {
    notice: notice(view, paceOf, words),
    summary: summary(view.board, hoursOf(view.board), words),
    attention: attentionPanel(view.board, words),
    live: livePanel(rows, cursor, words),
  };
  return boardPage(frame, view.board, parts, open);
}

function awayPage(frame: PageFrame): Html {
  return messagePage(frame, frame.words.away, null);
}

function emptyPage(frame: PageFrame): Html {
  return messagePage(frame, frame.words.empty, null);
}

/** The page for what is not there. */
export function notFound(request: FastifyRequest, reply: FastifyReply, sources: PageSources): FastifyReply {
  const frame = { ...frameFor(request, reply, sources, addressOf(request)), reloadSeconds: null };
  return sendPage(reply.code(404), messagePage(frame, frame.words.notFound, frame.words.notFound.back));
}

/** The only office this request is told of; null for all. */
function officeOfReader({ reader }: FastifyRequest): string | null {
  return reader?.officeCode ?? null;
}

/**
 * How PINs of live rows are shown to this reader. Whole ones are noted as a look at personal data; with the database away
 * nothing can be noted, so only their end is shown.
 */
async function pinsFor(request: FastifyRequest, { database }: PageSources): Promise<PinText> {
  const showPin = pinTextFor(request.reader);
  if (showPin === maskedPin) return maskedPin;
  try {
    await noteRead({ database }, request, { action: 'board.look', rows: rowsAtFirst });
    return showPin;
  } catch (error) {
    if (!isStoreAway(error)) throw error;
    return maskedPin;
  }
}

/** PINs are for those who may see single punches; everybody else sees their end. */
export function pinTextFor(reader: Reader | null): PinText {
  return may(reader, 'attendance.view') ? (pin) => pin : maskedPin;
}
