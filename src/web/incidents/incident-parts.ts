/** Pieces of one report: its timeline, its files, what is known of its machine. */
import type { MachineFacts } from '../../incident/facts.ts';
import { isClosed } from '../../incident/steps.ts';
import type { KnownPin } from '../../store/incident-facts.ts';
import type { ProofRow } from '../../store/incident-proofs.ts';
import type { IncidentRow, StepRow } from '../../store/incidents.ts';
import { explainError } from '../../words/errors.ts';
import { factNames, incidentWords, machineStates, otherSteps, stateName, whyOpened } from '../../words/incidents.ts';
import { type Lang, numberText } from '../../words/language.ts';
import { offsetText } from '../../words/time.ts';
import { stamp, timeTag } from '../format.ts';
import { type Html, html } from '../html.ts';
import { type PageFrame, roomPage } from '../views/page.ts';
import { dataTable } from '../views/parts.ts';
import { actorName } from './incident-view.ts';
import { withReportLinks } from './report-link.ts';
import { zoneOf } from './report-zone.ts';

/** The steps, oldest first, as a list that reads like a letter book. */
export function timeline(frame: PageFrame, steps: readonly StepRow[], incident: IncidentRow, nowMs: number): Html {
  const { lang } = frame.words;
  const zone = zoneOf(incident);
  return html`<ol class="timeline">${steps.map(
    (step) =>
      html`<li class="${step.actorKind === 'gateway' ? 'by-gateway' : 'by-person'}"><b>${stepName(step, incident, lang)}</b> <small>${timeTag(step.atMs, zone, frame.words, nowMs)} · ${actorName(step, lang)}</small>${noteOf(step, lang, (atMs) => stamp(atMs, zone, frame.words, nowMs))}</li>`,
  )}</ol>`;
}

/** What a step is called. */
export function stepName({ what }: StepRow, { kind }: Pick<IncidentRow, 'kind'>, lang: Lang): string {
  switch (what) {
    case 'note':
    case 'proof':
    case 'probe':
    case 'well-again':
    case 'failed-again':
    case 'reminder':
    case 'note-sent':
      return otherSteps[what][lang];
    default:
      return stateName(what, kind)[lang];
  }
}

/**
 * What a step says beside its name, in lines.
 *
 * @param stamped how an instant is written there
 */
