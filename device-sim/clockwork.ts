import { resetClock, setClock, shownAt, stepClock, stopClock } from './clock.ts';
import { OPERATION } from './operations.ts';
import type { Holdings } from './terminal.ts';

/** A terminal's clock as people, clients and power cuts see it: every change leaves an operation behind. docs/protocol.md, "Operation log". */
export type Clockwork = {
  /** The wall time on its screen. */
  shownMs(): number;
  resetClock(): void;
  stepClock(byMs: number): void;
  stopClock(forMs: number): void;
  setClock(wallMs: number): void;
  /** It is switched off at its button, or on; after a power cut only the second is written down. */
  switched(power: 'off' | 'on'): void;
};

/** @param changed called after every change, to keep the clock's state */
export function clockworkOf(holdings: Holdings, changed: (() => void) | undefined): Clockwork {
  const { clock, now, operations, knobs } = holdings;
  const shownMs = (): number => shownAt(clock, now());
  const restart = (act: () => void): void => {
    act();
    operations.note(OPERATION.powerOn, shownMs());
    changed?.();
  };
  const set = (act: () => void): void => {
    const oldMs = shownMs();
    act();
    operations.note(OPERATION.timeSet, knobs.timeSetStamp === 'old' ? oldMs : shownMs());
    changed?.();
  };
  return {
    shownMs,
    resetClock: () => restart(() => resetClock(clock, now())),
    stopClock: (forMs) => restart(() => stopClock(clock, now(), forMs)),
    stepClock: (byMs) => set(() => stepClock(clock, now(), byMs)),
    setClock: (wallMs) => set(() => setClock(clock, now(), wallMs)),
    switched: (power) => operations.note(power === 'on' ? OPERATION.powerOn : OPERATION.powerOff, shownMs()),
  };
}
