import type { Faults } from './faults.ts';

/** Packed times that no working clock shows: 2024-02-31 00:00:00, the year 2000, and the year 2133. */
const STRAY = { 'impossible-date': 0x2e4a_bb80, 'zero-date': 0, 'future-date': 0xffff_ffff } as const;

/** The stamp a fault puts on a record instead of the clock's. */
export function strayStamp(faults: Faults): number | undefined {
  for (const name of ['impossible-date', 'zero-date', 'future-date'] as const) {
    if (faults.strike(name)) return STRAY[name];
  }
  return undefined;
}
