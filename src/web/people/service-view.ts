/** Pages that ask once before a service ends or a PIN is taken back, naming person and PIN. */
import type { OfficeRow } from '../../store/board.ts';
import { type PersonPin, type PersonRow, serviceEndMs } from '../../store/people.ts';
import { peopleWords as texts } from '../../words/people.ts';
import { count } from '../format.ts';
import { type Html, html } from '../html.ts';
import { type PageFrame, roomPage } from '../views/page.ts';
import { button, errorSummary, type FieldErrors, facts, form, textArea, textField } from '../views/parts.ts';
import { daysOfPin, peoplePath } from './people-view.ts';

/** More punches than that are "so many and more". */
export const mostCounted = 1_000;

export interface EndService {
  readonly person: PersonRow;
  readonly pins: readonly PersonPin[];
  readonly offices: readonly OfficeRow[];
  /** As typed, or as it stands. */
  readonly day: string;
  readonly errors: FieldErrors;
  readonly nowMs: number;
}

/** Where the last day of a service is said. */
export function endServicePage(frame: PageFrame, { person, pins, offices, day, errors, nowMs }: EndService): Html {
  const { lang } = frame.words;
  const path = `${peoplePath}/${person.personId}`;
  const title = `${texts.endService[lang]}: ${person.name}`;
  const zones = new Map(offices.map(({ code, timeZone }) => [code, timeZone]));
  const ending = pins.filter(({ officeCode, untilMs }) => {
    const isCut = person.endedOn !== null && untilMs === serviceEndMs(person.endedOn, zones.get(officeCode) ?? 'UTC');
    return isCut || untilMs > nowMs;
  });
  const list =
    ending.length === 0
      ? html`<p>${texts.noPinEnds[lang]}</p>`
      : html`<ul>${ending.map((pin) => html`<li>PIN <b>${pin.pin}</b>, ${pin.serial ?? texts.wholeOffice[lang]}</li>`)}</ul>`;
  const end = form(
    { action: `${path}/berhenti`, csrf: frame.csrf },
    textField({ name: 'terakhir', label: texts.ended[lang], type: 'date', value: day, required: true, errors }),
    html`<h3>${texts.willEnd[lang]}</h3>${list}`,
    button(`${texts.endService[lang]} ${person.name}`, { kind: 'danger' }),
  );
  const resume =
    person.endedOn !== null &&
    html`<h3>${texts.resume[lang]}</h3><p>${texts.resumeHint[lang]}</p>${form({ action: `${path}/lanjut`, csrf: frame.csrf }, button(texts.resume[lang], { kind: 'other' }))}`;
  const body = html`<section><h2>${title}</h2><p>${texts.endServiceLead[lang]}</p>${errorSummary(errors, lang)}${end}${resume}<p><a href="${path}">← ${texts.stay[lang]}</a></p></section>`;
  return roomPage(frame, title, body);
}

export interface TakeBack {
  readonly person: PersonRow;
  readonly pin: PersonPin;
  readonly offices: readonly OfficeRow[];
  /** Up to {@link mostCounted}. */
  readonly punches: number;
  readonly reason: string;
  readonly errors: FieldErrors;
}

/** Where a PIN that never meant its person is taken back. */
export function takeBackPage(frame: PageFrame, view: TakeBack): Html {
  const { lang } = frame.words;
  const { person, pin, offices, punches, reason, errors } = view;
  const path = `${peoplePath}/${person.personId}`;
  const title = `${texts.takeBackTitle[lang]} ${pin.pin}: ${person.name}`;
  const office = offices.find(({ code }) => code === pin.officeCode);
  const counted = `${count(punches, frame.words)}${punches >= mostCounted ? '+' : ''}`;
  const known = facts([
    [texts.pin[lang], pin.pin],
    [texts.machine[lang], pin.serial ?? texts.wholeOffice[lang]],
    [texts.office[lang], office?.name ?? pin.officeCode],
    [texts.holds[lang], daysOfPin(pin, office?.timeZone ?? 'Asia/Jakarta', lang).join(' – ')],
  ]);
  const take = form(
    { action: `${path}/pin/${pin.personPinId}/tarik`, csrf: frame.csrf },
    textArea({
      name: 'mengapa',
      label: texts.reason[lang],
      hint: texts.reasonHint[lang],
      value: reason,
      rows: 2,
      maxLength: 500,
      required: true,
      errors,
    }),
    button(`${texts.takeBackTitle[lang]} ${pin.pin}`, { kind: 'danger' }),
  );
  const body = html`<section><h2>${title}</h2><p>${texts.takeBackLead[lang]}</p>${known}<p><b>${counted}</b> ${texts.takeBackPunches[lang]}.</p>${errorSummary(errors, lang)}${take}<p><a href="${path}">← ${texts.stay[lang]}</a></p></section>`;
  return roomPage(frame, title, body);
}
