import { describe, expect, test } from 'vitest';
import { type CorrectionInput, correctRecords } from '../../src/clock/correct.ts';
import { type ClockEvidence, evidenceAround } from '../../src/clock/evidence.ts';
import type { ClockSample } from '../../src/clock/sample.ts';

const zone = 7 * 3_600_000;
const minute = 60_000;
/** 2026-11-02 00:00 UTC, 07:00 in Jakarta. */
const day = Date.UTC(2026, 10, 2);

/** What a terminal in Jakarta shows at `hh:mm:ss` UTC of that day, when it is off by `offMs`. */
function shown(clock: string, offMs = 0): { deviceMs: number } {
  const [hour = 0, minutes = 0, second = 0] = clock.split(':').map(Number);
  return { deviceMs: day + ((hour * 60 + minutes) * 60 + second) * 1_000 + zone + offMs };
}

const at = (clock: string): number => shown(clock).deviceMs - zone;

/** Evidence that pins the offset to `offMs` ± 20 ms at that moment. */
function evidence(clock: string, offMs = 0, since = clock): ClockEvidence {
  return { atMs: at(clock), earliestMs: zone + offMs - 20, latestMs: zone + offMs + 20, sinceMs: at(since) };
}

function correct(part: Partial<CorrectionInput> & Pick<CorrectionInput, 'records'>) {
  return correctRecords({
    bracket: { absentAtMs: at('00:00:00'), presentAtMs: at('00:10:00') },
    before: evidence('00:00:00'),
    after: evidence('00:10:00'),
    ...part,
  });
}

const brief = (part: Parameters<typeof correct>[0]) =>
  correct(part).map(({ status, basis, occurredAtMs }) => [
    status,
    basis,
    new Date(occurredAtMs).toISOString().slice(11, 23),
  ]);

