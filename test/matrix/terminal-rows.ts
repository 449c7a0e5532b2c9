/** Rows 16 to 36: what terminals do. */
import type { MatrixRow } from './row.ts';

export const terminalRows: readonly MatrixRow[] = [];
