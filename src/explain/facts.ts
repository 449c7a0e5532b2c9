/**
 * What an explanation is made of: facts without language, from the database and from the clock model rebuilt from it.
 * The sheet a hearing reads is made of them by `punchSheet`.
 */
import type { TimeStatus } from '../clock/correct.ts';
import type { TimeDescription } from '../clock/description.ts';

/** An answer: an instant with its bounds, in milliseconds UTC. */
export interface Answer {
  readonly occurredAtMs: number;
  /** `-Infinity` when nothing limits it. */
  readonly earliestMs: number;
  readonly latestMs: number;
  readonly status: TimeStatus;
}

/** Why a row has, or would have, another answer. */
export type AnswerReason =
  | 'settled'
  | 'crosses-minute'
  | 'leaves-bound'
  | 'contradicted'
  | 'versioned'
  | 'arrived-late';

/** An answer that was given before, or that later evidence would give in a month that is closed and never rewritten. */
export interface OtherAnswer extends Answer {
  /** Null for one that was never given. */
  readonly revision: number | null;
  /** Version of the clock model it was drawn from; null before there were versions. */
  readonly modelVersion: number | null;
  /** When it was replaced, or noted. */
  readonly atMs: number;
  readonly why: AnswerReason;
}

/** How the model was rebuilt for this explanation, and whether it saw what the stored answer saw. */
export interface Rebuilt {
  /** `stored`: from the very evidence the stored model names. `now`: worked out now, for none is named. */
  readonly from: 'stored' | 'now';
  readonly modelVersion: number | null;
  readonly builtAtMs: number | null;
  readonly codeVersion: string;
  /** Version of the code that made the stored model. */
  readonly storedCodeVersion: string | null;
  /** SHA-256 of the evidence, hexadecimal: as it is now, and as it was stored. */
  readonly digest: string;
  readonly storedDigest: string | null;
}

/** Everything there is to say about the time of one punch. */
export interface Explanation {
  readonly punchId: string;
  readonly serial: string;
  readonly epoch: number;
  readonly ordinal: number;
  readonly terminalName: string;
  readonly office: { readonly code: string; readonly name: string; readonly timeZone: string };
  readonly written: {
    /** The record's bytes. */
    readonly rawHex: string;
    readonly deviceTimeRaw: number;
    readonly pin: string;
    readonly verifyMode: number;
    readonly punchState: number;
    readonly workCode: number;
    readonly source: string;
  };
  /** When the read that found it began to look before, and when it had ended; null: never looked before. */
  readonly absentAtMs: number | null;
  readonly presentAtMs: number;
  /** The batch of evidence that brought it; null for records stored before batches were kept. */
  readonly batch: { readonly seq: number; readonly storedAtMs: number; readonly headHex: string } | null;
  readonly stored: Answer & {
    readonly revision: number;
    readonly suspect: string | null;
    /** It arrived for a month that was closed already, and is shown among the adjustments only. */
    readonly afterClose: boolean;
  };
  /** The rebuilt model's answer, with all it rests on. */
  readonly description: TimeDescription;
  /** Where several settings of the clock fit: the same for the second one and those after it. */
  readonly otherFits: readonly TimeDescription[];
  readonly rebuilt: Rebuilt;
  readonly formerAnswers: readonly OtherAnswer[];
  readonly adjustments: readonly OtherAnswer[];
  /** A later model was found to contradict an earlier answer: something taken for granted about the clock is wrong. */
  readonly contradicted: boolean;
}

/** Something about an explanation that a reader must not miss. */
export type Alarm =
  /** The evidence that is stored now is not the evidence the answer was drawn from. */
  | 'evidence-differs'
  /** The same evidence and the same code give another answer than the stored one. */
  | 'answer-differs'
  /** The stored model was made by other code than this program's. */
  | 'other-code'
  /** Two models of this terminal's clock contradict each other about this punch. */
  | 'models-contradict'
  /** The month was closed when the punch arrived. */
  | 'after-close'
  /** No version of a model is named: what follows is worked out now, from what is stored now. */
  | 'worked-out-now';

/** Bounds are stored to the microsecond, rounded outwards. */
const storedToMs = 0.0011;

/** What a reader must be told before anything else, gravest first. */
export function alarmsOf({ rebuilt, stored, description, contradicted }: Explanation): Alarm[] {
  const alarms: Alarm[] = [];
  const evidenceDiffers = rebuilt.storedDigest !== null && rebuilt.digest !== rebuilt.storedDigest;
  const otherCode = rebuilt.storedCodeVersion !== null && rebuilt.storedCodeVersion !== rebuilt.codeVersion;
  const isRepetition = rebuilt.from === 'stored' && !evidenceDiffers && !otherCode;
  if (evidenceDiffers) alarms.push('evidence-differs');
  if (isRepetition && !sameAnswer(stored, description.time)) alarms.push('answer-differs');
  if (contradicted) alarms.push('models-contradict');
  if (otherCode) alarms.push('other-code');
  if (stored.afterClose) alarms.push('after-close');
  if (rebuilt.from === 'now') alarms.push('worked-out-now');
  return alarms;
}

/** Whether two answers are the same, as far as a database keeps them. */
export function sameAnswer(a: Answer, b: Answer): boolean {
  const near = (left: number, right: number): boolean => left === right || Math.abs(left - right) <= storedToMs;
  return (
    a.status === b.status &&
    near(a.occurredAtMs, b.occurredAtMs) &&
    near(a.earliestMs, b.earliestMs) &&
    near(a.latestMs, b.latestMs)
  );
}