describe('between two samples that agree', () => {
  test('a well-set terminal keeps the time its screen showed, within one second and the error', () => {
    const [answer] = correct({ records: [shown('00:05:00')] });
    expect(answer).toEqual({
      occurredAtMs: at('00:05:00'),
      // 20 ms of evidence and 100 ppm over 300 s on either side.
      earliestMs: expect.closeTo(at('00:05:00') - 50, 0),
      latestMs: expect.closeTo(at('00:05:00') + 1_050, 0),
      status: 'final',
      basis: 'between-samples',
    });
  });

  test('a clock two minutes fast is put right', () => {
    const off = { before: evidence('00:00:00', 2 * minute), after: evidence('00:10:00', 2 * minute) };
    expect(brief({ ...off, records: [shown('00:05:00', 2 * minute)] })).toEqual([
      ['final', 'between-samples', '00:05:00.000'],
    ]);
  });

  test('the worked example of docs/time.md comes out as written there', () => {
    // There: a terminal about 2:10.04 fast, log read at 07:29:30 and 07:30:30 local time, the record shows 07:32:05.
    const before = {
      atMs: at('00:29:30'),
      sinceMs: at('00:00:00'),
      earliestMs: zone + 130_020,
      latestMs: zone + 130_060,
    };
    const after = {
      atMs: at('00:30:30'),
      sinceMs: at('00:30:30'),
      earliestMs: zone + 130_000,
      latestMs: zone + 130_080,
    };
    const bracket = { absentAtMs: at('00:29:30'), presentAtMs: at('00:30:30') };
    const [answer] = correct({ before, after, bracket, records: [shown('00:32:05')] });
    expect(answer).toMatchObject({ status: 'final', occurredAtMs: expect.closeTo(at('00:29:54') + 960, 3) });
    expect(answer?.earliestMs).toBeCloseTo(at('00:29:54') + 916.5, 1);
    expect(answer?.latestMs).toBeCloseTo(at('00:29:56') + 3.4, 1);
  });

  test('the offset is interpolated', () => {
    const off = { before: evidence('00:00:00', 0), after: evidence('00:10:00', 40) };
    expect(brief({ ...off, records: [shown('00:05:00')] })).toEqual([['final', 'between-samples', '00:04:59.980']]);
  });

  test('the bounds stay inside the arrival bracket', () => {
    const [first, last] = correct({ records: [shown('00:00:00', -1_000), shown('00:10:00', -500)] });
    // Half a second is allowed for the host's own clock at the far end, none after the read.
    expect(first?.earliestMs).toBe(at('00:00:00') - 500);
    expect(last?.latestMs).toBe(at('00:10:00'));
  });

  test('a time outside the arrival bracket is not believed', () => {
    expect(brief({ records: [shown('00:05:00'), shown('09:05:00')] })).toEqual([
      ['final', 'between-samples', '00:05:00.000'],
      ['uncorrectable', 'outside-bracket', '00:10:00.000'],
    ]);
  });

  test('records that contradict each other by their order are bounded by the bracket, all that are involved', () => {
    const records = [shown('00:01:00'), shown('00:08:00'), shown('00:03:00'), shown('00:09:00')];
    expect(brief({ records })).toEqual([
      ['final', 'between-samples', '00:01:00.000'],
      ['bounded', 'several-steps', '00:08:00.000'],
      ['bounded', 'several-steps', '00:03:00.000'],
      ['final', 'between-samples', '00:09:00.000'],
    ]);
    expect(correct({ records })[1]).toMatchObject({ earliestMs: at('00:00:00') - 500, latestMs: at('00:10:00') });
  });

  test('a second out of order is how some firmware keeps punches apart, not a step', () => {
    const records = [shown('00:05:01'), shown('00:05:00')];
    expect(correct({ records }).map(({ status }) => status)).toEqual(['final', 'final']);
  });

  test('neighbours outside the batch count too', () => {
    const records = [shown('00:03:00'), shown('00:09:00')];
    const behind = { previousDeviceMs: shown('00:08:00').deviceMs, runsBackLater: false };
    expect(correct({ records, neighbours: behind }).map(({ status }) => status)).toEqual(['bounded', 'final']);
    const ahead = { previousDeviceMs: null, runsBackLater: true };
    expect(correct({ records, neighbours: ahead }).map(({ status }) => status)).toEqual(['bounded', 'bounded']);
  });

  test('a clock that was moved there and back between two samples makes nothing final', () => {
    expect(correct({ records: [shown('00:05:00')], severalSteps: true })[0]?.status).toBe('bounded');
  });

  test('evidence that began after the log was last looked at may hide the step that began it', () => {
    const before = evidence('00:02:00', 0, '00:02:00');
    expect(correct({ records: [shown('00:05:00')], before })[0]?.status).toBe('provisional');
    const since = evidence('00:02:00', 0, '00:00:00');
    expect(correct({ records: [shown('00:05:00')], before: since })[0]?.status).toBe('final');
  });

  test('a host clock that went back between two reads leaves no bracket to trust', () => {
    const bracket = { absentAtMs: at('01:00:00'), presentAtMs: at('00:10:00') };
    expect(correct({ records: [shown('00:05:00')], bracket })[0]).toMatchObject({
      status: 'provisional',
      occurredAtMs: at('00:05:00'),
    });
  });
});

