/**
 * The evidence that a version of a clock's model names, loaded again exactly as it was: `modelDigest` of it is the digest
 * the version was stored with, and `buildClockModel` of it gives the same times.
 */
import type { Kysely } from 'kysely';
import type { ClockEvents, ClockEvidence, RecordEvidence } from '../clock/model-types.ts';
import type { ClockSample } from '../clock/sample.ts';
import { withInferredSets } from '../clock/sets.ts';
import { readClockEvents } from '../store/clock-events.ts';
import { type ModelWindow, readRecordEvidence } from '../store/clock-models.ts';
import { readClockSamples } from '../store/clock-samples.ts';
import type { Tables } from '../store/tables.ts';

/** More samples or events than this in one window are left out, the oldest first: a bound for memory, never met in use. */
export const mostSamples = 200_000;
export const mostEvents = 20_000;

/**
 * Loads what a window names.
 *
 * @param window of a stored model (`readModel`), or of one to be built
 * @throws GerbangError STORE_UNAVAILABLE
 */
export async function loadEvidence(
  db: Kysely<Tables>,
  window: ModelWindow,
): Promise<{ readonly evidence: ClockEvidence }> {
  const clock = await loadClock(db, window);
  return { evidence: evidenceOf(clock, await readRecordEvidence(db, window), window.zone) };
}

/** Everything in a window but its records. */
export interface ClockFacts {
  readonly samples: readonly ClockSample[];
  readonly events: ClockEvents;
}

/** The samples and events of a window. */
async function loadClock(
  db: Kysely<Tables>,
  { serial, throughSeq, samplesAfterMs, samplesUntilMs }: ModelWindow,
): Promise<ClockFacts> {
  const range = { afterMs: samplesAfterMs, untilMs: samplesUntilMs, throughSeq };
  const samples = await readClockSamples(db, serial, { ...range, limit: mostSamples });
  const events = await readClockEvents(db, serial, { ...range, limit: mostEvents });
  return { samples, events };
}

/** Facts and records as the model takes them. The one place that does this, so that every build of a window is the same. */
export function evidenceOf(
  { samples, events }: ClockFacts,
  records: readonly RecordEvidence[],
  zone: string,
): ClockEvidence {
  const { operations, hostSteps } = events;
  return { samples, sets: withInferredSets(events.sets, samples, zone), operations, hostSteps, records, zone };
}
