/** `/pengaturan/pegawai`: people, one person with their PINs, and lists that are imported. */

import { dayOf } from '../../clock/zone.ts';
import type { OfficeRow } from '../../store/board.ts';
import type { PersonPin, PersonRow, TakenBackPin } from '../../store/people.ts';
import { peopleWords as texts } from '../../words/people.ts';
import { count } from '../format.ts';
import { type Html, html } from '../html.ts';
import { type PageFrame, roomPage } from '../views/page.ts';
import {
  banner,
  button,
  buttonLink,
  dataTable,
  errorSummary,
  type FieldErrors,
  fileField,
  form,
  selectField,
  tag,
  textArea,
  textField,
} from '../views/parts.ts';
import type { Plan } from './plan.ts';

export const peoplePath = '/pengaturan/pegawai';
type Lang = PageFrame['words']['lang'];

export interface PeopleList {
  readonly people: readonly PersonRow[];
  readonly pins: readonly PersonPin[];
  readonly offices: readonly OfficeRow[];
  readonly total: number;
  readonly older: string | null;
}

export function peoplePage(frame: PageFrame, list: PeopleList): Html {
  const { lang } = frame.words;
  const names = new Map(list.offices.map(({ code, name }) => [code, name]));
  const rows = list.people.map((person) => [
    html`<a href="${peoplePath}/${person.personId}">${person.name}</a>${person.endedOn !== null && html` ${tag(`${texts.endedTag[lang]} ${person.endedOn}`)}`}`,
    person.nip,
    names.get(person.officeCode) ?? person.officeCode,
    list.pins
      .filter(({ personId }) => personId === person.personId)
      .slice(0, 4)
      .map((pin) => `${pin.pin}${pin.serial === null ? '' : ` (${pin.serial})`}`)
      .join(', '),
  ]);
  const columns = [texts.name, texts.nip, texts.office, texts.pins].map((head) => ({ head: head[lang] }));
  const search = form(
    { action: `${peoplePath}/cari`, csrf: frame.csrf },
    textField({ name: 'cari', label: texts.findLabel[lang], type: 'search', maxLength: 80, autocomplete: 'off' }),
    button(texts.find[lang], { kind: 'other' }),
  );
  const links = html`<div class="buttons">${buttonLink(`${peoplePath}/baru`, texts.add[lang], 'main')}${buttonLink(`${peoplePath}/impor`, texts.import[lang])}${buttonLink(`${peoplePath}.csv`, texts.export[lang])}</div>`;
  const pager =
    list.older !== null &&
    html`<nav class="pager" aria-label="${texts.title[lang]}"><a href="${list.older}" rel="next">→</a></nav>`;
  const body = html`<section><h2>${texts.title[lang]} <small>${count(list.total, frame.words)}</small></h2><p>${texts.lead[lang]}</p>${links}${search}${dataTable(texts.title[lang], columns, rows, texts.empty[lang])}${pager}</section>`;
  return roomPage(frame, texts.title[lang], body);
}

/** A person as the form shows it. */
export interface PersonForm {
  readonly person: {
    readonly personId: string | null;
    readonly nama: string;
    readonly nip: string;
    readonly opd: string;
  };
  /** `YYYY-MM-DD`; null while the service goes on. */
  readonly endedOn: string | null;
  readonly pins: readonly PersonPin[];
  readonly takenBack: readonly TakenBackPin[];
  readonly offices: readonly OfficeRow[];
  readonly errors: FieldErrors;
  readonly typedPin: Readonly<Record<'pin' | 'mesin' | 'sejak' | 'sampai', string>>;
  readonly isSaved: boolean;
}

