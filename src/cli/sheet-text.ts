/** A sheet as text for a terminal window or a printer: 100 columns, nothing but characters. */
import type { Block, Sheet, SumLine } from '../explain/sheet.ts';
import { pairs, printable, wrapped } from './output.ts';

const width = 100;

/** The whole sheet, ending with a line end. */
export function sheetText(sheet: Sheet): string {
  const rule = '─'.repeat(width);
  const parts = [`${printable(sheet.title)}: ${printable(sheet.subject)}\n${rule}\n`];
  for (const alarm of sheet.alarms) parts.push(`${paragraph(`!!! ${alarm}`)}\n`);
  parts.push(paragraph(sheet.lead.text));
  parts.push(`${paragraph(`[${sheet.lead.status}] ${sheet.lead.meaning}`)}\n`);
  for (const [index, { heading, blocks }] of sheet.sections.entries()) {
    parts.push(`${index + 1}. ${heading}\n`, ...blocks.map((block) => indented(blockText(block))), '\n');
  }
  parts.push(`${rule}\n`, paragraph(sheet.foot));
  return parts.join('');
}

function paragraph(text: string, within = width): string {
  return wrapped(printable(text), within)
    .map((line) => `${line}\n`)
    .join('');
}

const inner = width - 3;

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '   ');
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'text':
      return paragraph(block.text, inner);
    case 'facts':
      return pairs(block.rows, inner);
    case 'table':
      return wholeTable([block.head, ...block.rows]);
    case 'sums':
      return block.lines.map(sumText).join('');
    case 'list':
      return block.items.map((item) => `- ${wrapped(printable(item), inner - 2).join('\n  ')}\n`).join('');
    case 'code':
      return paragraph(block.text, inner);
  }
}

function sumText({ what, how, result }: SumLine): string {
  return `${paragraph(`${what}:`, inner)}   ${printable(how)}\n   = ${printable(result)}\n`;
}

/** A table that cuts nothing off, for a hearing must see every digit: cells too wide for their column go on below. */
function wholeTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(printable));
  const columns = (cells[0] ?? []).map((_, column) => cells.map((row) => row[column] ?? ''));
  const longest = (texts: readonly string[]): number => Math.max(...texts.map((text) => [...text].length));
  const words = columns.map((texts) => longest(texts.flatMap((text) => text.split(' '))));
  const widths = columns.map(longest);
  const gaps = (widths.length - 1) * 2;
  while (widths.reduce((sum, size) => sum + size, 0) + gaps > inner) {
    const most = Math.max(...widths.map((size, column) => (size > (words[column] ?? 0) ? size : 0)));
    if (most === 0) break;
    widths[widths.findIndex((size, column) => size === most && size > (words[column] ?? 0))] = most - 1;
  }
  return cells.map((row) => rowText(row, widths)).join('');
}

function rowText(row: readonly string[], widths: readonly number[]): string {
  const cells = row.map((text, column) => wrapped(text, widths[column] ?? 0));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, at) => {
    const line = cells.map((lines, column) => {
      const text = lines[at] ?? '';
      return text + ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...text].length));
    });
    return `${line.join('  ').trimEnd()}\n`;
  }).join('');
}
