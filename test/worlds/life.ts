/**
 * The life of one process: it calls others over links that take time, waits, is killed at any of its awaits, and is frozen
 * and thawed as a virtual machine is.
 */
import type { RunningTime } from '../../src/office/waiting.ts';
import type { Kernel } from './kernel.ts';

export interface Life {
  readonly name: string;
  isAlive(): boolean;
  isFrozen(): boolean;
  /** When it last thawed; `-Infinity` when it never froze. */
  thawedAtMs(): number;
  /**
   * Asks somebody else. The work is done there, whatever has become of the caller by then, and its outcome is known here,
   * unless the caller died; a frozen one learns it when it thaws.
   *
   * @param thereAt when the work is done, as a share of the round trip; where it matters not, at its end: fewer events
   */
  call<T>(what: string, roundTripMs: number, work: () => T, thereAt?: number): Promise<T>;
  /** Something comes in from outside, unasked. */
  receive(deed: () => void): void;
  readonly time: RunningTime;
  kill(): void;
  /** Kills it in its n-th call from now: before it is sent, or when its answer comes in. */
  killAtCall(calls: number, when: 'before' | 'after'): void;
  freeze(): void;
  thaw(): void;
}

const longestPauseMs = 2 ** 31 - 1;

/** @param onDeath told when it dies */
export function createLife(kernel: Kernel, name: string, onDeath: () => void = () => undefined): Life {
  let alive = true;
  let frozen = false;
  let thawedAtMs = Number.NEGATIVE_INFINITY;
  const missed: (() => void)[] = [];
  let doom: { calls: number; readonly when: 'before' | 'after' } | null = null;

  const kill = (): void => {
    if (!alive) return;
    alive = false;
    missed.length = 0;
    kernel.note(name, 'dies');
    onDeath();
  };
  const receive = (deed: () => void): void => {
    if (!alive) return;
    if (frozen) missed.push(deed);
    else deed();
  };
  const isDoomed = (): 'before' | 'after' | null => {
    if (doom === null) return null;
    doom.calls -= 1;
    if (doom.calls > 0) return null;
    const { when } = doom;
    doom = null;
    return when;
  };

  return {
    name,
    isAlive: () => alive,
    isFrozen: () => frozen,
    thawedAtMs: () => thawedAtMs,
    call: (what, roundTripMs, work, thereAt = 1) =>
      new Promise((resolve, reject) => {
        if (!alive) return;
        const doomed = isDoomed();
        if (doomed === 'before') return kill();
        kernel.at(kernel.nowMs() + roundTripMs * thereAt, () => {
          let settle: () => void;
          try {
            const value = work();
            settle = () => resolve(value);
          } catch (error) {
            settle = () => reject(error);
          }
          const arrive = (): void => {
            if (doomed === 'after' && alive) {
              kernel.note(name, `is doomed after ${what}`);
              kill();
            }
            receive(settle);
          };
          if (thereAt === 1) arrive();
          else kernel.at(kernel.nowMs() + roundTripMs * (1 - thereAt), arrive);
        });
      }),
    receive,
    time: {
      nowMs: () => kernel.nowMs(),
      pause: (ms, signal) =>
        new Promise((resolve) => {
          if (signal.aborted) return resolve();
          const done = (): void => {
            callOff();
            signal.removeEventListener('abort', done);
            resolve();
          };
          const wakeMs = kernel.nowMs() + Math.min(Math.max(ms, 0), longestPauseMs);
          const callOff = kernel.at(wakeMs, () => receive(done));
          signal.addEventListener('abort', done, { once: true });
        }),
    },
    kill,
    killAtCall: (calls, when) => {
      doom = { calls, when };
    },
    freeze() {
      frozen = true;
      kernel.note(name, 'freezes');
    },
    thaw() {
      frozen = false;
      thawedAtMs = kernel.nowMs();
      kernel.note(name, 'thaws');
      for (const deed of missed.splice(0)) receive(deed);
    },
  };
}
