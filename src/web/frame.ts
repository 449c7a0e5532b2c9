/** What frames a page for the reader who asks for it: language, account, menu, and the token of its forms. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { hostClockText } from '../words/host-clock.ts';
import type { Lang } from '../words/language.ts';
import { formTokenFor } from './access/guard-routes.ts';
import { type Html, toText } from './html.ts';
import type { AssetUrls, PageFrame } from './views/page.ts';
import { languageCookie, languageFrom, languageFromCookie, wordsOf } from './words.ts';

/** How far the gateway's own clock may be from UTC, and who says so; null where nobody knows. */
export type HostErrorOf = () => { readonly errorMs: number; readonly source: string } | null;

/** What all frames of one server share. */
export interface FrameSources {
  readonly assets: { readonly urls: AssetUrls };
  readonly language: Lang;
  readonly rehearsal: boolean;
  readonly hostError?: HostErrorOf | undefined;
}

const reloadSeconds = 30;
const yearSeconds = 31_536_000;
const languageQuery = z.object({ lang: z.string().max(2).optional().catch(undefined) });

/**
 * The frame of a page.
 *
 * @param address path and query of the page without `lang`, for its language links
 */
export function frameFor(
  request: FastifyRequest,
  reply: FastifyReply,
  sources: FrameSources,
  address = '/',
): PageFrame {
  const lang = languageOf(request, sources);
  const { lang: asked } = languageQuery.parse(request.query ?? {});
  if (languageFrom(asked) !== null)
    reply.setCookie(languageCookie, lang, { path: '/', maxAge: yearSeconds, sameSite: 'lax', httpOnly: true });
  const { rehearsal, hostError, assets } = sources;
  const hostClock = hostError === undefined ? null : hostClockText(hostError(), lang);
  const { reader } = request;
  const csrf = formTokenFor(request, reply);
  return { words: wordsOf(lang), assets: assets.urls, rehearsal, reloadSeconds, address, hostClock, reader, csrf };
}

/** The language a reader asked for, or chose before, or has not chosen. */
export function languageOf(request: FastifyRequest, { language }: Pick<FrameSources, 'language'>): Lang {
  const { lang } = languageQuery.parse(request.query ?? {});
  return languageFrom(lang) ?? languageFromCookie(request.headers.cookie) ?? language;
}

/** The address of the page that was asked for, as {@link frameFor} wants it. */
export function addressOf({ url }: Pick<FastifyRequest, 'url'>): string {
  const [path = '/', query = ''] = url.split('?', 2);
  const rest = query.split('&').filter((pair) => pair !== '' && !pair.startsWith('lang='));
  return rest.length === 0 ? path : `${path}?${rest.join('&')}`;
}

/** Sends a page that nobody may keep. */
export function sendPage(reply: FastifyReply, page: Html): FastifyReply {
  return reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(toText(page));
}
