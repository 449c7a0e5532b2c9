/** Why a machine is not ok and what to do about it, in plain words. */
import { explainError } from '../words/errors.ts';
import type { BoardMachine } from './board.ts';
import { offsetWords } from './format.ts';
import type { Words } from './words.ts';

/** What is wrong, as far as known, and the next step. */
export interface Problem {
  readonly why: string;
  readonly next: string;
}

/** The problem of a machine, or null when it is ok. */
export function problemOf(machine: BoardMachine, words: Words): Problem | null {
  const { mark } = machine;
  if (mark === 'ok') return null;
  if (mark === 'clock') {
    const offset = offsetWords(machine.offsetMs, machine.offsetBoundMs, words);
    const text = isReset(machine.offsetMs ?? 0) ? words.problems.reset : words.problems.clock;
    return { why: text.why(offset), next: text.next };
  }
  if (mark === 'paused') return words.problems.paused;
  if (mark === 'reported' && machine.errorCode === null) return words.problems.reported;
  if (machine.errorCode !== null) {
    const { what, next } = explainError({ code: machine.errorCode }, words.lang);
    return { why: what, next };
  }
  return mark === 'waiting' ? words.problems.waiting : words.problems.slow;
}

/** A clock that lost its power starts again years ago (docs/protocol.md, "Packed time"); nobody sets one so far off. */
function isReset(offsetMs: number): boolean {
  return offsetMs < -yearMs;
}

const yearMs = 365 * 86_400_000;
