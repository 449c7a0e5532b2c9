/** Outage windows as files for spreadsheets. A cell never begins like a formula. */
import { stringify } from 'csv-stringify/sync';
import writeExcelFile from 'write-excel-file/node';
import { explainError } from '../../words/errors.ts';
import { causeNames, outageWords as words } from '../../words/incidents.ts';
import type { Lang } from '../../words/language.ts';
import { clockTime, zoneLabel } from '../format.ts';
import type { OutageLine } from './outage-report.ts';

function headOf(lang: Lang): readonly string[] {
  const { level, day, office, start, end, zone, minutes, machines, certainty, why, reports, cause } = words;
  return [level, day, office, start, end, zone, minutes, machines, certainty, why, reports, cause].map(
    (text) => text[lang],
  );
}

function cellsOf(line: OutageLine, lang: Lang): readonly (string | number)[] {
  const { level, day, officeName, timeZone, fromMs, toMs, terminals, cause, certainty, codes, reasons, incidents } =
    line;
  return [
    words[level === 'office' ? 'officeLevel' : 'machineLevel'][lang],
    day,
    officeName,
    clockTime(fromMs, timeZone),
    endTime(line),
    zoneLabel(timeZone, fromMs),
    Math.round((toMs - fromMs) / 60_000),
    terminals.join(', '),
    words[certainty][lang],
    [...codes.map((code) => explainError({ code }, lang).what), ...reasons].join(' '),
    incidents.map((number) => `#${number}`).join(', '),
    causeNames[cause][lang],
  ];
}

/** A window to the end of its day ends at 24:00, not at the next day's first second. */
export function endTime({ toMs, timeZone }: Pick<OutageLine, 'toMs' | 'timeZone'>): string {
  const time = clockTime(toMs, timeZone);
  return time === '00:00:00' ? '24:00:00' : time;
}

/** With a mark that tells spreadsheets the encoding. */
export function outageCsv(lines: readonly OutageLine[], lang: Lang): string {
  const rows = lines.map((line) => cellsOf(line, lang));
  return stringify([headOf(lang), ...rows], { bom: true, escape_formulas: true, record_delimiter: 'windows' });
}

/** One sheet; what is text stays text. */
export async function outageXlsx(lines: readonly OutageLine[], lang: Lang): Promise<Buffer> {
  const head = headOf(lang).map((value) => ({ value, fontWeight: 'bold' as const }));
  const rows = lines.map((line) =>
    cellsOf(line, lang).map((value) => (typeof value === 'number' ? { value, type: Number } : { value, type: String })),
  );
  const columns = [12, 12, 40, 10, 10, 7, 8, 24, 26, 50, 12, 28].map((width) => ({ width }));
  return writeExcelFile([head, ...rows], {
    columns,
    sheet: words.title[lang].slice(0, 31),
    stickyRowsCount: 1,
  }).toBuffer();
}
