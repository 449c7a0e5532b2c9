import { expect, test } from 'vitest';
import { byDay, type MachineTime, machineWindows, officeWindows } from '../../src/incident/outage-windows.ts';

/** `07:30` of one day as milliseconds; hours past 24 are the next day. */
const at = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (hours * 60 + minutes) * 60_000;
};
const said = (ms: number): string =>
  `${String(Math.floor(ms / 3_600_000)).padStart(2, '0')}:${String((ms / 60_000) % 60).padStart(2, '0')}`;
const span = (text: string): { fromMs: number; toMs: number } => {
  const [from = '', to = ''] = text.split('-');
  return { fromMs: at(from), toMs: at(to) };
};
const range = span('00:00-24:00');

function machine(
  terminalName: string,
  rest: {
    silent?: readonly string[];
    punches?: readonly string[];
    read?: string | null;
    present?: string;
    verified?: readonly string[];
    paused?: readonly string[];
    away?: readonly string[];
  } = {},
): MachineTime {
  const { silent = [], punches = [], read = '24:00', present = '00:00-24:00', verified = [] } = rest;
  const { paused = [], away = [] } = rest;
  return {
    terminalName,
    present: [span(present)],
    silent: silent.map((text) => ({ ...span(text), code: 'NET_UNREACHABLE' })),
    verified: verified.map((text) => ({ ...span(text), incident: 7 })),
    paused: paused.map((text) => ({ ...span(text), reason: 'dicat' })),
    away: away.map(span),
    punchesMs: punches.map(at),
    readThroughMs: read === null ? null : at(read),
  };
}

const windows = (one: MachineTime): string[] =>
  machineWindows(one, range).map(({ fromMs, toMs, cause, certainty }) =>
    [`${said(fromMs)}-${said(toMs)}`, certainty, ...(cause === 'down' ? [] : [cause])].join(' '),
  );

test.each([
  ['a silence with nothing in it', { silent: ['07:00-12:00'] }, ['07:00-12:00 known']],
  ['its log is not read yet', { silent: ['07:00-12:00'], read: '06:59' }, ['07:00-12:00 open']],
  ['never read', { silent: ['07:00-12:00'], read: null }, ['07:00-12:00 open']],
  ['only the network was gone', { silent: ['07:00-09:00'], punches: ['07:10', '07:30', '08:50'] }, []],
  ['dead in the morning, punches at its end', { silent: ['07:00-16:00'], punches: ['15:45'] }, ['07:00-15:30 known']],
  [
    'hours between two punches',
    { silent: ['07:00-18:00'], punches: ['07:10', '16:00'] },
    ['07:25-15:45 known', '16:15-18:00 known'],
  ],
  ['lunch between two punches', { silent: ['07:00-12:00'], punches: ['07:10', '11:10'] }, ['11:25-12:00 known']],
  ['four minutes', { silent: ['07:00-07:04'] }, []],
  ['two that overlap are one', { silent: ['07:00-09:00', '08:00-10:00'] }, ['07:00-10:00 known']],
  ['before it stood there', { silent: ['06:00-09:00'], present: '08:00-24:00' }, ['08:00-09:00 known']],
  ['over the end of the range', { silent: ['22:00-30:00'], read: '30:00' }, ['22:00-24:00 known']],
  ['what people verified needs no reading', { verified: ['07:00-12:00'], read: '06:00' }, ['07:00-12:00 known']],
  ['nobody was there to look', { away: ['07:00-09:00'] }, ['07:00-09:00 unknown gateway-away']],
  ['nobody was there, and it took punches', { away: ['07:00-09:00'], punches: ['07:10', '08:50'] }, []],
  [
    'back, and it takes a punch after that when nobody is there any more',
    { silent: ['07:00-08:00'], away: ['08:03-09:00'], punches: ['08:05'] },
    ['07:00-08:00 known', '08:20-09:00 unknown gateway-away'],
  ],
  ['nobody was there for minutes', { away: ['07:00-07:04'] }, []],
  [
    'nobody was there in the middle of a silence',
    { silent: ['07:00-12:00'], away: ['09:00-10:00'] },
    ['07:00-09:00 known', '09:00-10:00 unknown gateway-away', '10:00-12:00 known'],
  ],
  [
    'started anew in the middle of a silence',
    { silent: ['07:00-12:00'], away: ['09:00-09:04'] },
    ['07:00-12:00 known'],
  ],
  ['a person let it rest', { paused: ['07:00-09:00'] }, ['07:00-09:00 unknown paused']],
  [
    'it rested while nobody was there',
    { paused: ['07:00-09:00'], away: ['08:00-10:00'] },
    ['07:00-09:00 unknown paused', '09:00-10:00 unknown gateway-away'],
  ],
  [
    'what people verified stands, whoever looked',
    { verified: ['07:00-09:00'], paused: ['08:00-10:00'], away: ['06:30-08:00'] },
    ['06:30-07:00 unknown gateway-away', '07:00-09:00 known', '09:00-10:00 unknown paused'],
  ],
] as const)('%s', (_what, rest, expected) => {
  expect(windows(machine('A', rest))).toEqual(expected);
});

