/**
 * One punch, explained: data without language, for a command line, a page and a printed sheet (docs/time.md, "One punch").
 */
import type {
  ClockSegment,
  ClockStep,
  ClockTrouble,
  OperationEntry,
  RecordEvidence,
  RecordTime,
  SetEvent,
  Span,
} from './model-types.ts';
import type { ClockSample, OffsetInterval } from './sample.ts';

/** What was known of the clock at one look at it. */
export interface LookFact {
  /** What is proven of the offset at `atMs`: by all samples up to it (before the punch), or by all from it on (after it). */
  readonly offset: OffsetInterval;
  /** The samples of that look, oldest first; at most twelve. */
  readonly samples: readonly ClockSample[];
}

/** One line of the arithmetic, each to be followed with pencil and paper. Times in milliseconds. */
export type Sum =
  /** `offset ± drift`: what a look proves, carried to the moment of the punch, `overMs` later (earlier if negative). */
  | {
      readonly kind: 'carry';
      readonly side: 'before' | 'after';
      readonly overMs: number;
      readonly minPpm: number;
      readonly maxPpm: number;
      readonly from: Span;
      readonly to: Span;
    }
  /** `earliest = shown − highest offset`. */
  | { readonly kind: 'earliest'; readonly shownMs: number; readonly offsetMs: number; readonly resultMs: number }
  /** `latest = shown + one second − lowest offset`. */
  | { readonly kind: 'latest'; readonly shownMs: number; readonly offsetMs: number; readonly resultMs: number }
  /** `estimate = shown − offset between the two looks`. */
  | { readonly kind: 'estimate'; readonly shownMs: number; readonly offsetMs: number; readonly resultMs: number }
  /** Bounds cut at what is certain whatever the clock did: the bracket, and the records before and after. */
  | { readonly kind: 'cut'; readonly earliestMs: number; readonly latestMs: number };

/** What an answer takes for granted. */
export type Assumption =
  /** Rates stay within the segment's limits. */
  | 'rate-within-limits'
  /** The log is written front to back. */
  | 'log-in-order'
  /** Between the two looks the clock was not moved there and exactly back again. */
  | 'not-there-and-back'
  /** Nobody moved the clock between the only look and the punch. */
  | 'not-moved-since-look'
  /** A clock that lost its power restarts with the first second of 2000, and nobody sets one to that year by hand. */
  | 'restarts-in-2000'
  /** The host's clock was right when it was asked. */
  | 'host-clock';

/** What would change the answer, were it to come. */
export type WhatWouldChange =
  /** A later sample: turns a provisional time into a final one. */
  | 'later-sample'
  /** Nothing can: the evidence of that time is complete. */
  | 'nothing'
  /** A witness of the moment, such as a camera: only that can tell two candidates apart. */
  | 'witness'
  /** A correct zone or date cannot be learnt from the terminal any more. */
  | 'no-later-evidence';

/** All that explains the time of one record. */
export interface TimeDescription {
  readonly record: RecordEvidence;
  readonly time: RecordTime;
  readonly segment: ClockSegment | null;
  /** The looks the bounds were carried from, by the candidate that was chosen; null on a side without one. */
  readonly lookBefore: LookFact | null;
  readonly lookAfter: LookFact | null;
  /** Steps that the record may lie on either side of, with the nearest one before it and the nearest after it. */
  readonly steps: readonly ClockStep[];
  readonly troubles: readonly ClockTrouble[];
  readonly sets: readonly SetEvent[];
  readonly operations: readonly OperationEntry[];
  readonly sums: readonly Sum[];
  readonly assumptions: readonly Assumption[];
  readonly wouldChange: WhatWouldChange;
}