describe('with evidence on one side', () => {
  test('after the last sample the bounds grow with the drift', () => {
    const [answer] = correct({ records: [shown('00:05:00')], after: null });
    expect(answer).toMatchObject({ status: 'provisional', basis: 'after-last-sample' });
    expect(answer?.earliestMs).toBeCloseTo(at('00:05:00') - 20 - 30, 0);
  });

  test('a log from before the first contact is provisional as far as its times run forward to the sample', () => {
    const first = { before: null, bracket: { absentAtMs: null, presentAtMs: at('00:10:00') } };
    const records = [shown('00:02:00', -90 * 24 * 60 * minute), shown('00:05:00')];
    const [old, fresh] = correct({ ...first, records });
    expect(fresh).toMatchObject({ status: 'provisional', basis: 'before-first-sample', occurredAtMs: at('00:05:00') });
    // 90 days at 100 ppm are 778 s.
    expect(old?.status).toBe('provisional');
    expect((old?.occurredAtMs ?? 0) - (old?.earliestMs ?? 0)).toBeCloseTo(777_500, -3);
  });

  test('what lies before a backward jump has no sample of its own', () => {
    const first = { before: null, bracket: { absentAtMs: null, presentAtMs: at('00:10:00') } };
    const records = [shown('00:01:00'), shown('00:06:00'), shown('00:03:00'), shown('00:04:00')];
    expect(brief({ ...first, records, nominalOffsetMs: zone })).toEqual([
      ['uncorrectable', 'behind-a-step', '00:01:00.000'],
      ['uncorrectable', 'behind-a-step', '00:06:00.000'],
      ['provisional', 'before-first-sample', '00:03:00.000'],
      ['provisional', 'before-first-sample', '00:04:00.000'],
    ]);
    expect(correct({ ...first, records })[0]).toEqual({
      occurredAtMs: at('00:10:00'),
      earliestMs: Number.NEGATIVE_INFINITY,
      latestMs: at('00:10:00'),
      status: 'uncorrectable',
      basis: 'behind-a-step',
    });
  });

  test('a second back is no jump, two are', () => {
    const first = { before: null, bracket: { absentAtMs: null, presentAtMs: at('00:10:00') } };
    const slack = [shown('00:05:01'), shown('00:05:00')];
    expect(correct({ ...first, records: slack }).map(({ status }) => status)).toEqual(['provisional', 'provisional']);
    const jump = [shown('00:05:02'), shown('00:05:00')];
    expect(correct({ ...first, records: jump }).map(({ status }) => status)).toEqual(['uncorrectable', 'provisional']);
  });

  test('bounds far from the sample allow for the drift at the bound itself', () => {
    // A year of 365 days at 100 ppm. The earliest instant t solves t + (offset + 20 ms + drift from t on) = shown.
    const [answer] = correct({
      before: null,
      bracket: { absentAtMs: null, presentAtMs: at('00:10:00') },
      records: [shown('00:10:00', -365 * 24 * 60 * minute)],
    });
    const year = 365 * 24 * 60 * minute;
    expect(answer?.earliestMs).toBeCloseTo(at('00:10:00') - (year + 20) / (1 - 1e-4), 1);
  });

  test('a clock set back after the last punch shows in the sample itself', () => {
    const first = { before: null, bracket: { absentAtMs: null, presentAtMs: at('00:10:00') } };
    expect(brief({ ...first, records: [shown('00:05:00'), shown('00:12:00')], nominalOffsetMs: zone })).toEqual([
      ['uncorrectable', 'behind-a-step', '00:05:00.000'],
      ['uncorrectable', 'outside-bracket', '00:10:00.000'],
    ]);
  });

  test('a jump in a later part of the same read counts as well', () => {
    const first = { before: null, bracket: { absentAtMs: null, presentAtMs: at('00:10:00') } };
    const neighbours = { previousDeviceMs: null, runsBackLater: true };
    expect(correct({ ...first, records: [shown('00:05:00')], neighbours })[0]?.status).toBe('uncorrectable');
  });

  test('a clock that restarted in 2000 and was set again did not make punches in 2000', () => {
    const first = { before: null, bracket: { absentAtMs: null, presentAtMs: at('00:10:00') } };
    const reset = { deviceMs: Date.UTC(2000, 0, 1, 0, 3) };
    expect(brief({ ...first, records: [reset, shown('00:05:00')] })).toEqual([
      ['uncorrectable', 'outside-bracket', '00:10:00.000'],
      ['provisional', 'before-first-sample', '00:05:00.000'],
    ]);
  });

  test('a jump back after the last sample leaves the rest without evidence', () => {
    const records = [shown('00:05:00'), shown('00:02:00')];
    expect(correct({ records, after: null }).map(({ basis }) => basis)).toEqual(['after-last-sample', 'behind-a-step']);
  });

  test('without any sample the bracket is all there is', () => {
    expect(correct({ records: [shown('00:05:00')], before: null, after: null })[0]).toEqual({
      occurredAtMs: at('00:10:00'),
      earliestMs: at('00:00:00') - 500,
      latestMs: at('00:10:00'),
      status: 'uncorrectable',
      basis: 'no-sample',
    });
  });
});

