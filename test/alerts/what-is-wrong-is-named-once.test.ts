import { describe, expect, test } from 'vitest';
import {
  alertKinds,
  conditionsOf,
  type WatchedFacts,
  type WatchedReport,
  type WatchedTerminal,
} from '../../src/alerts/conditions.ts';
import { alertTexts } from '../../src/words/alerts.ts';

const minute = 60_000;
const nowMs = Date.UTC(2026, 10, 2, 1);
const rules = { silentMs: 30 * minute, clockOffMs: 60_000, logFullShare: 0.9, diskFreeShare: 0.1 };

const terminal = (officeCode: string, name: string, more: Partial<WatchedTerminal> = {}): WatchedTerminal => ({
  officeCode,
  name,
  state: 'ok',
  errorCode: null,
  failingSinceMs: null,
  offsetMs: 0,
  offsetBoundMs: 30,
  records: 10,
  recordCapacity: 100_000,
  paused: false,
  ...more,
});
const silent = { state: 'failing', errorCode: 'NET_CONNECT_TIMEOUT', failingSinceMs: nowMs - 31 * minute } as const;
const facts = (more: Partial<WatchedFacts>): WatchedFacts => ({
  nowMs,
  terminals: [],
  gaps: [],
  contradictions: [],
  setAside: null,
  queue: null,
  consumers: [],
  disk: null,
  goneHosts: [],
  hostErrorMs: null,
  reports: [],
  ...more,
});
const report = (
  state: WatchedReport['state'],
  kind: WatchedReport['kind'],
  openedHours: number,
  stepHours: number,
  noteSentMs: number | null = null,
): WatchedReport => ({
  ...{ number: 7, officeCode: 'a', terminalName: '1', state, kind },
  openedMs: nowMs - openedHours * 60 * minute,
  lastStepMs: nowMs - stepHours * 60 * minute,
  noteSentMs,
});
const named = (more: Partial<WatchedFacts>): string[] =>
  conditionsOf(facts(more), rules).map(({ kind, officeCode, terminalName }) =>
    [kind, officeCode, terminalName].filter((part) => part !== null).join(' '),
  );

describe('silence', () => {
  test.each<[string, readonly WatchedTerminal[], readonly string[]]>([
    ['one of two', [terminal('a', '1', silent), terminal('a', '2')], ['terminal-silent a 1']],
    ['shorter than the limit', [terminal('a', '1', { ...silent, failingSinceMs: nowMs - 29 * minute })], []],
    ['paused on purpose', [terminal('a', '1', { ...silent, paused: true }), terminal('a', '2')], []],
    ['a whole office', [terminal('a', '1', silent), terminal('a', '2', silent), terminal('b', '1')], ['office-dark a']],
    [
      'a whole office but for a paused one',
      [
        terminal('a', '1', silent),
        terminal('a', '2', silent),
        terminal('a', '3', { paused: true }),
        terminal('b', '1'),
      ],
      ['office-dark a'],
    ],
    ['an office with one terminal', [terminal('a', '1', silent), terminal('b', '1')], ['terminal-silent a 1']],
    [
      'three offices of four',
      ['a', 'b', 'c']
        .flatMap((code) => [terminal(code, '1', silent)])
        .concat([terminal('d', '1'), terminal('d', '2', silent)]),
      ['network-dark', 'terminal-silent d 2'],
    ],
  ])('%s', (_what, terminals, expected) => {
    expect(named({ terminals })).toEqual(expected);
  });

  test('of a switch with 300 terminals behind it is one alert, since the first of them', () => {
    const terminals = Array.from({ length: 300 }, (_, index) =>
      terminal(`opd-${index % 50}`, `${index}`, { ...silent, failingSinceMs: nowMs - 40 * minute + index }),
    );
    expect(conditionsOf(facts({ terminals }), rules)).toEqual([
      expect.objectContaining({
        kind: 'network-dark',
        severity: 'critical',
        sinceMs: nowMs - 40 * minute,
        facts: { offices: 50, of: 50, machines: 300 },
      }),
    ]);
  });
});

