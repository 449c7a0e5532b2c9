/** Punches of small worlds, explained: one for each status, and what a hearing stumbles over. */
import { describeTime } from '../../src/clock/describe.ts';
import { buildClockModel } from '../../src/clock/model.ts';
import type { ClockEvidence, ClockModel, RecordEvidence } from '../../src/clock/model-types.ts';
import type { ClockSample } from '../../src/clock/sample.ts';
import { modelDigest } from '../../src/clock/versions.ts';
import type { Explanation } from '../../src/explain/facts.ts';
import { at, every, hour, minute } from '../clock/stories/at.ts';

/** A small world without chance: what a terminal's clock showed, when a gateway looked in, when somebody punched. */
export interface SmallWorld {
  /** How far the clock was ahead of the office's time, in milliseconds, at a true instant. */
  readonly aheadMs: (atMs: number) => number;
  readonly polls: readonly number[];
  readonly punches: readonly number[];
}

const jakartaMs = 7 * hour;
const roundTripMs = 26;

/** What the gateway saw of it: eight questions a poll, an eighth of a second apart, then the log. */
export function evidenceOf({ aheadMs, polls, punches }: SmallWorld): ClockEvidence {
  const shown = (atMs: number): number => Math.floor((atMs + jakartaMs + aheadMs(atMs)) / 1_000) * 1_000;
  const samples = polls.flatMap((pollMs, poll) =>
    Array.from({ length: 8 }, (_, asked): ClockSample => {
      const sentAtMs = pollMs + asked * 1_125;
      const kind = poll === 0 ? 'first-contact' : asked === 0 ? 'before-read' : 'hourly';
      return { sentAtMs, receivedAtMs: sentAtMs + roundTripMs, deviceMs: shown(sentAtMs + 10), kind };
    }),
  );
  const records = punches.map((punchMs, ordinal): RecordEvidence => {
    const read = polls.findIndex((pollMs) => pollMs + 10_000 > punchMs);
    const [beforeMs, foundMs = 0] = [polls[read - 1], polls[read]];
    const absentAtMs = beforeMs === undefined ? null : beforeMs + 10_000;
    return { epoch: 1, ordinal, deviceMs: shown(punchMs), absentAtMs, presentAtMs: foundMs + 10_250, heardAtMs: null };
  });
  return { samples, sets: [], operations: [], hostSteps: [], records, zone: 'Asia/Jakarta' };
}

const fastMs = 130_000;
/** A clock that loses 20 millionths. */
const slowly = (atMs: number): number => fastMs - (atMs - at('00:00')) * 0.00002;
const away = [...every(10 * minute, '06:00', '09:00'), ...every(10 * minute, '15:00', '18:00')];

/** One world for each status. */
export const worlds = {
  final: { aheadMs: slowly, polls: every(10 * minute, '06:00', '12:00'), punches: [at('07:29:55')] },
  provisional: { aheadMs: slowly, polls: every(10 * minute, '06:00', '12:00'), punches: [at('05:40:10')] },
  bounded: {
    aheadMs: (atMs) => slowly(atMs) - (atMs < at('12:00') ? 0 : 10 * minute),
    polls: away,
    punches: [at('11:58'), at('12:03')],
  },
  ambiguous: {
    aheadMs: (atMs) => slowly(atMs) + (atMs < at('12:00') ? 0 : 10 * minute),
    polls: away,
    punches: [at('11:00')],
  },
  uncorrectable: {
    aheadMs: (atMs) => slowly(atMs) + (atMs > at('11:00') && atMs < at('13:00') ? 200 * 24 * hour : 0),
    polls: away,
    punches: [at('12:00')],
  },
} satisfies Record<string, SmallWorld>;

/** An explanation of a record as the database would give it, for the model that was built of the same evidence. */
export function explanationOf(
  evidence: ClockEvidence,
  index = 0,
  given: { readonly [K in keyof Explanation]?: Partial<Explanation[K]> } = {},
  model: ClockModel = buildClockModel(evidence),
): Explanation {
  const description = describeTime(evidence, model, index);
  const { record, time } = description;
  const digest = modelDigest(evidence);
  return {
    punchId: `CKJ5-1-${record.ordinal}`,
    serial: 'CKJ5',
    epoch: record.epoch,
    ordinal: record.ordinal,
    terminalName: 'Lobi',
    absentAtMs: record.absentAtMs,
    presentAtMs: record.presentAtMs,
    description,
    otherFits: time.candidates.slice(1).map((_, other) => describeTime(evidence, model, index, other + 1)),
    formerAnswers: given.formerAnswers === undefined ? [] : [...(given.formerAnswers as Explanation['formerAnswers'])],
    adjustments: given.adjustments === undefined ? [] : [...(given.adjustments as Explanation['adjustments'])],
    contradicted: false,
    office: { code: 'kominfo', name: 'Dinas Kominfo', timeZone: evidence.zone, ...given.office },
    written: {
      rawHex: '07003130313000',
      // 2026-02-31 07:30:00, in the packing of docs/protocol.md, "Packed time".
      deviceTimeRaw: ((26 * 12 + 1) * 31 + 30) * 86_400 + 27_000,
      pin: '1010',
      verifyMode: 1,
      punchState: 0,
      workCode: 0,
      source: 'pull',
      ...given.written,
    },
    batch: { seq: 7, storedAtMs: record.presentAtMs + 400, headHex: 'ab'.repeat(32) },
    stored: {
      occurredAtMs: time.occurredAtMs,
      earliestMs: time.earliestMs,
      latestMs: time.latestMs,
      status: time.status,
      revision: 1,
      suspect: null,
      afterClose: false,
      ...given.stored,
    },
    rebuilt: {
      from: 'stored',
      modelVersion: 3,
      builtAtMs: record.presentAtMs + 400,
      codeVersion: '1',
      storedCodeVersion: '1',
      digest,
      storedDigest: digest,
      ...given.rebuilt,
    },
  };
}
