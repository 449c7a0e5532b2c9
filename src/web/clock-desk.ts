/**
 * Working clocks out for pages and the API alike: one at a time, because it takes processor time that the gateway needs
 * elsewhere, with an end to how many wait; and the ranking of the fleet once for everybody who asks within a minute.
 */
import type { ClockChart } from '../explain/clock-chart.ts';
import type { Explanation } from '../explain/facts.ts';
import type { TerminalClock } from '../explain/terminal-clock.ts';

/** Punches in one part of a chart's time. */
export interface ChartPunches {
  readonly bin: number;
  readonly punches: number;
  readonly uncertain: number;
}

/** One clock over some days. */
export interface DrawnClock {
  readonly clock: TerminalClock;
  readonly chart: ClockChart;
  readonly bins: number;
  readonly punches: readonly ChartPunches[];
  readonly uncertain: readonly {
    readonly punchId: string;
    readonly occurredAtMs: number;
    readonly status: Explanation['stored']['status'];
  }[];
}

/** What works clocks out. Every answer is of now, from stored evidence. */
export interface ClockPort {
  /** Null for an unknown punch. */
  explain(punchId: string): Promise<Explanation | null>;
  /** Worst first. */
  fleet(): Promise<readonly TerminalClock[]>;
  /** Null for a terminal that was never read. */
  clock(serial: string, days: number): Promise<DrawnClock | null>;
}

/** How far back a clock can be looked at. */
export const daysOffered = [7, 30, 90] as const;
/** Works being done or waiting for it; more are asked to come back. */
const mostWaiting = 12;
/** A ranking this old is good enough for the next reader. */
const fleetKeptMs = 60_000;

/** The port, one work at a time. Null in place of a promise: too many wait already. */
export interface ClockDesk {
  explain(punchId: string): Promise<Explanation | null> | null;
  fleet(): Promise<readonly TerminalClock[]> | null;
  clock(serial: string, days: number): Promise<DrawnClock | null> | null;
}

/** Puts a desk before a port. One per server: what two desks work out at a time is more than one. */
export function createClockDesk(clocks: ClockPort): ClockDesk {
  const oneByOne = createTurns();
  let fleet: { readonly readAtMs: number; readonly clocks: Promise<readonly TerminalClock[]> } | null = null;
  return {
    explain: (punchId) => oneByOne(() => clocks.explain(punchId)),
    clock: (serial, days) => oneByOne(() => clocks.clock(serial, days)),
    fleet() {
      const nowMs = performance.now();
      return oneByOne(() => {
        if (fleet === null || nowMs - fleet.readAtMs > fleetKeptMs) {
          const reading = clocks.fleet();
          fleet = { readAtMs: performance.now(), clocks: reading };
          reading.catch(() => {
            fleet = null;
          });
        }
        return fleet.clocks;
      });
    },
  };
}

/** One work at a time; null when too many wait already. */
export function createTurns(): <T>(work: () => Promise<T>) => Promise<T> | null {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    if (waiting >= mostWaiting) return null;
    waiting += 1;
    const turn = last.then(work).finally(() => {
      waiting -= 1;
    });
    last = turn.catch(() => undefined);
    return turn;
  };
}
