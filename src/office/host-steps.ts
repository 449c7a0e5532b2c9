/**
 * The host's own clock, when it does not run on as it should: it is stepped by NTP or by a person, or the machine slept.
 *
 * Within a session nothing that is read after such a moment can be trusted, for nobody knows which of the two scales it
 * is on; so the rest of that poll is given up. Between sessions the step becomes evidence of each terminal that was
 * measured before it (docs/operations.md, "The host's clock").
 */
import { type ClockMemory, withHostStep } from './clock-memory.ts';
import type { PollClock } from './means.ts';

/** Smaller ones are lost in the drift of any terminal, and in how exactly the wall clock can be read. */
const noticedMs = 20;

/** Whether the wall clock has left this clock since it was anchored. */
export function isDisturbed(clock: PollClock): boolean {
  const { steppedMs, sleptMs } = departureOf(clock);
  return sleptMs > 0 || Math.abs(steppedMs) > noticedMs;
}

/**
 * Takes the clock of a new session over. What the wall clock did since the last one is evidence, and moves the scale of
 * what is remembered. After a sleep alone nothing is moved: the last clock stood still, and the scale is the same.
 */
export function adoptHostClock(memory: { clock: ClockMemory; hostClock: PollClock | null }, clock: PollClock): void {
  const last = memory.hostClock;
  memory.hostClock = clock;
  if (last === null || last === clock) return;
  const { steppedMs, sleptMs } = departureOf(last);
  if (Math.abs(steppedMs) <= noticedMs) return;
  memory.clock = withHostStep(memory.clock, { atMs: last.nowMs() + sleptMs, byMs: steppedMs });
}

function departureOf(clock: PollClock): { readonly steppedMs: number; readonly sleptMs: number } {
  return clock.departure?.() ?? { steppedMs: 0, sleptMs: 0 };
}
