/** For people: the board, one office's machines, the event stream, and the files a page needs. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { hostClockText } from '../words/host-clock.ts';
import type { Lang } from '../words/language.ts';
import type { Assets } from './assets.ts';
import type { PaceOf } from './board.ts';
import type { BoardSource, BoardView } from './board-source.ts';
import type { Feed } from './feed.ts';
import { securityHeaders } from './guard.ts';
import { type Html, toText } from './html.ts';
import { type Live, rowsShown } from './live.ts';
import { notice, rowsOf } from './render.ts';
import { livePanel, type PinText } from './views/arrival-view.ts';
import { attentionPanel } from './views/attention-view.ts';
import { machineTable } from './views/machine-view.ts';
import { boardPage, hoursOf, messagePage, type PageFrame } from './views/page.ts';
import { summary } from './views/summary-view.ts';
import { languageCookie, languageFrom, languageFromCookie, wordsOf } from './words.ts';

/** What the pages are made of. */
export interface PageSources {
  readonly assets: Assets;
  readonly feed: Feed;
  readonly boards: BoardSource;
  readonly live: Live;
  readonly paceOf: PaceOf;
  readonly showPin: PinText;
  readonly nowMs: () => number;
  readonly language: Lang;
  readonly rehearsal: boolean;
  readonly hostError?: HostErrorOf | undefined;
}

/** How far the gateway's own clock may be from UTC, and who says so; null where nobody knows. */
export type HostErrorOf = () => { readonly errorMs: number; readonly source: string } | null;

/** Everything an address may carry. Anything else in it is ignored; anything malformed counts as absent. */
const addressQuery = z.object({
  lang: z.string().max(2).optional().catch(undefined),
  opd: z.string().max(40).optional().catch(undefined),
  after: z.string().max(40).optional().catch(undefined),
});

const reloadSeconds = 30;
const yearSeconds = 31_536_000;

/** Adds all pages. */
export function addPageRoutes(app: FastifyInstance, sources: PageSources): void {
  const { assets, boards, live } = sources;

  for (const { url, type, content } of assets.files) {
    app.get(url, async (_request, reply) =>
      reply.header('cache-control', `public, max-age=${yearSeconds}, immutable`).type(type).send(content),
    );
  }

  app.get('/', async (request, reply) => {
    const { opd } = addressQuery.parse(request.query);
    const view = await boards.latest();
    const frame = frameFor(request, reply, sources, opd);
    if (view === null) return sendPage(reply.code(503), awayPage(frame));
    if (view.board.offices.length === 0) return sendPage(reply, emptyPage(frame));
    const open = view.board.offices.some((office) => office.code === opd) ? (opd ?? null) : null;
    return sendPage(reply, await fullBoard(frame, view, sources, open));
  });

  app.get<{ Params: { code: string } }>('/opd/:code/mesin', async (request, reply) => {
    const view = await boards.latest();
    const office = view?.board.offices.find(({ code }) => code === request.params.code);
    if (view === null || office === undefined) return notFound(request, reply, sources);
    const words = wordsOf(languageOf(request, sources));
    return sendPage(reply, machineTable(office, words, view.board.readAtMs));
  });

  app.get('/events', async (request, reply) => {
    if (!live.hasRoom()) return reply.code(503).header('retry-after', '30').send({ error: 'too many open pages' });
    const { after } = addressQuery.parse(request.query);
    const seen = request.headers['last-event-id'];
    reply.hijack();
    reply.raw.writeHead(200, {
      ...securityHeaders,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    await live.follow(reply.raw, languageOf(request, sources), typeof seen === 'string' ? seen : (after ?? ''));
    return reply;
  });

  app.setNotFoundHandler((request, reply) => notFound(request, reply, sources));
}

async function fullBoard(frame: PageFrame, view: BoardView, sources: PageSources, open: string | null): Promise<Html> {
  const { feed, paceOf, showPin, nowMs } = sources;
  const { words } = frame;
  // Nobody else may have looked yet, right after the start.
  await feed.look().catch(() => {});
  const cursor = feed.cursor();
  const items = feed.recent().map((entry) => entry.item);
  const rows = rowsOf(items.slice(-rowsShown), rowsShown, view.board, { showPin, words, nowMs: nowMs() });
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
  const frame = { ...frameFor(request, reply, sources, undefined), reloadSeconds: null };
  return sendPage(reply.code(404), messagePage(frame, frame.words.notFound, frame.words.notFound.back));
}

/** What frames a page for the reader who asks for it. */
export function frameFor(
  request: FastifyRequest,
  reply: FastifyReply,
  sources: PageSources,
  opd: string | undefined,
): PageFrame {
  const lang = languageOf(request, sources);
  const { lang: asked } = addressQuery.parse(request.query);
  if (languageFrom(asked) !== null) {
    reply.header('set-cookie', `${languageCookie}=${lang}; Path=/; Max-Age=${yearSeconds}; SameSite=Lax; HttpOnly`);
  }
  const address = opd === undefined ? '/' : `/?opd=${encodeURIComponent(opd)}`;
  const { rehearsal, hostError } = sources;
  const hostClock = hostError === undefined ? null : hostClockText(hostError(), lang);
  return { words: wordsOf(lang), assets: sources.assets.urls, rehearsal, reloadSeconds, address, hostClock };
}

/** The language a reader asked for, or chose before, or has not chosen. */
export function languageOf(request: FastifyRequest, { language }: PageSources): Lang {
  const { lang } = addressQuery.parse(request.query);
  return languageFrom(lang) ?? languageFromCookie(request.headers.cookie) ?? language;
}

/** Sends a page that nobody may keep. */
export function sendPage(reply: FastifyReply, page: Html): FastifyReply {
  return reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(toText(page));
}
