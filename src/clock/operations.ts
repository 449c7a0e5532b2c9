/**
 * What the terminal's operation log hints at (docs/time.md, "The operation log").
 *
 * Its codes are known for some models only, and whether a set is written down with the old time or the new one is not
 * known at all. So an entry never proves a time; but two sets where the samples saw none, or one, take away the trust in
 * what lies between two looks.
 */
import type { ClockEvidence, OperationEntry } from './model-types.ts';
import type { Look, Run } from './runs.ts';
import { placeIn } from './span.ts';

/** Codes of the operation log that tell of the clock. */
export const operationCodes = { powerOn: 0, powerOff: 1, timeSet: 21, factoryReset: 22 } as const;

/** An entry may be written some seconds before or after what it tells of. */
const entrySlackMs = 10_000;

/** Where an entry lies if the clock of a run wrote it. */
export interface Hint {
  readonly entry: OperationEntry;
  readonly run: number;
  readonly atMs: number;
  /** The looks of the run around it. */
  readonly lookBefore: number | null;
  readonly lookAfter: number | null;
}

/** The first run, if any, under which an entry fits its own arrival bracket. */
export function locate(entry: OperationEntry, runs: readonly Run[]): Hint | null {
  if (entry.deviceMs === null) return null;
  for (const [index, run] of runs.entries()) {
    if (run.kind === 'frozen') continue;
    const place = placeIn(run, entry.deviceMs);
    if (place === null) continue;
    const earliestMs = Math.max(place.earliestMs, run.fromMs, entry.absentAtMs ?? Number.NEGATIVE_INFINITY);
    const latestMs = Math.min(place.latestMs, run.untilMs, entry.presentAtMs);
    if (earliestMs - entrySlackMs > latestMs) continue;
    const { estimateMs, lookBefore, lookAfter } = place;
    return { entry, run: index, atMs: estimateMs, lookBefore, lookAfter };
  }
  return null;
}

/**
 * Looks after which somebody set the clock and, by the next look, had set it back: the operation log holds two sets that
 * the samples do not show, at least one of them written by the clock that was sampled on both sides.
 */
export function doubtedLooks(evidence: ClockEvidence, runs: readonly Run[]): Set<Look> {
  const doubted = new Set<Look>();
  const isSet = ({ operation }: OperationEntry): boolean =>
    operation === operationCodes.timeSet || operation === operationCodes.factoryReset;
  const hints = evidence.operations.filter(isSet).map((entry) => locate(entry, runs));
  for (const [index, hint] of hints.entries()) {
    // A set that a step explains, ours among them, lies beside its run, not inside.
    if (hint === null || hint.lookBefore === null || hint.lookAfter === null) continue;
    const companions = [hints[index - 1], hints[index + 1]];
    const hasCompanion = companions.some((other) => other === null || (other !== undefined && isSameGap(other, hint)));
    if (!hasCompanion) continue;
    for (const look of runs[hint.run]?.looks.slice(hint.lookBefore, hint.lookAfter) ?? []) doubted.add(look);
  }
  return doubted;
}

function isSameGap(a: Hint, b: Hint): boolean {
  return a.run === b.run && a.lookBefore === b.lookBefore;
}
