/**
 * The pure half of the driver under streams of disturbed packets: framer, packets, exchanges on both transports, records,
 * layouts, events, options, captures. No timer, no socket, so this lane carries most of the million.
 */
import type { Random } from '../../device-sim/random.ts';
import { formatDeviceTime } from '../../src/clock/device-time.ts';
import { isGerbangError } from '../../src/errors.ts';
import { decodeCounters } from '../../src/zk/counters.ts';
import { stepDatagram } from '../../src/zk/datagrams.ts';
import { type ExchangeRequest, type ExchangeState, isOver, step, waiting } from '../../src/zk/exchange.ts';
import { createFramer } from '../../src/zk/frames.ts';
import { proveLayout } from '../../src/zk/layout-proof.ts';
import { bellOf } from '../../src/zk/live-events.ts';
import { decodeOptionValue, decodeText } from '../../src/zk/options.ts';
import { decodePacket, type Packet } from '../../src/zk/packet.ts';
import { decodeRecords, layoutBytes } from '../../src/zk/records.ts';
import { replayCapture } from '../../src/zk/replay.ts';
import { openTerminalOver } from '../../src/zk/terminal.ts';
import { decodePins } from '../../src/zk/users.ts';
import type { Ending } from './driver-lane.ts';
import { createMemoryLink } from './memory-link.ts';
import { disturb, piecesOf, prefixOf } from './mutations.ts';
import type { World } from './worlds.ts';

/** One honest conversation, as it went over the line. */
export interface Recording {
  readonly world: string;
  readonly sent: readonly Buffer[];
  readonly received: readonly Buffer[];
}

/** Records an undisturbed conversation with each world. */
export async function recordAll(
  worlds: readonly World[],
  random: Random,
): Promise<readonly [Recording, ...Recording[]]> {
  const recordings: Recording[] = [];
  for (const world of worlds) {
    const [sent, received]: [Buffer[], Buffer[]] = [[], []];
    const kind = world.terminal.profile.transport === 'udp' ? 'udp' : 'tcp';
    const { link } = createMemoryLink({ kind, world, random, boldness: 0, patient: false });
    const tap = {
      sent: (packet: Uint8Array) => void sent.push(Buffer.from(packet)),
      received: (packet: Uint8Array) => void received.push(Buffer.from(packet)),
    };
    const target = { host: 'memory', port: 0, commKey: world.commKey, replyTimeoutMs: 1000, tap };
    try {
      const session = await openTerminalOver(link, target, { nowMs: () => Date.parse('2024-12-01T00:00:00Z') });
      await session.identify();
      await session.readClock();
      const read = await session.readLog().catch(() => null);
      if (read !== null) await session.readPins();
      await session.close();
    } catch (error) {
      if (!isGerbangError(error)) throw error;
    }
    if (received.length > 0) recordings.push({ world: world.name, sent, received });
  }
  const [first, ...others] = recordings;
  if (first === undefined) throw new Error('nothing was recorded');
  return [first, ...others];
}

/** Plays a recording with disturbances through everything that decodes. */
export function decodeOnce(recording: Recording, random: Random): Ending {
  const row = [...recording.received];
  const from = random.integer(0, row.length - 1);
  row.splice(0, from);
  const mutated = disturb(random, row, recording.received, 1 + Math.floor(row.length / 2));
  const pieces: Buffer[] = [];
  try {
    const packets = random.chance(0.7) ? throughFramer(random, row, pieces) : row;
    const outcome = decodeAll(recording, packets, random);
    if (random.chance(0.02)) replay(recording, row);
    return { mutated, outcome, fault: null };
  } catch (error) {
    if (isGerbangError(error)) return { mutated, outcome: error.code, fault: null };
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const wire = (pieces.length > 0 ? pieces : row).map((piece) => piece.toString('hex')).join('\n');
    return { mutated, outcome: 'thrown', fault: `${recording.world}: ${text}\n${wire}` };
  }
}

const mostHeldBytes = 2 * (65_536 + 64);

function throughFramer(random: Random, row: readonly Buffer[], pieces: Buffer[]): Uint8Array[] {
  const packets: Uint8Array[] = [];
  const framer = createFramer((packet) => packets.push(packet));
  const lyingAt = random.chance(0.2) ? random.integer(0, row.length) : -1;
  const stream = Buffer.concat(row.flatMap((packet, at) => [prefixOf(random, packet, at === lyingAt), packet]));
  pieces.push(...piecesOf(random, stream));
  try {
    for (const piece of pieces) {
      framer.push(Buffer.from(piece));
      if (framer.heldBytes() > mostHeldBytes) throw new Error(`the framer holds ${framer.heldBytes()} bytes`);
    }
  } catch (error) {
    // What came before the stream broke was delivered, and is looked at.
    if (!isGerbangError(error) || packets.length === 0) throw error;
  }
  return packets;
}

