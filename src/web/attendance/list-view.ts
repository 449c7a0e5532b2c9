/** `/presensi`: filters, rows, and the evidence of each. */
import type { AttendanceRow, StretchCompleteness } from '../../store/attendance-list.ts';
import type { PersonRow } from '../../store/people.ts';
import { completenessText, rowsText, attendanceWords as texts } from '../../words/attendance.ts';
import { boundOf, clockTime, stamp, timeTag } from '../format.ts';
import { type Html, html } from '../html.ts';
import { type PageFrame, roomPage } from '../views/page.ts';
import { banner, button, buttonLink, dataTable, form, selectField, tag, textField } from '../views/parts.ts';
import { stateWord, verifyWord, type Words } from '../words.ts';
import { addressOf, placeText, type Search } from './search.ts';

/** What the page shows beside the search itself. */
export interface ListPage {
  readonly rows: readonly AttendanceRow[];
  readonly hasMore: boolean;
  readonly count: number;
  readonly countLimit: number;
  readonly completeness: StretchCompleteness;
  readonly mayExport: boolean;
  readonly nowMs: number;
}

const path = '/presensi';

/** The page. */
export function attendancePage(frame: PageFrame, search: Search, page: ListPage): Html {
  const { lang } = frame.words;
  const { person, trouble } = search;
  const only =
    person !== null &&
    banner(
      'info',
      html`${texts.onlyPerson[lang]}: <b>${person.name}</b> <a href="${addressOf(path, search.asked, { pegawai: undefined, setelah: undefined })}">${texts.allPeople[lang]}</a>`,
    );
  const list =
    trouble === null
      ? html`${countLine(search, page, frame.words)}${rowTable(search, page, frame.words)}${pages(search, page, lang)}${exports(search, page, lang)}`
      : banner('bad', trouble[lang]);
  return roomPage(
    frame,
    texts.title[lang],
    html`<section><h2>${texts.title[lang]}</h2>${only}${filters(search, lang)}${finder(frame, search)}${list}</section>`,
  );
}

function filters({ asked, offices, machines, fromDay, toDay }: Search, lang: Words['lang']): Html {
  const officeChoices = offices.map(({ code, name }) => ({ value: code, text: name }));
  const standing = machines.filter(({ officeCode, serial }) => officeCode === asked.opd || serial === asked.mesin);
  const machineChoices = standing.map(({ serial, name }) => ({ value: serial, text: `${name} · ${serial}` }));
  return html`<form class="filters" method="get" action="${path}">${asked.pegawai !== undefined && html`<input type="hidden" name="pegawai" value="${asked.pegawai}">`}
${selectField({ name: 'opd', label: texts.office[lang], value: asked.opd ?? '', choices: [{ value: '', text: texts.allOffices[lang] }, ...officeChoices] })}
${machineChoices.length > 0 && selectField({ name: 'mesin', label: texts.machine[lang], value: asked.mesin ?? '', choices: [{ value: '', text: texts.allMachines[lang] }, ...machineChoices] })}
${textField({ name: 'pin', label: texts.pin[lang], value: asked.pin ?? '', maxLength: 24, plain: true, autocomplete: 'off' })}
${textField({ name: 'dari', label: texts.from[lang], type: 'date', value: fromDay || (asked.dari ?? ''), maxLength: 10 })}
${textField({ name: 'sampai', label: texts.to[lang], type: 'date', value: toDay || (asked.sampai ?? ''), maxLength: 10 })}
<div>${button(texts.show[lang])}</div></form>`;
}

/** Looking for a person is sent as a form: a name does not belong into an address. */
function finder(frame: PageFrame, search: Search): Html {
  const { lang } = frame.words;
  const { dari, sampai } = search.asked;
  return html`<details class="finder"><summary class="opens">${texts.find[lang]}</summary>${form(
    { action: `${path}/cari`, csrf: frame.csrf },
    dari !== undefined && html`<input type="hidden" name="dari" value="${dari}">`,
    sampai !== undefined && html`<input type="hidden" name="sampai" value="${sampai}">`,
    textField({
      name: 'cari',
      label: texts.findLabel[lang],
      hint: texts.findHint[lang],
      type: 'search',
      maxLength: 80,
      required: true,
      autocomplete: 'off',
    }),
    button(texts.find[lang], { kind: 'other' }),
  )}</details>`;
}

function countLine(search: Search, page: ListPage, words: Words): Html {
  const { lang } = words;
  const { completeness } = page;
  const rows = rowsText(page.count, page.countLimit, lang);
  const days = search.days * search.officeCodes.length;
  const told = completenessText(completeness, days, search.days === 1, lang);
  const zone = search.offices[0]?.timeZone ?? 'Asia/Jakarta';
  const month = search.toDay.slice(0, 7);
  const office = search.asked.opd === undefined ? '' : `&opd=${encodeURIComponent(search.asked.opd)}`;
  return html`<p class="count" role="status"><b>${rows}</b> · <a href="/kelengkapan?bulan=${month}${office}">${told}</a> · ${words.updated} ${timeTag(page.nowMs, zone, words, page.nowMs)}</p>`;
}

