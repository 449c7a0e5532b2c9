/** How a machine stands, in one of seven marks. Pure: what the database says and what time it is go in. */
import type { MachineRow } from '../store/board.ts';

/** From best to worst is not an order: see {@link severity}. */
export type Mark = 'ok' | 'slow' | 'clock' | 'silent' | 'trouble' | 'held' | 'waiting';

/** What is expected of the machines of one office. */
export interface Pace {
  /** Time between two polls of one machine. */
  readonly pollEveryMs: number;
  /** A clock that is off by more than this is worth showing. */
  readonly clockLimitMs: number;
}

/** Pace of an office that is not configured any more, or whose configuration is unknown. */
export const defaultPace: Pace = { pollEveryMs: 60_000, clockLimitMs: 10_000 };

/** All marks in the order in which people should look at them. */
export const marksBySeverity: readonly Mark[] = ['silent', 'held', 'trouble', 'clock', 'slow', 'waiting', 'ok'];

/** 0 is the worst. */
export function severity(mark: Mark): number {
  return marksBySeverity.indexOf(mark);
}

/** Data of a machine counts as present while it was read within three polls, and within three minutes in any case. */
export function freshWithinMs(pace: Pace): number {
  return Math.max(3 * pace.pollEveryMs, 180_000);
}

/** True while what the machine holds is, but for the last moments, in the database. */
export function isFresh(machine: MachineRow, pace: Pace, nowMs: number): boolean {
  return machine.lastReadMs !== null && nowMs - machine.lastReadMs <= freshWithinMs(pace);
}

/** The mark of one machine. */
export function markOf(machine: MachineRow, pace: Pace, nowMs: number): Mark {
  if (machine.state === 'quarantined') return 'held';
  if (machine.state === 'failing') return isSilence(machine.errorCode) ? 'silent' : 'trouble';
  if (machine.lastReadMs === null) return 'waiting';
  if (!isFresh(machine, pace, nowMs)) return 'slow';
  return isClockOff(machine, pace) ? 'clock' : 'ok';
}

/** True when the clock is off by more than the limit, whatever the measurement leaves open. */
export function isClockOff(machine: MachineRow, pace: Pace): boolean {
  if (machine.offsetMs === null) return false;
  return Math.abs(machine.offsetMs) - (machine.offsetBoundMs ?? 0) > pace.clockLimitMs;
}

/** The network or the machine gave no answer; every other failure is an answer that could not be used. */
function isSilence(code: string | null): boolean {
  return code === null || code.startsWith('NET_') || code === 'ZK_NO_REPLY';
}
