/** Whole pages: the frame, the board, and the pages for when there is no board. */
import type { Reader } from '../../accounts/permissions.ts';
import type { Board } from '../board.ts';
import { timeTag } from '../format.ts';
import { type Html, html } from '../html.ts';
import type { Words } from '../words.ts';
import { type HourWindow, windowOf } from './histogram.ts';
import { markShapes } from './mark-view.ts';
import { accountBox, menu } from './navigation.ts';
import { legend, officeList, shapeOf } from './office-view.ts';
import { dateLine, mainZone } from './summary-view.ts';

/** Addresses of the files a page needs, each with the hash of its content. */
export interface AssetUrls {
  readonly style: string;
  readonly script: string;
  readonly icon: string;
  /** Styles of pages that are printed upright: explanations and clocks. */
  readonly paper: string;
  /** Styles of pages with forms and lists. */
  readonly room: string;
  /** Script of pages with forms and lists; each is whole without it. */
  readonly roomScript: string;
}

/** What frames every page. */
export interface PageFrame {
  readonly words: Words;
  readonly assets: AssetUrls;
  /** True when the machines are simulated: every page says so. */
  readonly rehearsal: boolean;
  /** Seconds until a browser without script loads the page again; null for never. */
  readonly reloadSeconds: number | null;
  /** Path and query of this page without `lang`, for the language links: `/` or `/?opd=dinkes`. */
  readonly address: string;
  /** How far the gateway's own clock can be trusted; null says nothing of it. */
  readonly hostClock: string | null;
  /** Who looks; null for somebody who is not signed in. */
  readonly reader: Reader | null;
  /** What forms of this page carry in `_csrf`. */
  readonly csrf: string;
}

/** The parts of the board page that are also sent one by one. */
export interface BoardParts {
  readonly notice: Html;
  readonly summary: Html;
  readonly attention: Html;
  readonly live: Html;
}

/** With more offices than this a wall shows them side by side, what needs people beside them: nobody scrolls a wall. */
const manyOffices = 10;

/** The hours that all histograms of this board share. */
export function hoursOf(board: Board): HourWindow {
  return windowOf(board.offices.map((office) => shapeOf(office, board.readAtMs)));
}

/** Ruang pantau. */
export function boardPage(frame: PageFrame, board: Board, parts: BoardParts, openCode: string | null): Html {
  const { words } = frame;
  const at = board.readAtMs;
  const many = board.offices.length > manyOffices && html` class="many"`;
  const body = html`${parts.notice}
<div${many}>
${parts.summary}
${parts.attention}
<div class="columns">
<section class="board" id="opd" aria-label="${words.columns.office}">${officeList(board, hoursOf(board), openCode, words)}
${legend(words)}</section>
${parts.live}
</div>
</div>
<footer><p>${words.footer.counts}</p>${frame.hostClock !== null && html`<p id="jam-gerbang">${frame.hostClock}</p>`}<p>${words.footer.made} ${timeTag(at, mainZone(board), words, at)}<noscript>. ${words.stale.noScript}</noscript></p></footer>`;
  return frameOf(frame, dateLine(board, words), body);
}

/** A page that only says something: empty, away, not found. Without `back` it looks again by itself. */
export function messagePage(
  frame: PageFrame,
  message: { readonly title: string; readonly text: string; readonly detail?: string | undefined },
  back: string | null,
): Html {
  const { title, text, detail } = message;
  const link = back !== null && html`<p><a href="/">${back}</a></p>`;
  const small = detail !== undefined && html`<p class="quiet">${detail}</p>`;
  const body = html`<section class="message"${back === null && html` data-retry`}><h2>${title}</h2><p>${text}</p>${small}${link}</section>`;
  const script = back === null && html`<script src="${frame.assets.script}" defer></script>`;
  return frameOf(frame, null, body, title, html`${script}`);
}

/** A page to be read and printed: another title, the style of paper, and no script, for nothing on it moves. */
export function paperPage(frame: PageFrame, title: string, body: Html): Html {
  return frameOf({ ...frame, reloadSeconds: null }, null, body, title);
}

/** A page with forms and lists. `charts`: it also draws clocks. */
export function roomPage(frame: PageFrame, title: string, body: Html, { charts = false } = {}): Html {
  const paper = charts && html`<link rel="stylesheet" href="${frame.assets.paper}">`;
  const sheet = html`${paper}<link rel="stylesheet" href="${frame.assets.room}"><script src="${frame.assets.roomScript}" defer></script>`;
  return frameOf({ ...frame, reloadSeconds: null }, null, body, title, sheet);
}

function frameOf(
  { words, assets, rehearsal, reloadSeconds, address, reader, csrf }: PageFrame,
  date: Html | null,
  body: Html,
  paperTitle: string | null = null,
  sheet: Html = html`<link rel="stylesheet" href="${assets.paper}">`,
): Html {
  const reload =
    reloadSeconds !== null && html`<noscript><meta http-equiv="refresh" content="${reloadSeconds}"></noscript>`;
  return html`<!doctype html>
<html lang="${words.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${paperTitle ?? words.title} · ${words.product}</title>
${reload}
<link rel="icon" href="${assets.icon}" type="image/svg+xml">
<link rel="stylesheet" href="${assets.style}">
${paperTitle === null ? html`<script src="${assets.script}" defer></script>` : sheet}
</head>
<body>
${markShapes()}<a class="skip" href="${paperTitle === null ? '#opd' : '#isi'}">${paperTitle === null ? words.skip : paperTitle}</a>
<header class="top"><h1><a href="/"><svg class="gate" viewBox="0 0 32 32" aria-hidden="true"><path d="M5 28V13a11 11 0 0 1 22 0v15M16 28V13M5 20h22"/></svg>${words.title}</a></h1>${rehearsal && html`<p class="rehearsal" title="${words.rehearsalHint}">${words.rehearsal}</p>`}${date}
${accountBox(reader, csrf, words.lang)}<nav class="languages" aria-label="${words.language}">${languageLinks(words, address)}</nav></header>
${menu(reader, address, words.lang)}
<p class="notice bad" id="putus" role="status" hidden><b>${words.stale.link} <time></time>.</b> ${words.stale.linkNext}</p>
<main id="isi">${body}</main>
</body>
</html>
`;
}

function languageLinks(words: Words, address: string): readonly Html[] {
  const joint = address.includes('?') ? '&' : '?';
  return (['id', 'en'] as const).map((lang) =>
    lang === words.lang
      ? html`<b lang="${lang}" aria-current="true">${lang.toUpperCase()}</b>`
      : html`<a lang="${lang}" hreflang="${lang}" href="${address}${joint}lang=${lang}" title="${nameOf(lang)}">${lang.toUpperCase()}</a>`,
  );
}

/** A language is named in itself. */
function nameOf(lang: 'id' | 'en'): string {
  return { id: 'Bahasa Indonesia', en: 'English' }[lang];
}
