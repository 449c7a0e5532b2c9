/** The menu of all pages: what this reader may open, and where they are. */
import { may, type Permission, type Reader } from '../../accounts/permissions.ts';
import { navigation, roleNames, signInWords } from '../../words/accounts.ts';
import { alertWords } from '../../words/alerts.ts';
import type { Bilingual, Lang } from '../../words/language.ts';
import { type Html, html } from '../html.ts';

interface Place {
  readonly path: string;
  readonly text: Bilingual;
  /** Null for everybody who is signed in. */
  readonly needs: Permission | null;
}

/** In the order in which people work: look, find, report, answer. */
const places: readonly Place[] = [
  { path: '/', text: navigation.board, needs: 'board.view' },
  { path: '/mesin', text: navigation.machines, needs: 'board.view' },
  { path: '/presensi', text: navigation.attendance, needs: 'attendance.view' },
  { path: '/kelengkapan', text: navigation.completeness, needs: 'board.view' },
  { path: '/clocks', text: navigation.clocks, needs: 'board.view' },
  { path: '/laporan', text: navigation.reports, needs: 'board.view' },
  { path: '/lapor', text: navigation.report, needs: 'incident.report' },
  { path: '/peringatan', text: alertWords.page, needs: 'board.view' },
  { path: '/pengaturan', text: navigation.settings, needs: null },
];

/** Reporting a machine is one click away everywhere: on a phone it stands beside the folded menu. */
const reportPath = '/lapor';

/**
 * Links for a reader; nothing for nobody. On a phone they are folded behind a `details` without content: whether it is open
 * folds what follows, so that there is one list for all screens, and no script.
 */
export function menu(reader: Reader | null, address: string, lang: Lang): Html | null {
  if (reader === null) return null;
  const path = address.split('?')[0] ?? '/';
  const open = places.filter((place) => place.needs === null || may(reader, place.needs));
  const here = open.find((place) => path === place.path || (place.path !== '/' && path.startsWith(`${place.path}/`)));
  const link = (place: Place): Html =>
    html`<a href="${place.path}"${place === here && html` aria-current="page"`}>${place.text[lang]}</a>`;
  const links = open.map(
    (place) => html`<li${place.path === reportPath && html` class="at-hand"`}>${link(place)}</li>`,
  );
  const report = open.find((place) => place.path === reportPath);
  return html`<div class="menu-bar"><details class="menu-fold"><summary>${navigation.menu[lang]}${here !== undefined && html`: <b>${here.text[lang]}</b>`}</summary></details>${report !== undefined && html`<p class="menu-quick">${link(report)}</p>`}<nav class="menu" aria-label="${navigation.main[lang]}"><ul>${links}</ul></nav></div>`;
}

/** Who is signed in, and the way out. */
export function accountBox(reader: Reader | null, csrf: string, lang: Lang): Html | null {
  if (reader === null || reader.kind !== 'account') return null;
  const role = reader.role === null ? '' : roleNames[reader.role][lang];
  const where = reader.officeCode === null ? '' : ` · ${reader.officeCode}`;
  return html`<form class="who-am-i" method="post" action="/keluar"><input type="hidden" name="_csrf" value="${csrf}"><span>${reader.name}<small>${role}${where}</small></span><button type="submit" class="plain">${signInWords.signOut[lang]}</button></form>`;
}
