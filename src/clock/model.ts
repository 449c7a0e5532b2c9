/**
 * The model of one terminal's clock: from evidence to segments, steps, troubles and the time of every record.
 *
 * The way through this folder, in the order of the page docs/time.md:
 *
 *   sample, offset   one question, and what several prove together
 *   aim              when to ask
 *   readings         clocks that do not answer with their time
 *   runs, rate       stretches without a step, and how fast the clock runs in them
 *   span             one punch under one run
 *   places           which run wrote which record
 *   reset            the year 2000
 *   correct, reads   the time of a record and how sure it is
 *   steps, troubles  what a person should see
 *   versions         evidence that grows
 *   describe         one punch explained
 *
 * Everything here is pure: no clock is asked, nothing is drawn by lot, and the same evidence gives the same bytes.
 */
import type { ClockEvidence, ClockModel, ClockSegment, OrdinalRange, RecordTime } from './model-types.ts';
import { doubtedLooks } from './operations.ts';
import { rateAround, unfitted } from './rate.ts';
import { readingsOf } from './readings.ts';
import { timesOf } from './reads.ts';
import { troublesAmongRecords } from './record-troubles.ts';
import { type Run, runsOf } from './runs.ts';
import { stepsOf } from './steps.ts';
import { type Stranger, strangersOf } from './strangers.ts';
import { troublesAmongClocks } from './troubles.ts';
import { codeVersion } from './versions.ts';

/**
 * Builds the model.
 *
 * @param evidence of one terminal; lists in the order that {@link ClockEvidence} states
 * @throws RangeError for a zone that is not known
 */
export function buildClockModel(evidence: ClockEvidence): ClockModel {
  const readings = readingsOf(evidence);
  const runs = runsOf(readings.readings, evidence);
  const placed = timesOf(evidence, runs, doubtedLooks(evidence, runs));
  const strangers = strangersOf(evidence.records, placed);
  const times = withStrangers(placed, strangers, runs.length);
  const ranges = rangesOf(evidence, times);
  const segments = [
    ...runs.map((run, index) => segmentOf(run, ranges[index] ?? [])),
    ...strangers.map((stranger, index) => segmentOfStranger(stranger, times, ranges[runs.length + index] ?? [])),
  ];
  const steps = stepsOf(evidence, runs, strangers, times);
  const troubles = [
    ...troublesAmongClocks({ evidence, readings, lines: runs[0]?.lines ?? [], segments, steps }),
    ...troublesAmongRecords(evidence, times),
  ];
  return { codeVersion, segments, steps, troubles, times };
}

/** The same times, with the unsampled segment of each record that has one. */
function withStrangers(times: readonly RecordTime[], strangers: readonly Stranger[], runs: number): RecordTime[] {
  const marked = [...times];
  for (const [index, { from, to }] of strangers.entries()) {
    for (let row = from; row < to; row += 1) {
      const time = marked[row];
      if (time !== undefined) marked[row] = { ...time, segment: runs + index };
    }
  }
  return marked;
}

/** Per segment, the ordinals of the records that were placed in it. */
function rangesOf({ records }: ClockEvidence, times: readonly RecordTime[]): OrdinalRange[][] {
  const ranges: { epoch: number; from: number; to: number }[][] = [];
  for (const [index, { epoch, ordinal }] of records.entries()) {
    const segment = times[index]?.segment ?? null;
    if (segment === null) continue;
    const list = ranges[segment] ?? [];
    ranges[segment] = list;
    const last = list.at(-1);
    if (last?.epoch === epoch && last.to === ordinal) last.to = ordinal + 1;
    else list.push({ epoch, from: ordinal, to: ordinal + 1 });
  }
  return ranges;
}

function segmentOf(run: Run, records: readonly OrdinalRange[]): ClockSegment {
  const { kind, fromMs, untilMs, lines, looks } = run;
  const [first, last] = [looks[0], looks.at(-1)];
  // A single sample was read between its two instants; the later one stands for both.
  const seenFromMs = first?.sample.receivedAtMs ?? 0;
  const seenUntilMs = Math.max(seenFromMs, last?.sample.sentAtMs ?? 0);
  return {
    kind,
    fromMs,
    untilMs,
    seenFromMs,
    seenUntilMs,
    offset: kind === 'frozen' ? null : (last?.before ?? null),
    rate: kind === 'frozen' ? unfitted : rateAround(lines, seenUntilMs, seenUntilMs),
    samples: looks.length,
    records,
  };
}

function segmentOfStranger(
  { from, to, offset }: Stranger,
  times: readonly RecordTime[],
  records: readonly OrdinalRange[],
): ClockSegment {
  return {
    kind: 'unsampled',
    fromMs: times[from]?.earliestMs ?? Number.NEGATIVE_INFINITY,
    untilMs: times[to - 1]?.latestMs ?? Number.POSITIVE_INFINITY,
    seenFromMs: null,
    seenUntilMs: null,
    offset,
    rate: unfitted,
    samples: 0,
    records,
  };
}
