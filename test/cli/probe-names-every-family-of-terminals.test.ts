import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fleet, startFleet } from '../../device-sim/fleet.ts';
import type { ScenarioOptions } from '../../device-sim/scenario.ts';
import { recordsPerDay } from '../../src/cli/probe-growth.ts';
import { createHostClock } from '../../src/host-clock.ts';
import { openTerminal } from '../../src/zk/terminal.ts';
import type { Outcome } from './gerbang.ts';
import { inProcess } from './in-process.ts';

type ScenarioTerminal = NonNullable<ScenarioOptions['terminals']>[number];

interface Case {
  readonly terminal: ScenarioTerminal;
  readonly report: Record<string, unknown>;
  /** Names of the advice. */
  readonly advice?: readonly string[];
  readonly code?: number;
}

const colour = {
  transport: 'tcp',
  deviceName: 'K40',
  platform: 'ZMM220_TFT',
  recordLayout: 'zk40',
  recordBytes: 40,
  userRecordBytes: 72,
  records: 40,
  proof: { counter: true, recordsExamined: 40 },
  tailReads: true,
  liveEvents: true,
  timeFilter: 'refused',
  problem: null,
};
const scanner = {
  ...colour,
  deviceName: 'F702',
  platform: 'ZEM500',
  recordLayout: 'zk8',
  recordBytes: 8,
  userRecordBytes: 28,
};

const cases: Readonly<Record<string, Case>> = {
  'tft-40': { terminal: {}, report: colour },
  'bw-8': { terminal: {}, report: scanner },
  'bw-8-short': { terminal: {}, report: { ...scanner, tailReads: false }, advice: ['compressed'] },
  'bw-16': {
    terminal: {},
    report: { ...scanner, deviceName: 'F18', platform: 'ZEM510', recordLayout: 'zk16', recordBytes: 16 },
  },
  'vl-49': {
    terminal: {},
    report: { ...colour, deviceName: 'SpeedFace-V5L', platform: 'ZAM170_TFT', recordBytes: 49, timeFilter: 'answered' },
  },
  'udp-only': {
    terminal: {},
    report: { ...scanner, transport: 'udp', deviceName: 'MA300', platform: 'ZEM560' },
    advice: ['udp-only'],
  },
  'one-client': { terminal: {}, report: colour },
  'slow-1008': { terminal: {}, report: colour },
  'ring-log': { terminal: {}, report: colour, advice: ['ring-log'] },
  'drop-oldest': { terminal: {}, report: colour, advice: ['drops-oldest'] },
  'freezes-on-bare-connect': { terminal: {}, report: colour },
  'reboots-mid-read': {
    terminal: { history: 400 },
    report: { records: 400, recordBytes: null, problem: { code: 'NET_CLOSED' }, liveEvents: null },
    advice: ['smallChunks'],
    code: 1,
  },
  'stale-replies': { terminal: {}, report: colour },
  'resends-events': { terminal: {}, report: colour },
  'silent-on-lower-reply-id': { terminal: {}, report: colour },
  'always-prepare': { terminal: {}, report: colour },
  'prepare-twice': { terminal: {}, report: colour },
  'inline-variants': { terminal: {}, report: colour },
  'wl-22': {
    terminal: {},
    report: { deviceName: 'WL20', platform: 'ZLM20_TFT', recordBytes: null, problem: { code: 'ZK_UNSUPPORTED' } },
    code: 1,
  },
};

const outcomes = new Map<string, Outcome>();
let fleet: Fleet;

beforeAll(async () => {
  const terminals = Object.entries(cases).map(([profile, { terminal }]) => ({
    profile,
    users: 5,
    history: 40,
    ...terminal,
  }));
  fleet = await startFleet({ seed: 7, scenario: { terminals } });
  const waiting = [...fleet.terminals];
  // A few at a time: each spends most of its time waiting for a clock to tick.
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      outcomes.set(next.profile, await inProcess(['probe', `127.0.0.1:${next.port}`, '--json', '--lang', 'en']));
  };
  await Promise.all(Array.from({ length: 5 }, worker));
}, 120_000);
afterAll(() => fleet.stop());

describe('probe names', () => {
  it.each(Object.entries(cases))('%s', (profile, { report, advice = [], code = 0 }) => {
    const outcome = outcomes.get(profile);
    const answer = JSON.parse(outcome?.stdout ?? '');
    expect(answer).toMatchObject(report);
    expect(answer.advice.map(({ name }: { name: string }) => name)).toEqual(advice);
    expect(outcome?.code).toBe(code);
  });
});

async function probeOf(terminal: ScenarioTerminal, args: readonly string[] = []): Promise<Outcome> {
  const one = await startFleet({ seed: 7, scenario: { terminals: [{ users: 5, history: 40, ...terminal }] } });
  try {
    return await inProcess(['probe', `127.0.0.1:${one.terminals[0]?.port}`, ...args]);
  } finally {
    await one.stop();
  }
}

