/**
 * What is remembered of one terminal's clock between sessions: what is known of it, and the evidence that waits for a
 * batch. Pure.
 *
 * Most polls learn nothing about a clock that nobody moved. Their samples would fill the disk (22 GB a year for three
 * hundred terminals), so they are held back until they speak for something: records that come after them, a clock that
 * was moved after them, or ten minutes that have gone by (docs/time.md, "Which questions are stored").
 */
import type { ClockEvents, HostClockStep, OperationEntry, SetEvent } from '../clock/model-types.ts';
import { foldSamples, intersect, provenBy, widthOf } from '../clock/offset.ts';
import type { ClockSample, OffsetInterval } from '../clock/sample.ts';

/** What is remembered of one terminal's clock. Immutable: every function below returns the next one. */
export interface ClockMemory {
  /** What all samples since the last step prove; null before the first. */
  readonly offset: OffsetInterval | null;
  /** Samples that the next batch must take along, oldest first; at most {@link keptSamples}. */
  readonly pending: readonly ClockSample[];
  /** Samples that said what was to be expected, and that no batch has taken, oldest first; at most {@link heldSamples}. */
  readonly held: readonly ClockSample[];
  /** What else was learnt and no batch has taken yet. */
  readonly events: ClockEvents;
  /** True when the clock jumped since a batch last took samples along. */
  readonly stepped: boolean;
  /** Polls in a row in which the clock seemed to have jumped: some clocks never agree with themselves. */
  readonly restless: number;
  /** How wide the offset was when a batch last took samples along; null before the first. */
  readonly toldWidthMs: number | null;
  /** Host time of the last look that went with records; null before the first. */
  readonly recordsAtMs: number | null;
  /** Records went without a look after them: the next one is awaited by them. */
  readonly lookOwed: boolean;
  /** Monotonic time of the last long burst; null before the first. */
  readonly longBurstAtMs: number | null;
}

const noEvents: ClockEvents = { sets: [], operations: [], hostSteps: [] };

/** Nothing known. */
export const unknownClock: ClockMemory = {
  offset: null,
  pending: [],
  held: [],
  events: noEvents,
  stepped: false,
  restless: 0,
  toldWidthMs: null,
  recordsAtMs: null,
  lookOwed: false,
  longBurstAtMs: null,
};

/** Samples kept while the database or the queue is away: enough for a straight line through a day of outage. */
export const keptSamples = 64;
/** Looks that are further from a record than the next long burst add nothing to it. */
const speaksForMs = 3_600_000;
/** An hour of quiet polls at the usual pace. */
export const heldSamples = 64;
/** Events of one kind that wait for a batch, which holds no more of them. The newest are kept. */
export const keptEvents = 512;

/** A look that makes the offset so much narrower than what was told of it is news. */
const narrowedTo = 0.5;
const narrowedByMs = 20;

/** What samples come to, beside what was known. */
export function learn(
  prior: OffsetInterval | null,
  samples: readonly ClockSample[],
): { readonly offset: OffsetInterval | null; readonly stepped: boolean } {
  const runs = foldSamples(samples);
  const now = runs.at(-1)?.interval ?? null;
  if (now === null || prior === null) return { offset: now ?? prior, stepped: runs.length > 1 };
  const both = intersect(prior, now);
  if (both.step || runs.length > 1) return { offset: now, stepped: true };
  return { offset: both.interval, stepped: false };
}

/** The memory after the answers of one burst: held back if they only say what was to be expected. */
export function withSamples(memory: ClockMemory, samples: readonly ClockSample[]): ClockMemory {
  if (samples.length === 0) return memory;
  const { offset, stepped } = learn(memory.offset, samples);
  // The first look of a poll tells whether the clock kept still since the last one.
  const isFirst = samples[0]?.kind === 'before-read';
  const restless = isFirst ? (stepped ? memory.restless + 1 : 0) : memory.restless;
  const next = { ...memory, offset, stepped: memory.stepped || stepped, restless };
  const isOfPoll = samples.every(({ kind }) => kind === 'before-read' || kind === 'after-read');
  if (isOfPoll && !stepped && !isNarrower(memory.toldWidthMs, offset)) {
    return { ...next, held: [...memory.held, ...samples].slice(-heldSamples) };
  }
  // The last quiet look before a clock was moved is the one that says when it was not moved yet.
  const released = stepped ? withReleased(next) : next;
  return { ...released, pending: thinned([...released.pending, ...samples]) };
}

/** Whether so much more is known than was told that it should be told. */
function isNarrower(toldWidthMs: number | null, offset: OffsetInterval | null): boolean {
  if (toldWidthMs === null || offset === null) return true;
  const widthMs = widthOf(offset);
  return widthMs < narrowedTo * toldWidthMs && toldWidthMs - widthMs > narrowedByMs;
}

/**
 * The memory with what was held back made ready to go: of the looks before what is coming, and of those after records that
 * went, each that proves more than any nearer one. The others would narrow no bound.
 */
export function withReleased(memory: ClockMemory): ClockMemory {
  const { held, pending } = memory;
  if (held.length === 0) return memory;
  const speaking = new Set(frontOf([...held].reverse()));
  if (isAfterRecords(memory)) for (const sample of frontOf(held)) speaking.add(sample);
  const released = held.filter((sample) => speaking.has(sample));
  return { ...memory, held: [], pending: thinned(inOrder([...pending, ...released])) };
}

