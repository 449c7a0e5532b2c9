/**
 * What a step looks like: one predicate for each name, the first that holds gives it (docs/time.md, "Names of steps").
 * A name is a description with evidence. Nothing is judged, and no bound depends on it.
 */
import type { HostClockStep, SetEvent, Span, StepKind } from './model-types.ts';
import { isResetTime } from './reset.ts';

/** What is known about a step when it is named. */
export interface StepFacts {
  /** Where it lies, in host time. */
  readonly window: Span;
  /** For how long nobody looked at the clock around it. */
  readonly unseenMs: number;
  /** Its size, if both sides have an offset. */
  readonly byMs: Span | null;
  readonly set: SetEvent | undefined;
  readonly hostStep: HostClockStep | undefined;
  readonly touchesFrozen: boolean;
  /** What the clock showed first after it. */
  readonly shownAfterMs: number;
  /** The clock after it began with the first second of 2000, inside the window. */
  readonly beganIn2000: boolean;
  /** Offset of the clock before and after it, and that of a well-set clock there. */
  readonly offsetBeforeMs: number | null;
  readonly offsetAfterMs: number | null;
  readonly nominalMs: number;
  /** How far apart the looks before it were, as a rule. */
  readonly spacingMs: number;
}

const quarterHourMs = 900_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
/** A zone or summer time moves a clock to the second; the rest is drift and doubt. */
const exactMs = 2_000;
/** People set a clock to the second at best. */
const rightMs = 3_000;
const shortestStandstillMs = 60_000;

type Predicate = (facts: StepFacts) => boolean;

const names: readonly (readonly [StepKind, Predicate])[] = [
  ['own-set', ({ set }) => set !== undefined],
  ['host-clock', isHostClock],
  ['frozen', ({ touchesFrozen }) => touchesFrozen],
  ['reset-2000', ({ beganIn2000, shownAfterMs }) => beganIn2000 && isResetTime(shownAfterMs)],
  ['stopped', isStandstill],
  ['daylight-saving', isDaylightSaving],
  ['zone-change', isZoneChange],
  ['set-by-other', isSetRight],
];

/** The name of a step. */
export function kindOf(facts: StepFacts): StepKind {
  return names.find(([, holds]) => holds(facts))?.[0] ?? 'moved';
}

/** The host's clock was seen to jump there, and this is what it looks like from its side. */
function isHostClock({ hostStep, byMs }: StepFacts): boolean {
  return hostStep !== undefined && byMs !== null && reaches(byMs, -hostStep.byMs, exactMs);
}

/** It fell behind by as long as it was out of reach, up to the usual time between two looks at either end. */
export function isStandstill({
  byMs,
  unseenMs,
  spacingMs,
}: Pick<StepFacts, 'byMs' | 'unseenMs' | 'spacingMs'>): boolean {
  if (byMs === null || byMs.latestMs > -shortestStandstillMs) return false;
  const slackMs = Math.max(2.5 * spacingMs, exactMs);
  return -byMs.earliestMs >= unseenMs - slackMs && -byMs.latestMs <= unseenMs + exactMs;
}

/** One hour, and a whole hour of the night on its screen lies where it happened. */
function isDaylightSaving({ byMs, window, offsetBeforeMs }: StepFacts): boolean {
  if (byMs === null || offsetBeforeMs === null) return false;
  if (!reaches(byMs, hourMs, exactMs) && !reaches(byMs, -hourMs, exactMs)) return false;
  const [fromMs, untilMs] = [window.earliestMs + offsetBeforeMs, window.latestMs + offsetBeforeMs];
  for (let hour = Math.ceil((fromMs - exactMs) / hourMs); hour * hourMs <= untilMs + exactMs; hour += 1) {
    if ((hour * hourMs) % dayMs <= 4 * hourMs) return true;
    if (hour * hourMs - fromMs > dayMs) break;
  }
  return false;
}

/** A whole number of quarter hours. */
function isZoneChange({ byMs }: StepFacts): boolean {
  if (byMs === null) return false;
  const quarters = Math.round((byMs.earliestMs + byMs.latestMs) / 2 / quarterHourMs);
  return quarters !== 0 && reaches(byMs, quarters * quarterHourMs, exactMs);
}

/** From wrong to right. */
function isSetRight({ offsetBeforeMs, offsetAfterMs, nominalMs }: StepFacts): boolean {
  if (offsetBeforeMs === null || offsetAfterMs === null) return false;
  return Math.abs(offsetAfterMs - nominalMs) <= rightMs && Math.abs(offsetBeforeMs - nominalMs) > rightMs;
}

/** Whether the size is known well enough to be called this one. */
function reaches(byMs: Span, sizeMs: number, slackMs: number): boolean {
  const doubtMs = (byMs.latestMs - byMs.earliestMs) / 2;
  return doubtMs <= 30_000 && Math.abs((byMs.earliestMs + byMs.latestMs) / 2 - sizeMs) <= slackMs + doubtMs;
}
