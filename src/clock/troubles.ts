/**
 * What a person should see about a clock: one small detector for each name (docs/time.md, "Names of troubles"). Each
 * returns its evidence; none judges anybody, and no time depends on any of them.
 */
import type { ClockEvidence, ClockSegment, ClockStep, ClockTrouble, TroubleKind } from './model-types.ts';
import type { Line } from './rate.ts';
import type { Readings } from './readings.ts';
import { zoneOffsetMs } from './zone.ts';

/** What the detectors look at. */
export interface Findings {
  readonly evidence: ClockEvidence;
  readonly readings: Readings;
  /** How fast the crystal ran. */
  readonly lines: readonly Line[];
  readonly segments: readonly ClockSegment[];
  readonly steps: readonly ClockStep[];
}

const quarterHourMs = 900_000;
const dayMs = 86_400_000;
/** How far from a whole quarter hour a clock with a wrong zone may be, for its own sake. */
const zoneSlackMs = 120_000;
/** Beyond this a crystal needs a person, in millionths. */
const badCrystalPpm = 50;
/** A set that leaves the clock further off than this did not take; two seconds cover link and terminal. */
const takenWithinMs = 2_000;
/** Away and back: sizes that cancel to so much, within a day. */
const cancelsToMs = 90_000;
const smallestTripMs = 30_000;

type Detector = (findings: Findings) => ClockTrouble[];

/** All troubles that show in the evidence, by name. */
export function troublesAmongClocks(findings: Findings): ClockTrouble[] {
  const detectors: readonly Detector[] = [
    zoneMistakes,
    badCrystals,
    doesNotHoldTime,
    setsThatDidNotTake,
    setByOthers,
    frozenClocks,
    cachedClocks,
    thereAndBack,
    hostClockSteps,
  ];
  return detectors.flatMap((detect) => detect(findings));
}

function trouble(
  kind: TroubleKind,
  part: Omit<Partial<ClockTrouble>, 'kind'> & Pick<ClockTrouble, 'fromMs' | 'untilMs'>,
): ClockTrouble {
  return { size: null, steps: [], records: [], ...part, kind };
}

/** The offset is the office's zone plus whole quarter hours. */
function zoneMistakes({ segments, evidence }: Findings): ClockTrouble[] {
  return segments.flatMap(({ kind, offset, seenFromMs, seenUntilMs }) => {
    if (kind !== 'running' || offset === null || seenFromMs === null || seenUntilMs === null) return [];
    const offMs = (offset.earliestMs + offset.latestMs) / 2 - zoneOffsetMs(evidence.zone, seenUntilMs);
    const size = Math.round(offMs / quarterHourMs) * quarterHourMs;
    if (size === 0 || Math.abs(size) > dayMs || Math.abs(offMs - size) > zoneSlackMs) return [];
    return [trouble('zone-mistake', { fromMs: seenFromMs, untilMs: seenUntilMs, size })];
  });
}

/** The proven mean rate lies beyond what a sound crystal does, for as long as lines show it. */
function badCrystals({ lines }: Findings): ClockTrouble[] {
  const bad = lines.filter(({ minPpm, maxPpm }) => minPpm > badCrystalPpm || maxPpm < -badCrystalPpm);
  const [first, last] = [bad[0], bad.at(-1)];
  if (first === undefined || last === undefined) return [];
  return [trouble('bad-crystal', { fromMs: first.fromMs, untilMs: last.untilMs, size: last.ppm })];
}

function doesNotHoldTime({ steps }: Findings): ClockTrouble[] {
  return ofSteps('does-not-hold-time', steps, ({ kind }) => kind === 'reset-2000' || kind === 'stopped', 2);
}

function setByOthers({ steps }: Findings): ClockTrouble[] {
  return ofSteps('set-by-other', steps, ({ kind }) => kind === 'set-by-other', 2);
}

