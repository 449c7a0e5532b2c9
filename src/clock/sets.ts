/** Our own set-times, found again in the samples that were taken around them. */
import type { SetEvent } from './model-types.ts';
import type { ClockSample } from './sample.ts';
import { zoneOffsetMs } from './zone.ts';

/**
 * Between the last sample before a set and the first one after it the gateway set the clock to the office's time.
 *
 * @param samples of one terminal, in the order they were taken
 * @throws RangeError for a zone that is not known
 */
export function ownSetsIn(samples: readonly ClockSample[], zone: string): SetEvent[] {
  return samples.flatMap((sample, index): SetEvent[] => {
    const previous = samples[index - 1];
    if (sample.kind !== 'after-set' || previous?.kind !== 'before-set') return [];
    const [sentAtMs, receivedAtMs] = [previous.receivedAtMs, sample.sentAtMs];
    const deviceMs = Math.round(receivedAtMs / 1_000) * 1_000 + zoneOffsetMs(zone, receivedAtMs);
    return [{ sentAtMs, receivedAtMs, deviceMs }];
  });
}

/**
 * The sets that were noted as they happened, and those that only samples tell of: evidence from before sets were noted.
 *
 * @param noted in the order of time
 * @param samples of the same terminal, in the order they were taken
 * @returns in the order of time
 * @throws RangeError for a zone that is not known
 */
export function withInferredSets(
  noted: readonly SetEvent[],
  samples: readonly ClockSample[],
  zone: string,
): readonly SetEvent[] {
  const isNoted = ({ sentAtMs, receivedAtMs }: SetEvent): boolean =>
    noted.some((set) => set.sentAtMs <= receivedAtMs && set.receivedAtMs >= sentAtMs);
  const inferred = ownSetsIn(samples, zone).filter((set) => !isNoted(set));
  if (inferred.length === 0) return noted;
  return [...noted, ...inferred].sort((a, b) => a.sentAtMs - b.sentAtMs);
}
