/** The fault matrix: all rows, in the order of their numbers. */
import type { MatrixRow } from './row.ts';
import { terminalRows } from './terminal-rows.ts';

/** A group of rows is one test file: groups may run side by side. */
export const groups = {
  terminals: terminalRows,
} satisfies Record<string, readonly MatrixRow[]>;

export const table: readonly MatrixRow[] = Object.values(groups)
  .flat()
  .sort((a, b) => a.number - b.number);
