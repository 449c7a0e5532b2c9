/**
 * One comparison of a terminal's clock with the host's, and what it proves.
 *
 * `offset` is always the terminal's wall clock, read as if it showed UTC, minus true UTC. It therefore contains the
 * office's zone; subtract the zone only to show an offset to a person (`docs/data.md`, `clock_sample`).
 */

/** Why the clock was read at that moment. */
export type SampleKind = 'first-contact' | 'hourly' | 'before-read' | 'after-read' | 'before-set' | 'after-set';

/** One clock reading between sending the question and receiving the answer. Immutable evidence. */
export interface ClockSample {
  /** Host time when the request was written, in milliseconds UTC. */
  readonly sentAtMs: number;
  /** Host time when the reply had arrived, in milliseconds UTC. */
  readonly receivedAtMs: number;
  /** What the terminal showed, in milliseconds as if its wall clock showed UTC; always a whole second. */
  readonly deviceMs: number;
  readonly kind: SampleKind;
  /** How far the host's own clock may have been from UTC, where the system told; taken as 0 where it did not. */
  readonly hostErrorMs?: number | undefined;
}

/** All offsets that fit the evidence, at one host instant: `earliestMs ≤ offset < latestMs`. */
export interface OffsetInterval {
  /** Host instant the interval holds for, in milliseconds UTC. */
  readonly atMs: number;
  readonly earliestMs: number;
  readonly latestMs: number;
}
