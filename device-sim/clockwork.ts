import { resetClock, setClock, shownAt, stepClock, stopClock } from './clock.ts';
import { OPERATION } from './operations.ts';
import type { Holdings } from './terminal.ts';

/** A terminal's clock as people, clients and power cuts see it: every change leaves an operation behind. */
export type Clockwork = {
  /** The wall time on its screen. */
  shownMs(): number;
  resetClock(): void;
  stepClock(byMs: number): void;
  stopClock(forMs: number): void;
  setClock(wallMs: number): void;
};

/** @param changed called after every change, to keep the clock's state */
export function clockworkOf({ clock, now, operations }: Holdings, changed: (() => void) | undefined): Clockwork {
  const change = (operation: number, act: () => void): void => {
    act();
    operations.note(operation, shownAt(clock, now()));
    changed?.();
  };
  return {
    shownMs: () => shownAt(clock, now()),
    resetClock: () => change(OPERATION.powerOn, () => resetClock(clock, now())),
    stepClock: (byMs) => change(OPERATION.clockStepped, () => stepClock(clock, now(), byMs)),
    stopClock: (forMs) => change(OPERATION.powerOn, () => stopClock(clock, now(), forMs)),
    setClock: (wallMs) => change(OPERATION.clockSet, () => setClock(clock, now(), wallMs)),
  };
}
