/** `/laporan/masa`: when no machine of an office could take a punch. */
import type { OfficeRow } from '../../store/board.ts';
import { explainError } from '../../words/errors.ts';
import { causeNames, outageWords as words } from '../../words/incidents.ts';
import { durationText } from '../../words/time.ts';
import { clockTime, zoneLabel } from '../format.ts';
import { type Html, html, join } from '../html.ts';
import { type PageFrame, roomPage } from '../views/page.ts';
import {
  banner,
  button,
  buttonLink,
  dataTable,
  type FieldErrors,
  selectField,
  tag,
  textField,
} from '../views/parts.ts';
import { endTime } from './outage-files.ts';
import type { OutageLine, OutageReport } from './outage-report.ts';
import { reportLink } from './report-link.ts';

export interface OutagePage {
  readonly dari: string;
  readonly sampai: string;
  readonly opd: string;
  readonly offices: readonly OfficeRow[];
  readonly report: OutageReport;
  readonly errors: FieldErrors;
}

const tags = { known: 'ok', open: 'warn', unknown: 'quiet' } as const;

/** Lines of one table: a page is to be read; files hold all. */
const mostShown = 300;

export function outagePage(frame: PageFrame, page: OutagePage): Html {
  const { lang } = frame.words;
  const { report, dari, sampai, opd } = page;
  const query = new URLSearchParams({ dari, sampai, opd }).toString();
  const down = report.lines.filter(({ cause }) => cause === 'down');
  const unwatched = report.lines.filter(({ cause }) => cause !== 'down');
  const of = (lines: readonly OutageLine[], wanted: OutageLine['level']) =>
    lines.filter(({ level }) => level === wanted);
  const rest = of(unwatched, 'terminal');
  const body = html`<section><h2>${words.title[lang]}</h2><p>${words.lead[lang]}</p>
${rangeForm(frame, page)}${!report.isWhole && banner('bad', words.incomplete[lang])}
<div class="buttons">${buttonLink(`/laporan/masa.xlsx?${query}`, words.xlsx[lang])}${buttonLink(`/laporan/masa.csv?${query}`, words.csv[lang])}</div>
<h3>${words.wholeOffice[lang]}</h3>${table(frame, words.wholeOffice[lang], of(down, 'office'))}
<h3>${words.perMachine[lang]}</h3>${table(frame, words.perMachine[lang], of(down, 'terminal'))}
<h3>${words.notWatched[lang]}</h3>${table(frame, words.notWatched[lang], of(unwatched, 'office'))}
${rest.length > 0 && html`<details class="other"><summary>${words.perMachine[lang]} (${rest.length})</summary>${table(frame, `${words.notWatched[lang]}: ${words.perMachine[lang]}`, rest)}</details>`}</section>`;
  return roomPage(frame, words.title[lang], body);
}

function rangeForm(frame: PageFrame, { dari, sampai, opd, offices, errors }: OutagePage): Html {
  const { lang } = frame.words;
  const codes = [{ value: '', text: '–' }, ...offices.map(({ code, name }) => ({ value: code, text: name }))];
  return html`<form class="filters" method="get" action="/laporan/masa">${textField({ name: 'dari', label: words.from[lang], type: 'date', value: dari, errors })}${textField({ name: 'sampai', label: words.to[lang], type: 'date', value: sampai })}${offices.length > 1 && selectField({ name: 'opd', label: words.office[lang], value: opd, choices: codes })}${button(words.show[lang], { kind: 'other' })}</form>`;
}

function table(frame: PageFrame, caption: string, lines: readonly OutageLine[]): Html {
  const { lang } = frame.words;
  const columns = [
    { head: words.day[lang] },
    { head: words.office[lang] },
    { head: `${words.start[lang]} – ${words.end[lang]}` },
    { head: words.length[lang] },
    { head: words.machines[lang] },
    { head: words.certainty[lang] },
    { head: words.why[lang] },
  ];
  const rows = lines.slice(0, mostShown).map((line) => {
    const { day, officeName, fromMs, toMs, timeZone, terminals, cause, certainty, codes, reasons, incidents } = line;
    const why = codes.map((code) => html`<span title="${code}">${explainError({ code }, lang).what}</span>`);
    const reports = incidents.map(reportLink);
    return [
      html`<span class="day">${day}</span>`,
      officeName,
      html`${clockTime(fromMs, timeZone).slice(0, 5)}–${endTime(line).slice(0, 5)} ${zoneLabel(timeZone, fromMs)}`,
      durationText(toMs - fromMs, lang),
      terminals.join(', '),
      html`${tag(words[certainty][lang], tags[certainty])}${cause !== 'down' && html`<small>${causeNames[cause][lang]}</small>`}`,
      join([...why, ...reasons, ...reports], ' '),
    ];
  });
  return dataTable(caption, columns, rows, words.none[lang]);
}
