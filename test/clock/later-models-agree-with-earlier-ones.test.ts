import { describe, expect, test } from 'vitest';
import type { CorrectedTime } from '../../src/clock/correct.ts';
import { buildClockModel } from '../../src/clock/model.ts';
import type { ClockEvidence } from '../../src/clock/model-types.ts';
import { disagreements, modelDigest, revisionOf } from '../../src/clock/versions.ts';
import { judged } from '../tools/judged.ts';
import { randomPlan, themes } from './random-worlds.ts';
import { isBeyondEvidence, play } from './truth.ts';

const noon = Date.UTC(2026, 10, 2, 5);
const row = (occurredAtMs: number, halfMs: number, status: CorrectedTime['status'] = 'final'): CorrectedTime => ({
  occurredAtMs,
  earliestMs: occurredAtMs - halfMs,
  latestMs: occurredAtMs + halfMs,
  status,
  basis: 'between-samples',
});

describe('who must be told', () => {
  test('nobody, when nothing changed', judged, () => {
    expect(revisionOf(row(noon, 600), row(noon, 600))).toEqual({ changed: false, tell: null });
  });

  test('nobody, when a row moved within its minute and its bounds, or its bounds grew tighter', judged, () => {
    expect(revisionOf(row(noon + 5_000, 600), row(noon + 5_300, 500))).toEqual({ changed: true, tell: null });
    expect(revisionOf(row(noon + 5_000, 600, 'provisional'), row(noon + 5_000, 600))).toEqual({
      changed: true,
      tell: null,
    });
  });

  test('everybody, when it crossed a whole minute, for bands of lateness break there', judged, () => {
    expect(revisionOf(row(noon - 100, 600), row(noon, 600)).tell).toBe('crosses-minute');
    expect(revisionOf(row(noon, 600), row(noon - 1, 600)).tell).toBe('crosses-minute');
  });

  test('everybody, when it left what had been proven', judged, () => {
    expect(revisionOf(row(noon + 20_000, 600), row(noon + 20_601, 600)).tell).toBe('leaves-bound');
    expect(revisionOf(row(noon + 20_000, 600), row(noon + 20_600, 600)).tell).toBeNull();
  });
});

describe('an alarm', () => {
  test('is given for rows whose bounds do not meet any more, and for no others', judged, () => {
    const before = [row(noon, 600), row(noon, 600), row(noon, 600)];
    const after = [row(noon + 1_200, 600), row(noon + 1_201, 600), row(noon - 5_000, 600)];
    expect(disagreements(before, after)).toEqual([1, 2]);
  });

  test('is not given for rows that only one of the two has', judged, () => {
    expect(disagreements([row(noon, 600), row(noon, 600)], [row(noon, 1)])).toEqual([]);
  });
});

const evidence: ClockEvidence = {
  samples: [{ sentAtMs: 1, receivedAtMs: 2, deviceMs: 3, kind: 'hourly' }],
  sets: [{ sentAtMs: 1, receivedAtMs: 2, deviceMs: 3 }],
  operations: [{ operation: 21, deviceMs: 3, absentAtMs: null, presentAtMs: 9 }],
  hostSteps: [{ atMs: 1, byMs: -1 }],
  records: [{ epoch: 1, ordinal: 0, deviceMs: 3, absentAtMs: null, presentAtMs: 9 }],
  zone: 'Asia/Jakarta',
};

