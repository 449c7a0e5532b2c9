/**
 * Stories about clocks: what happened, told in a few lines, and what must be concluded from what a gateway saw of it.
 *
 * Times are the office's own (Jakarta): `07:30:00` on the first day, `2 07:30:00` on the second. What is not told is usual:
 * a terminal that is right, a link of 25 ms, one poll a minute from 06:00 to 12:00.
 */
import { expect, test } from 'vitest';
import { buildClockModel } from '../../../src/clock/model.ts';
import type { ClockModel, StepKind, TroubleKind } from '../../../src/clock/model-types.ts';
import { type Event, play, type World, type WorldPlan } from '../truth.ts';
import { at, every, firstDayMs, minute, second } from './at.ts';

export { at, day, every, hour, minute, second } from './at.ts';

export const move = (clock: string, byMs: number): Event => ({ kind: 'move', atMs: at(clock), byMs });
export const reset = (clock: string): Event => ({ kind: 'reset', atMs: at(clock) });
export const stop = (clock: string, forMs: number): Event => ({ kind: 'stop', atMs: at(clock), forMs });
export const freeze = (clock: string, forMs: number): Event => ({ kind: 'freeze', atMs: at(clock), forMs });
export const set = (clock: string, takes = true): Event => ({ kind: 'set', atMs: at(clock), takes });
export const hostStep = (clock: string, byMs: number): Event => ({ kind: 'host-step', atMs: at(clock), byMs });
export const clearLog = (clock: string): Event => ({ kind: 'clear-log', atMs: at(clock) });

/** What a story tells. */
export interface Story extends Partial<Omit<WorldPlan, 'events' | 'punches'>> {
  readonly happens?: readonly Event[];
  /**
   * Punches by their time, and what must be concluded: a status; how far the bounds may reach to either side of their
   * middle, `±0.6s`; and how far the best estimate may be from the truth, `~1.1s`.
   */
  readonly punches: Readonly<Record<string, string>>;
  /** Punches whose date the terminal wrote as one that cannot exist. */
  readonly garbled?: readonly string[];
  /** Kinds of the steps, in the order of time; none when left out. */
  readonly steps?: readonly StepKind[];
  /** Kinds of the troubles, each once; none when left out. */
  readonly troubles?: readonly TroubleKind[];
  /** More to look at. */
  also?(model: ClockModel, world: World): void;
}

/** Plays a story and holds what is concluded against what was told. */
export function tell(title: string, story: Story): void {
  test(title, () => {
    const { happens = [], punches, garbled = [], steps = [], troubles = [], also, ...told } = story;
    const plan: WorldPlan = {
      seed: 1,
      startMs: firstDayMs,
      zone: 'Asia/Jakarta',
      zoneHours: 7,
      fastMs: 0,
      driftPpm: 0,
      wobblePpm: 0,
      roundTripMs: 25,
      polls: every(minute, '06:00', '12:00'),
      cachedForMs: 0,
      live: false,
      operationLog: false,
      hostErrorMs: 0,
      ...told,
      events: happens,
      punches: Object.keys(punches).map(at),
    };
    const world = withGarbled(play(plan), garbled.map(at));
    const model = buildClockModel(world.evidence);
    const expected = Object.entries(punches).sort(([a], [b]) => at(a) - at(b));
    const found = expected.map(([clock], index) => [clock, conclusion(model, world, index)]);
    expect(model.times).toHaveLength(expected.length);
    for (const [index, [clock, wanted]] of expected.entries()) {
      const { status, bound, estimate, isInside } = conclusion(model, world, index);
      const [wantedStatus = '', ...limits] = wanted.split(' ');
      const most = (sign: string): number => secondsOf(limits.find((limit) => limit.startsWith(sign))?.slice(1));
      const [withinBound, near] = [bound <= most('±'), estimate <= most('~')];
      const facts = { clock, status, holdsTheTruth: isInside, withinBound, near };
      const wantedFacts = { clock, status: wantedStatus, holdsTheTruth: true, withinBound: true, near: true };
      expect(facts, JSON.stringify(found)).toEqual(wantedFacts);
    }
    expect(model.steps.map(({ kind }) => kind)).toEqual(steps);
    expect([...new Set(model.troubles.map(({ kind }) => kind))].sort()).toEqual([...troubles].sort());
    also?.(model, world);
  });
}

/** `0.6s`, `11m` or `3.1h`; no limit when left out. */
function secondsOf(limit: string | undefined): number {
  if (limit === undefined) return Number.POSITIVE_INFINITY;
  return Number.parseFloat(limit) * { s: 1, m: 60, h: 3_600 }[limit.slice(-1) as 's' | 'm' | 'h'];
}

function withGarbled(world: World, garbledMs: readonly number[]): World {
  const records = world.evidence.records.map((record, index) =>
    garbledMs.includes(world.truthMs[index] ?? 0) ? { ...record, deviceMs: null } : record,
  );
  return { ...world, evidence: { ...world.evidence, records } };
}

/** In seconds, as the stories speak. */
function conclusion(
  model: ClockModel,
  world: World,
  index: number,
): { status: string | undefined; bound: number; estimate: number; isInside: boolean } {
  const [time, truthMs] = [model.times[index], world.truthMs[index]];
  if (time === undefined || truthMs === undefined)
    return { status: undefined, bound: Number.NaN, estimate: Number.NaN, isInside: false };
  const { status, earliestMs, latestMs, occurredAtMs } = time;
  return {
    status,
    bound: (latestMs - earliestMs) / 2 / second,
    estimate: Math.abs(occurredAtMs - truthMs) / second,
    isInside: earliestMs <= truthMs && truthMs <= latestMs,
  };
}