function decodeAll({ sent }: Recording, packets: readonly Uint8Array[], random: Random): string {
  const acceptBadChecksum = random.chance(0.3);
  const next = random.chance(0.7) ? step : stepDatagram;
  let exchange = openExchange(undefined, random);
  let answered = 0;
  for (const bytes of packets) {
    let packet: Packet;
    try {
      packet = decodePacket(bytes, acceptBadChecksum);
    } catch (error) {
      if (!isGerbangError(error)) throw error;
      continue;
    }
    decodeContent(packet, random);
    const question = sent.find((one) => one.readUInt16LE(6) === packet.replyId);
    if (packet.replyId !== exchange.request.replyId && packet.code !== eventCode && question !== undefined) {
      // The client would have gone on to its next question only after this one was over.
      next(exchange.request, exchange.state, { kind: random.chance(0.5) ? 'timeout' : 'closed' });
      exchange = openExchange(question, random);
    }
    const wasOver = isOver(exchange.state);
    exchange = follow(exchange, packet, next);
    if (wasOver || !isOver(exchange.state)) continue;
    if (exchange.state.name === 'answered') answered += 1;
    decodeLog(exchange, random);
  }
  return answered > 0 ? 'answered' : 'nothing answered';
}

const eventCode = 500;

interface Exchange {
  readonly request: ExchangeRequest;
  readonly state: ExchangeState;
  readonly placed: readonly Uint8Array[];
  readonly placedBytes: number;
}

function openExchange(question: Buffer | undefined, random: Random): Exchange {
  const replyId = question === undefined || question.length < 8 ? random.integer(0, 9) : question.readUInt16LE(6);
  const isRange = question?.length === 16 && question.readUInt16LE(0) === 1504;
  const expectedBytes = isRange ? question.readUInt32LE(12) : null;
  const request = { replyId, expectedBytes, maxBytes: expectedBytes ?? 200_000 };
  return { request, state: waiting, placed: [], placedBytes: 0 };
}

function follow(exchange: Exchange, packet: Packet, next: typeof step): Exchange {
  const { request } = exchange;
  const { state, effect } = next(request, exchange.state, { kind: 'packet', packet });
  if (effect.kind === 'event') bellOf(effect.packet, 0);
  if (effect.kind === 'announced' && effect.bytes > request.maxBytes) throw new Error('announced beyond the bound');
  if (effect.kind !== 'data') return { ...exchange, state };
  const placedBytes = exchange.placedBytes + effect.payload.length;
  if (effect.offset !== exchange.placedBytes)
    throw new Error(`a gap at ${effect.offset}, ${exchange.placedBytes} placed`);
  if (placedBytes > request.maxBytes) throw new Error(`${placedBytes} bytes placed, ${request.maxBytes} allowed`);
  return { request, state, placed: [...exchange.placed, effect.payload], placedBytes };
}

function decodeContent({ payload }: Packet, random: Random): void {
  decodeCounters(payload);
  decodeText(payload);
  decodeOptionValue(payload);
  if (payload.length <= 4 || !random.chance(0.05)) return;
  try {
    decodePins(payload.subarray(4), random.chance(0.5) ? 3 : null);
  } catch (error) {
    if (!isGerbangError(error)) throw error;
  }
}

function decodeLog({ placed }: Exchange, random: Random): void {
  const recordBytes = Buffer.concat(placed).subarray(4);
  if (recordBytes.length === 0) return;
  const count = random.chance(0.7) ? random.integer(0, 70) : null;
  const verdict = proveLayout({ recordBytes, countBefore: count, countAfter: count, nowPacked: 0x3297_669c });
  if (verdict.kind !== 'proven') return;
  const { layout, strideBytes, records } = verdict;
  let read = 0;
  for (const record of decodeRecords(layout, strideBytes, verdict.expanded ?? recordBytes)) {
    formatDeviceTime(record.deviceTime);
    read += 1;
  }
  if (read !== records || strideBytes < layoutBytes[layout]) throw new Error(`${read} records read, ${records} proven`);
}

/** The same packets as a capture file. */
function replay({ sent }: Recording, row: readonly Buffer[]): void {
  const lines = row.flatMap((packet, at) => [
    ...(sent[at] === undefined ? [] : [JSON.stringify({ ms: at, sent: sent[at].toString('hex') })]),
    JSON.stringify({ ms: at, received: packet.toString('hex') }),
  ]);
  const head = JSON.stringify({ gerbang: 'capture', version: 1, redacted: false, dropped: 0 });
  replayCapture([head, ...lines].join('\n'), 0x3297_669c);
}
