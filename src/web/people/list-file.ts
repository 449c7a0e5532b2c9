/** A list of people as a spreadsheet writes it: semicolons or commas, with or without a byte order mark. */
import { CsvError, parse } from 'csv-parse/sync';
import type { TypedLine } from './fields.ts';

/** So many lines are taken at once. */
export const maxLines = 20_000;
export const maxBytes = 2 * 1024 * 1024;

/** Lines with their numbers in the file, or what is wrong with it as a whole. */
export type ListFile =
  | { readonly kind: 'lines'; readonly lines: readonly { readonly number: number; readonly typed: TypedLine }[] }
  | { readonly kind: 'wrong'; readonly fault: 'faultColumns' | 'faultCsv' | 'tooLarge'; readonly number: number };

const names: Readonly<Record<string, keyof TypedLine>> = {
  nip: 'nip',
  nama: 'nama',
  name: 'nama',
  opd: 'opd',
  office: 'opd',
  pin: 'pin',
  mesin: 'mesin',
  terminal: 'mesin',
  sejak: 'sejak',
  from: 'sejak',
  sampai: 'sampai',
  until: 'sampai',
};
export const columns = ['nip', 'nama', 'opd', 'pin', 'mesin', 'sejak', 'sampai'] as const;

/** Reads a list. */
export function readList(text: string): ListFile {
  const clean = text.replace(/^\ufeff/, '');
  const first = clean.split('\n', 1)[0] ?? '';
  const delimiter = first.includes(';') ? ';' : first.includes('\t') ? '\t' : ',';
  let rows: string[][];
  try {
    rows = parse(clean, { delimiter, trim: true, relax_column_count: true, to_line: maxLines + 2 });
  } catch (error) {
    return { kind: 'wrong', fault: 'faultCsv', number: error instanceof CsvError ? Number(error.lines ?? 1) : 1 };
  }
  if (rows.length > maxLines + 1) return { kind: 'wrong', fault: 'tooLarge', number: rows.length };
  const heads = (rows[0] ?? []).map((head) => names[head.toLowerCase()]);
  if (!heads.includes('nama') || !heads.includes('opd')) return { kind: 'wrong', fault: 'faultColumns', number: 1 };
  const lines = rows.slice(1).map((cells, at) => ({ number: at + 2, typed: typedOf(cells, heads) }));
  return { kind: 'lines', lines: lines.filter(({ typed }) => Object.values(typed).some((value) => value !== '')) };
}

function typedOf(cells: readonly string[], heads: readonly (keyof TypedLine | undefined)[]): TypedLine {
  const of = (name: keyof TypedLine): string => harmless(cells[heads.indexOf(name)] ?? '');
  return {
    nip: of('nip'),
    nama: of('nama'),
    opd: of('opd'),
    pin: of('pin'),
    mesin: of('mesin'),
    sejak: of('sejak'),
    sampai: of('sampai'),
  };
}

/** What an export of ours put in front of a cell that a spreadsheet would run is taken off again. */
function harmless(cell: string): string {
  return /^'[=+\-@]/.test(cell) ? cell.slice(1) : cell;
}
