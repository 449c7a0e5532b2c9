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
    return { why: words.problems.clock.why(offset), next: words.problems.clock.next };
  }
  if (machine.errorCode !== null && mark !== 'waiting' && mark !== 'slow') {
    const { what, next } = explainError({ code: machine.errorCode }, words.lang);
    return { why: what, next };
  }
  return mark === 'waiting' ? words.problems.waiting : words.problems.slow;
}
