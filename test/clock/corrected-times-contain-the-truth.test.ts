import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CorrectedTime, correctRecords, type TimeStatus } from '../../src/clock/correct.ts';
import { play, type World, type WorldPlan } from './world.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const minute = 60_000;

const plan: fc.Arbitrary<WorldPlan> = fc.record({
  seed: fc.nat(),
  offsetMs: fc.integer({ min: 6.5 * 60 * minute, max: 9.5 * 60 * minute }),
  driftPpm: fc.double({ min: -100, max: 100, noNaN: true }),
  step: fc.constant(null),
  gapMs: fc.oneof(
    fc.integer({ min: 2_000, max: 5 * minute }),
    fc.integer({ min: 5 * minute, max: 12 * 60 * minute }),
    fc.integer({ min: 12 * 60 * minute, max: 72 * 60 * minute }),
  ),
  roundTripMs: fc.constantFrom(1, 3, 25, 60, 300),
  samplesBefore: fc.integer({ min: 1, max: 8 }),
  samplesAfter: fc.integer({ min: 1, max: 3 }),
  punches: fc.array(share, { minLength: 1, maxLength: 12 }),
  readBefore: fc.constant(true),
});

const signed = (size: fc.Arbitrary<number>): fc.Arbitrary<number> =>
  fc.tuple(size, fc.boolean()).map(([ms, back]) => (back ? -ms : ms));

/** From a step nobody can see to one of a day, and a reset to the year 2000. */
const stepMs = fc.oneof(
  signed(fc.integer({ min: 1, max: 3_000 })),
  signed(fc.integer({ min: 3_000, max: 90 * minute })),
  signed(fc.integer({ min: 90 * minute, max: 24 * 60 * minute })),
  fc.integer({ min: -30_000, max: 30_000 }).map((ms) => Date.UTC(2000, 0, 1) - Date.UTC(2026, 10, 3) + ms),
);
const stepped = fc
  .tuple(plan, fc.record({ byMs: stepMs, at: share }))
  .map(([steady, step]): WorldPlan => ({ ...steady, step }));

function check(world: World, mustHold: readonly TimeStatus[]): CorrectedTime[] {
  const answers = correctRecords(world.input);
  if (answers.length !== world.truthMs.length) throw new Error(`${answers.length} answers`);
  for (const [index, answer] of answers.entries()) {
    const truth = world.truthMs[index] ?? Number.NaN;
    const sane =
      answer.earliestMs <= answer.occurredAtMs &&
      answer.occurredAtMs <= answer.latestMs &&
      answer.latestMs <= world.input.bracket.presentAtMs &&
      answer.earliestMs >= (world.input.bracket.absentAtMs ?? Number.NEGATIVE_INFINITY) - 500;
    const holds = answer.earliestMs <= truth && truth <= answer.latestMs;
    if (!sane || (mustHold.includes(answer.status) && !holds)) {
      throw new Error(`record ${index}: truth ${truth}, answer ${JSON.stringify(answer)}`);
    }
  }
  return answers;
}

function tally(counts: Map<TimeStatus, number>, answers: readonly CorrectedTime[]): void {
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
}

const everyStatus: readonly TimeStatus[] = ['final', 'provisional', 'bounded', 'ambiguous', 'uncorrectable'];

test('a steady clock between two polls gives final times, and the truth is within their bounds', () => {
  fc.assert(
    fc.property(plan, (steady) => {
      const answers = check(play(steady), everyStatus);
      if (!answers.every(({ status }) => status === 'final')) throw new Error(JSON.stringify(answers));
    }),
    { numRuns: 20_000 },
  );
});

test('a steady clock seen from one side only gives provisional times, and the truth is within their bounds', () => {
  const oneSided = fc.tuple(plan, fc.constantFrom('before', 'after', 'never-read')).map(([steady, side]): WorldPlan => {
    if (side === 'before') return { ...steady, samplesAfter: 0 };
    return { ...steady, samplesBefore: 0, readBefore: side === 'after' };
  });
  fc.assert(
    fc.property(oneSided, (world) => {
      const answers = check(play(world), everyStatus);
      if (!answers.every(({ status }) => status === 'provisional')) throw new Error(JSON.stringify(answers));
    }),
    { numRuns: 5_000 },
  );
});

test('a clock that was moved anywhere between two polls is never final with a wrong bound', () => {
  const counts = new Map<TimeStatus, number>();
  fc.assert(
    fc.property(stepped, (moved) => {
      // Bounds hold in every status here: one step is what they are built for.
      tally(counts, check(play(moved), everyStatus));
    }),
    { numRuns: 25_000 },
  );
  // A share of each, so that the property has looked at every branch.
  for (const status of ['final', 'bounded', 'ambiguous'] as const)
    expect(counts.get(status) ?? 0, status).toBeGreaterThan(1_000);
});

test('a step that cannot be overlooked leaves no row final', () => {
  const plain = fc
    .tuple(plan, signed(fc.integer({ min: 90_000, max: 24 * 60 * minute })), share)
    .map(([steady, byMs, at]): WorldPlan => ({ ...steady, step: { byMs, at } }));
  fc.assert(
    fc.property(plain, (moved) => {
      const answers = check(play(moved), everyStatus);
      if (answers.some(({ status }) => status === 'final')) throw new Error(JSON.stringify(answers));
    }),
    { numRuns: 5_000 },
  );
});

test('a log never read before, with one step in it, is never final, and says so where the step shows', () => {
  const counts = new Map<TimeStatus, number>();
  const first = stepped.map((moved): WorldPlan => ({ ...moved, samplesBefore: 0, readBefore: false }));
  fc.assert(
    fc.property(first, (moved) => {
      tally(counts, check(play(moved), ['final', 'uncorrectable']));
    }),
    { numRuns: 5_000 },
  );
  expect(counts.get('final') ?? 0).toBe(0);
  expect(counts.get('uncorrectable') ?? 0).toBeGreaterThan(500);
});
