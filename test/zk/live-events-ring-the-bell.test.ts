import { afterEach, describe, expect, it } from 'vitest';
import { formatDeviceTime } from '../../src/clock/device-time.ts';
import type { GerbangError } from '../../src/errors.ts';
import type { Bell, TerminalSession } from '../../src/zk/driver.ts';
import { bellOf } from '../../src/zk/live-events.ts';
import { openTerminal } from '../../src/zk/terminal.ts';
import { bytes } from '../vectors/bytes.ts';
import { punchEvents } from '../vectors/events.ts';
import { frame, type Heard } from './tools/literal-server.ts';
import { type Bend, session, startTinyTerminal, type TinyTerminal } from './tools/tiny-terminal.ts';
import { wallClock } from './tools/wall-clock.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !condition(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(condition()).toBe(true);
}

interface Listening {
  readonly terminal: TinyTerminal;
  readonly opened: TerminalSession;
  readonly bells: Bell[];
  readonly lost: GerbangError[];
  heard(code: number): Heard[];
}

async function listening(silenceMs: number, bend?: Bend): Promise<Listening> {
  const terminal = await startTinyTerminal(30, bend);
  open.push(() => terminal.close());
  const opened = await openTerminal({ host: '127.0.0.1', port: terminal.port, replyTimeoutMs: 2000 }, wallClock);
  open.push(() => opened.close());
  const bells: Bell[] = [];
  const lost: GerbangError[] = [];
  await opened.listen(
    (bell) => bells.push(bell),
    (error) => lost.push(error),
    silenceMs,
  );
  return {
    terminal,
    opened,
    bells,
    lost,
    heard: (code) => terminal.peers[0]?.heard.filter((one) => one.code === code) ?? [],
  };
}

describe('a bell', () => {
  for (const { name, origin, payload, time } of punchEvents) {
    it(`rings for ${name} (${origin})`, () => {
      const bell = bellOf({ code: 500, session: 1, replyId: 0, payload: bytes(payload) }, 77);
      expect(bell.receivedAtMs).toBe(77);
      expect(bell.deviceTime === null ? null : formatDeviceTime(bell.deviceTime)).toBe(time);
    });
  }
  it('rings without a time for events that are no punch', () => {
    expect(bellOf({ code: 500, session: 8, replyId: 0, payload: new Uint8Array(12) }, 1)).toMatchObject({
      event: 8,
      deviceTime: null,
    });
  });
});

describe('a listening session', () => {
  it('registers for punches and rings', async () => {
    const { terminal, bells, heard } = await listening(60_000);
    expect(heard(500)[0]?.payload.toString('hex')).toBe('01000000');
    // Literal event of 36 bytes, and two in one segment.
    const event = '5050827d2c000000 f401816f01000000 31303035 00*20 0f00 18030108001e 00000000';
    terminal.peers[0]?.send(event, event);
    await until(() => bells.length === 2);
    expect(bells[0]?.deviceTime).toMatchObject({ year: 2024, minute: 0, second: 30 });
  });
  it('acknowledges with the id of the event and steps over it', async () => {
    const { terminal, opened, bells, heard } = await listening(60_000);
    for (const id of [0, 3, 40]) terminal.peers[0]?.send(frame(500, 1, id, Buffer.alloc(32)));
    await until(() => bells.length === 3 && heard(2000).length === 3);
    expect(heard(2000).map(({ replyId, session: from }) => [replyId, from])).toEqual([
      [0, session],
      [3, session],
      [40, session],
    ]);
    // Firmware that counts the acknowledgement like a request would drop anything up to 40.
    await opened.readClock().catch(() => {});
    expect(heard(201)[0]?.replyId).toBe(41);
  });
  it('does not let a wild event id use up its own', async () => {
    const { terminal, opened, bells, heard } = await listening(60_000);
    terminal.peers[0]?.send(frame(500, 1, 65_535, Buffer.alloc(32)));
    await until(() => bells.length === 1);
    await opened.readCounters();
    expect(heard(2000)).toEqual([]);
    expect(heard(50)[0]?.replyId).toBe(2);
  });
  it('reads the log while bells ring', async () => {
    const { terminal, opened, bells } = await listening(60_000, ({ code }, peer) => {
      if (code === 1504) peer.send(frame(500, 1, 0, Buffer.alloc(32)));
      return false;
    });
    expect((await opened.readLog()).totalRecords).toBe(30);
    expect(bells.length).toBe(1);
    expect(terminal.commands()).toContain(500);
  });
  it('asks for a sign of life after silence, and registers again', async () => {
    const { heard } = await listening(100, ({ code, replyId }, peer) => {
      if (code === 201) peer.send(frame(2000, session, replyId, bytes('807d4c2e')));
      return code === 201;
    });
    await until(() => heard(500).length >= 3);
    expect(heard(201).length).toBeGreaterThanOrEqual(2);
  });
  it('says when it is lost, once, and not when it is closed', async () => {
    const { terminal, lost } = await listening(60_000);
    terminal.peers[0]?.socket.destroy();
    await until(() => lost.length === 1);
    expect(lost[0]?.code).toBe('NET_CLOSED');

    const other = await listening(60_000);
    await other.opened.close();
    expect(other.lost).toEqual([]);
  });
  it('is lost when a silent terminal does not answer', async () => {
    const silent: Bend = ({ code }) => code === 201;
    const terminal = await startTinyTerminal(3, silent);
    open.push(() => terminal.close());
    const opened = await openTerminal({ host: '127.0.0.1', port: terminal.port, replyTimeoutMs: 300 }, wallClock);
    open.push(() => opened.close());
    const lost: GerbangError[] = [];
    await opened.listen(
      () => {},
      (error) => lost.push(error),
      50,
    );
    await until(() => lost.length === 1);
    expect(lost[0]?.code).toBe('ZK_NO_REPLY');
  });
  it('is refused by a terminal without events', async () => {
    const terminal = await startTinyTerminal(3, ({ code, replyId }, peer) => {
      if (code === 500) peer.send(frame(65_535, session, replyId));
      return code === 500;
    });
    open.push(() => terminal.close());
    const opened = await openTerminal({ host: '127.0.0.1', port: terminal.port }, wallClock);
    open.push(() => opened.close());
    await expect(
      opened.listen(
        () => {},
        () => {},
      ),
    ).rejects.toThrow(/ZK_UNSUPPORTED/);
  });
});
