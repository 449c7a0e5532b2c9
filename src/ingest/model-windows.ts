/** Which samples speak for which records: the windows of the versions that are built. */
import type { Kysely } from 'kysely';
import type { RecordEvidence } from '../clock/model-types.ts';
import { readLooksAround } from '../store/clock-samples.ts';
import type { Tables } from '../store/tables.ts';

/**
 * Samples before the oldest record that are taken along: at one or two a minute more than an hour, and so at least one
 * long burst. What lies further back has been made wide by drift.
 */
const looksBefore = 128;
/** Samples behind the newest record that are taken along: the polls that follow, enough to see a step for what it is. */
const looksAfter = 32;

/**
 * From when to when samples speak for records: as long as there are so many on both sides, all of them.
 *
 * @param records in the order of their reads, at least one
 * @param throughSeq evidence up to this batch counts
 */
export async function clockWindow(
  tx: Kysely<Tables>,
  serial: string,
  records: readonly Pick<RecordEvidence, 'absentAtMs' | 'presentAtMs'>[],
  throughSeq: number,
): Promise<{ readonly samplesAfterMs: number; readonly samplesUntilMs: number }> {
  let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { absentAtMs, presentAtMs } of records) {
    firstMs = Math.min(firstMs, absentAtMs ?? presentAtMs);
    lastMs = Math.max(lastMs, presentAtMs);
  }
  return readLooksAround(tx, serial, { firstMs, lastMs, before: looksBefore, after: looksAfter, throughSeq });
}
