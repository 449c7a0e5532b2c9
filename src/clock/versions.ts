/**
 * Versions of a model: which evidence it was drawn from, whether a later one agrees, and who must be told
 * (docs/time.md, "When a time changes").
 */
import { createHash, type Hash } from 'node:crypto';
import type { CorrectedTime } from './correct.ts';
import type { ClockEvidence } from './model-types.ts';

/** Version of the code in this folder. To be raised with every change that can change a time. */
export const codeVersion = '1';

/** When something happened, with bounds and status: what a reader of a row sees. */
export type Answer = Omit<CorrectedTime, 'basis'>;

/** What consumers of a row have to know after it was worked out again. */
export interface Revision {
  /** Anything differs: instant, bounds, status. */
  readonly changed: boolean;
  /** Why consumers must be told; null when they need not be. */
  readonly tell: 'crosses-minute' | 'leaves-bound' | null;
}

/** The answer that replaces the one a row has. */
export interface NextAnswer {
  readonly answer: Answer;
  /**
   * `settled`: its status changed, and nobody needs to be told. `contradicted`: the earlier bounds and the later ones do
   * not meet. `versioned`: it had no version, and the model that says the same becomes it.
   */
  readonly why: 'settled' | 'crosses-minute' | 'leaves-bound' | 'contradicted' | 'versioned';
  readonly tell: boolean;
}

const minuteMs = 60_000;
const numbersPerChunk = 4_096;

/**
 * Fingerprint of evidence: equal exactly when every number in it is.
 *
 * @returns SHA-256, 64 hexadecimal digits
 */
export function modelDigest(evidence: ClockEvidence): string {
  const writer = numberWriter(createHash('sha256').update(`gerbang clock evidence 1\n${evidence.zone}\n`));
  writer.list(evidence.samples, (sample) => [
    sample.sentAtMs,
    sample.receivedAtMs,
    sample.deviceMs,
    sample.hostErrorMs ?? null,
  ]);
  writer.list(evidence.sets, (set) => [set.sentAtMs, set.receivedAtMs, set.deviceMs]);
  writer.list(evidence.operations, (entry) => [entry.operation, entry.deviceMs, entry.absentAtMs, entry.presentAtMs]);
  writer.list(evidence.hostSteps, (step) => [step.atMs, step.byMs]);
  writer.list(evidence.records, (record) => [
    record.epoch,
    record.ordinal,
    record.deviceMs,
    record.absentAtMs,
    record.presentAtMs,
    record.heardAtMs ?? null,
  ]);
  return writer.digest();
}

/**
 * Rows whose later bounds leave the earlier ones altogether. There must be none: both contain the truth, or something
 * that was taken for granted about the clock is wrong, which is an alarm.
 *
 * @param later the same rows in the same order
 * @returns indexes, ascending
 */
export function disagreements(earlier: readonly Answer[], later: readonly Answer[]): number[] {
  const found: number[] = [];
  for (const [index, before] of earlier.entries()) {
    const after = later[index];
    if (after === undefined) break;
    if (!meets(before, after)) found.push(index);
  }
  return found;
}

function meets(before: Answer, after: Answer): boolean {
  return after.earliestMs <= before.latestMs && after.latestMs >= before.earliestMs;
}

/**
 * What the new time of a row means for those who have read the old one. Bands of lateness break at whole minutes, so a
 * row that moves within its minute and within its old bounds is not worth a message; nor are bounds that grew tighter.
 * Bounds that now reach into a minute that was ruled out before are: what was certain is not any more.
 */
export function revisionOf(before: Answer, after: Answer): Revision {
  const changed =
    before.occurredAtMs !== after.occurredAtMs ||
    before.earliestMs !== after.earliestMs ||
    before.latestMs !== after.latestMs ||
    before.status !== after.status;
  const { occurredAtMs } = after;
  const leaves = occurredAtMs < before.earliestMs || occurredAtMs > before.latestMs;
  const reaches =
    minuteOf(after.earliestMs) < minuteOf(before.earliestMs) || minuteOf(after.latestMs) > minuteOf(before.latestMs);
  if (leaves || reaches) return { changed, tell: 'leaves-bound' };
  const crosses = minuteOf(before.occurredAtMs) !== minuteOf(occurredAtMs);
  return { changed, tell: crosses ? 'crosses-minute' : null };
}

function minuteOf(atMs: number): number {
  return Math.floor(atMs / minuteMs);
}

/**
 * Whether a row is given another answer, and which. It keeps the one it has, and its version, while the status is the
 * same and nobody has to be told: a hundredth of a second is not worth a rewritten row.
 *
 * @param before as it stands
 * @param after what a later model says
 * @param is.contradicted models have contradicted each other about this row before, so that it keeps the bounds of all
 * @param is.versioned the row names the model it has its time from
 * @returns null when it keeps its answer
 */
export function nextAnswer(
  before: Answer,
  after: Answer,
  is: { readonly contradicted: boolean; readonly versioned: boolean },
): NextAnswer | null {
  const contradicts = !meets(before, after);
  const answer = contradicts || is.contradicted ? reconciled(before, after) : after;
  const { tell } = revisionOf(before, answer);
  if (contradicts) return { answer, why: 'contradicted', tell: true };
  if (tell !== null) return { answer, why: tell, tell: true };
  if (answer.status !== before.status) return { answer, why: 'settled', tell: false };
  return is.versioned ? null : { answer, why: 'versioned', tell: false };
}

/**
 * The answer where two models contradict each other: at least one of them rests on something that did not hold, and
 * nobody can say which. The later one says where it stands, for it knows more; the bounds are those of both; and it is
 * not called `final` or `provisional`, because nothing is proven.
 */
function reconciled(before: Answer, after: Answer): Answer {
  const { occurredAtMs, status } = after;
  return {
    occurredAtMs,
    earliestMs: Math.min(before.earliestMs, after.earliestMs),
    latestMs: Math.max(before.latestMs, after.latestMs),
    status: status === 'final' || status === 'provisional' ? 'bounded' : status,
  };
}

/** Writes numbers as eight bytes each, with a mark before those that are missing, so that no two lists look alike. */
function numberWriter(hash: Hash): {
  list<T>(items: readonly T[], numbersOf: (item: T) => readonly (number | null)[]): void;
  digest(): string;
} {
  const chunk = Buffer.alloc(numbersPerChunk * 9);
  let filled = 0;
  const flush = (): void => {
    hash.update(chunk.subarray(0, filled));
    filled = 0;
  };
  const write = (value: number | null): void => {
    if (filled === chunk.length) flush();
    chunk.writeUInt8(value === null ? 0 : 1, filled);
    // Adding zero makes a negative zero a plain one.
    chunk.writeDoubleBE((value ?? 0) + 0, filled + 1);
    filled += 9;
  };
  return {
    list(items, numbersOf) {
      write(items.length);
      for (const item of items) for (const value of numbersOf(item)) write(value);
    },
    digest() {
      flush();
      return hash.digest('hex');
    },
  };
}
