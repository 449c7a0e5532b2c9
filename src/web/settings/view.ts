/** The index of settings, and one's own password. */

import { may, type Permission } from '../../accounts/permissions.ts';
import { signInWords } from '../../words/accounts.ts';
import type { Bilingual } from '../../words/language.ts';
import { peopleWords } from '../../words/people.ts';
import { settingsWords as words } from '../../words/settings.ts';
import { setupWords } from '../../words/setup.ts';
import { rehearsalWords } from '../../words/setup-rehearsal.ts';
import { type Html, html } from '../html.ts';
import { type PageFrame, roomPage } from '../views/page.ts';
import { banner, button, errorSummary, type FieldErrors, form, textField } from '../views/parts.ts';

interface Card {
  readonly path: string;
  readonly title: Bilingual;
  readonly lead: Bilingual;
  readonly needs: Permission | null;
  /** Only for those who see all offices. */
  readonly forAll?: boolean;
}

/** What can be set; each area adds its line. */
const cards: readonly Card[] = [
  {
    path: '/pengaturan/opd',
    title: setupWords.officesTitle,
    lead: setupWords.officesCard,
    needs: 'setup.change',
    forAll: true,
  },
  {
    path: '/pengaturan/mesin',
    title: setupWords.machinesTitle,
    lead: setupWords.machinesCard,
    needs: 'setup.change',
    forAll: true,
  },
  {
    path: '/pengaturan/impor',
    title: setupWords.importTitle,
    lead: setupWords.importCard,
    needs: 'setup.change',
    forAll: true,
  },
  {
    path: '/pengaturan/gladi',
    title: rehearsalWords.title,
    lead: rehearsalWords.card,
    needs: 'setup.change',
    forAll: true,
  },
  { path: '/pengaturan/pegawai', title: peopleWords.title, lead: peopleWords.lead, needs: 'people.manage' },
  { path: '/pengaturan/akun', title: words.accounts, lead: words.accountsLead, needs: 'account.manage', forAll: true },
  { path: '/pengaturan/token', title: words.tokens, lead: words.tokensLead, needs: 'account.manage', forAll: true },
  { path: '/pengaturan/jejak', title: words.audit, lead: words.auditLead, needs: 'audit.view' },
  { path: '/pengaturan/sandi', title: words.password, lead: words.passwordLead, needs: null },
];

export function settingsView(frame: PageFrame, isInsecure: boolean): Html {
  const { lang } = frame.words;
  const { reader } = frame;
  const shown = cards.filter(
    ({ needs, forAll }) => (needs === null || may(reader, needs)) && (forAll !== true || reader?.officeCode === null),
  );
  const items = shown.map(
    ({ path, title, lead }) => html`<div><dt><a href="${path}">${title[lang]}</a></dt><dd>${lead[lang]}</dd></div>`,
  );
  return roomPage(
    frame,
    words.title[lang],
    html`<h2>${words.title[lang]}</h2>${isInsecure && banner('bad', words.insecure[lang])}<dl class="facts index">${items}</dl>`,
  );
}

export function passwordView(frame: PageFrame, errors: FieldErrors): Html {
  const { lang } = frame.words;
  const field = { type: 'password', required: true, errors } as const;
  const body = html`<h2>${words.password[lang]}</h2>${errorSummary(errors, lang)}
${form(
  { action: '/pengaturan/sandi', csrf: frame.csrf },
  textField({ ...field, name: 'current', label: words.current[lang], autocomplete: 'current-password' }),
  textField({
    ...field,
    name: 'password',
    label: signInWords.newPassword[lang],
    hint: signInWords.passwordHint[lang],
    autocomplete: 'new-password',
  }),
  textField({ ...field, name: 'again', label: signInWords.again[lang], autocomplete: 'new-password' }),
  button(signInWords.chooseSubmit[lang]),
)}`;
  return roomPage(frame, words.password[lang], body);
}

/** Something that is shown once: a link, a token. */
export function onceView(
  frame: PageFrame,
  shown: { readonly title: Bilingual; readonly text: Bilingual; readonly secret: string; readonly back: string },
): Html {
  const { lang } = frame.words;
  const body = html`<h2>${shown.title[lang]}</h2>${banner('done', shown.text[lang])}<p><code class="once">${shown.secret}</code></p><p><a href="${shown.back}">${words.back[lang]}</a></p>`;
  return roomPage(frame, shown.title[lang], body);
}
