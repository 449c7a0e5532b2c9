/**
 * The pieces that pages with forms and lists are made of, so that all of them look and behave alike: labels above, hints
 * under the label, errors beside the field and collected on top, nothing typed is lost.
 */

import { signInWords } from '../../words/accounts.ts';
import type { Lang } from '../../words/language.ts';
import { type Html, html } from '../html.ts';

/** Errors by field name, in words for the person who typed. */
export type FieldErrors = Readonly<Record<string, string>>;

/** What all fields have. */
interface FieldBase {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly errors?: FieldErrors;
  readonly required?: boolean;
}

export interface TextField extends FieldBase {
  readonly value?: string;
  readonly type?: 'text' | 'password' | 'email' | 'number' | 'date' | 'time' | 'datetime-local' | 'search' | 'tel';
  readonly autocomplete?: string;
  readonly maxLength?: number;
  /** `none` turns off capitals on phones: logins, serials, codes. */
  readonly plain?: boolean;
}

/** One line of text. */
export function textField(field: TextField): Html {
  const { name, value = '', type = 'text', autocomplete, maxLength = 200, plain = false } = field;
  return wrapped(
    field,
    html`<input id="f-${name}" name="${name}" type="${type}" value="${type === 'password' ? '' : value}" maxlength="${maxLength}"${aria(field)}${autocomplete !== undefined && html` autocomplete="${autocomplete}"`}${plain && html` autocapitalize="none" spellcheck="false"`}>`,
  );
}

/** Several lines of text. */
export function textArea(
  field: FieldBase & { readonly value?: string; readonly rows?: number; readonly maxLength?: number },
): Html {
  const { name, value = '', rows = 4, maxLength = 4_000 } = field;
  return wrapped(
    field,
    html`<textarea id="f-${name}" name="${name}" rows="${rows}" maxlength="${maxLength}"${aria(field)}>${value}</textarea>`,
  );
}

export interface Choice {
  readonly value: string;
  readonly text: string;
  readonly hint?: string;
}

/** One of many, closed. */
export function selectField(field: FieldBase & { readonly value?: string; readonly choices: readonly Choice[] }): Html {
  const { name, value, choices } = field;
  const options = choices.map(
    (choice) =>
      html`<option value="${choice.value}"${choice.value === value && html` selected`}>${choice.text}</option>`,
  );
  return wrapped(field, html`<select id="f-${name}" name="${name}"${aria(field)}>${options}</select>`);
}

/** One of few, all to be seen. */
export function radioField(field: FieldBase & { readonly value?: string; readonly choices: readonly Choice[] }): Html {
  return choiceSet(field, 'radio', field.choices, (choice) => choice === field.value);
}

/** Any number of few. */
export function checkboxField(
  field: FieldBase & { readonly values?: readonly string[]; readonly choices: readonly Choice[] },
): Html {
  return choiceSet(field, 'checkbox', field.choices, (choice) => field.values?.includes(choice) ?? false);
}

function choiceSet(
  field: FieldBase,
  type: 'radio' | 'checkbox',
  choices: readonly Choice[],
  isChosen: (value: string) => boolean,
): Html {
  const { name, label, hint, errors } = field;
  const error = errors?.[name];
  const options = choices.map(
    (choice, index) =>
      html`<label class="choice"><input type="${type}" name="${name}" value="${choice.value}"${index === 0 && html` id="f-${name}"`}${isChosen(choice.value) && html` checked`}> <span>${choice.text}${choice.hint !== undefined && html`<small>${choice.hint}</small>`}</span></label>`,
  );
  return html`<fieldset class="field${error !== undefined && html` wrong`}"><legend>${label}</legend>${hint !== undefined && html`<p class="hint">${hint}</p>`}${error !== undefined && html`<p class="error" id="e-${name}">${error}</p>`}${options}</fieldset>`;
}

/** Files; the form must be `multipart`. */
export function fileField(field: FieldBase & { readonly accept: string; readonly multiple?: boolean }): Html {
  const { name, accept, multiple = false } = field;
  return wrapped(
    field,
    html`<input id="f-${name}" name="${name}" type="file" accept="${accept}"${multiple && html` multiple`}${aria(field)}>`,
  );
}

function wrapped(field: FieldBase, input: Html): Html {
  const { name, label, hint, errors } = field;
  const error = errors?.[name];
  return html`<div class="field${error !== undefined && html` wrong`}"><label for="f-${name}">${label}</label>${hint !== undefined && html`<p class="hint" id="h-${name}">${hint}</p>`}${error !== undefined && html`<p class="error" id="e-${name}">${error}</p>`}${input}</div>`;
}