export function linesOf(
  { note, detail }: Pick<StepRow, 'note' | 'detail'>,
  lang: Lang,
  stamped: (atMs: number) => string,
): readonly string[] {
  const { tookOver, gatewaySince, mergedInto, sentAt } = detail;
  const { why, newSerial, oldSerial, errorCode, code } = detail;
  const lines: string[] = [];
  if (Array.isArray(tookOver))
    lines.push(`${incidentWords.tookOver[lang]} ${tookOver.map((one) => `#${one}`).join(', ')}`);
  if (typeof gatewaySince === 'string')
    lines.push(`${incidentWords.gatewaySince[lang]} ${stamped(Date.parse(gatewaySince))}`);
  if (typeof mergedInto === 'number') lines.push(`${incidentWords.mergedInto[lang]} #${mergedInto}`);
  if (typeof sentAt === 'string') lines.push(`${incidentWords.noteSentAt[lang]} ${stamped(Date.parse(sentAt))}`);
  if (why === 'silent' || why === 'clock' || why === 'identity') lines.push(whyOpened[why][lang]);
  if (typeof errorCode === 'string') lines.push(explainError({ code: errorCode }, lang).what);
  if (code === 'healed') lines.push(incidentWords.healed[lang]);
  if (code === 'well-again') lines.push(incidentWords.wellAgain[lang]);
  if (code === 'reminder') lines.push(incidentWords.reminderText[lang]);
  if (typeof newSerial === 'string') lines.push(`${typeof oldSerial === 'string' ? oldSerial : '–'} → ${newSerial}`);
  if (note !== '') lines.push(note);
  return lines;
}

function noteOf(step: StepRow, lang: Lang, stamped: (atMs: number) => string): Html | null {
  const ours = linesOf({ ...step, note: '' }, lang, stamped).map(
    (line) => html`<p class="told">${withReportLinks(line)}</p>`,
  );
  const note = step.note !== '' && html`<p class="told">${step.note}</p>`;
  return html`${ours}${note}`;
}

/** Photos small, letters by name; each with its digest. */
export function proofList(frame: PageFrame, number: number, proofs: readonly ProofRow[]): Html {
  const { lang } = frame.words;
  return html`<ul class="proofs">${proofs.map(({ proofId, fileName, mediaType, bytes, sha256, width, height }) => {
    const href = `/laporan/${number}/bukti/${proofId}`;
    const kb = `${numberText(Math.ceil(bytes / 1024), lang)} kB`;
    const size = width === null ? kb : `${width} × ${height} · ${kb}`;
    return html`<li>${mediaType === 'image/jpeg' && html`<a href="${href}"><img src="${href}" alt="${fileName}" loading="lazy" width="${width ?? 0}" height="${height ?? 0}"></a>`}<a href="${href}">${fileName}</a> <small>${size}</small><small class="digest">${incidentWords.digest[lang]}: <code>${sha256.toString('hex')}</code></small></li>`;
  })}</ul>`;
}

type Row = readonly [name: string, value: Html | string | number | null];

/** What is known of a machine, what matters first. */
export function factRows(frame: PageFrame, known: MachineFacts, zone: string, nowMs: number): readonly Row[] {
  const { words } = frame;
  const { lang } = words;
  const time = (atMs: number | null): Html | null => (atMs === null ? null : timeTag(atMs, zone, words, nowMs));
  return factTexts(known, lang, time).filter(([, value]) => value !== null);
}

/** What changed since: rows that say the same again tell nothing. */
export function changedRows(
  frame: PageFrame,
  before: MachineFacts,
  known: MachineFacts,
  zone: string,
  nowMs: number,
): readonly Row[] {
  const { lang } = frame.words;
  const told = factTexts(before, lang, String);
  const now = factTexts(known, lang, String);
  const changed = new Set(now.filter(([, value], index) => value !== told[index]?.[1]).map(([name]) => name));
  return factRows(frame, known, zone, nowMs).filter(([name]) => changed.has(name));
}

/**
 * The same for pages and paper.
 *
 * @param time how an instant is shown
 */
export function factTexts<T>(
  known: MachineFacts,
  lang: Lang,
  time: (atMs: number | null) => T | null,
): readonly (readonly [name: string, value: T | string | null])[] {
  const { state, errorCode, offsetMs, offsetBoundMs, records, recordCapacity, users, otherMachines } = known;
  const count = (value: number | null): string | null => (value === null ? null : numberText(value, lang));
  const people = (value: number): string => `${numberText(value, lang)} ${incidentWords.countPeople[lang]}`;
  const isState = (text: string | null): text is keyof typeof machineStates => text !== null && text in machineStates;
  return [
    [factNames.state[lang], isState(state) ? machineStates[state][lang] : null],
    [factNames.lastRead[lang], time(known.lastReadMs)],
    [factNames.failingSince[lang], time(known.failingSinceMs)],
    [factNames.why[lang], errorCode === null ? null : `${explainError({ code: errorCode }, lang).what} (${errorCode})`],
    [factNames.logThrough[lang], time(known.readThroughMs)],
    [factNames.lastPunch[lang], time(known.lastPunchMs)],
    [factNames.offset[lang], offsetMs === null ? null : offsetText(offsetMs, offsetBoundMs ?? 0, lang)],
    [factNames.usual[lang], people(known.usualPeople)],
    [
      factNames.others[lang],
      `${numberText(otherMachines, lang)}, ${numberText(known.otherMachinesWell, lang)} ${factNames.othersWell[lang]}`,
    ],
    [factNames.serial[lang], known.serial],
    [factNames.device[lang], [known.deviceName, known.platform].filter(Boolean).join(' · ') || null],
    [factNames.firmware[lang], known.firmware],
    [factNames.address[lang], known.address],
    [
      factNames.records[lang],
      records === null ? null : [count(records), count(recordCapacity)].filter(Boolean).join(' / '),
    ],
    [factNames.users[lang], count(users)],
  ];
}

/** Whose templates may be on a lost machine. */
export function peoplePage(frame: PageFrame, incident: IncidentRow, pins: readonly KnownPin[], nowMs: number): Html {
  const { lang } = frame.words;
  const zone = zoneOf(incident);
  const columns = [
    { head: incidentWords.pin[lang] },
    { head: incidentWords.person[lang] },
    { head: incidentWords.punches[lang], figures: true },
    { head: incidentWords.lastSeen[lang] },
  ];
  const rows = pins.map(({ pin, personName, punches, lastMs }) => [
    pin,
    personName,
    numberText(punches, lang),
    timeTag(lastMs, zone, frame.words, nowMs),
  ]);
  const title = `${incidentWords.peopleTitle[lang]}: ${incidentWords.report[lang]} #${incident.number}`;
  const body = html`<section><h2>${title}</h2><p>${incidentWords.peopleLead[lang]}</p><p><a href="/laporan/${incident.number}">← ${incidentWords.back[lang]}</a></p>${dataTable(title, columns, rows, incidentWords.noPins[lang])}</section>`;
  return roomPage(frame, title, body);
}

/** True while it is worth asking the machine. */
export function isWorthProbing({ state, terminalName }: IncidentRow): boolean {
  return !isClosed(state) && terminalName !== null;
}
