/** Numbers in, a table out. Every bench prints through this page so that units and spread are always there. */

/** Middle value of at least one number. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * The value below which the share `q` of the values lies (nearest rank).
 *
 * @param q 0 to 1
 * @throws RangeError when there is no value
 */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))];
  if (value === undefined) throw new RangeError('quantile of nothing');
  return value;
}

/** `12.3 (11.9–14.0)`: median and spread. */
export function spread(values: readonly number[], digits = 1): string {
  const fixed = (value: number): string => value.toFixed(digits);
  return `${fixed(median(values))} (${fixed(Math.min(...values))}–${fixed(Math.max(...values))})`;
}

/** A whole number with thousands marks. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A table for people; the first row is the head. */
export function printTable(title: string, rows: readonly (readonly string[])[]): void {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  console.log(`\n${title}`);
  rows.forEach((row, index) => {
    const line = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(`  ${line.join('  ')}`);
    if (index === 0) console.log(`  ${widths.map((width) => '-'.repeat(width)).join('  ')}`);
  });
}
