import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { ClockState } from './clock.ts';

/** What a fleet needs besides the ledger to go on where it stopped: the clocks, by serial. */
export type FleetState = { clocks: Record<string, ClockState> };

/** @returns undefined when there is no such file yet, or it is not ours */
export function readState(file: string | undefined): FleetState | undefined {
  if (file === undefined || !existsSync(file)) return undefined;
  const state = JSON.parse(readFileSync(file, 'utf8')) as FleetState;
  return typeof state.clocks === 'object' && state.clocks !== null ? state : undefined;
}

/** Replaces the file in one step, so that a kill leaves the old state or the new one. */
export function writeState(file: string | undefined, state: FleetState): void {
  if (file === undefined) return;
  writeFileSync(`${file}.new`, JSON.stringify(state));
  renameSync(`${file}.new`, file);
}