describe('what stands in the way', () => {
  it.each([
    ['its reply to CONNECT', { profile: 'secure-6001' }],
    ['its frames', { faults: [{ name: 'secure-magic' as const }] }],
  ])('encrypted firmware is known by %s, and a person told what to do', async (_, terminal) => {
    const { code, stdout, stderr } = await probeOf(terminal, ['--lang', 'en']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('[ZK_SECURE_FIRMWARE]\nNext step: Switch its secure mode off');
  });

  it('another program that holds the only session is named', async () => {
    const one = await startFleet({ seed: 7, scenario: { terminals: [{ profile: 'one-client' }] } });
    const [device] = one.terminals;
    const other = await openTerminal({ host: '127.0.0.1', port: device?.port ?? 0 }, createHostClock());
    try {
      const { code, stderr } = await inProcess(['probe', `127.0.0.1:${device?.port}`, '--lang', 'en']);
      expect(code).toBe(1);
      expect(stderr).toContain('Another program may hold its only session');
    } finally {
      await other.close();
      await one.stop();
    }
  });

  it('22-byte records are recognised by name, in Indonesian, within 100 columns', async () => {
    const { code, stdout } = await probeOf({ profile: 'wl-22' });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Catatan tidak terbaca: .*\[ZK_UNSUPPORTED\]$/m);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('the 22-byte form of WL10, WL20 and AK3750');
    for (const line of stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(100);
  });

  it('replies that all carry a wrong checksum are gone along with, and the line to write is named', async () => {
    const { code, stdout } = await probeOf({ faults: [{ name: 'bad-checksum' }] });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Ukuran catatan: +40 byte/m);
    expect(stdout).toMatch(/^ {2}quirks: \[acceptBadReplyChecksum\] {3}# pada mesin ini di gerbang\.yaml$/m);
  });

  it.each([2001, 65535])(
    'a buffered read that is refused by %d suggests the direct one, which then works',
    async (code) => {
      const terminal = { faults: [{ name: 'refuse' as const, command: 1503, code }] };
      const refused = await probeOf(terminal, ['--json']);
      expect(refused.code).toBe(1);
      expect(JSON.parse(refused.stdout).advice).toMatchObject([{ config: 'quirks: [readDirectly]' }]);
      const direct = await probeOf(terminal, ['--json', '--quirk', 'readDirectly']);
      expect(direct.code).toBe(0);
      expect(JSON.parse(direct.stdout)).toMatchObject({
        recordBytes: 40,
        records: 40,
        problem: null,
        advice: [{ name: 'readDirectly', config: 'quirks: [readDirectly]' }],
      });
    },
  );

  it('a reply damaged once is a bad line, not a quirk', async () => {
    const once = { faults: [{ name: 'bad-checksum' as const, times: 1 }] };
    const { stdout } = await probeOf(once, ['--json']);
    expect(JSON.parse(stdout).advice).toEqual([]);
    const later = await probeOf({ faults: [{ name: 'bad-checksum', times: 1, after: 5 }] }, ['--json']);
    expect(later).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('[ZK_BAD_CHECKSUM]') });
  });
});

describe('growth', () => {
  const day = (date: number, hour: number) => ({ year: 2026, month: 3, day: date, hour, minute: 0, second: 0 });
  const ten = [2, 2, 2, 3, 3, 3, 4, 4, 5, 6].map((date) => day(date, 8));

  it('is told from the end of the log, the quiet days since included', () => {
    // Nine records after the first in the eight days up to the tenth.
    expect(recordsPerDay(ten, day(10, 8))).toBe(9 / 8);
  });

  it.each([
    ['one morning only', ten.map(() => day(2, 8)), day(3, 8)],
    ['too few records', ten.slice(0, 9), day(10, 8)],
    ['a clock that was reset', ten, { ...day(10, 8), year: 2000 }],
    ['a clock that shows no date', ten, { ...day(10, 8), day: 31, month: 2 }],
  ])('is not guessed from %s', (_, times, shown) => {
    expect(recordsPerDay(times, shown)).toBeNull();
  });

  it('gives the days to full in both languages', async () => {
    const one = await startFleet({
      seed: 7,
      scenario: { terminals: [{ users: 5, clock: { zoneOffsetMinutes: 420, offsetMs: 0, driftPpm: 0 } }] },
    });
    try {
      const [device] = one.terminals;
      device?.terminal.fillLog({ count: 121, everyMs: 3_600_000 });
      const address = `127.0.0.1:${device?.port}`;
      // 120 records in 120 hours, 24 a day; 99,879 are free.
      expect((await inProcess(['probe', address])).stdout).toMatch(
        /^Penuh dalam: +4\.161 hari, dengan 24 catatan sehari$/m,
      );
      expect((await inProcess(['probe', address, '--lang', 'en'])).stdout).toMatch(
        /^Full in: +4,161 days at 24 records a day$/m,
      );
    } finally {
      await one.stop();
    }
  });
});
