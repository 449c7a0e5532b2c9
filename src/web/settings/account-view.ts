/** The list of accounts, and one account. */
import { roles } from '../../accounts/permissions.ts';
import type { AccountRow } from '../../store/accounts.ts';
import type { OfficeRow } from '../../store/board.ts';
import { roleNames } from '../../words/accounts.ts';
import { settingsWords as words } from '../../words/settings.ts';
import { timeTag } from '../format.ts';
import { type Html, html } from '../html.ts';
import { type PageFrame, roomPage } from '../views/page.ts';
import {
  banner,
  button,
  dataTable,
  errorSummary,
  type FieldErrors,
  form,
  radioField,
  selectField,
  tag,
  textField,
} from '../views/parts.ts';
import type { AccountForm } from './account-routes.ts';

interface Typed {
  readonly name: string;
  readonly role: string;
  readonly office: string;
}

/** Name, role and office: what both forms ask. */
function fields(frame: PageFrame, typed: Typed, offices: readonly OfficeRow[], errors: FieldErrors): Html {
  const { lang } = frame.words;
  return html`${textField({ name: 'name', label: words.name[lang], value: typed.name, maxLength: 100, errors, required: true })}
${radioField({
  name: 'role',
  label: words.role[lang],
  value: typed.role,
  errors,
  choices: roles.map((role) => ({ value: role, text: roleNames[role][lang] })),
})}
${officeField(frame, typed.office, offices, errors)}`;
}

/** Which office a reader is for. */
export function officeField(frame: PageFrame, value: string, offices: readonly OfficeRow[], errors: FieldErrors): Html {
  const { lang } = frame.words;
  const choices = [
    { value: '', text: words.allOffices[lang] },
    ...offices.map(({ code, name }) => ({ value: code, text: `${name} (${code})` })),
  ];
  return selectField({ name: 'office', label: words.office[lang], value, errors, choices });
}

export function accountsView(
  frame: PageFrame,
  shown: {
    readonly accounts: readonly AccountRow[];
    readonly offices: readonly OfficeRow[];
    readonly form: AccountForm;
    readonly errors: FieldErrors;
    readonly done: boolean;
  },
  nowMs: number,
): Html {
  const { words: page } = frame;
  const { lang } = page;
  const zone = shown.offices[0]?.timeZone ?? 'Asia/Jakarta';
  const rows = shown.accounts.map((account) => [
    html`<a href="/pengaturan/akun/${encodeURIComponent(account.login)}">${account.login}</a>`,
    account.name,
    roleNames[account.role][lang],
    account.officeCode ?? words.allOffices[lang],
    stateTag(account, lang),
    account.lastSeenMs === null ? null : timeTag(account.lastSeenMs, zone, page, nowMs),
  ]);
  const heads = [words.login, words.name, words.role, words.office, words.state, words.lastSeen];
  const body = html`<h2>${words.accounts[lang]}</h2>${shown.done && banner('done', words.done[lang])}
${dataTable(
  words.accounts[lang],
  heads.map((head) => ({ head: head[lang] })),
  rows,
  '',
)}
<h3>${words.newAccount[lang]}</h3>${errorSummary(shown.errors, lang)}
${form(
  { action: '/pengaturan/akun', csrf: frame.csrf },
  textField({
    name: 'login',
    label: words.login[lang],
    hint: words.loginHint[lang],
    value: shown.form.login,
    errors: shown.errors,
    plain: true,
    maxLength: 60,
    required: true,
    autocomplete: 'off',
  }),
  fields(frame, shown.form, shown.offices, shown.errors),
  button(words.newAccount[lang]),
)}`;
  return roomPage(frame, words.accounts[lang], body);
}

export function accountView(
  frame: PageFrame,
  {
    account,
    offices,
    errors,
  }: { readonly account: AccountRow; readonly offices: readonly OfficeRow[]; readonly errors: FieldErrors },
  _nowMs: number,
): Html {
  const { lang } = frame.words;
  const action = `/pengaturan/akun/${encodeURIComponent(account.login)}`;
  const typed = { name: account.name, role: account.role, office: account.officeCode ?? '' };
  const isOff = account.disabledAtMs !== null;
  const body = html`<h2>${account.login}</h2><p>${stateTag(account, lang)}</p>${errorSummary(errors, lang)}
${form(
  { action, csrf: frame.csrf },
  fields(frame, typed, offices, errors),
  radioField({
    name: 'keadaan',
    label: words.state[lang],
    value: isOff ? 'nonaktif' : 'aktif',
    choices: [
      { value: 'aktif', text: words.active[lang] },
      { value: 'nonaktif', text: words.disabled[lang] },
    ],
  }),
  button(words.saveAccount[lang]),
)}
${
  !isOff &&
  html`<h3>${words.newLink[lang]}</h3><p>${words.newLinkHint[lang]}</p>${form({ action: `${action}/tautan`, csrf: frame.csrf }, button(words.newLink[lang], { kind: 'other' }))}`
}
<p><a href="/pengaturan/akun">${words.back[lang]}</a></p>`;
  return roomPage(frame, account.login, body);
}

function stateTag(account: AccountRow, lang: 'id' | 'en'): Html {
  if (account.disabledAtMs !== null) return tag(words.disabled[lang], 'quiet');
  if (account.lockedUntilMs !== null) return tag(words.locked[lang], 'warn');
  return account.hasPassword ? tag(words.active[lang], 'ok') : tag(words.invited[lang], 'accent');
}