test.each<[string, Partial<WatchedFacts>, readonly string[]]>([
  ['a clock beyond its bound', { terminals: [terminal('a', '1', { offsetMs: -60_031 })] }, ['clock-off a 1']],
  ['a clock within its bound', { terminals: [terminal('a', '1', { offsetMs: 60_030 })] }, []],
  [
    'a clock for a person',
    { terminals: [terminal('a', '1', { errorCode: 'TERMINAL_CLOCK_BATTERY', offsetMs: 9e9 })] },
    ['clock-needs-person a 1'],
  ],
  [
    'another machine',
    { terminals: [terminal('a', '1', { state: 'quarantined', errorCode: 'TERMINAL_SERIAL_MISMATCH' })] },
    ['terminal-needs-person a 1'],
  ],
  ['a full log', { terminals: [terminal('a', '1', { records: 90_000 })] }, ['log-nearly-full a 1']],
  ['an unknown capacity', { terminals: [terminal('a', '1', { records: 90_000, recordCapacity: null })] }, []],
  ['gaps', { gaps: [{ name: '1', officeCode: 'a', sinceMs: nowMs, count: 37 }] }, ['records-gone a 1']],
  ['a queue that moves', { queue: { depth: 9, most: 10, lastStoredMs: nowMs - minute } }, []],
  ['a queue that stands', { queue: { depth: 1, most: 10, lastStoredMs: nowMs - 5 * minute } }, ['queue-stuck']],
  ['a queue at its limit', { queue: { depth: 10, most: 10, lastStoredMs: nowMs } }, ['queue-stuck']],
  ['an empty queue at night', { queue: { depth: 0, most: 10, lastStoredMs: nowMs - 600 * minute } }, []],
  ['a small disk with room', { disk: { freeShare: 0.5, freeBytes: 2e9 } }, []],
  ['a large disk with little room', { disk: { freeShare: 0.5, freeBytes: 9e8 } }, ['disk-low']],
  ['a disk nearly full', { disk: { freeShare: 0.09, freeBytes: 9e12 } }, ['disk-low']],
  [
    'a receiver away for an hour',
    { consumers: [{ name: 'payroll', officeCode: null, sinceMs: nowMs - 60 * minute, count: 4 }] },
    ['consumer-behind payroll'],
  ],
  [
    'a receiver away for a moment',
    { consumers: [{ name: 'payroll', officeCode: null, sinceMs: nowMs - minute, count: 4 }] },
    [],
  ],
  ['a gateway that is gone', { goneHosts: [{ name: 'kota-2', silentMs: 61_000 }] }, ['gateway-gone kota-2']],
  ['a report nobody takes on', { reports: [report('reported', 'broken', 24, 24)] }, ['report-waiting a 1']],
  ['a report of today', { reports: [report('reported', 'broken', 23, 23)] }, []],
  ['a report somebody is at', { reports: [report('in-repair', 'broken', 90, 2)] }, []],
  ['a loss that was told in writing', { reports: [report('verified', 'lost', 90, 1, nowMs)] }, []],
  [
    'a lost machine replaced, and nobody told',
    { reports: [report('replaced', 'lost', 90, 1)] },
    ['breach-note-due a 1'],
  ],
  ['a closed report', { reports: [report('repaired', 'lost', 90, 90)] }, []],
  ['a loss with 25 hours left', { reports: [report('verified', 'lost', 47, 1)] }, []],
  ['a loss with a day left', { reports: [report('verified', 'lost', 48, 1)] }, ['breach-note-due a 1']],
  [
    'a loss long past',
    { reports: [report('reported', 'lost', 90, 90)] },
    ['breach-note-due a 1', 'report-waiting a 1'],
  ],
  ['a host clock off by more than a second', { hostErrorMs: 1_001 }, ['host-clock']],
])('%s', (_what, more, expected) => {
  expect(named(more)).toEqual(expected);
});

test('every kind has its words, and no words are without a kind', () => {
  expect(Object.keys(alertTexts).sort()).toEqual([...alertKinds].sort());
});