/**
 * The memory with the last quiet look made ready to go, because it is time to say that all is well. The others stay: records
 * may come, and then those that prove the most are wanted. Records that went in the last hour want them now.
 */
export function withLastReleased(memory: ClockMemory): ClockMemory {
  const last = memory.held.at(-1);
  if (last === undefined || isAfterRecords(memory)) return withReleased(memory);
  return { ...memory, held: memory.held.slice(0, -1), pending: thinned(inOrder([...memory.pending, last])) };
}

function isAfterRecords({ held, recordsAtMs }: ClockMemory): boolean {
  return recordsAtMs !== null && (held[0]?.sentAtMs ?? Number.POSITIVE_INFINITY) - recordsAtMs < speaksForMs;
}

/** Nearest first: those that prove more, at either end of the offset, than all that are nearer. A drift only takes from it. */
function frontOf(samples: readonly ClockSample[]): ClockSample[] {
  let [highest, lowest] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return samples.filter((sample) => {
    const { earliestMs, latestMs } = provenBy(sample);
    const proves = earliestMs > highest || latestMs < lowest;
    highest = Math.max(highest, earliestMs);
    lowest = Math.min(lowest, latestMs);
    return proves;
  });
}

/** True when something waits that must not wait for long. */
export function hasNews({ pending, events, stepped }: ClockMemory): boolean {
  const { sets, operations, hostSteps } = events;
  return stepped || pending.length + sets.length + operations.length + hostSteps.length > 0;
}

/** The memory after a batch took these along. */
export function withoutTaken(
  memory: ClockMemory,
  batch: {
    readonly samples: readonly ClockSample[];
    readonly events?: ClockEvents | undefined;
    readonly records: number;
  },
): ClockMemory {
  const { samples } = batch;
  const { sets, operations, hostSteps } = batch.events ?? noEvents;
  const events: ClockEvents = {
    sets: without(memory.events.sets, sets),
    operations: without(memory.events.operations, operations),
    hostSteps: without(memory.events.hostSteps, hostSteps),
  };
  const recordsAtMs = batch.records > 0 ? (samples.at(-1)?.sentAtMs ?? memory.recordsAtMs) : memory.recordsAtMs;
  const lookOwed = batch.records > 0 ? samples.at(-1)?.kind !== 'after-read' : memory.lookOwed && samples.length === 0;
  if (samples.length === 0) return { ...memory, events, recordsAtMs, lookOwed };
  const toldWidthMs = memory.offset === null ? null : widthOf(memory.offset);
  return {
    ...memory,
    events,
    recordsAtMs,
    lookOwed,
    toldWidthMs,
    pending: without(memory.pending, samples),
    stepped: false,
  };
}

/** What was known of the offset ends with a set of ours. */
export function withSet(memory: ClockMemory, set: SetEvent): ClockMemory {
  const sets = [...memory.events.sets, set].slice(-keptEvents);
  return { ...withReleased(memory), events: { ...memory.events, sets }, offset: null, stepped: true };
}

/** The terminal runs on; only the scale it is measured on was moved. */
export function withHostStep(memory: ClockMemory, step: HostClockStep): ClockMemory {
  const hostSteps = [...memory.events.hostSteps, step].slice(-keptEvents);
  const { offset } = memory;
  const recordsAtMs = memory.recordsAtMs && memory.recordsAtMs + step.byMs;
  const moved = offset && {
    atMs: offset.atMs + step.byMs,
    earliestMs: offset.earliestMs - step.byMs,
    latestMs: offset.latestMs - step.byMs,
  };
  return { ...withReleased(memory), events: { ...memory.events, hostSteps }, recordsAtMs, offset: moved };
}

/** With new lines of the operation log. */
export function withOperations(memory: ClockMemory, entries: readonly OperationEntry[]): ClockMemory {
  if (entries.length === 0) return memory;
  const operations = [...memory.events.operations, ...entries].slice(-keptEvents);
  return { ...memory, events: { ...memory.events, operations } };
}

/** The events as a batch carries them; undefined where there are none. */
export function eventsOf({ events }: ClockMemory): ClockEvents | undefined {
  const { sets, operations, hostSteps } = events;
  return sets.length + operations.length + hostSteps.length === 0 ? undefined : events;
}

function without<T>(all: readonly T[], taken: readonly T[]): readonly T[] {
  return taken.length === 0 ? all : all.filter((one) => !taken.includes(one));
}

function inOrder(samples: readonly ClockSample[]): readonly ClockSample[] {
  return [...samples].sort((a, b) => a.sentAtMs - b.sentAtMs);
}

/** Every second of the older half is dropped when there are too many: what is left still spans the whole outage. */
function thinned(samples: readonly ClockSample[]): readonly ClockSample[] {
  if (samples.length <= keptSamples) return samples;
  const half = Math.floor(samples.length / 2);
  const older = samples.slice(0, half).filter((_, index) => index % 2 === 0);
  return [...older, ...samples.slice(half)].slice(-keptSamples);
}
