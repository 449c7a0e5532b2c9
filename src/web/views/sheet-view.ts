/** A sheet as a page: the same words as `gerbang explain`, to be read on a screen or printed on A4. */
import type { Explanation } from '../../explain/facts.ts';
import type { Block, Section, Sheet } from '../../explain/sheet.ts';
import { clockWords } from '../../words/clocks.ts';
import { clockTime, longDay, zoneLabel } from '../format.ts';
import { type Html, html } from '../html.ts';
import { type PageFrame, paperPage } from './page.ts';

/** The page of one punch. */
export function sheetPage(frame: PageFrame, sheet: Sheet, { serial, office }: Explanation, nowMs: number): Html {
  const { words } = frame;
  // A sheet of paper must say the day, too.
  const { timeZone } = office;
  const madeAt = `${longDay(nowMs, timeZone, words)} ${clockTime(nowMs, timeZone)} ${zoneLabel(timeZone, nowMs)}`;
  const body = html`<article class="sheet">
<header><h2>${sheet.title}</h2><p class="subject">${sheet.subject}</p></header>
${sheet.alarms.map((alarm) => html`<p class="alarm" role="alert"><b>!</b> ${alarm}</p>`)}
<div class="lead"><p>${sheet.lead.text}</p><p><b class="verdict">${sheet.lead.status}</b> ${sheet.lead.meaning}</p></div>
<ol class="sections">${sheet.sections.map(sectionView)}</ol>
<footer><p>${sheet.foot}</p><p><a href="/clocks/${encodeURIComponent(serial)}">${clockWords.page[words.lang]}: ${serial}</a> · ${words.footer.made} ${madeAt}<span class="on-screen"> · ${clockWords.print[words.lang]}</span></p></footer>
</article>`;
  return paperPage(frame, `${sheet.title}: ${sheet.subject}`, body);
}

function sectionView({ heading, blocks }: Section): Html {
  return html`<li><section><h3>${heading}</h3>${blocks.map(blockView)}</section></li>`;
}

/** One block of a sheet. */
export function blockView(block: Block): Html {
  switch (block.kind) {
    case 'text':
      return html`<p>${block.text}</p>`;
    case 'facts':
      return html`<dl>${block.rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
    case 'table':
      return tableView(block.caption, block.head, block.rows);
    case 'sums':
      return html`<dl class="sums">${block.lines.map(
        ({ what, how, result }) => html`<div><dt>${what}</dt><dd>${how} <b>= ${result}</b></dd></div>`,
      )}</dl>`;
    case 'list':
      return html`<ul>${block.items.map((item) => html`<li>${item}</li>`)}</ul>`;
    case 'code':
      return html`<pre>${block.text}</pre>`;
  }
}

/** A table that scrolls by itself where it is too wide, so that the page does not. */
export function tableView(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly (string | Html)[])[],
): Html {
  return html`<div class="wide" role="region" aria-label="${caption}" tabindex="0"><table><caption class="unseen">${caption}</caption>
<thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}
