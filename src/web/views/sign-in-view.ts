/** The door: signing in, and choosing a password. */
import { signInWords as words } from '../../words/accounts.ts';
import { type Html, html } from '../html.ts';
import { type PageFrame, roomPage } from './page.ts';
import { banner, button, errorSummary, form, textField } from './parts.ts';

export interface SignInForm {
  readonly login: string;
  /** Where to go on. */
  readonly goTo: string;
  readonly trouble: 'refused' | 'busy' | null;
  /** The password was chosen a moment ago. */
  readonly chosen: boolean;
}

export function signInView(frame: PageFrame, { login, goTo, trouble, chosen }: SignInForm): Html {
  const { lang } = frame.words;
  const body = html`<section class="door"><h2>${words.title[lang]}</h2><p>${words.lead[lang]}</p>
${chosen && banner('done', words.chosen[lang])}${trouble !== null && banner('bad', words[trouble][lang])}
${form(
  { action: '/masuk', csrf: frame.csrf },
  html`<input type="hidden" name="ke" value="${goTo}">`,
  textField({
    name: 'login',
    label: words.login[lang],
    value: login,
    autocomplete: 'username',
    plain: true,
    maxLength: 60,
    required: true,
  }),
  textField({
    name: 'password',
    label: words.password[lang],
    type: 'password',
    autocomplete: 'current-password',
    required: true,
  }),
  button(words.submit[lang]),
)}</section>`;
  return roomPage(frame, words.title[lang], body);
}

export interface ChooseForm {
  readonly secret: string;
  readonly login: string;
  readonly trouble: 'tooShort' | 'tooLong' | 'notSame' | null;
}

export function chooseView(frame: PageFrame, { secret, login, trouble }: ChooseForm): Html {
  const { lang } = frame.words;
  const errors = trouble === null ? {} : { [trouble === 'notSame' ? 'again' : 'password']: words[trouble][lang] };
  const body = html`<section class="door"><h2>${words.chooseTitle[lang]}</h2><p>${words.chooseLead[lang]} <b>${login}</b>.</p>
${errorSummary(errors, lang)}
${form(
  { action: '/masuk/tautan', csrf: frame.csrf },
  html`<input type="hidden" name="kode" value="${secret}"><input type="hidden" name="username" value="${login}" autocomplete="username">`,
  textField({
    name: 'password',
    label: words.newPassword[lang],
    hint: words.passwordHint[lang],
    type: 'password',
    autocomplete: 'new-password',
    errors,
    required: true,
  }),
  textField({
    name: 'again',
    label: words.again[lang],
    type: 'password',
    autocomplete: 'new-password',
    errors,
    required: true,
  }),
  button(words.chooseSubmit[lang]),
)}</section>`;
  return roomPage(frame, words.chooseTitle[lang], body);
}
