/** Answers about clocks as the description shows them. */
import type { z } from 'zod';
import type { clock, drawn, explanation } from './clock-api-schema.ts';

export const clockExample: z.output<typeof clock> = {
  serial: 'CKJ1',
  terminalName: 'Lobi',
  office: 'kominfo',
  standing: 'to-look-at',
  offsetMs: 2_140,
  boundMs: 310,
  ppm: 11.2,
  lastLookAt: '2026-03-02T03:59:00.000Z',
  lastSetAt: null,
  lastStep: {
    kind: 'moved',
    from: '2026-03-02T00:20:00.000Z',
    until: '2026-03-02T00:21:04.000Z',
    byMs: { low: -2_220_400, high: -2_219_600 },
  },
  notices: [
    {
      kind: 'there-and-back',
      times: 1,
      from: '2026-03-02T00:20:00.000Z',
      until: '2026-03-02T01:30:00.000Z',
      size: null,
      records: 3,
    },
  ],
  contradictions: 0,
};

export const drawnExample: z.output<typeof drawn> = {
  ...clockExample,
  from: '2026-02-23T04:00:00.000Z',
  until: '2026-03-02T04:00:00.000Z',
  bands: [{ kind: 'watched', points: [{ at: '2026-03-02T00:10:00.000Z', lowMs: 1_800, highMs: 2_500 }] }],
  outside: 0,
  steps: clockExample.lastStep === null ? [] : [clockExample.lastStep],
  setAt: [],
  days: [{ day: '2026-03-02', looks: 12, lowMs: -2_219_000, highMs: 2_500 }],
  bins: 180,
  punches: [{ bin: 177, punches: 41, uncertain: 3 }],
  uncertain: [{ id: 'CKJ1-1-7', occurredAt: '2026-03-02T00:20:31.000Z', timeStatus: 'bounded' }],
};

const digest = '5b'.repeat(32);
const sheet = {
  title: 'Penjelasan waktu',
  subject: 'CKJ1-1-0',
  alarms: [],
  lead: { text: '07.31.04 WIB', status: 'pasti', meaning: 'Jam diperiksa sebelum dan sesudahnya.' },
  sections: [{ heading: 'Yang ditulis mesin', blocks: [{ kind: 'facts', rows: [{ name: 'PIN', value: '1023' }] }] }],
  foot: 'Dibuat oleh Gerbang.',
} satisfies z.output<typeof explanation>['sheet']['id'];

export const explanationExample: z.output<typeof explanation> = {
  id: 'CKJ1-1-0',
  terminal: 'CKJ1',
  terminalName: 'Lobi',
  office: 'kominfo',
  epoch: 1,
  ordinal: 0,
  written: { pin: '1023', bytes: '00', verifyMode: 1, punchState: 0, workCode: 0, source: 'pull' },
  answer: {
    occurredAt: '2026-03-02T00:31:04.000Z',
    earliest: '2026-03-02T00:31:03.400Z',
    latest: '2026-03-02T00:31:04.600Z',
    timeStatus: 'final',
    revision: 1,
    suspect: null,
    afterClose: false,
  },
  absentAt: '2026-03-02T00:30:00.000Z',
  presentAt: '2026-03-02T00:32:00.000Z',
  batch: { seq: 12, storedAt: '2026-03-02T00:32:01.000Z', head: digest },
  model: {
    from: 'stored',
    version: 3,
    builtAt: '2026-03-02T00:40:00.000Z',
    codeVersion: '1',
    storedCodeVersion: '1',
    digest,
    storedDigest: digest,
  },
  alarms: [],
  formerAnswers: [],
  adjustments: [],
  sheet: { id: sheet, en: sheet },
};
