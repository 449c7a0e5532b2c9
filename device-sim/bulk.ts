import { type Answer, ERROR, OK, type Reply } from './answer.ts';
import {
  decodePrepare,
  decodeReadBuffer,
  encodePrepareData,
  encodePrepared,
  type PrepareRequest,
} from './codec/dataset.ts';
import type { Packet } from './codec/packet.ts';
import { COMMAND, INLINE_LIMIT_BYTES, REPLY } from './codec/wire.ts';
import { bareDatasetOf, type Dataset, datasetOf } from './dataset.ts';
import { distortDataset, spoilLog } from './device-faults.ts';
import type { Session } from './session-table.ts';
import type { Terminal } from './terminal.ts';

/** A datagram carries no more than this after its header. */
const UDP_BLOCK_BYTES = 1024;

/** 1503: puts a dataset into the session's buffer. docs/protocol.md, "Prepare and read". */
export function prepare(terminal: Terminal, session: Session, payload: Buffer): Answer {
  session.buffer = undefined;
  session.readBytes = 0;
  const request = decodePrepare(payload);
  const found = request && datasetFor(terminal, request);
  if (!found) return { replies: [ERROR] };
  if ('code' in found) return { replies: [found] };
  session.buffer = found;
  const isLog = request.command === COMMAND.logRead || request.command === COMMAND.logByTime;
  const delayMs = isLog ? (terminal.knobs.prepareDelayMsPer1000 * terminal.log.count) / 1000 : 0;
  const { inline, prepareAnswer, onlyFirstBytes } = terminal.knobs;
  if (onlyFirstBytes !== undefined) {
    return {
      replies: [{ code: REPLY.data, payload: found.read(0, Math.min(found.sizeBytes, onlyFirstBytes)) }],
      delayMs,
    };
  }
  if (found.sizeBytes <= INLINE_LIMIT_BYTES && (inline === 'up-to-1024' || inline === 'prepare-only')) {
    return { replies: [{ code: REPLY.data, payload: found.read(0, found.sizeBytes) }], delayMs };
  }
  const code = prepareAnswer === 'ok' ? REPLY.ok : REPLY.prepareData;
  return { replies: [{ code, payload: encodePrepared(found.sizeBytes) }], delayMs };
}

/** 1504: any span of the buffer, in any order, as often as wanted. docs/protocol.md, "Tail reads". */
export function readBuffer(terminal: Terminal, session: Session, payload: Buffer): Answer {
  const { buffer } = session;
  const request = decodeReadBuffer(payload);
  const { bufferedReads, tailReads, inline, readsLive, closingSession } = terminal.knobs;
  if (!request || !buffer || !bufferedReads) return { replies: [ERROR] };
  const { offset, size } = request;
  if (offset + size > buffer.sizeBytes) return { replies: [ERROR] };
  if (!tailReads && offset > Math.max(4, session.readBytes)) return { replies: [ERROR] };
  if (offset <= session.readBytes) session.readBytes = Math.max(session.readBytes, offset + size);
  const bytes = buffer.read(offset, size);
  if (size <= INLINE_LIMIT_BYTES && !readsLive && (inline === 'up-to-1024' || inline === 'read-only')) {
    return { replies: [{ code: REPLY.data, payload: bytes }] };
  }
  const closing = { session: session.id, 'last-index': undefined, size: size & 0xffff }[closingSession];
  return { replies: transfer(terminal, session, bytes, closing) };
}

/** 1502. */
export function freeBuffer(session: Session): Answer {
  session.buffer = undefined;
  session.readBytes = 0;
  return { replies: [OK] };
}

/** The old way: 13, 9 or 34 without preparing. The OK at the end carries the size. docs/protocol.md, "Direct read". */
export function readDirectly(terminal: Terminal, session: Session, request: Packet): Answer {
  const dataset = datasetFor(terminal, {
    command: request.code,
    parameter1: request.payload[0] ?? 0,
    parameter2: 0,
  });
  if (!dataset) return { replies: [ERROR] };
  if ('code' in dataset) return { replies: [dataset] };
  const bytes = dataset.read(0, dataset.sizeBytes);
  return { replies: transfer(terminal, session, bytes, dataset.sizeBytes & 0xffff) };
}

/** PREPARE_DATA, blocks numbered in the session field, OK. */
function* transfer(terminal: Terminal, session: Session, bytes: Buffer, closing: number | undefined): Generator<Reply> {
  const { blockPauseMs, preparesTwice } = terminal.knobs;
  const wanted = terminal.knobs.blockBytes;
  const blockBytes = session.peer.transport === 'udp' ? Math.min(wanted, UDP_BLOCK_BYTES) : wanted;
  const announcement: Reply = { code: REPLY.prepareData, payload: encodePrepareData(bytes.length, blockBytes) };
  yield announcement;
  if (preparesTwice) yield announcement;
  let index = 0;
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const payload = bytes.subarray(at, at + blockBytes);
    yield { code: REPLY.data, session: index & 0xffff, payload, pauseMs: blockPauseMs };
    index += 1;
  }
  yield { code: REPLY.ok, session: closing ?? Math.max(0, index - 1) & 0xffff, closesTransfer: true };
}

/** The dataset a read names, a refusal, or undefined where there is nothing. */
function datasetFor(terminal: Terminal, request: PrepareRequest): Dataset | Reply | undefined {
  switch (request.command) {
    case COMMAND.logRead:
      return logDataset(terminal, request);
    case COMMAND.usersRead:
      if (request.parameter1 !== 5 || terminal.users.count === 0) return undefined;
      return datasetOf(terminal.users.encode(terminal.profile.userLayout));
    case COMMAND.operationLogRead: {
      if (terminal.knobs.operationLog !== 'served') return { code: REPLY.unknown };
      const operations = terminal.operations.bytes();
      return operations.length > 0 ? datasetOf(operations) : undefined;
    }
    case COMMAND.logByTime:
      return rangeDataset(terminal, request);
    default:
      return { code: REPLY.unknown };
  }
}

function logDataset(terminal: Terminal, request: PrepareRequest): Dataset | undefined {
  const { log, knobs } = terminal;
  const filters = knobs.timeFilter === 'start-time' || knobs.timeFilter === 'both';
  if (request.parameter1 !== 0 && filters) {
    const body = recordsBetween(terminal, request.parameter1, 0xffff_ffff);
    return body.length > 0 ? bareDatasetOf(body) : undefined;
  }
  if (log.count === 0 && knobs.emptyLog === 'error') return undefined;
  spoilLog(terminal);
  return distortDataset(terminal, knobs.readsLive ? log.live() : log.snapshot());
}

function rangeDataset(terminal: Terminal, request: PrepareRequest): Dataset | Reply | undefined {
  const { timeFilter } = terminal.knobs;
  if (timeFilter !== 'range' && timeFilter !== 'both') return { code: REPLY.unknown };
  const body = recordsBetween(terminal, request.parameter1, request.parameter2);
  return body.length > 0 ? datasetOf(body) : undefined;
}

const TIME_AT = { '8': 4, '16': 4, '22': 13, '40': 27, '40-ring': 27, '49': 27 } as const;

/** Records whose packed time lies in [from, to], in log order. */
function recordsBetween({ log }: Terminal, from: number, to: number): Buffer {
  const { layout } = log;
  if (layout === '8-short') return Buffer.alloc(0);
  const wanted = log.records().filter((record) => {
    const time = record.readUInt32LE(TIME_AT[layout]);
    return time >= from && time <= to;
  });
  return Buffer.concat(wanted);
}
