/** The fault matrix: all rows, in the order of their numbers. */
import { crashRows } from './crash-rows.ts';
import { hostRows, stopRows } from './host-rows.ts';
import { backupRows, officeRows } from './office-rows.ts';
import { pageRows } from './page-rows.ts';
import { postgresRows } from './postgres-rows.ts';
import { redisRows } from './redis-rows.ts';
import type { MatrixRow } from './row.ts';
import { strangerRows } from './stranger-rows.ts';
import { terminalRows } from './terminal-rows.ts';

/** A group of rows is one test file: groups may run side by side. */
export const groups = {
  crashes: crashRows,
  redis: redisRows,
  postgres: postgresRows,
  host: [...hostRows, ...stopRows],
  offices: [...officeRows, ...backupRows],
  strangers: [...strangerRows, ...pageRows],
  terminals: terminalRows,
} satisfies Record<string, readonly MatrixRow[]>;

export const table: readonly MatrixRow[] = Object.values(groups)
  .flat()
  .sort((a, b) => a.number - b.number);

/** What a whole table has. */
export const rowNumbers: readonly number[] = Array.from({ length: 44 }, (_, index) => index + 1);
