/** The forms of one office, of one machine, and of an import. */
import type { Network, OfficeConfig } from '../../config.ts';
import type { WishOutcome } from '../../setup/change.ts';
import type { ImportKind, ImportLine } from '../../setup/import.ts';
import type { Bilingual, Lang } from '../../words/language.ts';
import { outcomeWords, setupWords as words } from '../../words/setup.ts';
import { boundText, offsetText } from '../../words/time.ts';
import { type Html, html } from '../html.ts';
import type { PageFrame } from '../views/page.ts';
import {
  banner,
  button,
  buttonLink,
  checkboxField,
  dataTable,
  errorSummary,
  type FieldErrors,
  facts,
  fileField,
  form,
  radioField,
  selectField,
  tag,
  textArea,
  textField,
} from '../views/parts.ts';
import type { OfficeBody, TerminalBody } from './forms.ts';
import { setupPage } from './list-views.ts';
import type { TriedTerminal } from './port.ts';

const zones: readonly (readonly [string, string])[] = [
  ['Asia/Jakarta', 'WIB · Asia/Jakarta'],
  ['Asia/Pontianak', 'WIB · Asia/Pontianak'],
  ['Asia/Makassar', 'WITA · Asia/Makassar'],
  ['Asia/Jayapura', 'WIT · Asia/Jayapura'],
];

export interface OfficeForm {
  readonly typed: OfficeBody;
  readonly errors: FieldErrors;
  /** The code of an office that exists; null for a new one. */
  readonly code: string | null;
  /** Stands in the file: only its networks can be changed here. */
  readonly inFile: boolean;
  readonly general: readonly string[];
}

/** The form of an office. */
export function officeFormView(frame: PageFrame, { typed, errors, code, inFile, general }: OfficeForm): Html {
  const { lang } = frame.words;
  const query = code === null ? '' : `?opd=${encodeURIComponent(code)}`;
  const action = code === null ? '/pengaturan/opd/baru' : `/pengaturan/opd/ubah${query}`;
  const networks = textArea({
    name: 'networks',
    label: words.networks[lang],
    hint: `${words.networksHint[lang]} (${general.join(', ')}).`,
    value: typed.networks,
    rows: 3,
    errors,
  });
  const known = zones.some(([zone]) => zone === typed.timeZone)
    ? zones
    : [...zones, [typed.timeZone, typed.timeZone] as const];
  const own = inFile
    ? html`${facts([
        [words.code[lang], code],
        [words.name[lang], typed.name],
        [words.zone[lang], typed.timeZone],
        [words.source[lang], tag(words.fromFile[lang], 'quiet')],
      ])}`
    : html`${
        code === null
          ? textField({
              name: 'code',
              label: words.code[lang],
              hint: words.codeHint[lang],
              value: typed.code,
              errors,
              maxLength: 40,
              plain: true,
              required: true,
            })
          : facts([[words.code[lang], code]])
      }${textField({ name: 'name', label: words.name[lang], value: typed.name, errors, maxLength: 120, required: true })}${selectField(
        {
          name: 'timeZone',
          label: words.zone[lang],
          value: typed.timeZone,
          errors,
          choices: known.map(([value, text]) => ({ value, text })),
        },
      )}`;
  const body = html`${errorSummary(errors, lang)}
${form({ action, csrf: frame.csrf }, own, networks, !inFile && moreSettings(typed, errors, lang), html`<p class="buttons">${button(words.save[lang])} ${buttonLink('/pengaturan/opd', words.cancel[lang])}</p>`)}
${code !== null && !inFile && html`<p>${buttonLink(`/pengaturan/opd/hapus${query}`, words.removeOffice[lang])}</p>`}`;
  return setupPage(frame, code === null ? words.addOffice : words.changeOffice, null, body);
}

function moreSettings(typed: OfficeBody, errors: FieldErrors, lang: Lang): Html {
  const names = [
    'pollEverySeconds',
    'relevantUntil',
    'clock.whenOffBySeconds',
    'clock.quietHours',
    'rush',
    'searchRange',
  ] as const;
  const labels: Readonly<Record<(typeof names)[number], Bilingual>> = {
    pollEverySeconds: words.poll,
    relevantUntil: words.relevantUntil,
    'clock.whenOffBySeconds': words.whenOff,
    'clock.quietHours': words.quietHours,
    rush: words.rush,
    searchRange: words.searchRange,
  };
  const fields = names.map((name) => {
    const field = { name, label: labels[name][lang], value: typed[name], errors };
    return name === 'rush' || name === 'searchRange'
      ? textArea({ ...field, rows: 2 })
      : textField({ ...field, plain: true });
  });
  const isWrong = names.some((name) => errors[name] !== undefined);
  return html`<details class="more"${isWrong && html` open`}><summary>${words.more[lang]}</summary>${fields}${checkboxField(
    {
      name: 'switches',
      label: words.switches[lang],
      values: typed.switches,
      errors,
      choices: [
        { value: 'set', text: words.setClocks[lang] },
        { value: 'live', text: words.live[lang] },
      ],
    },
  )}</details>`;
}

