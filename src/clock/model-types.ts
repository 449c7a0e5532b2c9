/**
 * What goes into the model of one terminal's clock, and what comes out (docs/time.md).
 *
 * Evidence in, model out: the same evidence always gives the same model. All instants are host time in milliseconds UTC;
 * all offsets are the terminal's wall clock, read as if it showed UTC, minus UTC, so that the zone is part of them.
 */
import type { CorrectedTime } from './correct.ts';
import type { ClockSample, OffsetInterval } from './sample.ts';

/** A clock that we set ourselves. The samples before and after it are among the samples. */
export interface SetEvent {
  /** When the command was written, and when its reply had arrived. */
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
  /** The time that was written, in device milliseconds (`deviceMsOf`). */
  readonly deviceMs: number;
}

/** One line of the terminal's operation log. Opaque: its codes are known for some models only, so it is a hint, never a proof. */
export interface OperationEntry {
  /** Code as the terminal wrote it: 0 power on, 1 power off, 21 time set, 22 factory reset. */
  readonly operation: number;
  /** Device time of the entry; null for a date that cannot exist. Whether a set shows the old or the new time is unknown. */
  readonly deviceMs: number | null;
  /** The entry was not in the operation log at `absentAtMs` (null: never looked before) and was in it at `presentAtMs`. */
  readonly absentAtMs: number | null;
  readonly presentAtMs: number;
}

/** The host's own wall clock jumped: what was measured before and after it is not on one scale. */
export interface HostClockStep {
  /** When it was adopted, on the clock as it was before the jump. */
  readonly atMs: number;
  /** How far it jumped; positive is forward. */
  readonly byMs: number;
}

/** One record of the log, as far as time is concerned. */
export interface RecordEvidence {
  readonly epoch: number;
  readonly ordinal: number;
  /** What the terminal wrote, in device milliseconds; null for a date that cannot exist. */
  readonly deviceMs: number | null;
  /** Arrival bracket: not in the log at `absentAtMs` (null: never looked before), in it at `presentAtMs`. */
  readonly absentAtMs: number | null;
  readonly presentAtMs: number;
  /** When a live event told of it, where one did; the record cannot be younger. */
  readonly heardAtMs?: number | null;
}

/** What else is known about a terminal's clock beside samples. Each list in the order of time. */
export interface ClockEvents {
  readonly sets: readonly SetEvent[];
  readonly operations: readonly OperationEntry[];
  readonly hostSteps: readonly HostClockStep[];
}

/** All that is known about one terminal's clock. */
export interface ClockEvidence extends ClockEvents {
  /** In the order they were taken. */
  readonly samples: readonly ClockSample[];
  /** By epoch, then by ordinal. Gaps are allowed. */
  readonly records: readonly RecordEvidence[];
  /** IANA zone of the office: to recognise zone mistakes, and to place what cannot be corrected. It moves no bound. */
  readonly zone: string;
}

/** Rate of an offset in millionths: what a clock gains (positive) or loses. The true rate never leaves `minPpm…maxPpm`. */
export interface ClockRate {
  readonly ppm: number;
  readonly minPpm: number;
  readonly maxPpm: number;
  /** `assumed`: too few or too short looks to fit a line, so that only the limit for any clock holds. */
  readonly basis: 'fitted' | 'assumed';
  /** Stretch and number of looks the line was fitted to; null when assumed. */
  readonly fit: { readonly fromMs: number; readonly untilMs: number; readonly looks: number } | null;
}

/** Consecutive ordinals of one epoch, `to` excluded. */
export interface OrdinalRange {
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
}

/** A stretch in which a clock ran without a visible step. */
export interface ClockSegment {
  /**
   * `running`: samples were taken in it. `frozen`: samples showed one value for as long as it lasted. `unsampled`: no
   * sample was taken in it, and only records that fit nowhere else tell of it.
   */
  readonly kind: 'running' | 'frozen' | 'unsampled';
  /** Widest stretch in which it can have been in force; ±Infinity where nothing is known of another one. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** First and last moment that is known to lie in it; null when unsampled. */
  readonly seenFromMs: number | null;
  readonly seenUntilMs: number | null;
  /** What is proven of the offset at `offset.atMs`, its last sample; for an unsampled one, what brackets leave; null when frozen. */
  readonly offset: OffsetInterval | null;
  /** As of its end. */
  readonly rate: ClockRate;
  /** Samples it rests on. */
  readonly samples: number;
  /** Records that were placed in it and in no other. */
  readonly records: readonly OrdinalRange[];
}