function dark(...machines: MachineTime[]): string[] {
  const all = machines.flatMap((one) => machineWindows(one, range));
  return officeWindows(machines, all, range).map(
    ({ fromMs, toMs, cause, certainty, terminals }) =>
      `${said(fromMs)}-${said(toMs)} ${cause === 'down' ? certainty : cause} ${terminals.join()}`,
  );
}

test('an office is without a machine only while all that stand there are down', () => {
  expect(dark(machine('A', { silent: ['07:00-12:00'] }), machine('B'))).toEqual([]);
  expect(
    dark(machine('A', { silent: ['07:00-12:00'] }), machine('B', { silent: ['08:00-13:00'], read: '07:00' })),
  ).toEqual(['08:00-12:00 open A,B']);
  // The second one came at ten; until then the first was all there was.
  expect(dark(machine('A', { silent: ['07:00-12:00'] }), machine('B', { present: '10:00-24:00' }))).toEqual([
    '07:00-10:00 known A',
  ]);
  // The only one left at ten: an office without machines is not an outage of a machine.
  expect(dark(machine('A', { silent: ['07:00-12:00'], present: '00:00-10:00' }))).toEqual(['07:00-10:00 known A']);
  expect(dark()).toEqual([]);
});

test('an office is dark for certain only while all its machines were looked at', () => {
  const down = machine('A', { silent: ['07:00-12:00'] });
  // B rests from nine to ten: nobody knows whether it would have taken a punch.
  expect(dark(down, machine('B', { silent: ['07:00-09:00', '10:00-12:00'], paused: ['09:00-10:00'] }))).toEqual([
    '07:00-09:00 known A,B',
    '09:00-10:00 paused A,B',
    '10:00-12:00 known A,B',
  ]);
  const away = ['08:00-09:00'];
  expect(dark(machine('A', { away }), machine('B', { away }))).toEqual(['08:00-09:00 gateway-away A,B']);
  // Punches that came later say that one of them worked.
  expect(dark(machine('A', { away }), machine('B', { away, punches: ['08:05', '08:55'] }))).toEqual([]);
  // One was there to be seen all the while.
  expect(dark(machine('A', { paused: ['08:00-09:00'] }), machine('B'))).toEqual([]);
});

test('windows are cut at midnight', () => {
  const days = [
    { day: '2026-11-02', ...span('00:00-24:00') },
    { day: '2026-11-03', ...span('24:00-48:00') },
  ];
  expect(byDay([span('22:00-31:00')], days).map(({ day, fromMs, toMs }) => [day, said(fromMs), said(toMs)])).toEqual([
    ['2026-11-02', '22:00', '24:00'],
    ['2026-11-03', '24:00', '31:00'],
  ]);
});
