/** Rows 16 to 36: what terminals do. */
import type { MatrixRow } from './row.ts';
import { clockRows } from './terminal-clock-rows.ts';
import { lineRows } from './terminal-line-rows.ts';
import { logRows } from './terminal-log-rows.ts';

export const terminalRows: readonly MatrixRow[] = [...lineRows, ...logRows, ...clockRows];
