/** `/laporan/:number`: what people did and what the gateway knows, side by side, and the next step. */
import { ageOf } from '../../incident/ageing.ts';
import type { MachineFacts } from '../../incident/facts.ts';
import { type IncidentState, isClosed } from '../../incident/steps.ts';
import type { ProofRow } from '../../store/incident-proofs.ts';
import type { IncidentRow, StepRow } from '../../store/incidents.ts';
import type { MachineCommand } from '../../store/machine-commands.ts';
import { explainError } from '../../words/errors.ts';
import {
  ageNames,
  gatewayName,
  kindNames,
  probeStates,
  stateName,
  stepButtons,
  incidentWords as words,
} from '../../words/incidents.ts';
import { ageText } from '../../words/time.ts';
import { timeTag } from '../format.ts';
import { type Html, html, join } from '../html.ts';
import { machineAddress } from '../machines/list-view.ts';
import { type PageFrame, roomPage } from '../views/page.ts';
import {
  banner,
  button,
  buttonLink,
  errorSummary,
  type FieldErrors,
  facts,
  fileField,
  form,
  radioField,
  tag,
  textArea,
  textField,
} from '../views/parts.ts';
import { changedRows, factRows, proofList, timeline } from './incident-parts.ts';
import { stateTag, subjectOf } from './list-view.ts';
import { lossView } from './loss-view.ts';
import { reportLink } from './report-link.ts';
import { zoneOf } from './report-zone.ts';

export interface IncidentPage {
  readonly incident: IncidentRow;
  readonly steps: readonly StepRow[];
  readonly proofs: readonly ProofRow[];
  /** At the report, and the newest. */
  readonly factsThen: MachineFacts | null;
  readonly factsNow: MachineFacts | null;
  /** The last live look since the report. */
  readonly probe: MachineCommand | null;
  readonly others: readonly IncidentRow[];
  /** Reports of the gateway that go on in this one, and what it knew when it made the first. */
  readonly tookOver: readonly IncidentRow[];
  readonly factsOfGateway: MachineFacts | null;
  /** Where this reader may take it. */
  readonly next: readonly IncidentState[];
  readonly may: {
    readonly note: boolean;
    readonly seePeople: boolean;
    readonly probe: boolean;
    readonly noteSent: boolean;
  };
  readonly typed: { readonly langkah: string; readonly catatan: string; readonly seri: string };
  readonly typedNote: { readonly dikirim: string; readonly pukul: string; readonly surat: string };
  readonly errors: FieldErrors;
  readonly sent: boolean;
  readonly nowMs: number;
}

export function incidentPage(frame: PageFrame, page: IncidentPage): Html {
  const { lang } = frame.words;
  const { incident, nowMs } = page;
  const { number, kind, state, lastStepMs } = incident;
  const age = ageOf(state, nowMs - lastStepMs);
  const title = `${words.report[lang]} #${number}`;
  const body = html`<article class="incident"><h2>${title}: ${kindNames[kind][lang]} · ${subjectOf(incident)}</h2>
<p class="state">${tag(stateName(state, kind)[lang], stateTag(state))} ${age !== null && html`${tag(ageNames[age][lang], age === 'fresh' ? 'quiet' : 'warn')} ${ageText(nowMs - lastStepMs, lang)}`}</p>
${page.sent && banner('done', `${title} · ${stateName('reported', kind)[lang]}`)}
${errorSummary(page.errors, lang)}
${incident.mergedInto !== null && banner('info', html`${words.mergedInto[lang]} ${reportLink(incident.mergedInto)}`)}${wellAgain(frame, page)}
<div class="buttons">${buttonLink(`/laporan/${number}/berita-acara.pdf`, words.record[lang])}${page.may.probe && probeForm(frame, number)}</div>
${about(frame, page)}
${lossView(frame, page)}
<div class="two"><section><h3>${words.people[lang]}</h3>${timeline(frame, page.steps, incident, nowMs)}</section>
<section><h3>${words.facts[lang]}</h3>${probeResult(frame, page)}${machineFacts(frame, page)}</section></div>
<h3 id="bukti">${words.proofs[lang]}</h3>${page.proofs.length === 0 ? html`<p class="empty">${words.noProofs[lang]}</p>` : proofList(frame, number, page.proofs)}
${nextStep(frame, page)}${noteForm(frame, page)}${others(frame, page.others)}</article>`;
  return roomPage(frame, title, body);
}

