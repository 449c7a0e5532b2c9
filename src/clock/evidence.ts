/**
 * Which samples speak for the clock before a stretch of the log, and which for the clock after it.
 */
import { type ClockRun, defaultDriftPpm, foldSamples } from './offset.ts';
import type { ClockSample, OffsetInterval } from './sample.ts';

/** What one steady run of samples proves at its end, and when that run began. */
export interface ClockEvidence extends OffsetInterval {
  /** Host time of the first sample of the run, in milliseconds UTC: from here on no step was visible. */
  readonly sinceMs: number;
}

/** The two sides of the records that one poll found. */
export interface EvidenceAround {
  readonly before: ClockEvidence | null;
  readonly after: ClockEvidence | null;
  /** The samples of the poll itself contradict each other: the clock was moved while the log was being read. */
  readonly movedDuringPoll: boolean;
}

/**
 * Evidence around the records of one poll.
 *
 * Samples taken after the gateway set the clock itself say nothing about records that were read before; they open the
 * next poll's `before`.
 *
 * @param earlier samples of former polls, oldest first; the last run of them is used, so a few dozen are enough
 * @param poll samples of the poll that read the records, oldest first
 */
export function evidenceAround(
  earlier: readonly ClockSample[],
  poll: readonly ClockSample[],
  driftPpm: number = defaultDriftPpm,
): EvidenceAround {
  const runs = foldSamples(
    poll.filter(({ kind }) => kind !== 'after-set'),
    driftPpm,
  );
  return {
    before: evidenceOfRun(foldSamples(earlier, driftPpm).at(-1)),
    after: evidenceOfRun(runs.at(-1)),
    movedDuringPoll: runs.length > 1,
  };
}

function evidenceOfRun(run: ClockRun | undefined): ClockEvidence | null {
  const first = run?.samples[0];
  return run === undefined || first === undefined ? null : { ...run.interval, sinceMs: first.sentAtMs };
}