export function personPage(frame: PageFrame, view: PersonForm): Html {
  const { lang } = frame.words;
  const { person, errors, offices } = view;
  const isNew = person.personId === null;
  const title = isNew ? texts.add[lang] : person.nama;
  const choices = offices.map(({ code, name }) => ({ value: code, text: name }));
  const fields = form(
    { action: isNew ? `${peoplePath}/baru` : `${peoplePath}/${person.personId}`, csrf: frame.csrf },
    textField({ name: 'nama', label: texts.name[lang], value: person.nama, maxLength: 120, required: true, errors }),
    textField({
      name: 'nip',
      label: texts.nip[lang],
      hint: texts.nipHint[lang],
      value: person.nip,
      maxLength: 30,
      plain: true,
      errors,
    }),
    selectField({ name: 'opd', label: texts.office[lang], value: person.opd, choices, errors }),
    isNew && pinFields(view, lang),
    button(texts.save[lang]),
  );
  const known = person.personId !== null && knownParts(frame, person.personId, view);
  const body = html`<section><h2>${title}</h2>${view.isSaved && banner('done', texts.saved[lang])}${errorSummary(errors, lang)}${fields}${known}<p><a href="${peoplePath}">← ${texts.title[lang]}</a></p></section>`;
  return roomPage(frame, title, body);
}

/** What only somebody who is known has: a service that ends, PINs, PINs that were taken back. */
function knownParts(frame: PageFrame, personId: string, view: PersonForm): Html {
  const { lang } = frame.words;
  const path = `${peoplePath}/${personId}`;
  const { endedOn, takenBack } = view;
  const service = html`<h3>${texts.ended[lang]}</h3><p>${endedOn ?? texts.serving[lang]}</p><div class="buttons">${buttonLink(`${path}/berhenti`, endedOn === null ? texts.endService[lang] : texts.correctDay[lang])}</div>`;
  const add = form(
    { action: `${path}/pin`, csrf: frame.csrf },
    pinFields(view, lang),
    button(texts.addPin[lang], { kind: 'other' }),
  );
  const gone =
    takenBack.length > 0 && html`<h3>${texts.takenBack[lang]}</h3>${takenBackTable(takenBack, view.offices, lang)}`;
  return html`<h3>${texts.pins[lang]}</h3>${pinTable(frame, personId, view)}<h3>${texts.addPin[lang]}</h3>${add}${gone}${service}`;
}

function takenBackTable(pins: readonly TakenBackPin[], offices: readonly OfficeRow[], lang: Lang): Html {
  const zones = new Map(offices.map(({ code, timeZone }) => [code, timeZone]));
  const rows = pins.map((pin) => {
    const zone = zones.get(pin.officeCode) ?? 'Asia/Jakarta';
    return [
      pin.pin,
      html`${pin.serial ?? texts.wholeOffice[lang]}<small>${daysOfPin(pin, zone, lang).join(' – ')}</small>`,
      html`${dayOf(zone, pin.takenBackMs)}<small>${texts.takenBackBy[lang]} ${pin.takenBackBy}</small>`,
      pin.reason,
    ];
  });
  const columns = [texts.pin, texts.machine, texts.takenBackAt, texts.reason].map((head) => ({ head: head[lang] }));
  return dataTable(texts.takenBack[lang], columns, rows, '–');
}

/** From when until when, as days that are both included. */
export function daysOfPin({ fromMs, untilMs }: PersonPin, zone: string, lang: Lang): readonly [string, string] {
  return [
    Number.isFinite(fromMs) ? dayOf(zone, fromMs) : texts.always[lang],
    Number.isFinite(untilMs) ? dayOf(zone, untilMs - 1) : texts.noEnd[lang],
  ];
}

function pinFields({ errors, typedPin }: PersonForm, lang: Lang): Html {
  return html`${textField({ name: 'pin', label: texts.pin[lang], value: typedPin.pin, maxLength: 24, plain: true, errors })}
${textField({ name: 'mesin', label: texts.machine[lang], hint: texts.machineHint[lang], value: typedPin.mesin, maxLength: 40, plain: true, errors })}
${textField({ name: 'sejak', label: texts.from[lang], type: 'date', value: typedPin.sejak, maxLength: 10, errors })}
${textField({ name: 'sampai', label: texts.until[lang], type: 'date', value: typedPin.sampai, maxLength: 10, errors })}`;
}

