/**
 * Which samples speak for the clock before a stretch of the log, and which for the clock after it
 * (docs/time.md, "Two sides").
 */
import { defaultDriftPpm, foldSamples } from './offset.ts';
import type { ClockSample, OffsetInterval } from './sample.ts';

/** What one steady run of samples proves at its end, and when that run began. */
export interface ClockEvidence extends OffsetInterval {
  /** Host time of the first sample of the run, in milliseconds UTC: from here on no step was visible. */
  readonly sinceMs: number;
}

/** The two sides of records that were found between two looks at the log. */
export interface EvidenceAround {
  readonly before: ClockEvidence | null;
  readonly after: ClockEvidence | null;
  /** More than one step is visible between the two sides: neither of them need hold for a record in between. */
  readonly severalSteps: boolean;
}

/** Samples this close to the one that closes the bracket are one look at the clock, in milliseconds. */
const oneLookMs = 60_000;

/**
 * Evidence around records that were not in the log at `bracket.absentAtMs` and were in it at `bracket.presentAtMs`.
 *
 * The two sides are kept apart although one clock may explain both: a step too small to be seen between them would
 * otherwise narrow them to an offset that was never true.
 *
 * @param samples of the terminal, oldest first, from some time before `absentAtMs` (a few dozen are enough) up to what
 *   is known now. Samples taken after the gateway set the clock behind the read are left out: they say nothing about it.
 * @param toleranceMs as in `CorrectionLimits`
 */
export function evidenceAround(
  samples: readonly ClockSample[],
  bracket: { readonly absentAtMs: number | null; readonly presentAtMs: number },
  toleranceMs: number = 500,
  driftPpm: number = defaultDriftPpm,
): EvidenceAround {
  const absentMs = bracket.absentAtMs ?? Number.NEGATIVE_INFINITY;
  const { earlier, look } = partsOf(samples, absentMs, bracket.presentAtMs);
  const isLook = new Set(look);
  const runs = foldSamples([...earlier, ...look], driftPpm);
  const after = evidenceOf(
    (runs.at(-1)?.samples ?? []).filter((sample) => isLook.has(sample)),
    driftPpm,
  );

  // The run that was under way when the log was last looked at.
  const standing = runs.findLastIndex(
    ({ samples: [first] }) => first !== undefined && first.sentAtMs <= absentMs + toleranceMs,
  );
  const opening = runs[standing]?.samples.filter((sample) => !isLook.has(sample));
  if (opening !== undefined) {
    return { before: evidenceOf(opening, driftPpm), after, severalSteps: runs.length - standing > 2 };
  }
  // None was: the records may be older than the first run, so a single visible step is one more than is known.
  const seen = bracket.absentAtMs === null ? foldSamples(look, driftPpm) : runs;
  return { before: evidenceOf(earlier, driftPpm), after, severalSteps: seen.length > 1 };
}

/** Samples of the look that closes the bracket, and all before them. */
function partsOf(
  samples: readonly ClockSample[],
  absentMs: number,
  presentMs: number,
): { earlier: ClockSample[]; look: ClockSample[] } {
  const set = samples.findIndex(({ kind, sentAtMs }) => kind === 'after-set' && sentAtMs >= presentMs);
  const usable = set < 0 ? samples : samples.slice(0, set);
  const closing = usable.find(({ receivedAtMs }) => receivedAtMs >= presentMs) ?? usable.at(-1);
  if (closing === undefined || closing.sentAtMs <= absentMs) return { earlier: [...usable], look: [] };
  const from = Math.max(absentMs, closing.sentAtMs - oneLookMs);
  return {
    earlier: usable.filter(({ sentAtMs }) => sentAtMs <= from),
    look: usable.filter(({ sentAtMs }) => sentAtMs > from && sentAtMs <= closing.sentAtMs + oneLookMs),
  };
}

/** What the last run among `samples` proves; null without samples. */
function evidenceOf(samples: readonly ClockSample[], driftPpm: number): ClockEvidence | null {
  const run = foldSamples(samples, driftPpm).at(-1);
  const first = run?.samples[0];
  return run === undefined || first === undefined ? null : { ...run.interval, sinceMs: first.sentAtMs };
}
