/** The lists of offices and machines that are set up, and the page that asks before one is removed. */
import type { OfficeConfig } from '../../config.ts';
import type { Effective } from '../../setup/effective.ts';
import { placeText } from '../../setup/effective.ts';
import type { Bilingual, Lang } from '../../words/language.ts';
import { setupWords as words } from '../../words/setup.ts';
import { type Html, html } from '../html.ts';
import { type PageFrame, roomPage } from '../views/page.ts';
import { banner, button, buttonLink, dataTable, form, tag } from '../views/parts.ts';

/** A page of this area: its sections on top, what became of the last change, then the page. */
export function setupPage(frame: PageFrame, title: Bilingual, done: Bilingual | null, body: Html): Html {
  const { lang } = frame.words;
  const sections: readonly (readonly [string, Bilingual])[] = [
    ['/pengaturan/opd', words.offices],
    ['/pengaturan/mesin', words.machines],
    ['/pengaturan/impor', words.import],
    ['/pengaturan/gladi', words.rehearsal],
  ];
  const here = frame.address.split('?')[0] ?? '';
  const links = sections.map(
    ([path, text]) =>
      html`<li><a href="${path}"${here.startsWith(path) && html` aria-current="page"`}>${text[lang]}</a></li>`,
  );
  return roomPage(
    frame,
    title[lang],
    html`<nav class="sections" aria-label="${words.sections[lang]}"><ul>${links}</ul></nav><section><h2>${title[lang]}</h2>
${done !== null && banner('done', done[lang])}${body}</section>`,
  );
}

/** Where a thing is from, in a word. */
function sourceTag(managed: boolean, lang: Lang): Html {
  return managed ? tag(words.fromBrowser[lang], 'accent') : tag(words.fromFile[lang], 'quiet');
}

function leftOutNotice({ leftOut, keyless }: Effective, lang: Lang): Html | null {
  const faults = [...leftOut, ...keyless];
  if (faults.length === 0) return null;
  const items = faults.map(
    ({ officeCode, terminalName, text }) =>
      html`<li><b>${officeCode}${terminalName !== null && ` / ${terminalName}`}</b>: ${text[lang]}</li>`,
  );
  return html`<div class="banner bad" role="alert"><p>${words.leftOut[lang]}</p><ul>${items}</ul></div>`;
}

/** `/pengaturan/opd`. @param managed codes of the database */
export function officesView(
  frame: PageFrame,
  effective: Effective,
  managed: ReadonlySet<string>,
  done: Bilingual | null,
): Html {
  const { lang } = frame.words;
  const rows = effective.offices.map((office) => {
    const query = `?opd=${encodeURIComponent(office.code)}`;
    return [
      html`<a href="/pengaturan/opd/ubah${query}">${office.code}</a>`,
      office.name,
      office.timeZone,
      html`<a href="/pengaturan/mesin${query}">${office.terminals.length}</a>`,
      sourceTag(managed.has(office.code), lang),
    ];
  });
  const body = html`<p>${words.officesLead[lang]}</p>${leftOutNotice(effective, lang)}
<p class="buttons">${buttonLink('/pengaturan/opd/baru', words.addOffice[lang], 'main')} ${buttonLink('/pengaturan/opd.csv', words.export[lang])}</p>
${dataTable(
  words.offices[lang],
  [
    { head: words.code[lang] },
    { head: words.name[lang] },
    { head: words.zone[lang] },
    { head: words.machineCount[lang], figures: true },
    { head: words.source[lang] },
  ],
  rows,
  words.noOffices[lang],
)}`;
  return setupPage(frame, words.officesTitle, done, body);
}

/** `/pengaturan/mesin`, of one office or of all. */
export function machinesView(
  frame: PageFrame,
  effective: Effective,
  office: OfficeConfig | null,
  done: Bilingual | null,
): Html {
  const { lang } = frame.words;
  const offices = office === null ? effective.offices : [office];
  const rows = offices.flatMap(({ code, terminals }) =>
    terminals.map(({ name, host, port, serial }) => {
      const isManaged = effective.managedPlaces.has(placeText(code, name));
      const query = `?opd=${encodeURIComponent(code)}&nama=${encodeURIComponent(name)}`;
      return [
        isManaged ? html`<a href="/pengaturan/mesin/ubah${query}">${name}</a>` : name,
        html`<a href="/pengaturan/mesin?opd=${encodeURIComponent(code)}">${code}</a>`,
        host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
        serial ?? null,
        sourceTag(isManaged, lang),
      ];
    }),
  );
  const add = office === null ? '' : `?opd=${encodeURIComponent(office.code)}`;
  const body = html`<p>${words.machinesLead[lang]}</p>${office !== null && html`<p><b>${office.name}</b> · <a href="/pengaturan/mesin">${words.machines[lang]}: ${words.general[lang]}</a></p>`}${leftOutNotice(effective, lang)}
<p class="buttons">${effective.offices.length > 0 && buttonLink(`/pengaturan/mesin/baru${add}`, words.addMachine[lang], 'main')} ${buttonLink('/pengaturan/mesin.csv', words.export[lang])}</p>
${dataTable(
  words.machines[lang],
  [
    { head: words.name[lang] },
    { head: words.office[lang] },
    { head: words.address[lang] },
    { head: words.serial[lang] },
    { head: words.source[lang] },
  ],
  rows,
  effective.offices.length === 0 ? words.noOffices[lang] : words.noMachines[lang],
)}`;
  return setupPage(frame, words.machinesTitle, done, body);
}

/** Asks once, and says what stays. */
export function removalView(
  frame: PageFrame,
  removal: {
    readonly title: Bilingual;
    readonly stays: Bilingual;
    readonly thing: string;
    readonly action: string;
    readonly back: string;
    readonly trouble: Bilingual | null;
  },
): Html {
  const { lang } = frame.words;
  const { title, stays, thing, action, back, trouble } = removal;
  const body = html`${trouble !== null && banner('bad', trouble[lang])}<p><b>${thing}</b></p><p>${stays[lang]}</p>
${form({ action, csrf: frame.csrf }, button(`${title[lang]} ${thing}`, { kind: 'danger' }), html` ${buttonLink(back, words.cancel[lang])}`)}`;
  return setupPage(frame, title, null, body);
}