function pinTable(frame: PageFrame, personId: string, { pins, offices }: PersonForm): Html {
  const { lang } = frame.words;
  const byCode = new Map(offices.map((office) => [office.code, office]));
  const rows = pins.map((pin) => {
    const office = byCode.get(pin.officeCode);
    const zone = office?.timeZone ?? 'Asia/Jakarta';
    const end = form(
      { action: `${peoplePath}/${personId}/akhiri`, csrf: frame.csrf, className: 'inline' },
      html`<input type="hidden" name="id" value="${pin.personPinId}"><input type="date" name="sampai" required aria-label="${texts.until[lang]}">`,
      button(texts.endPin[lang], { kind: 'other' }),
    );
    return [
      pin.pin,
      html`${pin.serial ?? texts.wholeOffice[lang]}<small>${office?.name ?? pin.officeCode}</small>`,
      ...daysOfPin(pin, zone, lang),
      end,
      html`<a href="${peoplePath}/${personId}/pin/${pin.personPinId}/tarik">${texts.takeBack[lang]}</a>`,
    ];
  });
  const columns = [texts.pin, texts.machine, texts.from, texts.until, texts.endPin, texts.ifWrong].map((head) => ({
    head: head[lang],
  }));
  return dataTable(texts.pins[lang], columns, rows, '–');
}

/** Where a list is sent. */
export function importPage(frame: PageFrame, trouble: string | null): Html {
  const { lang } = frame.words;
  const body = form(
    { action: `${peoplePath}/impor`, csrf: frame.csrf, multipart: true },
    fileField({ name: 'berkas', label: texts.upload[lang], hint: texts.uploadHint[lang], accept: '.csv,text/csv' }),
    textArea({ name: 'isi', label: texts.paste[lang], rows: 6, maxLength: 60_000 }),
    button(texts.check[lang]),
  );
  return roomPage(
    frame,
    texts.import[lang],
    html`<section><h2>${texts.import[lang]}</h2>${trouble !== null && banner('bad', trouble)}${body}<p><a href="${peoplePath}">← ${texts.title[lang]}</a></p></section>`,
  );
}

const shownSteps = 200;

/** What a list would change, and the button that does it. */
export function planPage(frame: PageFrame, importId: string, plan: Plan, moved: boolean): Html {
  const { lang } = frame.words;
  const kinds = ['newPerson', 'changedPerson', 'newPin', 'endedPin'] as const;
  const sums = kinds
    .map((kind) => ({ kind, steps: plan.steps.filter((step) => step.kind === kind).length }))
    .filter(({ steps }) => steps > 0)
    .map(({ kind, steps }) => html`<li><b>${count(steps, frame.words)}</b> ${texts[kind][lang]}</li>`);
  const rows = plan.steps
    .slice(0, shownSteps)
    .map((step) => [String(step.number), texts[step.kind][lang], step.name, step.officeCode]);
  const columns = [texts.line, texts.change, texts.name, texts.office].map((head) => ({ head: head[lang] }));
  const faults = plan.faults
    .slice(0, shownSteps)
    .map(({ number, fault }) => html`<li>${texts.line[lang]} ${number}: ${texts[fault][lang]}</li>`);
  const wrong =
    faults.length > 0 &&
    html`<div class="errors" role="alert" tabindex="-1"><p>${texts.wrongLines[lang]}</p><ul>${faults}</ul></div>`;
  const isReady = faults.length === 0 && plan.steps.length > 0;
  const apply =
    isReady &&
    form(
      { action: `${peoplePath}/impor/${importId}`, csrf: frame.csrf },
      html`<input type="hidden" name="sidik" value="${plan.digest}">`,
      button(texts.apply[lang]),
    );
  const body = html`${moved && banner('bad', texts.moved[lang])}${wrong}<p>${plan.steps.length === 0 ? texts.nothing[lang] : texts.checkLead[lang]}</p><ul>${sums}<li>${count(plan.same, frame.words)} ${texts.same[lang]}</li></ul>${apply}${rows.length > 0 && dataTable(texts.change[lang], columns, rows, '')}${plan.steps.length > shownSteps && html`<p>… ${texts.more[lang]}</p>`}`;
  return roomPage(
    frame,
    texts.import[lang],
    html`<section><h2>${texts.import[lang]}</h2>${body}<p><a href="${peoplePath}/impor">← ${texts.import[lang]}</a></p></section>`,
  );
}