describe('when the clock was moved between two polls', () => {
  const hour = 60 * minute;

  test('a punch that fits only one of the two clocks is estimated from it and bounded by the bracket', () => {
    const moved = { after: evidence('00:10:00', hour) };
    const records = [shown('00:02:00'), shown('00:08:00', hour)];
    expect(brief({ ...moved, records })).toEqual([
      ['bounded', 'step-one-candidate', '00:02:00.000'],
      ['bounded', 'step-one-candidate', '00:08:00.000'],
    ]);
    expect(correct({ ...moved, records })[0]).toMatchObject({
      earliestMs: at('00:00:00') - 500,
      latestMs: at('00:10:00'),
    });
  });

  test('a reset to the year 2000 is repaired by one later sample', () => {
    const resetMs = Date.UTC(2000, 0, 1) - zone - at('00:04:00');
    const records = [shown('00:02:00'), { deviceMs: Date.UTC(2000, 0, 1, 0, 3) }];
    expect(brief({ after: evidence('00:10:00', resetMs), records })).toEqual([
      ['bounded', 'step-one-candidate', '00:02:00.000'],
      ['bounded', 'step-one-candidate', '00:07:00.000'],
    ]);
  });

  test('a punch that fits both clocks is ambiguous, and its bounds hold both', () => {
    const [answer] = correct({ after: evidence('00:10:00', 2 * minute), records: [shown('00:05:00')] });
    expect(answer).toMatchObject({ status: 'ambiguous', basis: 'step-two-candidates', occurredAtMs: at('00:05:00') });
    expect(answer?.earliestMs).toBeCloseTo(at('00:03:00') - 62, 0);
    expect(answer?.latestMs).toBeCloseTo(at('00:05:01') + 50, 0);
  });

  test('the order of records decides for those around it', () => {
    // Set back by two minutes: the second record shows an earlier time than the first, so the step lies between them.
    const records = [shown('00:05:00'), shown('00:06:00', -2 * minute)];
    expect(brief({ after: evidence('00:10:00', -2 * minute), records })).toEqual([
      ['bounded', 'step-one-candidate', '00:05:00.000'],
      ['bounded', 'step-one-candidate', '00:06:00.000'],
    ]);
  });

  test('a punch cannot be older than the one before it in the log', () => {
    // Set forward by two minutes. The first would lie before the bracket under the new clock, so it is of the old one;
    // the second would then be 00:00:30 under the new clock, before the first.
    const records = [shown('00:01:00'), shown('00:02:30')];
    expect(brief({ after: evidence('00:10:00', 2 * minute), records })).toEqual([
      ['bounded', 'step-one-candidate', '00:01:00.000'],
      ['bounded', 'step-one-candidate', '00:02:30.000'],
    ]);
  });

  test('a punch that fits neither clock is uncorrectable', () => {
    const records = [shown('00:02:00'), shown('00:05:00', 5 * hour)];
    expect(brief({ after: evidence('00:10:00', hour), records })).toEqual([
      ['bounded', 'step-one-candidate', '00:02:00.000'],
      ['uncorrectable', 'outside-bracket', '00:10:00.000'],
    ]);
  });

  test('an order that no single step explains leaves only the bracket', () => {
    const records = [shown('00:07:00'), shown('00:03:00'), shown('00:06:00'), shown('00:02:00')];
    const answers = correct({ after: evidence('00:10:00', minute), records });
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 'bounded', basis: 'several-steps', latestMs: at('00:10:00') });
    }
  });

  test('a clock that moved more than once leaves only the bracket', () => {
    const twice = { after: evidence('00:10:00', 2 * minute), severalSteps: true, records: [shown('00:05:00')] };
    expect(brief(twice)).toEqual([['bounded', 'several-steps', '00:05:00.000']]);
  });
});

test('a date that cannot exist is kept, and bounded by the bracket', () => {
  expect(correct({ records: [{ deviceMs: null }] })).toEqual([
    {
      occurredAtMs: at('00:10:00'),
      earliestMs: at('00:00:00') - 500,
      latestMs: at('00:10:00'),
      status: 'uncorrectable',
      basis: 'impossible-date',
    },
  ]);
  const moved = { records: [{ deviceMs: null }, shown('00:05:00', 3_600_000)], after: evidence('00:10:00', 3_600_000) };
  expect(correct(moved).map(({ basis }) => basis)).toEqual(['impossible-date', 'step-one-candidate']);
});

