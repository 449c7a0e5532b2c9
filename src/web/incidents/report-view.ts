/** `/lapor`: three questions, words and files. */

import { incidentKinds, takenOverStates } from '../../incident/steps.ts';
import type { MachineRow, OfficeRow } from '../../store/board.ts';
import type { CheckedProof } from '../../store/incident-proofs.ts';
import type { IncidentRow } from '../../store/incidents.ts';
import { kindHints, kindNames, reportWords as words } from '../../words/incidents.ts';
import { type Html, html, join } from '../html.ts';
import { type PageFrame, roomPage } from '../views/page.ts';
import {
  banner,
  button,
  errorSummary,
  type FieldErrors,
  fileField,
  form,
  radioField,
  selectField,
  textArea,
  textField,
} from '../views/parts.ts';
import { notListed, type ReportForm } from './report-form.ts';

export interface ReportPage {
  readonly form: ReportForm;
  readonly errors: FieldErrors;
  readonly offices: readonly OfficeRow[];
  /** Of the chosen office. */
  readonly machines: readonly MachineRow[];
  /** This reader has one office: nothing to choose. */
  readonly onlyOffice: boolean;
  /** Open reports of the chosen machine. */
  readonly open: readonly IncidentRow[];
  readonly held: readonly CheckedProof[];
}

export function reportPage(frame: PageFrame, page: ReportPage): Html {
  const { lang } = frame.words;
  const { form: typed, errors, open } = page;
  const goesOn = ({ openedBy, state }: IncidentRow): boolean =>
    openedBy === 'gateway' && takenOverStates.some((one) => one === state);
  const linked = (text: string, reports: readonly IncidentRow[]): Html | false =>
    reports.length > 0 &&
    banner(
      'info',
      html`${text} ${join(
        reports.map(({ number, kind }) => html`<a href="/laporan/${number}">#${number} ${kindNames[kind][lang]}</a>`),
        ', ',
      )}`,
    );
  const already = html`${linked(
    words.alreadyOpen[lang],
    open.filter((one) => !goesOn(one)),
  )}${linked(words.gatewayOpen[lang], open.filter(goesOn))}`;
  const body = html`<section class="report"><h2>${words.title[lang]}</h2><p>${words.lead[lang]}</p>
${errorSummary(errors, lang)}${already}
${form(
  { action: '/lapor', csrf: frame.csrf, multipart: true },
  html`<input type="hidden" name="berkas" value="${typed.berkas}">`,
  page.onlyOffice ? html`<input type="hidden" name="opd" value="${typed.opd}">` : officeFields(frame, page),
  whereFields(frame, page),
  radioField({
    name: 'jenis',
    label: words.what[lang],
    value: typed.jenis,
    errors,
    choices: incidentKinds.map((kind) => ({ value: kind, text: kindNames[kind][lang], hint: kindHints[kind][lang] })),
  }),
  html`<h3>${words.since[lang]}</h3><div class="pair">${textField({ name: 'tanggal', label: words.day[lang], type: 'date', value: typed.tanggal, errors, required: true })}${textField({ name: 'jam', label: words.time[lang], type: 'time', value: typed.jam, errors })}</div>`,
  textArea({ name: 'cerita', label: words.words[lang], hint: words.wordsHint[lang], value: typed.cerita, errors }),
  heldFiles(page.held, words.held[lang]),
  fileField({
    name: 'bukti',
    label: words.proofs[lang],
    hint: words.proofsHint[lang],
    accept: 'image/jpeg,image/png,image/webp,application/pdf',
    multiple: true,
    errors,
  }),
  html`<div class="buttons">${button(words.submit[lang])}</div>`,
)}</section>`;
  return roomPage(frame, words.title[lang], body);
}

/**
 * The first half of the first question. Its button sends the whole form, so that nothing typed or attached is lost; it comes
 * behind a hidden one, which is what the Enter key means.
 */
function officeFields(frame: PageFrame, { offices, form: typed, errors }: ReportPage): Html {
  const { lang } = frame.words;
  const choices = [
    { value: '', text: words.chooseOffice[lang] },
    ...offices.map(({ code, name }) => ({ value: code, text: name })),
    { value: notListed, text: words.officeNotListed[lang] },
  ];
  return html`<button type="submit" hidden>${words.submit[lang]}</button><h3>${words.where[lang]}</h3><div data-press="f-pilih">${selectField({ name: 'opd', label: words.office[lang], value: typed.opd, errors, choices })}</div><p><button type="submit" id="f-pilih" class="button other" name="pilih" value="1" formnovalidate>${words.showMachines[lang]}</button></p>`;
}

function whereFields(frame: PageFrame, { machines, form: typed, errors, onlyOffice }: ReportPage): Html | null {
  const { lang } = frame.words;
  const place = textField({
    name: 'letak',
    label: words.place[lang],
    hint: words.placeHint[lang],
    value: typed.letak,
    maxLength: 300,
    errors,
  });
  if (machines.length === 0) return html`${onlyOffice && html`<h3>${words.where[lang]}</h3>`}${place}`;
  const choices = [
    { value: '', text: '…' },
    ...machines.map(({ name, serial, deviceName }) => ({
      value: name,
      text: [name, serial ?? deviceName].filter(Boolean).join(' · '),
    })),
    { value: notListed, text: words.notListed[lang] },
  ];
  return html`${onlyOffice && html`<h3>${words.where[lang]}</h3>`}${selectField({ name: 'mesin', label: words.machine[lang], value: typed.mesin, errors, choices })}<details class="other"${(typed.letak !== '' || typed.mesin === notListed) && html` open`}><summary>${words.notListed[lang]}</summary>${place}</details>`;
}

function heldFiles(held: readonly CheckedProof[], text: string): Html | null {
  if (held.length === 0) return null;
  return html`<p>${text}</p><ul class="held">${held.map(({ fileName }) => html`<li>${fileName}</li>`)}</ul>`;
}
