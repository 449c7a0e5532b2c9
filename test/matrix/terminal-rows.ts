/** Rows 16 to 36: what terminals do. */
import type { MatrixRow } from './row.ts';
import { lineRows } from './terminal-line-rows.ts';
import { logRows } from './terminal-log-rows.ts';

export const terminalRows: readonly MatrixRow[] = [...lineRows, ...logRows];