function rowTable({ offices }: Search, { rows, nowMs }: ListPage, words: Words): Html {
  const { lang } = words;
  const byCode = new Map(offices.map((office) => [office.code, office]));
  const columns = [
    { head: texts.time[lang] },
    { head: texts.person[lang] },
    { head: texts.machine[lang] },
    { head: texts.how[lang] },
    { head: texts.status[lang] },
    { head: texts.evidence[lang] },
  ];
  const cells = rows.map((row) => {
    const office = byCode.get(row.officeCode);
    const zone = office?.timeZone ?? 'UTC';
    const key = stateWord(row.punchState, words);
    return [
      html`${timeTag(row.occurredAtMs, zone, words, nowMs)}<small>${boundOf(row.earliestMs, row.latestMs, words) ?? words.boundUnknown}</small>`,
      html`${row.personName ?? html`<i>${texts.unknownPerson[lang]}</i>`}<small>${texts.pin[lang]} ${row.pin}${row.nip !== null && ` · NIP ${row.nip}`}</small>`,
      html`${row.terminalName}<small>${office?.name ?? row.officeCode}</small>`,
      html`${verifyWord(row.verifyMode, words)}${key !== words.states.none && html`<small>${key}</small>`}`,
      statusTag(row, words),
      drawer(row, zone, words, nowMs),
    ];
  });
  return dataTable(texts.title[lang], columns, cells, texts.empty[lang]);
}

function statusTag({ timeStatus, suspect }: AttendanceRow, words: Words): Html {
  const kind =
    timeStatus === 'final' ? 'ok' : timeStatus === 'ambiguous' || timeStatus === 'uncorrectable' ? 'bad' : 'warn';
  return html`${tag(words.timeStatus[timeStatus], kind)}${suspect !== null && html` <b title="${suspect}">!</b>`}`;
}

/** What the row rests on, without a script; the whole explanation is one click further. */
function drawer(row: AttendanceRow, zone: string, words: Words, nowMs: number): Html {
  const { lang } = words;
  const earliest = Number.isFinite(row.earliestMs) ? stamp(row.earliestMs, zone, words, nowMs) : texts.noEarliest[lang];
  const latest = Number.isFinite(row.latestMs) ? clockTime(row.latestMs, zone) : texts.noEarliest[lang];
  return html`<details><summary class="opens">${texts.evidence[lang]}</summary><p>${texts.deviceTime[lang]}: ${row.deviceTime ?? texts.impossible[lang]}<br>${texts.between[lang]}: ${earliest} – ${latest}<br>${texts.received[lang]}: ${stamp(row.receivedAtMs, zone, words, nowMs)}<br>${texts.revision[lang]} ${row.revision} · ${row.serial}${row.suspect !== null && html`<br>${texts.suspect[lang]}: ${row.suspect}`}<br><a href="/clocks/explain/${encodeURIComponent(row.punchId)}">${texts.why[lang]}</a></p></details>`;
}

function pages({ asked }: Search, { rows, hasMore }: ListPage, lang: Words['lang']): Html | null {
  const last = rows.at(-1);
  const older = hasMore && last !== undefined ? addressOf(path, asked, { setelah: placeText(last) }) : null;
  const newest = asked.setelah === undefined ? null : addressOf(path, asked, { setelah: undefined });
  if (older === null && newest === null) return null;
  return html`<nav class="pager" aria-label="${texts.title[lang]}">${newest !== null && html`<a href="${newest}">← ${texts.newest[lang]}</a>`}${older !== null && html`<a href="${older}" rel="next">${texts.older[lang]} →</a>`}</nav>`;
}

function exports({ asked }: Search, page: ListPage, lang: Words['lang']): Html | null {
  if (!page.mayExport || page.count === 0) return null;
  const all = { ...asked, setelah: undefined };
  return html`<div class="buttons">${buttonLink(addressOf(`${path}.csv`, all), texts.csv[lang])}${buttonLink(addressOf(`${path}.xlsx`, all), texts.xlsx[lang])}</div><p class="hint">${texts.exportHint[lang]}</p>`;
}

/** People who match a search by name; a link leads to the punches of each. */
export function foundPage(
  frame: PageFrame,
  people: readonly PersonRow[],
  days: { readonly dari?: string | undefined; readonly sampai?: string | undefined },
): Html {
  const { lang } = frame.words;
  const none = { opd: undefined, mesin: undefined, pin: undefined, setelah: undefined };
  const cells = people.map((person) => [
    html`<a href="${addressOf(path, { ...none, dari: days.dari, sampai: days.sampai, pegawai: person.personId })}">${person.name}</a>`,
    person.nip,
    person.officeCode,
  ]);
  const columns = [{ head: texts.person[lang] }, { head: 'NIP' }, { head: texts.office[lang] }];
  return roomPage(
    frame,
    texts.found[lang],
    html`<section><h2>${texts.found[lang]}</h2>${dataTable(texts.found[lang], columns, cells, texts.foundNone[lang])}<p><a href="${path}">← ${texts.title[lang]}</a></p></section>`,
  );
}
