/** What a lost machine asks for: people who may be on it, the time the law gives, and the written note. */
import { notificationDeadlineMs, owesNote } from '../../incident/ageing.ts';
import { incidentWords as words } from '../../words/incidents.ts';
import { numberText } from '../../words/language.ts';
import { durationText } from '../../words/time.ts';
import { timeTag } from '../format.ts';
import { type Html, html } from '../html.ts';
import type { PageFrame } from '../views/page.ts';
import { button, facts, form, tag, textArea, textField } from '../views/parts.ts';
import type { IncidentPage } from './incident-view.ts';
import { zoneOf } from './report-zone.ts';

/** Nothing for other reports, and for a machine that was never away. */
export function lossView(frame: PageFrame, page: IncidentPage): Html | null {
  const { incident, factsThen, factsNow, may, nowMs } = page;
  const { lang } = frame.words;
  const deadline = notificationDeadlineMs(incident.kind, incident.openedMs);
  if (deadline === null || incident.state === 'not-confirmed') return null;
  const known = factsThen ?? factsNow;
  const zone = zoneOf(incident);
  const people = known === null ? null : Math.max(known.users ?? 0, known.knownPins);
  const isOwed = owesNote(incident);
  const leftMs = deadline - nowMs;
  const left = leftMs > 0 ? `${words.deadlineLeft[lang]} ${durationText(leftMs, lang)}` : words.deadlinePassed[lang];
  const rows = facts([
    [
      words.deadline[lang],
      html`${timeTag(deadline, zone, frame.words, nowMs)} ${isOwed && tag(left, leftMs > 0 ? 'warn' : 'bad')}`,
    ],
    [words.noteSent[lang], sentText(frame, page, deadline)],
    [words.mayBeOn[lang], people === null ? null : `${numberText(people, lang)} ${words.countPeople[lang]}`],
  ]);
  return html`<section class="banner ${isOwed ? 'bad' : 'info'}" id="data-pribadi"><h3>${words.privacy[lang]}</h3><p>${words.privacyText[lang]}</p>${rows}${may.seePeople && incident.serial !== null && html`<p><a href="/laporan/${incident.number}/orang">${words.showPeople[lang]}</a></p>`}${may.noteSent && sentForm(frame, page)}</section>`;
}

function sentText(frame: PageFrame, { incident, nowMs }: IncidentPage, deadlineMs: number): Html | string {
  const { lang } = frame.words;
  const { noteSentMs } = incident;
  if (noteSentMs === null) return words.noteNotSent[lang];
  const inTime = noteSentMs <= deadlineMs;
  const zone = zoneOf(incident);
  return html`${words.noteSentAt[lang]} ${timeTag(noteSentMs, zone, frame.words, nowMs)} ${tag(words[inTime ? 'noteInTime' : 'noteLate'][lang], inTime ? 'ok' : 'warn')}`;
}

function sentForm(frame: PageFrame, { incident, typedNote, errors }: IncidentPage): Html {
  const { lang } = frame.words;
  const isWrong = errors.dikirim !== undefined || errors.surat !== undefined;
  return html`<details class="other"${(isWrong || owesNote(incident)) && html` open`}><summary>${words.noteForm[lang]}</summary>${form(
    { action: `/laporan/${incident.number}/pemberitahuan`, csrf: frame.csrf },
    html`<div class="pair">${textField({ name: 'dikirim', label: words.noteDay[lang], type: 'date', value: typedNote.dikirim, required: true, errors })}${textField({ name: 'pukul', label: words.noteTime[lang], type: 'time', value: typedNote.pukul, required: true, errors })}</div>`,
    textArea({
      name: 'surat',
      label: words.noteWhat[lang],
      hint: words.noteWhatHint[lang],
      value: typedNote.surat,
      rows: 2,
      required: true,
      errors,
    }),
    button(words.noteButton[lang]),
  )}</details>`;
}
