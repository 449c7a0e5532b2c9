/** `/pengaturan/gladi`: what a rehearsal is, the one that is going on, and how one is begun and ended. */
import type { OfficeConfig } from '../../config.ts';
import { explainError } from '../../words/errors.ts';
import { setupWords } from '../../words/setup.ts';
import { rehearsalWords as words } from '../../words/setup-rehearsal.ts';
import { timeTag } from '../format.ts';
import { isLoopback } from '../guard.ts';
import { type Html, html } from '../html.ts';
import type { PageFrame } from '../views/page.ts';
import {
  banner,
  button,
  dataTable,
  errorSummary,
  type FieldErrors,
  facts,
  form,
  radioField,
  selectField,
  tag,
  textField,
} from '../views/parts.ts';
import { setupPage } from './list-views.ts';
import { type Rehearsal, type RehearsalPort, rehearsalLimits } from './port.ts';

export interface RehearsalForm {
  readonly opd: string;
  readonly orang: string;
  readonly menit: string;
}

export interface RehearsalPage {
  readonly offices: readonly OfficeConfig[];
  /** Codes of offices for which the command needs the file. */
  readonly inFile: ReadonlySet<string>;
  /** Absent: pages cannot begin one here. */
  readonly port: RehearsalPort | undefined;
  readonly typed: RehearsalForm;
  readonly errors: FieldErrors;
  /** Under which name the reader's browser reaches this host. */
  readonly hostname: string;
  readonly nowMs: number;
}

export function rehearsalView(frame: PageFrame, page: RehearsalPage): Html {
  const { lang } = frame.words;
  const { port, offices } = page;
  const latest = port?.now() ?? null;
  const isGoing = latest !== null && !['ended', 'failed'].includes(latest.phase);
  const lead = html`<p>${words.what[lang]}</p>${banner('info', words.apart[lang])}`;
  const start = port !== undefined && !isGoing && offices.length > 0 && startForm(frame, page);
  const body = html`${latest !== null && latestView(frame, latest, page)}${lead}${start}${
    port === undefined
      ? commands(frame, page)
      : html`<details class="more"><summary>${words.byCommand[lang]}</summary>${commands(frame, page)}</details>`
  }`;
  return setupPage(frame, words.title, null, body);
}

/** The rehearsal that is going on, or how the last one ended. */
function latestView(frame: PageFrame, latest: Rehearsal, { offices, hostname, nowMs }: RehearsalPage): Html {
  const { lang } = frame.words;
  const { phase, page, link, errorCode } = latest;
  const zone = offices.find(({ code }) => code === latest.officeCode)?.timeZone ?? 'Asia/Jakarta';
  const isChanging = phase === 'starting' || phase === 'stopping';
  const kinds = { starting: 'warn', running: 'ok', stopping: 'warn', ended: 'quiet', failed: 'bad' } as const;
  const failure = errorCode === null ? null : explainError({ code: errorCode }, lang);
  const base = page === null ? null : addressOf(page, hostname);
  const isHereOnly = page !== null && isLoopback(page.host.replace(/^\[|\]$/g, '')) && !isLoopback(hostname);
  const rows: (readonly [string, Html | string | number | null])[] = [
    [words.office[lang], latest.officeName],
    [words.state[lang], tag(words.phases[phase][lang], kinds[phase])],
  ];
  if (base !== null) rows.push([words.address[lang], html`<a href="${base}/" rel="noopener">${base}</a>`]);
  if (base !== null && link !== null)
    rows.push([words.first[lang], html`<a href="${base}${link}" rel="noopener">${words.firstLink[lang]}</a>`]);
  rows.push([words.people[lang], latest.people], [words.by[lang], latest.by]);
  rows.push([words.started[lang], timeTag(latest.startedAtMs, zone, frame.words, nowMs)]);
  if (phase === 'running' || phase === 'starting')
    rows.push([words.ends[lang], timeTag(latest.endsAtMs, zone, frame.words, nowMs)]);
  return html`<section${isChanging && html` data-reload="3"`} aria-live="polite"><h3>${words.latest[lang]}</h3>${
    phase === 'failed' &&
    failure !== null &&
    banner('bad', html`<b>${words.failed[lang]}</b> ${failure.what} ${failure.next} (${errorCode})`)
  }${isHereOnly && banner('info', words.hereOnly[lang])}${facts(rows)}${
    (phase === 'running' || phase === 'starting') &&
    form(
      { action: '/pengaturan/gladi/akhiri', csrf: frame.csrf },
      button(`${words.stop[lang]}: ${latest.officeName}`, { kind: 'danger' }),
    )
  }</section>`;
}

/** Pages of a rehearsal that listens everywhere are reached by the name under which the reader reaches this one. */
function addressOf(page: { readonly host: string; readonly port: number }, hostname: string): string {
  const host = page.host === '0.0.0.0' || page.host === '[::]' ? hostname : page.host;
  return `http://${host}:${page.port}`;
}

function startForm(frame: PageFrame, { offices, typed, errors }: RehearsalPage): Html {
  const { lang } = frame.words;
  const choices = offices.map(({ code, name, terminals }) => ({
    value: code,
    text: `${name} (${terminals.length} ${words.terminals[lang]})`,
  }));
  const minutes = ['30', '60', String(rehearsalLimits.minutes)];
  return html`<h3>${words.begin[lang]}</h3>${errorSummary(errors, lang)}${form(
    { action: '/pengaturan/gladi', csrf: frame.csrf },
    selectField({ name: 'opd', label: words.office[lang], value: typed.opd, choices, errors }),
    textField({
      name: 'orang',
      label: words.people[lang],
      hint: words.peopleHint[lang],
      type: 'number',
      value: typed.orang,
      errors,
    }),
    radioField({
      name: 'menit',
      label: words.length[lang],
      value: typed.menit,
      errors,
      choices: minutes.map((value) => ({ value, text: `${value} ${words.minutes[lang]}` })),
    }),
    button(words.start[lang]),
  )}`;
}

function commands(frame: PageFrame, { offices, inFile }: RehearsalPage): Html {
  const { lang } = frame.words;
  const rows = offices.map(({ code, name, terminals }) => [
    name,
    terminals.length,
    html`<code>gerbang rehearse --office ${code}${inFile.has(code) && ' --config gerbang.yaml'}</code>`,
  ]);
  return html`<ol class="steps">${words.steps.map((step) => html`<li>${step[lang]}</li>`)}</ol>
${dataTable(
  setupWords.offices[lang],
  [
    { head: setupWords.name[lang] },
    { head: setupWords.machineCount[lang], figures: true },
    { head: words.command[lang] },
  ],
  rows,
  setupWords.noOffices[lang],
)}`;
}
