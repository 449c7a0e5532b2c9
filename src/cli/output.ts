/** Writing answers: at the reader's pace, and in columns. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Large enough that a log of 100,000 records takes a few hundred writes, small enough to hold no memory. */
const chunkChars = 64 * 1024;

/** Writes all lines, waiting whenever the reader is slower. Each text must bring its own line end. */
export async function writeLines(stream: Writable, lines: Iterable<string>): Promise<void> {
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length < chunkChars) continue;
    if (!stream.write(chunk)) await once(stream, 'drain');
    chunk = '';
  }
  if (chunk !== '' && !stream.write(chunk)) await once(stream, 'drain');
}

/** One JSON value on one line. */
export function writeJson(stream: Writable, value: unknown): void {
  stream.write(`${JSON.stringify(value)}\n`);
}

/** `Label:  value` lines with the values under each other, broken between words beyond `maxWidth` characters. */
export function pairs(rows: readonly (readonly [label: string, value: string])[], maxWidth = 100): string {
  const width = Math.max(...rows.map(([label]) => label.length)) + 3;
  return rows
    .map(([label, value]) => {
      const lines = wrapped(printable(value), maxWidth - width);
      return `${`${label}:`.padEnd(width)}${lines.join(`\n${' '.repeat(width)}`)}\n`;
    })
    .join('');
}

/** Text in lines of at most `width` characters, broken between words; a longer word keeps a line of its own. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && widthOf(line) + 1 + widthOf(word) <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/**
 * A table whose lines never exceed `maxWidth` characters: columns shrink from the widest down, and what does not fit ends
 * in an ellipsis.
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[], maxWidth = 100): string {
  const cells = [head, ...rows].map((row) => row.map(printable));
  const gaps = (head.length - 1) * 2;
  const widths = head.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ''))));
  while (widths.reduce((sum, width) => sum + width, 0) + gaps > maxWidth) {
    const widest = Math.max(...widths);
    if (widest <= 4) break;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => padded(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return cells.map((row) => `${line(row)}\n`).join('');
}

/** Text from a terminal or a configuration must not steer the window it is shown in. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD');
}

function widthOf(text: string): number {
  return [...text].length;
}

function padded(text: string, width: number): string {
  const chars = [...text];
  const cut = chars.length > width ? [...chars.slice(0, Math.max(0, width - 1)), '…'] : chars;
  return cut.join('') + ' '.repeat(Math.max(0, width - cut.length));
}
