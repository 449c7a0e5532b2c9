import { describe, expect, test } from 'vitest';
import type { Span } from '../../src/clock/model-types.ts';
import { type Options, optionsOf, type Puzzle } from '../../src/clock/places.ts';
import { seeded } from './random.ts';

const minute = 60_000;
const read = { earliestMs: 0, latestMs: 100 * minute };

/** Records that show the given minutes; each known clock is that many minutes ahead. */
function puzzle(
  shownMinutes: readonly number[],
  aheadMinutes: readonly number[],
  known: Partial<Puzzle> = {},
  widthMs = 1_000,
): Puzzle {
  const shown = shownMinutes.map((shownAt) => shownAt * minute);
  const spans = shown.map((shownMs) =>
    aheadMinutes.map((ahead): Span | null => {
      const earliestMs = shownMs - ahead * minute;
      return earliestMs >= read.earliestMs && earliestMs <= read.latestMs
        ? { earliestMs, latestMs: earliestMs + widthMs }
        : null;
    }),
  );
  const brackets = shown.map(() => read);
  return { spans, brackets, shown, clocks: aheadMinutes.length, startKnown: true, endKnown: true, ...known };
}

/** `0`, `0/1`, or with `?` where a clock that was never sampled may have written it. */
const told = (options: readonly Options[]): string[] =>
  options.map(({ clocks, unsampled }) => `${clocks.join('/')}${unsampled ? '?' : ''}`);

describe('one clock', () => {
  test('explains records in order', () => {
    expect(told(optionsOf(puzzle([10, 20, 30], [0])))).toEqual(['0', '0', '0']);
  });

  test('does not explain one outside the bracket, which took two moves: away and back', () => {
    expect(told(optionsOf(puzzle([10, 200, 30], [0])))).toEqual(['0', '?', '0']);
  });

  test('leaves open who is strange when two records contradict each other, and with whom', () => {
    expect(told(optionsOf(puzzle([10, 60, 20, 70], [0])))).toEqual(['0?', '0?', '0?', '0?']);
  });

  test.each([
    [2, ['0', '0']],
    [3, ['0?', '0?']],
  ])('%i seconds out of order', (seconds, expected) => {
    // Some firmware keeps punches a second apart, and a second is as long as a record lasts.
    const shown = [10 * minute + seconds * 1_000, 10 * minute];
    const spans = shown.map((earliestMs) => [{ earliestMs, latestMs: earliestMs + 1_000 }]);
    expect(told(optionsOf({ ...puzzle([10, 10], [0]), shown, spans }))).toEqual(expected);
  });

  test('in a log never read before, what lies before a backward jump was written by an older one', () => {
    expect(told(optionsOf(puzzle([10, 60, 20, 30], [0], { startKnown: false })))).toEqual(['?', '?', '0', '0']);
  });

  test('when nobody looked since, what lies behind a backward jump was written by a newer one', () => {
    expect(told(optionsOf(puzzle([10, 60, 20, 30], [0], { endKnown: false })))).toEqual(['0', '0', '?', '?']);
  });
});

describe('two clocks', () => {
  test('the order decides: ten minutes back between the second record and the third', () => {
    expect(told(optionsOf(puzzle([50, 58, 53, 60], [0, -10])))).toEqual(['0', '0', '1', '1']);
  });

  test('what fits both is left open', () => {
    expect(told(optionsOf(puzzle([50, 60], [0, 5])))).toEqual(['0/1', '0/1']);
  });

  test('the bracket decides where only one fits', () => {
    expect(told(optionsOf(puzzle([50, 300], [0, 240])))).toEqual(['0', '1']);
  });

  test('never back to the first once the second was in force', () => {
    expect(told(optionsOf(puzzle([300, 50], [0, 240])))).not.toEqual(['1', '0']);
  });

  test('a clock in between that nobody sampled', () => {
    expect(told(optionsOf(puzzle([50, 9_000, 300], [0, 240])))).toEqual(['0', '?', '1']);
  });
});

/** All ways to give each record a known clock or a strange one, weighed by hand. */
function byEnumeration(given: Puzzle): Options[] {
  const { clocks, shown, spans, brackets, startKnown, endKnown } = given;
  const slack = 1_500;
  let fewest = Number.POSITIVE_INFINITY;
  let best: number[][] = [];
  const strange = -1;
  const total = (clocks + 1) ** shown.length;
  for (let code = 0; code < total; code += 1) {
    const labels = shown.map((_, index) => (Math.floor(code / (clocks + 1) ** index) % (clocks + 1)) - 1);
    let reached = Number.NEGATIVE_INFINITY;
    let last = startKnown ? 0 : strange;
    let moves = 0;
    let isPossible = true;
    let wasStrange = false;
    for (const [index, label] of labels.entries()) {
      const span = label === strange ? brackets[index] : spans[index]?.[label];
      if (span === null || span === undefined || span.latestMs + slack < reached) isPossible = false;
      reached = Math.max(reached, span?.earliestMs ?? 0);
      if (label === strange) {
        const [before, now] = [shown[index - 1] ?? 0, shown[index] ?? 0];
        const mostMs = (brackets[index]?.latestMs ?? 0) - (brackets[index - 1]?.earliestMs ?? 0) + 1_000 + slack;
        const isSame = wasStrange && now >= before - slack && now - before <= mostMs;
        if (index === 0 ? startKnown : !isSame) moves += 1;
      } else {
        if (label < last) isPossible = false;
        if (wasStrange && (label === last || last === strange)) moves += 1;
        last = label;
      }
      wasStrange = label === strange;
    }
    if (wasStrange && (last === strange || (endKnown && last === clocks - 1))) moves += 1;
    if (!isPossible || moves > fewest) continue;
    if (moves < fewest) best = [];
    fewest = moves;
    best.push(labels);
  }
  return shown.map((_, index) => ({
    clocks: Array.from({ length: clocks }, (__, clock) => clock).filter((clock) =>
      best.some((labels) => labels[index] === clock),
    ),
    unsampled: best.some((labels) => labels[index] === strange),
  }));
}

test('agrees with trying everything, on thousands of small reads', () => {
  const random = seeded(7);
  const pick = (most: number): number => Math.floor(random() * most);
  for (let run = 0; run < 4_000; run += 1) {
    const shown = Array.from({ length: 1 + pick(5) }, () => pick(14) * 10 - 20);
    const ahead = Array.from({ length: 1 + pick(2) }, () => pick(5) * 20 - 40);
    const known = { startKnown: random() < 0.6, endKnown: random() < 0.7 };
    const given = puzzle(shown, ahead, known, ([1, 15, 40][pick(3)] ?? 1) * minute);
    expect(told(optionsOf(given)), `run ${run}: ${shown} under ${ahead}`).toEqual(told(byEnumeration(given)));
  }
});
