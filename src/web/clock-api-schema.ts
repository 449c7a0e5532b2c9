/** What the API tells of clocks and explanations. */
import { z } from 'zod';
import { instantField } from './api/fields.ts';

/** `ClockStanding`, worst first. */
export const standings = ['wrong', 'needs-person', 'to-look-at', 'unmeasured', 'well'] as const;
const timeStatus = z.enum(['final', 'provisional', 'bounded', 'ambiguous', 'uncorrectable']);
/** Kinds are open lists: docs/time.md names those there are today. */
const kind = z.string();
const milliseconds = z.number().nullable().meta({ description: 'Milliseconds; null where nothing limits it.' });
const step = z.object({
  kind,
  from: instantField().nullable().meta({ description: 'It was moved between here' }),
  until: instantField().nullable().meta({ description: 'and here.' }),
  byMs: z.object({ low: milliseconds, high: milliseconds }).nullable().meta({ description: 'Positive is forward.' }),
});

/** A clock in short. */
export const clock = z.object({
  serial: z.string(),
  terminalName: z.string(),
  office: z.string(),
  standing: z.enum(standings),
  offsetMs: z.number().nullable().meta({ description: 'Clock minus the time of the office, carried to now.' }),
  boundMs: z.number().nullable().meta({ description: 'Half the width of what is proven.' }),
  ppm: z.number().nullable().meta({ description: 'What it gains, in millionths.' }),
  lastLookAt: instantField().nullable(),
  lastSetAt: instantField().nullable().meta({ description: 'By the gateway.' }),
  lastStep: step.nullable().meta({ description: 'The last change by another hand, or by itself.' }),
  notices: z.array(
    z.object({
      kind,
      times: z.int(),
      from: instantField().nullable(),
      until: instantField().nullable(),
      size: z.number().nullable(),
      records: z.int().meta({ description: 'Records concerned.' }),
    }),
  ),
  contradictions: z.int().meta({ description: 'Times that a later model contradicted an earlier one.' }),
});

/** A clock over some days. */
export const drawn = clock.extend({
  from: instantField(),
  until: instantField(),
  bands: z
    .array(
      z.object({
        kind: z.enum(['watched', 'unwatched']),
        points: z.array(z.object({ at: instantField(), lowMs: milliseconds, highMs: milliseconds })),
      }),
    )
    .meta({ description: 'Between which offsets the clock certainly was, one band per run.' }),
  outside: z.int().meta({ description: 'Looks too far off to be drawn.' }),
  steps: z.array(step),
  setAt: z.array(instantField()),
  days: z.array(z.object({ day: z.string(), looks: z.int(), lowMs: milliseconds, highMs: milliseconds })),
  bins: z.int().meta({ description: 'Into how many equal parts `from` to `until` is cut for `punches`.' }),
  punches: z.array(z.object({ bin: z.int(), punches: z.int(), uncertain: z.int() })),
  uncertain: z.array(z.object({ id: z.string(), occurredAt: instantField().nullable(), timeStatus })),
});

const answer = z.object({
  occurredAt: instantField().nullable(),
  earliest: instantField().nullable(),
  latest: instantField().nullable(),
  timeStatus,
});
const otherAnswer = answer.extend({
  revision: z.int().nullable(),
  modelVersion: z.int().nullable(),
  why: z.enum(['settled', 'crosses-minute', 'leaves-bound', 'contradicted', 'versioned', 'arrived-late']),
  at: instantField(),
});
const block = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string() }),
  z.object({ kind: z.literal('code'), text: z.string() }),
  z.object({ kind: z.literal('list'), items: z.array(z.string()) }),
  z.object({ kind: z.literal('facts'), rows: z.array(z.object({ name: z.string(), value: z.string() })) }),
  z.object({
    kind: z.literal('table'),
    caption: z.string(),
    head: z.array(z.string()),
    rows: z.array(z.array(z.string())),
  }),
  z.object({
    kind: z.literal('sums'),
    lines: z.array(z.object({ what: z.string(), how: z.string(), result: z.string() })),
  }),
]);
const sheet = z.object({
  title: z.string(),
  subject: z.string(),
  alarms: z.array(z.string()),
  lead: z.object({ text: z.string(), status: z.string(), meaning: z.string() }),
  sections: z.array(z.object({ heading: z.string(), blocks: z.array(block) })),
  foot: z.string(),
});

/** One punch explained. */
export const explanation = z.object({
  id: z.string(),
  terminal: z.string(),
  terminalName: z.string(),
  office: z.string(),
  epoch: z.int(),
  ordinal: z.int(),
  written: z.object({
    pin: z.string().nullable(),
    bytes: z.string().nullable().meta({ description: 'The record as the terminal wrote it, hexadecimal.' }),
    verifyMode: z.int(),
    punchState: z.int(),
    workCode: z.int(),
    source: z.string(),
  }),
  answer: answer.extend({ revision: z.int(), suspect: z.string().nullable(), afterClose: z.boolean() }),
  absentAt: instantField().nullable().meta({ description: 'It was not in the log here; null: nobody looked before.' }),
  presentAt: instantField(),
  batch: z.object({ seq: z.int(), storedAt: instantField(), head: z.string() }).nullable(),
  model: z.object({
    from: z.enum(['stored', 'now']),
    version: z.int().nullable(),
    builtAt: instantField().nullable(),
    codeVersion: z.string(),
    storedCodeVersion: z.string().nullable(),
    digest: z.string().meta({ description: 'SHA-256 of the evidence as it is now' }),
    storedDigest: z.string().nullable().meta({ description: 'and as it was when the answer was drawn from it.' }),
  }),
  alarms: z.array(
    z.enum(['evidence-differs', 'answer-differs', 'other-code', 'models-contradict', 'after-close', 'worked-out-now']),
  ),
  formerAnswers: z.array(otherAnswer),
  adjustments: z.array(otherAnswer),
  sheet: z.object({ id: sheet, en: sheet }),
});
