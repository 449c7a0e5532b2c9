/**
 * The host's own clock: UTC milliseconds that never run backwards, and a watch over the wall clock beside them.
 *
 * Every offset is measured against this clock, so a wall clock that NTP or a person steps in the middle of a session
 * must not look like a step of a terminal. `docs/operations.md`, "The host's clock".
 */
import type { HostClock } from './zk/driver.ts';

/** The two sources of time, injectable for tests. Both in milliseconds. */
export interface TimeSources {
  /** Since an arbitrary start; never steps. */
  monotonicMs(): number;
  /** UTC; may step. */
  wallMs(): number;
}

/** A {@link HostClock} that also knows how far the wall clock has left it. */
export interface WatchedHostClock extends HostClock {
  /**
   * Wall clock minus this clock, in milliseconds: 0 while the wall clock only runs, its jump after it was stepped.
   * Slow slewing by NTP shows here too, a few hundred parts per million at most.
   */
  stepMs(): number;
  /**
   * Adopts the wall clock as it is now. To be called between sessions only, never inside one.
   *
   * @returns the step that was adopted, in milliseconds
   */
  reanchor(): number;
}

const systemSources: TimeSources = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

/** Creates a clock anchored to the wall clock of this moment. */
export function createHostClock(sources: TimeSources = systemSources): WatchedHostClock {
  let anchorMs = sources.wallMs() - sources.monotonicMs();
  const nowMs = (): number => anchorMs + sources.monotonicMs();
  const stepMs = (): number => sources.wallMs() - nowMs();
  return {
    nowMs,
    stepMs,
    reanchor() {
      const adoptedMs = stepMs();
      anchorMs += adoptedMs;
      return adoptedMs;
    },
  };
}
