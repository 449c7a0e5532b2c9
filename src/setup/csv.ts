/** CSV as offices exchange it: commas or semicolons, quoted where needed. Pure. */

/** Rows with the line they begin at; null when a quotation mark is not closed. */
export function parseCsv(text: string): readonly { readonly line: number; readonly cells: readonly string[] }[] | null {
  const source = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const head = source.slice(0, source.indexOf('\n') < 0 ? source.length : source.indexOf('\n'));
  const separator = (head.match(/;/g)?.length ?? 0) > (head.match(/,/g)?.length ?? 0) ? ';' : ',';
  const rows: { line: number; cells: string[] }[] = [];
  let line = 1;
  let row: { line: number; cells: string[] } = { line, cells: [] };
  let cell = '';
  let quoted = false;
  const endCell = (): void => {
    row.cells.push(withoutGuard(cell.trim()));
    cell = '';
  };
  const endRow = (): void => {
    endCell();
    if (row.cells.some((one) => one !== '')) rows.push(row);
    row = { line, cells: [] };
  };
  for (let at = 0; at < source.length; at += 1) {
    const char = source[at] ?? '';
    if (char === '\n') line += 1;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (source[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (char === '"' && cell.trim() === '') {
      cell = '';
      quoted = true;
    } else if (char === separator) endCell();
    else if (char === '\n') endRow();
    else cell += char;
  }
  if (quoted) return null;
  endRow();
  return rows;
}

/** One file. Cells that a spreadsheet would take for a formula are guarded by an apostrophe. */
export function writeCsv(rows: readonly (readonly (string | number | boolean | null)[])[]): string {
  return `${rows.map((cells) => cells.map(cellText).join(',')).join('\r\n')}\r\n`;
}

function cellText(value: string | number | boolean | null): string {
  const text = value === null ? '' : String(value);
  const guarded = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",;\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** Takes the guard away that {@link writeCsv} put there, so that an exported file comes back as it was. */
function withoutGuard(text: string): string {
  return /^'[=+\-@]/.test(text) ? text.slice(1) : text;
}