/** What a test of the connection came to. */
export type Trial =
  | { readonly found: TriedTerminal; readonly otherSerial: boolean }
  | { readonly what: string; readonly next: string };

export interface TerminalForm {
  readonly typed: TerminalBody;
  readonly errors: FieldErrors;
  /** The saved place; null for a new machine. */
  readonly known: { readonly officeCode: string; readonly name: string; readonly hasKey: boolean } | null;
  readonly offices: readonly OfficeConfig[];
  readonly networks: readonly Network[];
  readonly trial: Trial | null;
}

/** The form of a machine. Comm keys are never in it but locked. */
export function terminalFormView(frame: PageFrame, view: TerminalForm): Html {
  const { lang } = frame.words;
  const { typed, errors, known, offices, networks, trial } = view;
  const query =
    known === null ? '' : `?opd=${encodeURIComponent(known.officeCode)}&nama=${encodeURIComponent(known.name)}`;
  const choices = offices.map(({ code, name }) => ({ value: code, text: `${name} (${code})` }));
  const place =
    known === null
      ? html`${selectField({ name: 'officeCode', label: words.office[lang], value: typed.officeCode, choices, errors })}${textField(
          {
            name: 'name',
            label: words.name[lang],
            hint: words.machineNameHint[lang],
            value: typed.name,
            errors,
            maxLength: 60,
            required: true,
          },
        )}`
      : facts([
          [words.office[lang], known.officeCode],
          [words.name[lang], known.name],
        ]);
  const keyHint =
    typed.typedKey !== '' ? words.commKeyTyped : known?.hasKey === true ? words.commKeyKept : words.commKeyHint;
  const permitted = networks.map((network) => network.text).join(', ');
  const body = html`${errorSummary(errors, lang)}${trial !== null && trialView(trial, lang)}
${form(
  { action: known === null ? '/pengaturan/mesin/baru' : `/pengaturan/mesin/ubah${query}`, csrf: frame.csrf },
  place,
  textField({
    name: 'host',
    label: words.host[lang],
    hint: `${words.hostHint[lang]} ${permitted}`,
    value: typed.host,
    errors,
    plain: true,
    maxLength: 253,
    required: true,
  }),
  textField({ name: 'port', label: words.port[lang], value: typed.port, errors, plain: true, maxLength: 5 }),
  textField({
    name: 'serial',
    label: words.serial[lang],
    hint: words.serialHint[lang],
    value: typed.serial,
    errors,
    plain: true,
    maxLength: 40,
  }),
  textField({
    name: 'commKey',
    label: words.commKey[lang],
    hint: keyHint[lang],
    type: 'password',
    autocomplete: 'off',
    errors,
    maxLength: 6,
  }),
  html`<input type="hidden" name="typedKey" value="${typed.typedKey}">`,
  known?.hasKey === true &&
    checkboxField({
      name: 'clearKey',
      label: words.commKey[lang],
      choices: [{ value: '1', text: words.commKeyClear[lang] }],
    }),
  html`<details class="more"><summary>${words.more[lang]}</summary>${selectField({ name: 'transport', label: words.transport[lang], value: typed.transport, errors, choices: ['tcp', 'udp', 'auto'].map((value) => ({ value, text: value })) })}${selectField({ name: 'driver', label: words.driver[lang], value: typed.driver, errors, choices: ['zk', 'node-zklib'].map((value) => ({ value, text: value })) })}</details>`,
  html`<p class="buttons">${button(words.save[lang], { name: 'action', value: 'save' })} ${button(words.test[lang], { kind: 'other', name: 'action', value: 'test' })} ${buttonLink('/pengaturan/mesin', words.cancel[lang])}</p><p class="hint">${words.testHint[lang]}</p>`,
)}
${known !== null && html`<p>${buttonLink(`/pengaturan/mesin/hapus${query}`, words.removeMachine[lang])}</p>`}`;
  return setupPage(frame, known === null ? words.addMachine : words.changeMachine, null, body);
}

