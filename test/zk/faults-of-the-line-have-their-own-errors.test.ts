import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import type { TerminalTarget } from '../../src/zk/driver.ts';
import { openTerminal } from '../../src/zk/terminal.ts';
import { frame, type LiteralServer, serve } from './tools/literal-server.ts';
import { announcement, type Bend, session, startTinyTerminal, u32s } from './tools/tiny-terminal.ts';
import { wallClock } from './tools/wall-clock.ts';

const open: LiteralServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function served<T extends LiteralServer>(server: Promise<T>): Promise<T> {
  open.push(await server);
  return server;
}

/** For terminals that are meant to stay silent. */
const impatient = { replyTimeoutMs: 200, prepareTimeoutMs: 200 };

function target(port: number, more: Partial<TerminalTarget> = {}): TerminalTarget {
  return { host: '127.0.0.1', port, connectTimeoutMs: 2000, replyTimeoutMs: 3000, prepareTimeoutMs: 3000, ...more };
}

/** Opens a terminal whose answers are bent, reads its log and closes; the code of whatever failed. */
async function codeOf(bend: Bend, records = 100, more: Partial<TerminalTarget> = {}): Promise<ErrorCode | 'none'> {
  const terminal = await served(startTinyTerminal(records, bend));
  return readCode(target(terminal.port, more));
}

async function readCode(at: TerminalTarget): Promise<ErrorCode | 'none'> {
  let code: ErrorCode | 'none' = 'none';
  const note = (error: { code: ErrorCode }): void => {
    code = error.code;
  };
  const terminal = await openTerminal(at, wallClock).catch(note);
  if (terminal === undefined) return code;
  await terminal.readLog().catch(note);
  await terminal.close();
  return code;
}