function about(frame: PageFrame, { incident, tookOver, factsNow, nowMs }: IncidentPage): Html {
  const { lang } = frame.words;
  const { officeName, officeCode, place, serial, sinceMs, openedMs, words: told, number } = incident;
  const zone = zoneOf(incident);
  const text = {
    id: ['Kantor', 'Letak', 'Nomor seri', 'Sejak', 'Dilaporkan', 'Kata pelapor'],
    en: ['Office', 'Place', 'Serial', 'Since', 'Reported', 'In words'],
  }[lang];
  const { terminalName } = incident;
  // A machine that is not set up any more has no page.
  const name =
    officeCode !== null && terminalName !== null && factsNow !== null
      ? html`<a href="${machineAddress(officeCode, terminalName)}">${terminalName}</a>`
      : terminalName;
  return html`<div id="laporan-${number}">${facts([
    [text[0] ?? '', officeName ?? '–'],
    [text[1] ?? '', html`${name}${name !== null && place !== '' && ' · '}${place}`],
    [text[2] ?? '', serial],
    [text[3] ?? '', timeTag(sinceMs, zone, frame.words, nowMs)],
    [text[4] ?? '', timeTag(openedMs, zone, frame.words, nowMs)],
    [text[5] ?? '', told === '' ? null : html`<span class="told">${told}</span>`],
    ...tookOver.map(
      (old) =>
        [
          words.gatewaySince[lang],
          html`${timeTag(old.sinceMs, zone, frame.words, nowMs)} · ${words.report[lang]} ${reportLink(old.number)}`,
        ] as const,
    ),
  ])}</div>`;
}

function wellAgain(frame: PageFrame, { incident, next }: IncidentPage): Html | null {
  const { lang } = frame.words;
  if (incident.wellSinceMs === null || isClosed(incident.state)) return null;
  const closes = next.includes('repaired')
    ? form(
        { action: `/laporan/${incident.number}/langkah`, csrf: frame.csrf, className: 'inline' },
        html`<input type="hidden" name="langkah" value="repaired"><input type="hidden" name="catatan" value="${words.wellAgain[lang]}">`,
        button(words.closeIt[lang]),
      )
    : null;
  return banner('info', html`<p>${words.wellAgain[lang]}</p>${closes}`);
}

function machineFacts(frame: PageFrame, page: IncidentPage): Html {
  const { incident, factsThen, factsNow, factsOfGateway, nowMs } = page;
  const { lang } = frame.words;
  const zone = zoneOf(incident);
  if (factsThen === null && factsNow === null) return html`<p class="empty">${words.noFacts[lang]}</p>`;
  const before = factsThen === null ? null : factRows(frame, factsThen, zone, nowMs);
  const now = isClosed(incident.state) || factsNow === null ? null : factsSince(frame, page);
  const first = factsOfGateway === null ? null : factRows(frame, factsOfGateway, zone, nowMs);
  return html`${first !== null && html`<details class="other"><summary>${words.factsOfGateway[lang]}</summary>${facts(first)}</details>`}${before !== null && html`<h4>${words.factsThen[lang]}</h4>${facts(before)}`}${now !== null && html`<h4>${words.factsNow[lang]}</h4>${now.length === 0 ? html`<p class="empty">${words.unchanged[lang]}</p>` : facts(now)}`}`;
}

