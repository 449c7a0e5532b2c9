/**
 * Versions of a model: which evidence it was drawn from, whether a later one agrees, and who must be told
 * (docs/time.md, "When a time changes").
 */
import { createHash, type Hash } from 'node:crypto';
import type { CorrectedTime } from './correct.ts';
import type { ClockEvidence } from './model-types.ts';

/** Version of the code in this folder. To be raised with every change that can change a time. */
export const codeVersion = '1';

/** What consumers of a row have to know after it was worked out again. */
export interface Revision {
  /** Anything differs: instant, bounds, status. */
  readonly changed: boolean;
  /** Why consumers must be told; null when they need not be. */
  readonly tell: 'crosses-minute' | 'leaves-bound' | null;
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
export function disagreements(earlier: readonly CorrectedTime[], later: readonly CorrectedTime[]): number[] {
  const found: number[] = [];
  for (const [index, before] of earlier.entries()) {
    const after = later[index];
    if (after === undefined) break;
    if (after.earliestMs > before.latestMs || after.latestMs < before.earliestMs) found.push(index);
  }
  return found;
}

/**
 * What the new time of a row means for those who have read the old one. Bands of lateness break at whole minutes, so a
 * row that moves within its minute and within its old bounds is not worth a message.
 */
export function revisionOf(before: CorrectedTime, after: CorrectedTime): Revision {
  const changed =
    before.occurredAtMs !== after.occurredAtMs ||
    before.earliestMs !== after.earliestMs ||
    before.latestMs !== after.latestMs ||
    before.status !== after.status;
  const { occurredAtMs } = after;
  if (occurredAtMs < before.earliestMs || occurredAtMs > before.latestMs) return { changed, tell: 'leaves-bound' };
  const crosses = Math.floor(before.occurredAtMs / minuteMs) !== Math.floor(occurredAtMs / minuteMs);
  return { changed, tell: crosses ? 'crosses-minute' : null };
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