/** A process that listens with a queue of one and never accepts: it stands still, for at most 20 seconds. */
async function startDeafListener(): Promise<{ child: ChildProcess; port: number }> {
  const script = `const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    require('node:fs').writeSync(1, String(server.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20000);
    process.exit();
  });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [port] = await once(child.stdout, 'data');
  return { child, port: Number(String(port)) };
}

/** Answers one command in place of the tiny terminal. */
function answering(code: number, make: (replyId: number) => string | Uint8Array): Bend {
  return (request, peer) => {
    if (request.code !== code) return false;
    peer.send(make(request.replyId));
    return true;
  };
}

describe('connecting', () => {
  it('to a closed port is refused', async () => {
    const server = await serve(() => {});
    await server.close();
    expect(await readCode(target(server.port))).toBe('NET_REFUSED');
  });
  it('to a name that does not exist is unreachable', async () => {
    expect(await readCode({ ...target(4370), host: 'no-such-terminal.invalid', connectTimeoutMs: 20_000 })).toBe(
      'NET_UNREACHABLE',
    );
  });
  it('to a listener whose queue is full times out', async () => {
    const deaf = await startDeafListener();
    const fillers = Array.from({ length: 4 }, () => net.connect(deaf.port, '127.0.0.1').on('error', () => {}));
    await Promise.race(fillers.map((socket) => once(socket, 'connect')));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await readCode(target(deaf.port, { connectTimeoutMs: 300 }))).toBe('NET_CONNECT_TIMEOUT');
    for (const socket of fillers) socket.destroy();
    deaf.child.kill('SIGKILL');
  });
  it('to a terminal that hangs up at once is closed', async () => {
    const server = await served(serve((peer) => void peer.socket.end()));
    expect(await readCode(target(server.port))).toBe('NET_CLOSED');
  });
  it('to a terminal that resets is closed', async () => {
    const server = await served(
      serve(async (peer) => {
        await peer.next();
        peer.socket.resetAndDestroy();
      }),
    );
    expect(await readCode(target(server.port))).toBe('NET_CLOSED');
  });
  it('to a silent terminal gets no reply', async () => {
    const server = await served(serve(() => {}));
    expect(await readCode(target(server.port, impatient))).toBe('ZK_NO_REPLY');
  });
  it('to a web server finds another protocol', async () => {
    const server = await served(serve((peer) => peer.send(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))));
    expect(await readCode(target(server.port))).toBe('ZK_BAD_MAGIC');
  });
  it('to a door controller names it', async () => {
    const server = await served(serve((peer) => peer.send('aa01c80400000000000055')));
    expect(await readCode(target(server.port))).toBe('ZK_OTHER_PROTOCOL');
  });
  it('to encrypted firmware names it, by reply and by magic', async () => {
    expect(await codeOf(answering(1000, (replyId) => frame(6001, 0, replyId)))).toBe('ZK_SECURE_FIRMWARE');
    expect(await codeOf(answering(1000, () => '5050837c1000000000000000'))).toBe('ZK_SECURE_FIRMWARE');
  });
  it('to a terminal that announces 4 GB is given up', async () => {
    expect(await codeOf(answering(1000, () => '5050827dffffffffd007'))).toBe('ZK_FRAME_TOO_LONG');
  });
});

describe('the comm key', () => {
  const keyed: Bend = (request, peer) => {
    const right = request.payload.toString('hex') === '614d3213';
    if (request.code === 1000) peer.send(frame(2005, 0x1f2e, request.replyId));
    else if (request.code === 1102) peer.send(frame(right ? 2000 : 2005, 0x1f2e, request.replyId));
    else return false;
    return true;
  };
  it('is asked for when none is configured, and none is tried', async () => {
    const terminal = await served(startTinyTerminal(3, keyed));
    expect(await readCode(target(terminal.port))).toBe('ZK_COMM_KEY_REQUIRED');
    expect(terminal.peers[0]?.heard.map((heard) => heard.code)).toEqual([1000, 1001]);
  });
  it('is called wrong when it is', async () => {
    expect(await codeOf(keyed, 3, { commKey: 13 })).toBe('ZK_COMM_KEY_WRONG');
  });
  it('opens the session when it is right', async () => {
    // Key 12 for session 0x1f2e, worked out by hand: reversed bits 0x30000000, plus 0x1f2e, bytes 2e 1f 00 30,
    // XOR "ZKSO" 74 54 53 7f, halves swapped 53 7f 74 54, XOR 0x32 with byte 2 replaced: 61 4d 32 66.
    const right: Bend = (request, peer, terminal) => {
      if (request.code !== 1102) return keyed(request, peer, terminal);
      peer.send(frame(request.payload.toString('hex') === '614d3266' ? 2000 : 2005, 0x1f2e, request.replyId));
      return true;
    };
    expect(await codeOf(right, 3, { commKey: 12 })).toBe('none');
  });
  it('is called wrong whatever code the terminal chooses for it', async () => {
    const bend: Bend = (request, peer, terminal) => {
      if (request.code !== 1102) return keyed(request, peer, terminal);
      peer.send(frame(2001, 0x1f2e, request.replyId));
      return true;
    };
    expect(await codeOf(bend, 3, { commKey: 12 })).toBe('ZK_COMM_KEY_WRONG');
  });
  it('is reported as locked', async () => {
    expect(await codeOf(answering(1000, (replyId) => frame(2032, 1, replyId)))).toBe('ZK_COMM_KEY_LOCKED');
  });
  it('never appears in an error', async () => {
    const terminal = await served(startTinyTerminal(3, keyed));
    const error = await openTerminal(target(terminal.port, { commKey: 987_654 }), wallClock).catch((caught) => caught);
    expect(JSON.stringify({ message: error.message, context: error.context, stack: error.stack })).not.toContain(
      '987654',
    );
  });
});

describe('a read', () => {
  it('cut in the middle of a chunk is closed, not short', async () => {
    const bend: Bend = ({ code, replyId }, peer) => {
      if (code !== 1504) return false;
      peer.send(frame(1500, session, replyId, u32s(4004, 1008)), frame(1501, 0, replyId, Buffer.alloc(1008)));
      peer.socket.end(frame(1501, 1, replyId, Buffer.alloc(1008)).subarray(0, 700));
      return true;
    };
    expect(await codeOf(bend)).toBe('NET_CLOSED');
  });
  it('that stops in the middle gets no reply', async () => {
    const bend: Bend = answering(1504, (replyId) => frame(1500, session, replyId, u32s(4004, 1008)));
    expect(await codeOf(bend, 100, impatient)).toBe('ZK_NO_REPLY');
  });
  it('with a damaged frame is refused', async () => {
    const bend: Bend = ({ code, replyId }, peer) => {
      if (code !== 50) return false;
      const damaged = frame(2000, session, replyId, Buffer.alloc(92));
      damaged[40] = 1;
      peer.send(damaged);
      return true;
    };
    expect(await codeOf(bend)).toBe('ZK_BAD_CHECKSUM');
  });
  it('announcing more than the terminal can hold takes no memory', async () => {
    const bend: Bend = answering(1503, (replyId) => frame(2000, session, replyId, announcement(0xfffffff0)));
    expect(await codeOf(bend)).toBe('READ_TOO_LARGE');
  });
  it('refused with a number is refused', async () => {
    expect(await codeOf(answering(1503, (replyId) => frame(4989, 0, replyId)))).toBe('ZK_REFUSED');
  });
  it('of a compressed dataset is unsupported', async () => {
    const packed = Buffer.concat([Buffer.of(1), u32s(2000, 4004, 0)]);
    expect(await codeOf(answering(1503, (replyId) => frame(2000, 0, replyId, packed)))).toBe('ZK_UNSUPPORTED');
  });
  it('that outlasts its session is too slow', async () => {
    const bend: Bend = ({ code }) => code === 1504;
    expect(await codeOf(bend, 100, { replyTimeoutMs: 5000, sessionTimeoutMs: 200 })).toBe('READ_TOO_SLOW');
  });
  it('dripping bytes for ever is too slow', async () => {
    const drips: NodeJS.Timeout[] = [];
    const bend: Bend = ({ code, replyId }, peer) => {
      if (code !== 1504) return false;
      peer.send(frame(1500, session, replyId, u32s(1044, 1)));
      let index = 0;
      drips.push(setInterval(() => peer.send(frame(1501, index++, replyId, Buffer.of(0))), 20));
      return true;
    };
    expect(await codeOf(bend, 26, { replyTimeoutMs: 1500 })).toBe('READ_TOO_SLOW');
    for (const drip of drips) clearInterval(drip);
  });
});

describe('every path', () => {
  it('ends with EXIT and one write per frame', async () => {
    const terminal = await served(startTinyTerminal(100));
    expect(await readCode(target(terminal.port))).toBe('none');
    const peer = terminal.peers[0];
    expect(peer?.heard.at(-1)?.code).toBe(1001);
    expect(peer?.segments).toEqual(peer?.heard.map((heard) => heard.hex.length / 2));
    expect(peer?.heard.map((heard) => heard.replyId)).toEqual(peer?.heard.map((_, index) => index));
    expect(terminal.commands()).not.toContain(1003);
  });
  it('ends with EXIT after silence too', async () => {
    const terminal = await served(startTinyTerminal(100, ({ code }) => code === 1503));
    expect(await readCode(target(terminal.port, impatient))).toBe('ZK_NO_REPLY');
    expect(terminal.peers[0]?.heard.at(-1)?.code).toBe(1001);
  });
  it('asks nothing more after a timeout', async () => {
    const terminal = await served(startTinyTerminal(100, ({ code }) => code === 50));
    const opened = await openTerminal(target(terminal.port, { replyTimeoutMs: 500 }), wallClock);
    await expect(opened.readCounters()).rejects.toThrow(/ZK_NO_REPLY/);
    await expect(opened.readClock()).rejects.toThrow(/ZK_NO_REPLY/);
    await opened.close();
    expect(terminal.peers[0]?.heard.map((heard) => heard.code)).toEqual([1000, 50, 1001]);
  });
  it('can be closed twice, before a request has left and while one is under way', async () => {
    const terminal = await served(startTinyTerminal(100, ({ code }) => code === 50));
    for (const head of [0, 50]) {
      const opened = await openTerminal(target(terminal.port, { replyTimeoutMs: 5000 }), wallClock);
      const reading = opened.readCounters();
      const refused = expect(reading).rejects.toThrow(/NET_CLOSED/);
      if (head > 0) await new Promise((resolve) => setTimeout(resolve, head));
      await Promise.all([opened.close(), opened.close(), refused]);
      await expect(opened.readCounters()).rejects.toThrow(/NET_CLOSED/);
    }
    expect(terminal.peers.map((peer) => peer.heard.map((heard) => heard.code))).toEqual([
      [1000, 1001],
      [1000, 50, 1001],
    ]);
  });
});
