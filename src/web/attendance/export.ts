/**
 * Attendance as a file for a spreadsheet, with the completeness of each office and day on top: a number that leaves the
 * room takes with it how far it can be trusted.
 */
import { stringify } from 'csv-stringify/sync';
import writeXlsx from 'write-excel-file/node';
import { formatDeviceTime } from '../../clock/device-time.ts';
import { wallTimeIn, zoneLabel } from '../../clock/zone.ts';
import { type AttendanceRow, type RowPlace, readAttendance } from '../../store/attendance-list.ts';
import { type CompletenessRow, readCompleteness } from '../../store/completeness.ts';
import type { Database } from '../../store/database.ts';
import { exportHeads, attendanceWords as texts } from '../../words/attendance.ts';
import { reasonText, stateTexts } from '../../words/completeness.ts';
import type { Lang } from '../../words/language.ts';
import { sayIn } from '../instant-words.ts';
import { stateWord, verifyWord, wordsOf } from '../words.ts';
import { daysOf, type Search } from './search.ts';

/** A file holds so many rows at most, and says so when there were more. A sheet is made in one go, in our own process. */
export const maxExportRows = { csv: 100_000, xlsx: 20_000 } as const;
const chunk = 5_000;
/** Days of offices that are listed with their reasons. */
const maxDays = 25_000;

/** What goes into a file. */
export interface Taken {
  readonly rows: readonly AttendanceRow[];
  readonly isCut: boolean;
  readonly days: readonly CompletenessRow[];
}

interface Sheet extends Taken {
  readonly search: Search;
  readonly lang: Lang;
  readonly nowMs: number;
}

type Db = Database['db'];

/** Reads it, a few thousand rows at a time, so that no statement runs long. */
export async function readExport(db: Db, search: Search, maxRows: number): Promise<Taken> {
  const rows: AttendanceRow[] = [];
  let after: RowPlace | null = null;
  let hasMore = true;
  while (hasMore && rows.length <= maxRows) {
    const part: readonly AttendanceRow[] = await readAttendance(db, search.query, { after, limit: chunk });
    rows.push(...part);
    after = part.at(-1) ?? null;
    hasMore = part.length === chunk;
  }
  const days = await readCompleteness(db, { ...daysOf(search), limit: maxDays });
  return { rows: rows.slice(0, maxRows), isCut: rows.length > maxRows, days };
}

type Cell = string | number | null;

/** CSV with a byte order mark, so that Excel reads it as UTF-8; what a spreadsheet would run is made harmless. */
export async function attendanceCsv(sheet: Sheet): Promise<Buffer> {
  const lines: Cell[][] = [...headOf(sheet), ...daysTable(sheet), [], headsOf(sheet.lang), ...rowsOf(sheet)];
  const parts: string[] = ['\ufeff'];
  for (let at = 0; at < lines.length; at += chunk) {
    parts.push(stringify(lines.slice(at, at + chunk), { escape_formulas: true, record_delimiter: '\r\n' }));
    // Others are served in between.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return Buffer.from(parts.join(''), 'utf8');
}

/** XLSX: completeness on the first sheet, rows on the second. Cells are texts and numbers; none is a formula. */
export async function attendanceXlsx(sheet: Sheet): Promise<Buffer> {
  const bold = (cells: readonly Cell[]) =>
    cells.map((value) => ({ value: String(value), fontWeight: 'bold' as const }));
  const [dayHeads = [], ...days] = daysTable(sheet);
  const first = [...headOf(sheet).map(asCells), [], bold(dayHeads), ...days.map(asCells)];
  const second = [bold(headsOf(sheet.lang)), ...rowsOf(sheet).map(asCells)];
  const wide = (widths: readonly number[]) => widths.map((width) => ({ width }));
  return writeXlsx([
    { data: first, sheet: texts.sheetDays[sheet.lang], columns: wide([26, 14, 24, 16, 16, 10, 60]) },
    {
      data: second,
      sheet: texts.sheetRows[sheet.lang],
      columns: wide([22, 16, 18, 16, 10, 22, 30, 12, 16, 7, 20, 20, 14, 20, 14, 10, 20, 8, 20]),
      stickyRowsCount: 1,
    },
  ]).toBuffer();
}

function asCells(cells: readonly Cell[]) {
  return cells.map((value) =>
    typeof value === 'number' ? { value, type: Number } : { value: value ?? '', type: String },
  );
}

function headOf({ search, lang, isCut, rows, nowMs }: Sheet): Cell[][] {
  const zone = search.offices[0]?.timeZone ?? 'Asia/Jakarta';
  return [
    [texts.title[lang], `${search.fromDay} – ${search.toDay}`],
    [texts.printedAt[lang], `${wallText(nowMs, zone)} ${zoneLabel(zone, nowMs)}`],
    [texts.records[lang], rows.length],
    [isCut ? texts.cut[lang] : texts.whole[lang]],
    [],
  ];
}

function daysTable({ search, days, lang }: Sheet): Cell[][] {
  const byCode = new Map(search.offices.map((office) => [office.code, office]));
  const heads = [
    texts.office,
    texts.day,
    texts.state,
    texts.machinesRead,
    texts.machinesAll,
    texts.records,
    texts.reasons,
  ];
  return [
    heads.map((head) => head[lang]),
    ...days.map((row): Cell[] => {
      const office = byCode.get(row.officeCode);
      const say = sayIn(office?.timeZone ?? 'UTC');
      const why = row.reasons.map((reason) => reasonText(reason, say, lang)).join('; ');
      const name = office?.name ?? row.officeCode;
      return [name, row.day, stateTexts[row.state][lang], row.terminalsRead, row.terminals, row.records, why];
    }),
  ];
}

function headsOf(lang: Lang): string[] {
  return exportHeads.map((head) => head[lang]);
}

function rowsOf({ rows, search, lang }: Sheet): Cell[][] {
  const zones = new Map(search.offices.map(({ code, timeZone }) => [code, timeZone]));
  const words = wordsOf(lang);
  return rows.map((row) => {
    const zone = zones.get(row.officeCode) ?? 'UTC';
    const at = wallText(row.occurredAtMs, zone);
    const bound = (ms: number): string => (Number.isFinite(ms) ? wallText(ms, zone) : '');
    return [
      row.punchId,
      row.officeCode,
      row.serial,
      row.terminalName,
      row.pin,
      row.nip,
      row.personName,
      at.slice(0, 10),
      at.slice(11),
      zoneLabel(zone, row.occurredAtMs),
      bound(row.earliestMs),
      bound(row.latestMs),
      words.timeStatus[row.timeStatus],
      row.deviceTime,
      verifyWord(row.verifyMode, words),
      stateWord(row.punchState, words),
      wallText(row.receivedAtMs, zone),
      row.revision,
      row.suspect,
    ];
  });
}

function wallText(atMs: number, zone: string): string {
  return formatDeviceTime(wallTimeIn(zone, atMs)).replace('T', ' ');
}

/** A file name of codes and days alone: nothing of a person, and nothing a system would stumble over. */
export function exportName({ asked, fromDay, toDay }: Search): string {
  const office = (asked.opd ?? 'semua')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, 40);
  return `presensi-${office}-${fromDay}-${toDay}`;
}