function aria({ name, hint, errors, required }: FieldBase): Html {
  const isWrong = errors?.[name] !== undefined;
  const described = [hint !== undefined && `h-${name}`, isWrong && `e-${name}`].filter(Boolean).join(' ');
  return html`${described !== '' && html` aria-describedby="${described}"`}${isWrong && html` aria-invalid="true"`}${required === true && html` required`}`;
}

/** What is wrong, on top of the form, each line leading to its field. Nothing when nothing is wrong. */
export function errorSummary(errors: FieldErrors, lang: Lang): Html | null {
  const entries = Object.entries(errors);
  if (entries.length === 0) return null;
  return html`<div class="errors" role="alert" tabindex="-1"><h3>${signInWords.fixFirst[lang]}</h3><ul>${entries.map(([name, text]) => html`<li><a href="#f-${name}">${text}</a></li>`)}</ul></div>`;
}

/** A form that changes something. `csrf` is `PageFrame.csrf`. */
export function form(
  options: {
    readonly action: string;
    readonly csrf: string;
    readonly multipart?: boolean;
    readonly className?: string;
  },
  ...content: readonly (Html | null | false)[]
): Html {
  const { action, csrf, multipart = false, className = 'form' } = options;
  return html`<form class="${className}" method="post" action="${action}"${multipart && html` enctype="multipart/form-data"`}><input type="hidden" name="_csrf" value="${csrf}">${content}</form>`;
}

/** A button that says what will happen. */
export function button(
  text: string,
  options: { readonly kind?: 'main' | 'other' | 'danger'; readonly name?: string; readonly value?: string } = {},
): Html {
  const { kind = 'main', name, value } = options;
  return html`<button type="submit" class="button ${kind}"${name !== undefined && html` name="${name}" value="${value ?? ''}"`}>${text}</button>`;
}

/** A link that looks like a button: it leads somewhere and changes nothing. */
export function buttonLink(href: string, text: string, kind: 'main' | 'other' = 'other'): Html {
  return html`<a class="button ${kind}" href="${href}">${text}</a>`;
}

/** Something done, something to know, something wrong. */
export function banner(kind: 'done' | 'info' | 'bad', text: Html | string): Html {
  return html`<div class="banner ${kind}" role="${kind === 'bad' ? 'alert' : 'status'}">${text}</div>`;
}

/** A word with a colour: the word alone says it too. */
export function tag(text: string, kind: 'ok' | 'warn' | 'bad' | 'quiet' | 'accent' = 'quiet'): Html {
  return html`<span class="tag ${kind}">${text}</span>`;
}

/** A column of a list. */
export interface Column {
  readonly head: string;
  /** Figures stand right. */
  readonly figures?: boolean;
}

/** A list as a table that becomes cards on a phone. `empty` says what would fill it. */
export function dataTable(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly (Html | string | number | null)[])[],
  empty: string,
): Html {
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`;
  const head = columns.map(
    (column) => html`<th scope="col"${column.figures === true && html` class="figures"`}>${column.head}</th>`,
  );
  const body = rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, index) => {
        const column = columns[index];
        const figures = column?.figures === true && html` class="figures"`;
        return index === 0
          ? html`<th scope="row">${cell}</th>`
          : html`<td data-label="${column?.head ?? ''}"${figures}>${cell ?? '–'}</td>`;
      })}</tr>`,
  );
  return html`<div class="wide" role="region" aria-label="${caption}" tabindex="0"><table class="list"><caption class="unseen">${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** Names and values of one thing. */
export function facts(rows: readonly (readonly [name: string, value: Html | string | number | null])[]): Html {
  return html`<dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value ?? '–'}</dd></div>`)}</dl>`;
}

/** Links to the neighbouring pages of a list. */
export function pager(
  links: { readonly newer?: string | null; readonly older?: string | null },
  lang: Lang,
): Html | null {
  const { newer = null, older = null } = links;
  if (newer === null && older === null) return null;
  const text = { id: ['Lebih baru', 'Lebih lama'], en: ['Newer', 'Older'] }[lang];
  return html`<nav class="pager" aria-label="${{ id: 'Halaman', en: 'Pages' }[lang]}">${newer !== null && html`<a href="${newer}" rel="prev">← ${text[0]}</a>`}${older !== null && html`<a href="${older}" rel="next">${text[1]} →</a>`}</nav>`;
}
