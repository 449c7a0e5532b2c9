/**
 * A terminal of the simplest kind, for tests that bend one answer: it keeps a dataset, answers the commands of a log read,
 * and lets a test answer any request instead. Bytes come from `frame`, never from src/zk.
 */
import { frame, type Heard, type LiteralServer, type Peer, serve } from './literal-server.ts';

export const session = 0x1f2e;

/** Answers a request in place of the tiny terminal; returns true when it did. */
export type Bend = (request: Heard, peer: Peer, terminal: TinyTerminal) => boolean | undefined | Promise<boolean>;

export interface TinyTerminal extends LiteralServer {
  /** The log with its length in front, as a terminal prepares it. */
  dataset: Buffer;
  /** What the counters say. */
  count: number;
  capacity: number;
  blockBytes: number;
  /** Commands heard on all connections, in order. */
  commands(): number[];
}

/** The log of `count` records, each `strideBytes` long, made by `record`. */
export function datasetOf(count: number, strideBytes: number, record: (index: number) => Uint8Array): Buffer {
  const dataset = Buffer.alloc(4 + count * strideBytes);
  dataset.writeUInt32LE(count * strideBytes, 0);
  for (let i = 0; i < count; i += 1) dataset.set(record(i), 4 + i * strideBytes);
  return dataset;
}

/** A 40-byte record of a small office: ids 101…150, one punch a minute from 2024-03-01 08:00. */
export function record40(index: number): Buffer {
  const record = Buffer.alloc(40);
  record.writeUInt16LE(1 + (index % 50), 0);
  record.write(String(101 + (index % 50)), 2, 'latin1');
  record.writeUInt8(1, 26);
  record.writeUInt32LE(0x2e4c7d80 + 60 * index, 27);
  record.writeUInt8(index % 2, 31);
  record.writeUInt8(0xff, 36);
  return record;
}

export function u32s(...values: readonly number[]): Buffer {
  const out = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) out.writeUInt32LE(value, at * 4);
  return out;
}

/** The 13 bytes with which a terminal announces a prepared dataset. */
export function announcement(size: number): Buffer {
  return Buffer.concat([Buffer.of(0), u32s(size, size, 0x00123456)]);
}

function counters(terminal: Holdings): Buffer {
  const out = Buffer.alloc(92);
  out.writeUInt32LE(50, 16);
  out.writeUInt32LE(terminal.count, 32);
  out.writeUInt32LE(terminal.capacity, 64);
  return out;
}

/** A range as a terminal sends it: short ones at once, long ones announced and in blocks. */
export function rangeFrames(replyId: number, range: Uint8Array, blockBytes: number): Buffer[] {
  if (range.length <= 1024) return [frame(1501, 0, replyId, range)];
  const frames = [frame(1500, session, replyId, u32s(range.length, blockBytes))];
  for (let at = 0; at < range.length; at += blockBytes) {
    frames.push(frame(1501, at / blockBytes, replyId, range.subarray(at, at + blockBytes)));
  }
  return [...frames, frame(2000, session, replyId)];
}

/** What the tiny terminal needs to know of itself to answer. */
export type Holdings = Pick<TinyTerminal, 'dataset' | 'count' | 'capacity' | 'blockBytes'>;

/** The honest answer, frame by frame. */
export function answerFrames(request: Heard, terminal: Holdings): Buffer[] {
  const { replyId, payload } = request;
  const { dataset } = terminal;
  if (request.code === 1504) {
    const [offset, size] = [payload.readUInt32LE(0), payload.readUInt32LE(4)];
    if (offset + size > dataset.length) return [frame(2001, session, replyId)];
    return rangeFrames(replyId, dataset.subarray(offset, offset + size), terminal.blockBytes);
  }
  if (request.code === 50) return [frame(2000, session, replyId, counters(terminal))];
  if (request.code === 1503 && dataset.length <= 1024) return [frame(1501, session, replyId, dataset)];
  if (request.code === 1503) return [frame(2000, session, replyId, announcement(dataset.length))];
  return [frame(2000, session, replyId)];
}

/** Starts a tiny terminal with `count` records of 40 bytes. */
export async function startTinyTerminal(count: number, bend: Bend = () => false): Promise<TinyTerminal> {
  const server = await serve(async (peer) => {
    for (let request = await peer.next(); request !== null; request = await peer.next()) {
      if (!(await bend(request, peer, terminal))) peer.send(Buffer.concat(answerFrames(request, terminal)));
    }
  });
  const terminal: TinyTerminal = {
    ...server,
    dataset: datasetOf(count, 40, record40),
    count,
    capacity: 100_000,
    blockBytes: 1008,
    commands: () => server.peers.flatMap((peer) => peer.heard.map((heard) => heard.code)),
  };
  return terminal;
}
