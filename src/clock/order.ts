/**
 * What the order of records says about a clock: a log is written front to back, so true times never run backwards in it
 * (docs/time.md, "What the order of records says").
 */

/** Where a record could lie in time, in milliseconds UTC. */
export interface Span {
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** Whether some place of the step leaves a record to the first clock, and whether some place leaves it to the second. */
export interface StepPlace {
  readonly first: boolean;
  readonly second: boolean;
}

/** How far device times may run backwards before it counts: some firmware moves a punch by a second to keep seconds apart. */
export const orderSlackMs = 1_000;

/**
 * Index of the first record of the last stretch in which device times do not run backwards.
 *
 * Everything before it was written before somebody or something set the clock back, so a sample taken after the log says
 * nothing about it.
 *
 * @param deviceMs device times in log order; null (impossible date) says nothing
 * @param toleranceMs allowed beside {@link orderSlackMs}
 */
export function lastSegmentStart(deviceMs: readonly (number | null)[], toleranceMs: number): number {
  return segmentStarts(deviceMs, toleranceMs).at(-1) ?? 0;
}

/** Index at which each stretch after the first begins: the records before which device times ran backwards. */
export function segmentStarts(deviceMs: readonly (number | null)[], toleranceMs: number): number[] {
  const starts: number[] = [];
  let highest = Number.NEGATIVE_INFINITY;
  for (const [index, shown] of deviceMs.entries()) {
    if (shown === null) continue;
    if (shown < highest - orderSlackMs - toleranceMs) {
      starts.push(index);
      highest = shown;
    } else highest = Math.max(highest, shown);
  }
  return starts;
}

/**
 * Which records stand on the wrong side of another one: later in the log but earlier on the clock, or the reverse.
 *
 * Of such a pair at least one was written under a moved clock, and the order cannot say which.
 *
 * @param previousMs device time of the record before the first, when known
 */
export function outOfOrder(
  deviceMs: readonly (number | null)[],
  toleranceMs: number,
  previousMs: number | null,
): boolean[] {
  const slack = orderSlackMs + toleranceMs;
  const flags = deviceMs.map(() => false);
  let highest = previousMs ?? Number.NEGATIVE_INFINITY;
  for (const [index, shown] of deviceMs.entries()) {
    if (shown === null) continue;
    if (shown < highest - slack) flags[index] = true;
    highest = Math.max(highest, shown);
  }
  let lowest = Number.POSITIVE_INFINITY;
  for (let index = deviceMs.length - 1; index >= 0; index -= 1) {
    const shown = deviceMs[index] ?? null;
    if (shown === null) continue;
    if (shown > lowest + slack) flags[index] = true;
    lowest = Math.min(lowest, shown);
  }
  return flags;
}

/**
 * Tries every place for one step among the records: before it the first clock holds, from it on the second.
 *
 * @param first where each record would lie under the clock as it ran before the step; null where that is impossible
 * @param second the same for the clock after it
 * @returns one entry per record; null when no place fits all of them, so that there was more than one step
 */
export function placesForStep(
  first: readonly (Span | null)[],
  second: readonly (Span | null)[],
  toleranceMs: number,
): StepPlace[] | null {
  const count = first.length;
  const heads = prefixes(first, toleranceMs);
  // A list read backwards on a clock that runs backwards is in order again.
  const tails = prefixes(second.map(mirrored).reverse(), toleranceMs).reverse();
  let earliestPlace = -1;
  let latestPlace = -1;
  for (let place = 0; place <= count; place += 1) {
    const head = heads[place];
    const tail = tails[place];
    if (head === undefined || tail === undefined || head === null || tail === null) continue;
    if (head > -tail + toleranceMs) continue;
    if (earliestPlace < 0) earliestPlace = place;
    latestPlace = place;
  }
  if (earliestPlace < 0) return null;
  return first.map((_, index) => ({ first: index < latestPlace, second: index >= earliestPlace }));
}

/** For each length of a beginning: the earliest time its end can have, or null when its records cannot be in order. */
function prefixes(spans: readonly (Span | null)[], toleranceMs: number): (number | null)[] {
  const ends: (number | null)[] = [Number.NEGATIVE_INFINITY];
  let end: number | null = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    if (end !== null && (span === null || span.latestMs + toleranceMs < end)) end = null;
    if (end !== null && span !== null) end = Math.max(end, span.earliestMs);
    ends.push(end);
  }
  return ends;
}

function mirrored(span: Span | null): Span | null {
  return span === null ? null : { earliestMs: -span.latestMs, latestMs: -span.earliestMs };
}
