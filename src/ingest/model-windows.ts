/** Which samples speak for which records: the windows of the versions that are built. */
import type { Kysely } from 'kysely';
import type { RecordEvidence } from '../clock/model-types.ts';
import { type ClockAround, readClockAround } from '../store/clock-window.ts';
import type { Tables } from '../store/tables.ts';
import { mostEvents, mostSamples } from './model-evidence.ts';

/**
 * Samples before the oldest record that are taken along: at one or two a minute more than an hour, and so at least one
 * long burst. What lies further back has been made wide by drift.
 */
const looksBefore = 128;
/** Samples behind the newest record that are taken along: the polls that follow, enough to see a step for what it is. */
const looksAfter = 32;

/**
 * From when to when samples speak for records (as long as there are so many on both sides, all of them), and what was
 * known of the clock in that time.
 *
 * @param records in the order of their reads, at least one
 * @param throughSeq evidence up to this batch counts
 */
export async function clockAround(
  tx: Kysely<Tables>,
  serial: string,
  records: readonly Pick<RecordEvidence, 'absentAtMs' | 'presentAtMs'>[],
  throughSeq: number,
): Promise<ClockAround> {
  let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { absentAtMs, presentAtMs } of records) {
    firstMs = Math.min(firstMs, absentAtMs ?? presentAtMs);
    lastMs = Math.max(lastMs, presentAtMs);
  }
  const bounds = { before: looksBefore, after: looksAfter, mostSamples, mostEvents };
  return readClockAround(tx, serial, { firstMs, lastMs, ...bounds, throughSeq });
}