describe('the fingerprint of evidence', () => {
  test('is the same for the same evidence, written anyhow', judged, () => {
    // Worked out with Python's hashlib and struct ('>Bd' for each number). It must never change, or every stored model would look like one of other evidence.
    expect(modelDigest(evidence)).toBe('28e78bc32c6375b6f72cce5faab66fdd904ef5fd26c5036d01af769bcfc4d622');
    expect(modelDigest(structuredClone(evidence))).toBe(modelDigest(evidence));
    const spelled = { ...evidence, records: evidence.records.map((record) => ({ ...record, heardAtMs: null })) };
    expect(modelDigest(spelled)).toBe(modelDigest(evidence));
    const negative = { ...evidence, records: evidence.records.map((record) => ({ ...record, ordinal: -0 })) };
    expect(modelDigest(negative)).toBe(modelDigest(evidence));
  });

  test('changes with every number in it', judged, () => {
    const others: ClockEvidence[] = [{ ...evidence, zone: 'Asia/Makassar' }];
    const lists = ['samples', 'sets', 'operations', 'hostSteps', 'records'] as const;
    for (const list of lists) {
      others.push({ ...evidence, [list]: [] });
      for (const item of evidence[list]) {
        for (const [key, value] of Object.entries(item)) {
          if (key === 'kind') continue;
          others.push({ ...evidence, [list]: [{ ...item, [key]: value === null ? 0 : Number(value) + 1 }] });
        }
      }
    }
    others.push({ ...evidence, samples: evidence.samples.map((sample) => ({ ...sample, hostErrorMs: 1 })) });
    others.push({ ...evidence, records: evidence.records.map((record) => ({ ...record, heardAtMs: 0 })) });
    const digests = [evidence, ...others].map(modelDigest);
    expect(new Set(digests).size).toBe(digests.length);
    expect(digests.length).toBeGreaterThan(20);
  });

  test('holds for lists longer than one chunk of the writer', judged, () => {
    const records = Array.from({ length: 3_000 }, (_, ordinal) => ({
      epoch: 1,
      ordinal,
      deviceMs: 3,
      absentAtMs: null,
      presentAtMs: 9,
    }));
    const changed = records.with(2_999, { epoch: 1, ordinal: 2_999, deviceMs: 4, absentAtMs: null, presentAtMs: 9 });
    expect(modelDigest({ ...evidence, records })).not.toBe(modelDigest({ ...evidence, records: changed }));
  });
});

/** What was known when the host showed `untilMs`. */
function knownAt(all: ClockEvidence, untilMs: number): ClockEvidence {
  return {
    ...all,
    samples: all.samples.filter(({ receivedAtMs }) => receivedAtMs <= untilMs),
    sets: all.sets.filter(({ receivedAtMs }) => receivedAtMs <= untilMs),
    operations: all.operations.filter(({ presentAtMs }) => presentAtMs <= untilMs),
    hostSteps: all.hostSteps.filter(({ atMs, byMs }) => atMs + byMs <= untilMs),
    records: all.records.filter(({ presentAtMs }) => presentAtMs <= untilMs),
  };
}

test('as evidence grows, what was final stays within its bounds, and what was certain too', {
  ...judged,
  timeout: 240_000,
}, () => {
  let [compared, retold] = [0, 0];
  for (const theme of themes) {
    for (let seed = 1; seed <= 25; seed += 1) {
      const plan = randomPlan(seed, theme);
      // A host clock that goes back has no order of evidence, and old readings are believed until they are caught.
      if (plan.cachedForMs > 0 || plan.events.some((event) => event.kind === 'host-step' && event.byMs < 0)) continue;
      const world = play(plan);
      const all = world.evidence;
      const lastMs = all.samples.at(-1)?.receivedAtMs ?? 0;
      const firstMs = all.samples[0]?.sentAtMs ?? 0;
      let before: readonly CorrectedTime[] = [];
      for (const share of [0.3, 0.6, 0.8, 1]) {
        const { times } = buildClockModel(knownAt(all, firstMs + (lastMs - firstMs) * share));
        for (const index of disagreements(before, times)) {
          const isAllowed = before[index]?.status === 'provisional' || isBeyondEvidence(plan, world, index, true);
          expect(isAllowed, `${theme}, seed ${seed}, record ${index}`).toBe(true);
        }
        for (const [index, time] of before.entries()) {
          const after = times[index];
          if (after !== undefined && revisionOf(time, after).tell !== null) retold += 1;
          compared += 1;
        }
        before = times;
      }
    }
  }
  expect(compared).toBeGreaterThan(5_000);
  // Consumers are not told of every breath.
  expect(retold / compared).toBeLessThan(0.05);
});
