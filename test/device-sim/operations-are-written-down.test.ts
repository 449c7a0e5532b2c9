import { afterEach, describe, expect, it } from 'vitest';
import { encodeOperation } from '../../device-sim/codec/dataset.ts';
import { packTime } from '../../device-sim/codec/packed-time.ts';
import { bytes, hex } from '../vectors/bytes.ts';
import { operations } from '../vectors/operations.ts';
import { ask, connected, openStage, type Stage } from './harness.ts';

let stage: Stage | undefined;
afterEach(() => stage?.end());

const wholeLog = '0122000000000000000000';
/** Operation and packed time of every entry in a reply to 1503 that is answered inline. */
const entriesIn = (payload: string): string[] => {
  const log = Buffer.from(payload, 'hex');
  expect(log.readUInt32LE(0)).toBe(log.length - 4);
  return Array.from({ length: (log.length - 4) / 16 }, (_, index) => {
    const at = 4 + 16 * index;
    expect(log.readUInt16LE(at)).toBe(0);
    return `${log.readUInt8(at + 2)} ${log.subarray(at + 4, at + 8).toString('hex')}`;
  });
};

it.each(operations)('$name ($origin)', ({ hex: expected, operation, by, time, parameters }) => {
  const written = encodeOperation({ operation, by, time: packTime(Date.parse(`${time}Z`)), parameters });
  expect(hex(written)).toBe(hex(bytes(expected)));
});

describe('what was done is written down with the time the clock shows', () => {
  it('switched off and on, set by a client, set at the menu, cleared, and without its time after a power cut', async () => {
    stage = await openStage();
    const { terminal } = stage;
    terminal.switched('off');
    stage.moveBy(60_000);
    terminal.switched('on');
    const client = await connected(stage);
    // 08:00:00 on 1 March 2024, as SET_TIME writes it.
    await ask(client, 202, 1, '807d4c2e');
    terminal.clearLog();
    terminal.stepClock(-3_600_000);
    terminal.resetClock();
    const { code, payload } = await ask(client, 1503, 2, wholeLog);
    expect(code).toBe(1501);
    expect(entriesIn(payload)).toEqual([
      '1 807d4c2e',
      '0 bc7d4c2e',
      '21 807d4c2e',
      '23 807d4c2e',
      '21 706f4c2e',
      '0 00000000',
    ]);
    expect((await ask(client, 50, 3)).payload.slice(80, 88)).toBe('06000000');
  });

  it('a restart is two of them', async () => {
    stage = await openStage();
    const { terminal, server } = stage;
    await server.reboot(1);
    await expect.poll(() => terminal.operations.count).toBe(2);
    expect(terminal.operations.bytes().toString('hex')).toBe(
      '0000 01 00 807d4c2e 0000000000000000 0000 00 00 807d4c2e 0000000000000000'.replaceAll(' ', ''),
    );
  });

  it('a set may be written down with the old time', async () => {
    stage = await openStage({ knobs: { timeSetStamp: 'old' } });
    stage.terminal.stepClock(-3_600_000);
    expect(stage.terminal.operations.bytes().readUInt32LE(4).toString(16)).toBe('2e4c7d80');
  });

  it('a full one clears itself', async () => {
    stage = await openStage();
    for (let count = 0; count < 1_001; count += 1) stage.terminal.stepClock(1_000);
    expect(stage.terminal.operations.count).toBe(1);
  });
});

describe('families without one', () => {
  it.each([
    ['vl-49', '01000000'],
    ['wl-22', ''],
  ])('%s', async (profile, counted) => {
    stage = await openStage({ profile });
    stage.terminal.stepClock(1_000);
    const client = await connected(stage);
    expect((await ask(client, 1503, 1, wholeLog)).code).toBe(65535);
    expect((await ask(client, 34, 2)).code).toBe(65535);
    expect((await ask(client, 50, 3)).payload.slice(80, 88)).toBe(counted);
  });
});