function ofSteps(
  kind: TroubleKind,
  steps: readonly ClockStep[],
  holds: (step: ClockStep) => boolean,
  atLeast: number,
): ClockTrouble[] {
  const found = steps.flatMap((step, index) => (holds(step) ? [index] : []));
  const [first, last] = [steps[found[0] ?? -1], steps[found.at(-1) ?? -1]];
  if (found.length < atLeast || first === undefined || last === undefined) return [];
  return [trouble(kind, { fromMs: first.earliestMs, untilMs: last.latestMs, size: found.length, steps: found })];
}

/** After our own command the clock shows something else. */
function setsThatDidNotTake({ evidence, readings }: Findings): ClockTrouble[] {
  return evidence.sets.flatMap(({ sentAtMs, receivedAtMs, deviceMs }) => {
    const next = readings.readings.find(({ sample }) => sample.sentAtMs >= receivedAtMs);
    if (next === undefined) return [];
    const { earliestMs, latestMs } = next.proven;
    const wantedMs = deviceMs - sentAtMs;
    const slackMs = takenWithinMs + receivedAtMs - sentAtMs;
    if (earliestMs - wantedMs <= slackMs && latestMs - wantedMs >= -slackMs) return [];
    const size = Math.round((earliestMs + latestMs) / 2 - wantedMs);
    return [trouble('set-did-not-take', { fromMs: sentAtMs, untilMs: next.sample.receivedAtMs, size })];
  });
}

function frozenClocks({ segments }: Findings): ClockTrouble[] {
  return segments.flatMap(({ kind, seenFromMs, seenUntilMs }) =>
    kind === 'frozen' && seenFromMs !== null && seenUntilMs !== null
      ? [trouble('frozen-clock', { fromMs: seenFromMs, untilMs: seenUntilMs, size: seenUntilMs - seenFromMs })]
      : [],
  );
}

function cachedClocks({ readings: { cached } }: Findings): ClockTrouble[] {
  return cached === null ? [] : [trouble('cached-clock', cached)];
}

/** Two neighbouring steps that cancel; or records of an unsampled clock, with the same clock before and after them. */
function thereAndBack({ steps }: Findings): ClockTrouble[] {
  return steps.flatMap((away, index) => {
    const back = steps[index + 1];
    if (back === undefined || away.after !== back.before || back.latestMs - away.earliestMs > dayMs) return [];
    if (!away.byMs || !back.byMs) {
      const isRoundTrip = away.byMs === null && away.kind === 'moved' && away.before === back.after;
      return isRoundTrip && away.before !== null ? [tripOf(away, back, index, null)] : [];
    }
    const hands: readonly string[] = ['moved', 'set-by-other', 'zone-change', 'daylight-saving'];
    if (!hands.includes(away.kind) || !hands.includes(back.kind)) return [];
    const size = (away.byMs.earliestMs + away.byMs.latestMs) / 2;
    const left = size + (back.byMs.earliestMs + back.byMs.latestMs) / 2;
    return Math.abs(left) <= cancelsToMs && Math.abs(size) >= Math.max(smallestTripMs, 2 * Math.abs(left))
      ? [tripOf(away, back, index, Math.round(size))]
      : [];
  });
}

function tripOf(away: ClockStep, back: ClockStep, index: number, size: number | null): ClockTrouble {
  const [first, last] = [away.firstAfter, back.lastBefore];
  const isRange = first !== null && last !== null && first.epoch === last.epoch && first.ordinal <= last.ordinal;
  const records = isRange ? [{ epoch: first.epoch, from: first.ordinal, to: last.ordinal + 1 }] : [];
  const { earliestMs: fromMs } = away;
  return trouble('there-and-back', { fromMs, untilMs: back.latestMs, size, steps: [index, index + 1], records });
}

function hostClockSteps({ evidence }: Findings): ClockTrouble[] {
  return evidence.hostSteps.map(({ atMs, byMs }) => trouble('host-clock', { fromMs: atMs, untilMs: atMs, size: byMs }));
}
