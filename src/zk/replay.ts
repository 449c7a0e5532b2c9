/** Runs a capture through the decoder: what was said, and what the logs in it prove to be. */
import { type CapturedPacket, parseCapture } from './capture.ts';
import { decodeCounters } from './counters.ts';
import { type ExchangeRequest, type ExchangeState, isOver, step, waiting } from './exchange.ts';
import { type LayoutVerdict, proveLayout } from './layout-proof.ts';
import { decodePacket, type Packet } from './packet.ts';
import { command, datasetPrefixBytes, dataset as datasets, nameOfCode, reply } from './wire.ts';

/** Longest dataset rebuilt from a capture. */
const maxReplayBytes = 64 * 1024 * 1024;

/** One line of what was said. */
export interface Said {
  readonly ms: number;
  readonly direction: 'sent' | 'received';
  readonly code: number;
  /** The code's name, or null when it has none here. */
  readonly name: string | null;
  readonly session: number;
  readonly replyId: number;
  readonly payloadBytes: number;
}

/** A log found in a capture. */
export interface ReplayedLog {
  /** Bytes the terminal announced, length prefix included. */
  readonly announcedBytes: number;
  /** Bytes the capture holds of them. */
  readonly foundBytes: number;
  /** The log without its prefix; null when the capture does not hold all of it. */
  readonly recordBytes: Uint8Array | null;
  /** Null when the log is not whole, empty, or redacted. */
  readonly verdict: LayoutVerdict | null;
}

/** What a capture tells. */
export interface Replay {
  readonly redacted: boolean;
  readonly said: readonly Said[];
  readonly logs: readonly ReplayedLog[];
}

interface LogInProgress {
  readonly countBefore: number | null;
  dataset: Uint8Array | null;
  announcedBytes: number;
  foundBytes: number;
}

/**
 * Replays a capture file.
 *
 * @param nowPacked the time the capture was taken or is replayed, in packed form
 * @throws GerbangError USAGE_INVALID when the text is not a capture
 */
export function replayCapture(text: string, nowPacked: number): Replay {
  const { redacted, packets } = parseCapture(text);
  const said: Said[] = [];
  const logs: LogInProgress[] = [];
  let records: number | null = null;
  let asked: Packet | null = null;
  let exchange: { request: ExchangeRequest; state: ExchangeState; offset: number } | null = null;
  for (const captured of packets) {
    const packet = decodePacket(captured.packet, true);
    said.push(sayingOf(captured, packet));
    if (captured.direction === 'sent') {
      // Acknowledgements of events ask for nothing.
      if (packet.code === reply.ok) continue;
      asked = packet;
      exchange = exchangeFor(packet);
      if (isLogRequest(packet)) logs.push({ countBefore: records, dataset: null, announcedBytes: 0, foundBytes: 0 });
      continue;
    }
    if (asked === null || packet.replyId !== asked.replyId) continue;
    if (asked.code === command.readCounters && packet.code === reply.ok)
      records = decodeCounters(packet.payload).records;
    const log = logs.at(-1);
    if (log === undefined || exchange === null) continue;
    exchange = { ...exchange, state: follow(log, exchange, packet) };
  }
  return { redacted, said, logs: logs.map((log) => conclude(log, redacted, nowPacked)) };
}

function sayingOf({ ms, direction }: CapturedPacket, packet: Packet): Said {
  const { code, session, replyId, payload } = packet;
  return { ms, direction, code, name: nameOfCode(code), session, replyId, payloadBytes: payload.length };
}

function isLogRequest({ code, payload }: Packet): boolean {
  return (
    code === command.prepareBuffer && payload.length === 11 && payload[1] === datasets.attendance && payload[2] === 0
  );
}

function exchangeFor(packet: Packet): { request: ExchangeRequest; state: ExchangeState; offset: number } | null {
  const { replyId, payload, code } = packet;
  if (isLogRequest(packet))
    return { request: { replyId, expectedBytes: null, maxBytes: maxReplayBytes }, state: waiting, offset: 0 };
  if (code !== command.readBuffer || payload.length !== 8) return null;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const size = view.getUint32(4, true);
  return { request: { replyId, expectedBytes: size, maxBytes: size }, state: waiting, offset: view.getUint32(0, true) };
}

function follow(
  log: LogInProgress,
  exchange: { request: ExchangeRequest; state: ExchangeState; offset: number },
  packet: Packet,
): ExchangeState {
  const { request, offset } = exchange;
  const { state, effect } = step(request, exchange.state, { kind: 'packet', packet });
  if (effect.kind === 'announced' && request.expectedBytes === null) openDataset(log, effect.bytes);
  if (effect.kind === 'data') {
    if (log.dataset === null) openDataset(log, effect.payload.length);
    const at = offset + effect.offset;
    if (log.dataset !== null && at + effect.payload.length <= log.dataset.length) {
      log.dataset.set(effect.payload, at);
      log.foundBytes += effect.payload.length;
    }
  }
  if (isOver(state) && state.name === 'answered' && effect.kind !== 'data' && request.expectedBytes === null) {
    const { payload } = state.packet;
    if (payload.length >= 9) {
      openDataset(log, new DataView(payload.buffer, payload.byteOffset, payload.byteLength).getUint32(1, true));
    }
  }
  return state;
}

function openDataset(log: LogInProgress, bytes: number): void {
  if (bytes > maxReplayBytes) return;
  log.announcedBytes = bytes;
  log.dataset = new Uint8Array(bytes);
}

function conclude(log: LogInProgress, redacted: boolean, nowPacked: number): ReplayedLog {
  const { announcedBytes, foundBytes, countBefore, dataset } = log;
  const whole = dataset !== null && foundBytes === announcedBytes && foundBytes >= datasetPrefixBytes;
  const recordBytes = whole ? dataset.subarray(datasetPrefixBytes) : null;
  const verdict =
    recordBytes === null || recordBytes.length === 0 || redacted
      ? null
      : proveLayout({ recordBytes, countBefore, countAfter: null, nowPacked });
  return { announcedBytes, foundBytes, recordBytes, verdict };
}
