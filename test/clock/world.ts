/**
 * A true world for the clock: time passes, a terminal's clock runs a little wrong and may be moved once, people punch, a
 * gateway looks in now and then. It knows the truth, and hands the code under test only what a gateway sees.
 */
import type { CorrectionInput } from '../../src/clock/correct.ts';
import { evidenceAround } from '../../src/clock/evidence.ts';
import type { ClockSample, SampleKind } from '../../src/clock/sample.ts';
import { seeded } from './random.ts';

export interface WorldPlan {
  readonly seed: number;
  /** The zone and how far the clock is off, in milliseconds. */
  readonly offsetMs: number;
  readonly driftPpm: number;
  /** Size of the one step, and where between the two polls it happens (0…1); null for a steady clock. */
  readonly step: { readonly byMs: number; readonly at: number } | null;
  readonly gapMs: number;
  readonly roundTripMs: number;
  readonly samplesBefore: number;
  readonly samplesAfter: number;
  /** Where between the two polls people punch (0…1). */
  readonly punches: readonly number[];
  /** False when the log had never been read before. */
  readonly readBefore: boolean;
}

export interface World {
  readonly input: CorrectionInput;
  /** True instants of the records, in log order. */
  readonly truthMs: readonly number[];
}

const startMs = Date.UTC(2026, 10, 2, 0, 30);

export function play(plan: WorldPlan): World {
  const random = seeded(plan.seed);
  const endMs = startMs + plan.gapMs;
  const stepAtMs = plan.step === null ? Number.POSITIVE_INFINITY : startMs + plan.step.at * plan.gapMs;
  const offsetAt = (atMs: number): number =>
    plan.offsetMs + ((atMs - startMs) * plan.driftPpm) / 1e6 + (atMs >= stepAtMs ? (plan.step?.byMs ?? 0) : 0);
  const shownAt = (atMs: number): number => Math.floor((atMs + offsetAt(atMs)) / 1_000) * 1_000;

  const sample = (kind: SampleKind, sentAtMs: number): ClockSample => {
    const receivedAtMs = sentAtMs + plan.roundTripMs * (1 + (random() < 0.1 ? random() * 4 : 0));
    const readAtMs = sentAtMs + (receivedAtMs - sentAtMs) * random();
    return { kind, sentAtMs, receivedAtMs, deviceMs: shownAt(readAtMs) };
  };
  const burst = (kind: SampleKind, fromMs: number, count: number): ClockSample[] => {
    const samples: ClockSample[] = [];
    for (let index = 0; index < count; index += 1) {
      const last = samples.at(-1)?.receivedAtMs ?? fromMs;
      samples.push(sample(kind, last + random() * 1_000));
    }
    return samples;
  };

  // The former poll ends at the start: its samples, its read in the middle of them. The next one begins at the end.
  const earlier = burst(
    'hourly',
    startMs - 20_000 - plan.samplesBefore * (1_000 + plan.roundTripMs * 5),
    plan.samplesBefore,
  );
  const beforeRead = burst('before-read', endMs, plan.samplesAfter);
  const preparedMs = (beforeRead.at(-1)?.receivedAtMs ?? endMs) + 5;
  const presentAtMs = preparedMs + plan.roundTripMs * 3;
  const poll = [...beforeRead, ...(plan.samplesAfter > 0 ? [sample('after-read', presentAtMs + 1)] : [])];

  const truthMs = plan.punches.map((at) => startMs + at * plan.gapMs).sort((a, b) => a - b);
  const bracket = { absentAtMs: plan.readBefore ? startMs : null, presentAtMs };
  const records = truthMs.map((atMs) => ({ deviceMs: shownAt(atMs) }));
  return { truthMs, input: { records, bracket, ...evidenceAround([...earlier, ...poll], bracket) } };
}