/** What a step looks like. A name with evidence, never a judgement. */
export type StepKind =
  /** We set it. */
  | 'own-set'
  /** The clock restarted at 2000-01-01 00:00:00: power was lost and the coin cell is dead. */
  | 'reset-2000'
  /** It fell behind by as long as it could not be reached: it stood still. */
  | 'stopped'
  /** Samples showed one value again and again. */
  | 'frozen'
  /** A whole number of quarter hours: a time zone was changed or pushed. */
  | 'zone-change'
  /** One hour, on a whole hour of the night: the terminal's own daylight saving. */
  | 'daylight-saving'
  /** The host's clock jumped, not the terminal's. */
  | 'host-clock'
  /** Less than a bad crystal could do in that time: moved a little, or the rate changed. Both sides stay one segment. */
  | 'slight'
  /** Set to the right time, and not by us. */
  | 'set-by-other'
  /** Moved to another time, and not by us. */
  | 'moved';

/** The strongest evidence a step was located by, strongest first. */
export type StepLocator = 'own-set' | 'live-event' | 'arrival' | 'operation-log' | 'order' | 'samples';

/** A place where a clock was moved. */
export interface ClockStep {
  readonly kind: StepKind;
  /** Indexes into `segments`; the same for a slight step. Null where nothing is known of that side. */
  readonly before: number | null;
  readonly after: number | null;
  /** Where it lies, in host time. */
  readonly earliestMs: number;
  readonly latestMs: number;
  /** How far the clock jumped; positive is forward; null when one side has no offset. */
  readonly byMs: { readonly earliestMs: number; readonly latestMs: number } | null;
  readonly locatedBy: StepLocator;
  /** When the operation log says that it was; a hint that moves no bound. */
  readonly hintMs: number | null;
  /** Last record certainly before it and first one certainly after it, where there are such. */
  readonly lastBefore: { readonly epoch: number; readonly ordinal: number } | null;
  readonly firstAfter: { readonly epoch: number; readonly ordinal: number } | null;
}

/** Something about a clock that a person should see. */
export type TroubleKind =
  /** The offset is a whole number of quarter hours away from the office's zone. */
  | 'zone-mistake'
  /** More than 50 millionths fast or slow: a crystal that needs a person. */
  | 'bad-crystal'
  /** The time was lost at two restarts or more: a dead coin cell. */
  | 'does-not-hold-time'
  /** It could be told to show a time and did not take it. */
  | 'set-did-not-take'
  /** Set by somebody or something else, more than once. */
  | 'set-by-other'
  /** It shows one value. */
  | 'frozen-clock'
  /** It answers with a time that was read earlier. */
  | 'cached-clock'
  /** Set away and back again. */
  | 'there-and-back'
  /** Records dated later than they were read. */
  | 'future-punches'
  /** Records of many days that arrived together, dated ahead. */
  | 'filled-in-advance'
  /** Records with dates that cannot exist. */
  | 'impossible-dates'
  /** The host's clock jumped. */
  | 'host-clock';

/** A trouble with its evidence. */
export interface ClockTrouble {
  readonly kind: TroubleKind;
  /** Since when and until when it shows. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Size where it has one: milliseconds; millionths for `bad-crystal`. */
  readonly size: number | null;
  /** Indexes into `steps`. */
  readonly steps: readonly number[];
  readonly records: readonly OrdinalRange[];
}

/** One way a record can be explained. */
export interface TimeCandidate extends Span {
  /** Index into `segments`. */
  readonly segment: number;
  readonly occurredAtMs: number;
}

/** A stretch of time, in milliseconds UTC. */
export interface Span {
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** A corrected time and how it came about. */
export interface RecordTime extends CorrectedTime {
  /** Index into `segments` of the one it was placed in; null when there is none or more than one. */
  readonly segment: number | null;
  /**
   * Where the row is bounded or ambiguous: every setting of the clock that fits, each with the bounds it would have if
   * that is the one. Empty otherwise.
   */
  readonly candidates: readonly TimeCandidate[];
  /** First and last whole minute that the bounds leave open on which side of it the punch was; null when none. */
  readonly straddles: { readonly firstMs: number; readonly lastMs: number } | null;
}

/** The model of one terminal's clock. */
export interface ClockModel {
  /** Version of the code that built it. */
  readonly codeVersion: string;
  /** Those that were sampled, in the order of time; then the unsampled ones, in the order of their records. */
  readonly segments: readonly ClockSegment[];
  /** In the order of time. */
  readonly steps: readonly ClockStep[];
  readonly troubles: readonly ClockTrouble[];
  /** One per record of the evidence, in its order. */
  readonly times: readonly RecordTime[];
}
