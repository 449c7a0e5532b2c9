/** Alerts as a page: what, since when, why as far as known, and the next step. */
import type { AlertRow } from '../../store/alerts.ts';
import type { OfficeRow } from '../../store/board.ts';
import { alertText, alertWords } from '../../words/alerts.ts';
import { count, timeTag } from '../format.ts';
import { type Html, html } from '../html.ts';
import { withReportLinks } from '../incidents/report-link.ts';
import { type PageFrame, roomPage } from '../views/page.ts';
import { banner, button, dataTable, form, pager, tag } from '../views/parts.ts';

export interface AlertsPage {
  readonly state: 'open' | 'closed';
  readonly alerts: readonly AlertRow[];
  readonly olderThan: number | null;
  readonly offices: ReadonlyMap<string, OfficeRow>;
  readonly channels: readonly {
    readonly channel: string;
    readonly waiting: number;
    readonly lastFailure: string | null;
    readonly lastSentMs: number | null;
  }[];
  readonly mayHandle: boolean;
  readonly outcome: 'ya' | 'tidak' | null;
  readonly nowMs: number;
}

const houseZone = 'Asia/Jakarta';

export function alertsPage(frame: PageFrame, page: AlertsPage): Html {
  const { words } = frame;
  const { lang } = words;
  const tabs = (['open', 'closed'] as const).map(
    (state) =>
      html`<a href="/peringatan?keadaan=${state}"${state === page.state && html` aria-current="page"`}>${alertWords[state][lang]}</a>`,
  );
  const columns = [
    { head: alertWords.what[lang] },
    { head: alertWords.where[lang] },
    { head: page.state === 'open' ? alertWords.since[lang] : alertWords.until[lang] },
    { head: alertWords.next[lang] },
    { head: alertWords.takenBy[lang] },
  ];
  const empty = page.state === 'open' ? alertWords.none[lang] : alertWords.noneClosed[lang];
  const older = page.olderThan === null ? null : `/peringatan?keadaan=${page.state}&sebelum=${page.olderThan}`;
  const body = html`<section class="alerts"><h2>${alertWords.page[lang]}</h2>
${page.outcome !== null && banner(page.outcome === 'ya' ? 'done' : 'info', page.outcome === 'ya' ? alertWords.taken[lang] : alertWords.notTaken[lang])}
<nav class="tabs" aria-label="${alertWords.page[lang]}">${tabs}</nav>
${dataTable(
  alertWords.page[lang],
  columns,
  page.alerts.map((alert) => rowOf(alert, page, frame)),
  empty,
)}${pager({ older }, lang)}
${page.mayHandle && channelsPart(page, frame)}</section>`;
  return roomPage(frame, alertWords.page[lang], body);
}

function rowOf(alert: AlertRow, page: AlertsPage, frame: PageFrame): readonly (Html | string)[] {
  const { words } = frame;
  const { lang } = words;
  const { name, what, next } = alertText(alert.kind, alert.facts, lang);
  const office = alert.officeCode === null ? null : page.offices.get(alert.officeCode);
  const zone = office?.timeZone ?? houseZone;
  const severity = tag(alertWords[alert.severity][lang], alert.severity === 'critical' ? 'bad' : 'warn');
  const atMs = page.state === 'open' ? alert.sinceMs : (alert.closedAtMs ?? alert.sinceMs);
  return [
    html`${name} ${severity}<small>${withReportLinks(what)}</small>`,
    placeOf(alert, office?.name ?? null, lang),
    timeTag(atMs, zone, words, page.nowMs),
    next,
    takenPart(alert, page, frame, zone),
  ];
}

function placeOf({ officeCode, terminalName }: AlertRow, officeName: string | null, lang: 'id' | 'en'): Html {
  if (officeCode === null) return html`${terminalName ?? alertWords.wholeHouse[lang]}`;
  const name = officeName ?? officeCode;
  if (terminalName === null) return html`<a href="/?opd=${encodeURIComponent(officeCode)}">${name}</a>`;
  return html`<a href="/mesin/${encodeURIComponent(officeCode)}/${encodeURIComponent(terminalName)}">${terminalName}</a><small>${name}</small>`;
}

function takenPart(alert: AlertRow, page: AlertsPage, { words, csrf }: PageFrame, zone: string): Html | string {
  const { lang } = words;
  if (alert.acknowledgedBy !== null) {
    const at = timeTag(alert.acknowledgedAtMs ?? page.nowMs, zone, words, page.nowMs);
    return html`${alert.acknowledgedBy}<small>${at}</small>${alert.note !== null && alert.note !== '' && html`<small>“${alert.note}”</small>`}`;
  }
  if (!page.mayHandle || alert.closedAtMs !== null) return '–';
  const name = alertText(alert.kind, alert.facts, lang).name;
  return html`<details class="take"><summary>${alertWords.take[lang]}<span class="unseen">: ${name}</span></summary>${form(
    { action: `/peringatan/${alert.alertId}/tangani`, csrf, className: 'form small' },
    noteField(alert.alertId, lang),
    button(alertWords.take[lang]),
  )}</details>`;
}

/** Ids must differ on one page. */
function noteField(alertId: number, lang: 'id' | 'en'): Html {
  return html`<div class="field"><label for="f-note-${alertId}">${alertWords.note[lang]}</label><input id="f-note-${alertId}" name="note" maxlength="500"></div>`;
}

function channelsPart(page: AlertsPage, { words }: PageFrame): Html {
  const { lang } = words;
  const columns = [
    { head: alertWords.channel[lang] },
    { head: alertWords.waiting[lang], figures: true },
    { head: alertWords.lastSent[lang] },
    { head: alertWords.lastFailure[lang] },
  ];
  const rows = page.channels.map(({ channel, waiting, lastFailure, lastSentMs }) => [
    channel,
    count(waiting, words),
    lastSentMs === null ? '–' : timeTag(lastSentMs, houseZone, words, page.nowMs),
    lastFailure ?? '–',
  ]);
  return html`<h3>${alertWords.channels[lang]}</h3>${dataTable(alertWords.channels[lang], columns, rows, alertWords.noChannels[lang])}`;
}
