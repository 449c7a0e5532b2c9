import { WALL_ZERO_MS } from './codec/packed-time.ts';

/**
 * A terminal's clock as a pure function of true UTC time. Its whole past is kept, so one can ask what it showed at any
 * instant; it is plain JSON, so a second start goes on where the first ended.
 *
 * Wall times are milliseconds counted as if the wall clock were UTC.
 */
export type ClockState = {
  /** True UTC instant at which the clock showed `startWallMs`. */
  startTrueMs: number;
  startWallMs: number;
  /** Positive runs fast. */
  driftPpm: number;
  /** A slow swing of the rate around `driftPpm`, as a room's temperature makes it. */
  wobblePpm: number;
  wobblePeriodMs: number;
  /** Everything that happened to the clock, in order of true time. */
  changes: ClockChange[];
};

export type ClockChange =
  | { kind: 'step'; atMs: number; byMs: number }
  | { kind: 'set'; atMs: number; wallMs: number }
  | { kind: 'stopped'; atMs: number; forMs: number };

/** How to start a clock. */
export type ClockOptions = {
  /** Zone the terminal was set up for. Default 420, western Indonesia. */
  zoneOffsetMinutes?: number;
  /** Device clock minus true local time. */
  offsetMs?: number;
  driftPpm?: number;
  wobblePpm?: number;
  wobblePeriodMs?: number;
};

export function createClock(options: ClockOptions, nowMs: number): ClockState {
  return {
    startTrueMs: nowMs,
    startWallMs: nowMs + (options.zoneOffsetMinutes ?? 420) * 60_000 + (options.offsetMs ?? 0),
    driftPpm: options.driftPpm ?? 0,
    wobblePpm: options.wobblePpm ?? 0,
    wobblePeriodMs: options.wobblePeriodMs ?? 86_400_000,
    changes: [],
  };
}

/** Wall time at a true instant, with its fraction; before the start the clock is run backwards. */
export function wallAt(clock: ClockState, trueMs: number): number {
  let fromMs = clock.startTrueMs;
  let wallMs = clock.startWallMs;
  for (const change of clock.changes) {
    if (change.atMs > trueMs) break;
    if (change.atMs > fromMs) {
      wallMs += elapsed(clock, fromMs, change.atMs);
      fromMs = change.atMs;
    }
    if (change.kind === 'step') wallMs += change.byMs;
    else if (change.kind === 'set') wallMs = change.wallMs;
    else fromMs = Math.min(trueMs, Math.max(fromMs, change.atMs + change.forMs));
  }
  return wallMs + elapsed(clock, fromMs, trueMs);
}

/** What the terminal shows and writes: wall time floored to the second. */
export function shownAt(clock: ClockState, trueMs: number): number {
  return Math.floor(wallAt(clock, trueMs) / 1000) * 1000;
}

function elapsed(clock: ClockState, fromMs: number, toMs: number): number {
  const steady = (toMs - fromMs) * (1 + clock.driftPpm / 1e6);
  if (clock.wobblePpm === 0) return steady;
  const angle = (trueMs: number): number => (2 * Math.PI * (trueMs - clock.startTrueMs)) / clock.wobblePeriodMs;
  const swing = (clock.wobblePpm / 1e6) * (clock.wobblePeriodMs / (2 * Math.PI));
  return steady + swing * (Math.cos(angle(fromMs)) - Math.cos(angle(toMs)));
}

/** Moves the clock by `byMs`, as a person at the menu, a zone pushed by a server or summer time does. */
export function stepClock(clock: ClockState, atMs: number, byMs: number): void {
  addChange(clock, { kind: 'step', atMs, byMs });
}

/** SET_TIME: the clock shows `wallMs` at `atMs`, its fraction starting from zero. */
export function setClock(clock: ClockState, atMs: number, wallMs: number): void {
  addChange(clock, { kind: 'set', atMs, wallMs });
}

/** A power cut with a dead coin cell: the clock starts again at 2000-01-01 00:00:00. */
export function resetClock(clock: ClockState, atMs: number): void {
  addChange(clock, { kind: 'set', atMs, wallMs: WALL_ZERO_MS });
}

/** A clock that stands still while the terminal is without power. */
export function stopClock(clock: ClockState, atMs: number, forMs: number): void {
  addChange(clock, { kind: 'stopped', atMs, forMs });
}

function addChange(clock: ClockState, change: ClockChange): void {
  const later = clock.changes.findIndex((known) => known.atMs > change.atMs);
  if (later === -1) clock.changes.push(change);
  else clock.changes.splice(later, 0, change);
}
