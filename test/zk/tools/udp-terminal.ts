/**
 * The tiny terminal on UDP, over a network that loses, doubles and swaps datagrams from a seed. It keeps the rules of
 * real firmware: a lower reply id is dropped, an equal one gets the last reply again, and of a long reply only the last
 * packet is kept.
 */
import dgram from 'node:dgram';
import type { Heard } from './literal-server.ts';
import { answerFrames, datasetOf, type Holdings, record40 } from './tiny-terminal.ts';

export interface Weather {
  /** Chance of each, per datagram and direction, 0…1. */
  readonly loss?: number;
  readonly doubling?: number;
  readonly swapping?: number;
  readonly seed?: number;
}

export interface UdpTerminal extends Holdings {
  readonly port: number;
  readonly heard: Heard[];
  /** Answers in place of the tiny terminal when it returns frames. */
  bend: (request: Heard) => Buffer[] | null;
  close(): Promise<void>;
}

/** A small generator of numbers 0…1 from a seed (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export async function startUdpTerminal(count: number, weather: Weather = {}): Promise<UdpTerminal> {
  const { loss = 0, doubling = 0, swapping = 0, seed = 1 } = weather;
  const chance = numbersFrom(seed);
  const socket = dgram.createSocket('udp4');
  const terminal: Holdings & Pick<UdpTerminal, 'heard' | 'bend'> = {
    dataset: datasetOf(count, 40, record40),
    count,
    capacity: 100_000,
    blockBytes: 1024,
    heard: [],
    bend: () => null,
  };
  let lastId = -1;
  let lastReply: Buffer[] = [];

  function deliver(frames: readonly Buffer[], port: number): void {
    const datagrams = frames.flatMap((one) => {
      if (chance() < loss) return [];
      return chance() < doubling ? [one, one] : [one];
    });
    for (let at = 1; at < datagrams.length; at += 1) {
      const [before, here] = [datagrams[at - 1], datagrams[at]];
      if (before !== undefined && here !== undefined && chance() < swapping) datagrams.splice(at - 1, 2, here, before);
    }
    for (const one of datagrams) socket.send(one.subarray(8), port, '127.0.0.1');
  }

  socket.on('message', (packet, from) => {
    if (chance() < loss) return;
    const request: Heard = {
      hex: packet.toString('hex'),
      code: packet.readUInt16LE(0),
      session: packet.readUInt16LE(4),
      replyId: packet.readUInt16LE(6),
      payload: packet.subarray(8),
    };
    terminal.heard.push(request);
    if (request.code === 1000) lastId = -1;
    if (request.replyId < lastId) return;
    if (request.replyId > lastId) {
      lastId = request.replyId;
      lastReply = terminal.bend(request) ?? answerFrames(request, terminal);
      deliver(lastReply, from.port);
    } else deliver(lastReply.slice(-1), from.port);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', () => resolve()));
  return Object.assign(terminal, {
    port: socket.address().port,
    close: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  });
}