function trialView(trial: Trial, lang: Lang): Html {
  if ('what' in trial) return banner('bad', html`<b>${words.testBad[lang]}</b> ${trial.what} ${trial.next}`);
  const { serial, deviceName, firmware, platform, offset, records, recordCapacity } = trial.found;
  const clock =
    offset === null
      ? null
      : `${offsetText(offset.offsetMs, offset.boundMs, lang)} (${boundText(offset.boundMs, lang)})`;
  return html`${banner('done', words.testGood[lang])}${trial.otherSerial && banner('bad', words.testOther[lang])}${facts(
    [
      [words.serial[lang], serial],
      [words.model[lang], [deviceName, platform].filter((part) => part !== null).join(' · ') || null],
      [words.firmware[lang], firmware],
      [words.offset[lang], clock],
      [
        words.records[lang],
        records === null ? null : `${records}${recordCapacity === null ? '' : ` / ${recordCapacity}`}`,
      ],
    ],
  )}`;
}

/** A line of the dry run. */
export interface DryLine extends Pick<ImportLine, 'line' | 'officeCode' | 'terminalName'> {
  readonly effect: WishOutcome | 'refused';
  readonly reasons: readonly Bilingual[];
}

export interface ImportForm {
  readonly kind: ImportKind;
  readonly csv: string;
  /** Why the CSV as a whole cannot be used. */
  readonly fault: Bilingual | null;
  /** What would happen; null before the first look. */
  readonly lines: readonly DryLine[] | null;
}

const tags = { added: 'accent', changed: 'warn', unchanged: 'quiet', removed: 'warn', refused: 'bad' } as const;

/** `/pengaturan/impor`. */
export function importView(frame: PageFrame, { kind, csv, fault, lines }: ImportForm): Html {
  const { lang } = frame.words;
  const errors: FieldErrors = fault === null ? {} : { csv: fault[lang] };
  const ask = form(
    { action: '/pengaturan/impor', csrf: frame.csrf, multipart: true },
    radioField({
      name: 'kind',
      label: words.importWhat[lang],
      value: kind,
      choices: [
        { value: 'offices', text: words.offices[lang], hint: 'kode, nama, zona_waktu, jaringan, jarak_baca_detik' },
        {
          value: 'machines',
          text: words.machines[lang],
          hint: 'opd, nama, alamat, port, seri, comm_key, driver, transport',
        },
      ],
    }),
    textArea({ name: 'csv', label: words.importText[lang], value: csv, rows: 8, maxLength: 1_000_000, errors }),
    fileField({ name: 'file', label: words.importFile[lang], accept: '.csv,text/csv,text/plain' }),
    html`<p class="buttons">${button(words.check[lang], { kind: lines === null ? 'main' : 'other', name: 'action', value: 'check' })}</p>`,
  );
  const body = html`<p>${words.importLead[lang]}</p>${errorSummary(errors, lang)}${lines !== null && dryRunView(frame, { kind, csv, lines })}${ask}`;
  return setupPage(frame, words.importTitle, null, body);
}

function dryRunView(
  frame: PageFrame,
  run: { readonly kind: ImportKind; readonly csv: string; readonly lines: readonly DryLine[] },
): Html {
  const { lang } = frame.words;
  const { kind, csv, lines } = run;
  const counts = (['added', 'changed', 'unchanged', 'refused'] as const).map((effect) => {
    const many = lines.filter((line) => line.effect === effect).length;
    return html`${tag(`${many} ${outcomeWords[effect][lang]}`, many === 0 ? 'quiet' : tags[effect])} `;
  });
  const isRefused = lines.some(({ effect }) => effect === 'refused');
  const rows = lines.map(({ line, officeCode, terminalName, effect, reasons }) => [
    String(line),
    terminalName === null ? officeCode : `${officeCode} / ${terminalName}`,
    tag(outcomeWords[effect][lang], tags[effect]),
    reasons.map((reason) => reason[lang]).join(' '),
  ]);
  const apply = isRefused
    ? banner('bad', words.refusedFirst[lang])
    : form(
        { action: '/pengaturan/impor', csrf: frame.csrf, multipart: true },
        html`<input type="hidden" name="kind" value="${kind}"><textarea name="csv" hidden>${csv}</textarea>`,
        button(words.apply[lang], { name: 'action', value: 'apply' }),
      );
  return html`${banner('info', words.nothingChangedYet[lang])}<p class="tags">${counts}</p>${dataTable(
    words.effect[lang],
    [
      { head: words.line[lang] },
      { head: words.what[lang] },
      { head: words.effect[lang] },
      { head: words.reason[lang] },
    ],
    rows,
    words['csv-empty'][lang],
  )}${apply}`;
}
