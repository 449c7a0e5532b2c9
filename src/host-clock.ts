/**
 * Host time as the driver needs it: milliseconds that never run backwards, and a watch over the wall clock beside them.
 *
 * Every offset is measured against this clock, so a wall clock that NTP or a person steps in the middle of a session
 * must not look like a step of a terminal. `docs/operations.md`, "The host's clock".
 */
import { uptime } from 'node:os';
import type { HostClock } from './zk/driver.ts';

/** The sources of time, injectable for tests. All in milliseconds. */
export interface TimeSources {
  /** Since an arbitrary start; never steps, and stands still while the machine sleeps. */
  monotonicMs(): number;
  /** UTC; may step. */
  wallMs(): number;
  /** Since the machine was switched on, sleep included; coarse. Left out: it never sleeps. */
  uptimeMs?(): number;
}

/** How far the wall clock has left a clock that was anchored to it, in milliseconds. */
export interface Departure {
  /** How far it was stepped: 0 while it only runs. Slewing moves both clocks alike. */
  readonly steppedMs: number;
  /** For how long the machine slept: the anchored clock stood still, the wall clock did not. */
  readonly sleptMs: number;
}

/** A {@link HostClock} that also knows how far the wall clock has left it. */
export interface WatchedHostClock extends HostClock {
  departure(): Departure;
}

const systemSources: TimeSources = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  uptimeMs: () => uptime() * 1_000,
};

/** Shorter sleeps cannot be told from the coarseness of the uptime. */
const shortestSleepMs = 2_000;
/** Two clocks that are read so close together were read together. */
const togetherMs = 0.1;
const readsAtMost = 8;

/** Creates a clock anchored to the wall clock of this moment. */
export function createHostClock(sources: TimeSources = systemSources): WatchedHostClock {
  const anchorMs = wallAheadMs(sources);
  const awakeMs = uptimeAheadMs(sources);
  return {
    nowMs: () => anchorMs + sources.monotonicMs(),
    departure() {
      const leftByMs = wallAheadMs(sources) - anchorMs;
      const asleepMs = uptimeAheadMs(sources) - awakeMs;
      const sleptMs = asleepMs >= shortestSleepMs ? asleepMs : 0;
      return { steppedMs: leftByMs - sleptMs, sleptMs };
    },
  };
}

/**
 * Wall clock minus monotonic clock. A process may be put aside between two readings, on a busy machine for many
 * milliseconds, so the closest pair of a few counts.
 */
function wallAheadMs({ monotonicMs, wallMs }: TimeSources): number {
  let aheadMs = 0;
  let apartMs = Number.POSITIVE_INFINITY;
  for (let read = 0; read < readsAtMost && apartMs > togetherMs; read += 1) {
    const beforeMs = monotonicMs();
    const shownMs = wallMs();
    const afterMs = monotonicMs();
    if (afterMs - beforeMs >= apartMs) continue;
    apartMs = afterMs - beforeMs;
    aheadMs = shownMs - (beforeMs + afterMs) / 2;
  }
  return aheadMs;
}

function uptimeAheadMs({ monotonicMs, uptimeMs = monotonicMs }: TimeSources): number {
  return uptimeMs() - monotonicMs();
}
