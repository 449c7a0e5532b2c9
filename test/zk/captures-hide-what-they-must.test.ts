import { afterEach, describe, expect, it } from 'vitest';
import { createCapture, parseCapture } from '../../src/zk/capture.ts';
import type { TerminalTarget } from '../../src/zk/driver.ts';
import { replayCapture } from '../../src/zk/replay.ts';
import { openTerminal } from '../../src/zk/terminal.ts';
import { hex } from '../vectors/bytes.ts';
import { frame } from './tools/literal-server.ts';
import { type Bend, session, startTinyTerminal, type TinyTerminal } from './tools/tiny-terminal.ts';
import { wallClock } from './tools/wall-clock.ts';

const nowPacked = ((26 * 12 + 10) * 31 + 20) * 86_400;

let terminal: TinyTerminal | null = null;
afterEach(async () => {
  await terminal?.close();
  terminal = null;
});

/** A keyed terminal with a serial number. */
const bend: Bend = ({ code, replyId, payload }, peer) => {
  if (code === 1000) peer.send(frame(2005, session, replyId));
  else if (code === 11 && payload.toString('latin1').startsWith('~Platform')) {
    peer.send(frame(2000, session, replyId, Buffer.from('~Platform=ZMM220_TFT\0')));
  } else if (code === 11) {
    peer.send(frame(2000, session, replyId, Buffer.from('~SerialNumber=SECRET77\0')));
  } else return false;
  return true;
};

async function captured(unredacted: boolean): Promise<string> {
  terminal = await startTinyTerminal(300, bend);
  const capture = createCapture(wallClock.nowMs, { unredacted });
  const target: TerminalTarget = { host: '127.0.0.1', port: terminal.port, commKey: 12, tap: capture };
  const opened = await openTerminal(target, wallClock);
  await opened.readOption('~SerialNumber');
  await opened.readOption('~Platform');
  await opened.readLog();
  await opened.close();
  return capture.text();
}

function hexOf(text: string): string {
  return Buffer.from(text, 'latin1').toString('hex');
}

describe('a capture', () => {
  it('redacted holds no key, serial or id, but sizes, platform and shape', async () => {
    const text = await captured(false);
    // The comm key 12 scrambled for session 0x1f2e, the serial, and the ids 101…150 of the log.
    for (const secret of ['614d3266', hexOf('SECRET77'), hexOf('101\0'), hexOf('150\0')])
      expect(text).not.toContain(secret);
    expect(text).toContain(hexOf('ZMM220_TFT'));
    const { packets, redacted } = parseCapture(text);
    expect(redacted).toBe(true);
    const lengths = packets.filter(({ direction }) => direction === 'received').map(({ packet }) => packet.length);
    expect(lengths).toContain(1016);
    for (const { packet } of packets) expect(hex(packet.subarray(2, 4))).toBe('0000');
  });
  it('unredacted replays to the same log', async () => {
    const text = await captured(true);
    expect(text).toContain('614d3266');
    const { logs, said, redacted } = replayCapture(text, nowPacked);
    expect(redacted).toBe(false);
    expect(logs.length).toBe(1);
    expect(logs[0]).toMatchObject({ announcedBytes: 12_004, foundBytes: 12_004 });
    expect(logs[0]?.verdict).toMatchObject({ kind: 'proven', layout: 'zk40', records: 300 });
    expect(hex(logs[0]?.recordBytes ?? new Uint8Array(0))).toBe(
      hex(terminal?.dataset.subarray(4) ?? new Uint8Array(0)),
    );
    expect(said.filter(({ direction }) => direction === 'sent').map(({ name }) => name)).toEqual([
      'connect',
      'authenticate',
      'readOption',
      'readOption',
      'readCounters',
      'freeBuffer',
      'prepareBuffer',
      'readBuffer',
      'freeBuffer',
      'readCounters',
      'exit',
    ]);
  });
  it('redacted replays as a conversation without a verdict', async () => {
    const { logs, said } = replayCapture(await captured(false), nowPacked);
    expect(said.length).toBeGreaterThan(20);
    expect(logs[0]).toMatchObject({ announcedBytes: 12_004, foundBytes: 12_004, verdict: null });
  });
  it('is bounded', () => {
    const capture = createCapture(() => 0, { unredacted: true, maxBytes: 100 });
    for (let i = 0; i < 50; i += 1) capture.received(new Uint8Array(40));
    expect(parseCapture(capture.text()).packets.length).toBe(2);
    expect(capture.text()).toContain('"dropped":48');
  });
  it('that is none is refused with its line', () => {
    for (const text of [
      '',
      'x',
      '{}',
      '{"gerbang":"capture","version":1}\n{"ms":1}',
      '{"gerbang":"capture","version":1}\n{"ms":1,"sent":"0"}',
    ]) {
      expect(() => parseCapture(text)).toThrow(/USAGE_INVALID/);
    }
  });
});
