/** How a machine stands, in one of nine marks. Pure: what the database says and what time it is go in. */
import { isClockUnfit } from '../errors.ts';
import type { MachineRow } from '../store/board.ts';

/** From best to worst is not an order: see {@link severity}. */
export type Mark =
  | 'ok'
  | 'slow'
  | 'clock'
  | 'silent'
  | 'trouble'
  | 'person'
  | 'waiting'
  /** A person reported it broken or lost, and that is not settled yet. */
  | 'reported'
  /** It rests because a person said so. */
  | 'paused';

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
export const marksBySeverity: readonly Mark[] = [
  'silent',
  'person',
  'trouble',
  'reported',
  'clock',
  'slow',
  'waiting',
  'paused',
  'ok',
];

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

/** What people said of a machine. */
export interface Said {
  readonly isPaused: boolean;
  readonly isReported: boolean;
}

/** The mark of one machine. What a person said goes before what is seen: somebody knows and has it. */
export function markOf(machine: MachineRow, pace: Pace, nowMs: number, said: Said | null = null): Mark {
  if (said?.isPaused === true) return 'paused';
  if (said?.isReported === true) return 'reported';
  if (machine.state === 'quarantined') return 'person';
  if (machine.state === 'failing') return markOfFailure(machine.errorCode);
  if (isClockUnfit(machine.errorCode)) return 'person';
  if (machine.lastReadMs === null) return 'waiting';
  if (!isFresh(machine, pace, nowMs)) return 'slow';
  return isClockOff(machine, pace) ? 'clock' : 'ok';
}

/** True when the clock is off by more than the limit, whatever the measurement leaves open. */
export function isClockOff(machine: MachineRow, pace: Pace): boolean {
  if (machine.offsetMs === null) return false;
  return Math.abs(machine.offsetMs) - (machine.offsetBoundMs ?? 0) > pace.clockLimitMs;
}

/** No answer at all, an answer that only a person can do something about, or one that could not be used this time. */
function markOfFailure(code: string | null): Mark {
  if (code === null || code.startsWith('NET_') || code === 'ZK_NO_REPLY') return 'silent';
  return forPersons.some((prefix) => code.startsWith(prefix)) ? 'person' : 'trouble';
}

/** Beginnings of the codes of `needsPerson` in src/errors.ts; a row of the database is no error object. */
const forPersons = ['ZK_COMM_KEY_', 'ZK_SECURE_FIRMWARE', 'ZK_OTHER_PROTOCOL', 'TERMINAL_SERIAL_', 'TERMINAL_LOG_'];
