import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFrameReader, encodeFrame, encodePrefix } from './codec/frame.ts';
import { createDelayLine } from './delay-line.ts';
import type { Outgoing } from './distort.ts';
import type { Outcome, Peer, Sessions } from './session.ts';
import type { Terminal } from './terminal.ts';

/** Requests of one client that may wait to be served; a client that sends more is cut off. */
const MAX_WAITING = 1_024;

/** Serves one TCP client until it goes away. */
export function serveConnection(terminal: Terminal, sessions: Sessions, socket: Socket): void {
  const key = `${socket.remoteAddress}:${socket.remotePort}`;
  const record = terminal.journal.noteConnection({
    peer: key,
    openedAtMs: terminal.now(),
    closedAtMs: undefined,
    bytesReceived: 0,
    bytesSent: 0,
  });
  const reader = createFrameReader();
  const inbound = createDelayLine();
  const outbound = createDelayLine();
  const waiting: Buffer[] = [];
  let serving = false;
  const peer: Peer = { key, transport: 'tcp', send: (out) => send(out) };

  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes: Buffer) => {
    record.bytesReceived += bytes.length;
    const { packets, broken } = reader.push(bytes);
    for (const packet of packets) inbound.push(oneWay(terminal), () => accept(packet));
    if (broken) socket.destroy();
  });
  socket.on('close', () => {
    record.closedAtMs = terminal.now();
    inbound.clear();
    outbound.clear();
    waiting.length = 0;
    sessions.lost(peer);
  });

  function accept(packet: Buffer): void {
    if (waiting.length >= MAX_WAITING) {
      socket.destroy();
      return;
    }
    waiting.push(packet);
    if (serving) return;
    serving = true;
    serveWaiting()
      .catch(() => socket.destroy())
      .finally(() => {
        serving = false;
      });
  }

  async function serveWaiting(): Promise<void> {
    for (let packet = waiting.shift(); packet && !socket.destroyed; packet = waiting.shift()) {
      await deliver(sessions.receive(peer, packet));
    }
  }

  async function deliver(outcome: Outcome): Promise<void> {
    if (outcome.delayMs > 0) await sleep(outcome.delayMs);
    const delayMs = oneWay(terminal);
    for (const out of outcome.packets) {
      if (out.pauseMs > 0) await sleep(out.pauseMs);
      if (socket.destroyed) return;
      outbound.push(delayMs, () => send(out));
      if (socket.writableNeedDrain) await drained(socket);
    }
    if (outcome.request) outcome.request.answeredAtMs = terminal.now();
    if (outcome.closes) outbound.push(delayMs, () => socket.end());
  }

  function send(out: Outgoing): void {
    if (socket.destroyed) return;
    let bytes = out.framed ? encodeFrame(out.bytes) : out.bytes;
    if (out.claimedBytes !== undefined) bytes = Buffer.concat([encodePrefix(out.claimedBytes), out.bytes]);
    let cutAt = out.cutAfterBytes;
    const limit = terminal.faults.peek('cut-after-bytes');
    if (limit) {
      const room = (limit.bytes ?? 1) - record.bytesSent;
      if (room < bytes.length && terminal.faults.strike('cut-after-bytes')) cutAt = Math.min(cutAt ?? room, room);
    }
    if (cutAt !== undefined) bytes = bytes.subarray(0, Math.max(0, cutAt));
    record.bytesSent += bytes.length;
    if (cutAt === undefined) socket.write(bytes);
    else socket.end(bytes, () => socket.destroy());
  }
}

/** Half a round trip, give or take: the two directions need not be alike. */
function oneWay(terminal: Terminal): number {
  const { rttMs, rttJitterMs } = terminal.knobs;
  if (rttMs === 0 && rttJitterMs === 0) return 0;
  return rttMs / 2 + rttJitterMs * 0.5 * terminal.random.next();
}

async function drained(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.once('drain', done);
    socket.once('close', done);
  });
}