function factsSince(frame: PageFrame, { incident, factsThen, factsNow, nowMs }: IncidentPage) {
  const zone = zoneOf(incident);
  if (factsNow === null) return [];
  return factsThen === null
    ? factRows(frame, factsNow, zone, nowMs)
    : changedRows(frame, factsThen, factsNow, zone, nowMs);
}

function probeResult(frame: PageFrame, { probe, incident, nowMs }: IncidentPage): Html | null {
  const { lang } = frame.words;
  if (probe === null) return null;
  const { state, errorCode, requestedMs } = probe;
  const zone = zoneOf(incident);
  const why =
    errorCode === null ? null : html` ${explainError({ code: errorCode }, lang).what} <small>${errorCode}</small>`;
  const kind = state === 'done' ? 'ok' : state === 'failed' ? 'bad' : 'accent';
  return html`<p id="uji"><b>${words.probeResult[lang]}</b> ${timeTag(requestedMs, zone, frame.words, nowMs)} ${tag(probeStates[state][lang], kind)}${why}</p>`;
}

function probeForm(frame: PageFrame, number: number): Html {
  return form(
    { action: `/laporan/${number}/uji`, csrf: frame.csrf, className: 'inline' },
    button(words.probe[frame.words.lang], { kind: 'other' }),
  );
}

function nextStep(frame: PageFrame, { incident, next, typed, errors }: IncidentPage): Html | null {
  const { lang } = frame.words;
  if (next.length === 0) return null;
  const wantsSerial = next.includes('replaced');
  return html`<h3 id="langkah">${words.next[lang]}</h3>${form(
    { action: `/laporan/${incident.number}/langkah`, csrf: frame.csrf, multipart: true },
    radioField({
      name: 'langkah',
      label: words.takeStep[lang],
      value: typed.langkah,
      errors,
      choices: next.map((state) => ({ value: state, text: stepButtons[state][lang] })),
    }),
    wantsSerial &&
      textField({
        name: 'seri',
        label: words.newSerial[lang],
        hint: words.newSerialHint[lang],
        value: typed.seri,
        maxLength: 40,
        plain: true,
        errors,
      }),
    textArea({
      name: 'catatan',
      label: words.note[lang],
      hint: words.noteHint[lang],
      value: typed.catatan,
      errors,
      rows: 3,
    }),
    html`<div class="buttons">${button(words.next[lang])}</div>`,
  )}`;
}

function noteForm(frame: PageFrame, { incident, may, errors }: IncidentPage): Html | null {
  const { lang } = frame.words;
  if (!may.note) return null;
  return html`<details class="other"${errors.bukti !== undefined && html` open`}><summary>${words.note[lang]} + ${words.proofs[lang]}</summary>${form(
    { action: `/laporan/${incident.number}/catatan`, csrf: frame.csrf, multipart: true },
    textArea({ name: 'isi', label: words.note[lang], rows: 3, errors }),
    fileField({
      name: 'bukti',
      label: words.proofs[lang],
      accept: 'image/jpeg,image/png,image/webp,application/pdf',
      multiple: true,
      errors,
    }),
    button(words.addNote[lang], { kind: 'other' }),
  )}</details>`;
}

function others(frame: PageFrame, rows: readonly IncidentRow[]): Html | null {
  const { lang } = frame.words;
  if (rows.length === 0) return null;
  const links = rows.map(
    ({ number, kind, state }) => html`${reportLink(number)} ${kindNames[kind][lang]}, ${stateName(state, kind)[lang]}`,
  );
  return html`<p>${words.others[lang]}: ${join(links, ' · ')}</p>`;
}

/** As people call whoever took a step. */
export function actorName(
  { actorKind, actorName: name }: Pick<StepRow, 'actorKind' | 'actorName'>,
  lang: 'id' | 'en',
): string {
  return actorKind === 'gateway' ? gatewayName[lang] : name;
}