describe('the samples around a stretch of the log', () => {
  const sample = (clock: string, offMs: number, kind: ClockSample['kind'] = 'before-read'): ClockSample => {
    const sentAtMs = at(clock);
    return { sentAtMs, receivedAtMs: sentAtMs + 10, deviceMs: sentAtMs + zone + offMs, kind };
  };
  const bracket = { absentAtMs: at('00:00:05'), presentAtMs: at('00:10:05') };

  test('stand on both sides of it', () => {
    const earlier = [sample('00:00:00', 0), sample('00:00:10', 0, 'after-read'), sample('00:05:00', 0, 'hourly')];
    const look = [sample('00:10:00', 0), sample('00:10:10', 0, 'after-read')];
    expect(evidenceAround([...earlier, ...look], bracket)).toEqual({
      before: expect.objectContaining({ sinceMs: at('00:00:00'), atMs: at('00:05:00') + 10 }),
      after: expect.objectContaining({ sinceMs: at('00:10:00'), atMs: at('00:10:10') + 10 }),
      severalSteps: false,
    });
  });

  test('of a former clock are not taken for the one that ran when the log was last looked at', () => {
    const samples = [sample('00:00:00', minute), sample('00:00:02', 0), sample('00:10:00', 0)];
    expect(evidenceAround(samples, bracket).before).toMatchObject({ sinceMs: at('00:00:02') });
  });

  test('show one step, and keep the clock before it', () => {
    const samples = [sample('00:00:00', 0), sample('00:05:00', minute), sample('00:10:00', minute)];
    const around = evidenceAround(samples, bracket);
    expect(around).toMatchObject({ before: { atMs: at('00:00:00') + 10 }, severalSteps: false });
    expect(around.after?.earliestMs).toBeGreaterThan(zone + minute - 1_000);
  });

  test('show a clock that was moved there and back', () => {
    const samples = [sample('00:00:00', 0), sample('00:05:00', minute), sample('00:10:00', 0)];
    expect(evidenceAround(samples, bracket)).toMatchObject({ severalSteps: true });
  });

  test('taken after the gateway set the clock behind the read are left out', () => {
    const samples = [sample('00:00:00', minute), sample('00:10:00', minute), sample('00:10:07', 0, 'after-set')];
    expect(evidenceAround(samples, bracket)).toMatchObject({ after: { atMs: at('00:10:00') + 10 } });
    // For the next stretch they are the only ones.
    const next = { absentAtMs: at('00:10:05'), presentAtMs: at('00:11:05') };
    const around = evidenceAround([...samples, sample('00:11:00', 0)], next);
    expect(around).toMatchObject({ before: { atMs: at('00:10:00') + 10 }, severalSteps: false });
  });

  test('that come hours later still close it', () => {
    const samples = [sample('00:00:00', 0), sample('05:00:00', 0), sample('09:00:00', 0)];
    expect(evidenceAround(samples, bracket).after).toMatchObject({ atMs: at('05:00:00') + 10 });
  });

  test('that began after the log was last looked at may follow a step nobody saw', () => {
    const steady = evidenceAround([sample('00:05:00', 0), sample('00:10:00', 0)], bracket);
    expect(steady).toMatchObject({ before: { sinceMs: at('00:05:00') }, severalSteps: false });
    const moved = evidenceAround([sample('00:05:00', minute), sample('00:10:00', 0)], bracket);
    expect(moved.severalSteps).toBe(true);
  });

  test('may be missing on either side', () => {
    expect(evidenceAround([], bracket)).toEqual({ before: null, after: null, severalSteps: false });
    expect(evidenceAround([sample('00:00:00', 0)], bracket)).toMatchObject({ after: null, severalSteps: false });
    const first = evidenceAround([sample('00:10:00', 0)], { ...bracket, absentAtMs: null });
    expect(first).toMatchObject({ before: null, severalSteps: false });
    expect(first.after).not.toBeNull();
  });
});
