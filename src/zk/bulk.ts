/**
 * Reading datasets: prepare, read by offset, free (docs/protocol.md, "Prepare and read").
 *
 * Chunks are asked for one after the other: asking for all at once stalls on slow lines. Every size is checked before
 * memory is taken for it, and a read that is not whole is an error.
 */
import { GerbangError, isGerbangError } from '../errors.ts';
import type { Answer, DataSink } from './in-flight.ts';
import { quickRangeMs, type ReadingManner } from './reading-manner.ts';
import { badReply, refusal } from './replies.ts';
import { encodePrepare, encodeRange, type PrepareRequest } from './requests.ts';
import type { Conversation } from './session.ts';
import { command, datasetPrefixBytes, reply } from './wire.ts';

/** No dataset of a terminal is larger. */
export const maxDatasetBytes = 64 * 1024 * 1024;

/** Limits of one read. */
export interface ReadLimits {
  /** Wait for the reply to "prepare". */
  readonly prepareTimeoutMs: number;
  /** Largest dataset accepted. */
  readonly maxBytes: number;
}

/** A dataset at the terminal, or already here. */
export type Prepared =
  | { readonly kind: 'inline'; readonly dataset: Uint8Array; readonly answer: Answer }
  | { readonly kind: 'buffered'; readonly sizeBytes: number; readonly answer: Answer }
  /** The terminal says there is nothing to read. */
  | { readonly kind: 'nothing'; readonly answer: Answer };

/** Called with bytes received so far and bytes expected. */
export type OnProgress = (receivedBytes: number, expectedBytes: number) => void;

/**
 * Asks the terminal to prepare a dataset. It counts and hashes its whole log in flash, which can take many seconds.
 *
 * @throws GerbangError ZK_REFUSED, READ_TOO_LARGE, ZK_UNSUPPORTED when the dataset is compressed, ZK_BAD_REPLY
 */
export async function prepare(conversation: Conversation, what: PrepareRequest, limits: ReadLimits): Promise<Prepared> {
  const collected = collector();
  const answer = await conversation.ask({
    command: command.prepareBuffer,
    payload: encodePrepare(what),
    timeoutMs: limits.prepareTimeoutMs,
    maxBytes: limits.maxBytes,
    sink: collected.sink,
  });
  const dataset = collected.bytes();
  if (dataset !== null && (answer.packet.code === reply.data || answer.packet.code === reply.ok)) {
    return dataset.length === 0 ? { kind: 'nothing', answer } : { kind: 'inline', dataset, answer };
  }
  return preparedFrom(conversation, answer, limits.maxBytes);
}

/** A sink for data whose size only the terminal knows. */
function collector(): { sink: DataSink; bytes(): Uint8Array | null } {
  let target: Uint8Array | null = null;
  let announced = false;
  const sink: DataSink = {
    announced: (size) => {
      announced = true;
      target = Buffer.allocUnsafe(size);
    },
    data: (piece, offset) => {
      if (announced) target?.set(piece, offset);
      else target = piece;
    },
  };
  return { sink, bytes: () => target };
}

/** The 13-byte announcement: compression flag, bytes to transfer, bytes when unpacked, a hash nobody can reproduce. */
function preparedFrom(conversation: Conversation, answer: Answer, maxBytes: number): Prepared {
  const { packet } = answer;
  if (packet.code === reply.error) return { kind: 'nothing', answer };
  if (packet.code !== reply.ok && packet.code !== reply.prepare) {
    throw refusal(packet, 'prepare', conversation.commKeyGiven);
  }
  const { payload } = packet;
  if (payload.length === 0) return { kind: 'nothing', answer };
  if (payload.length < 9) throw badReply('prepare', 'no size in the announcement', { bytes: payload.length });
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const sizeBytes = view.getUint32(1, true);
  if (view.getUint8(0) !== 0 || view.getUint32(5, true) !== sizeBytes) {
    throw new GerbangError('ZK_UNSUPPORTED', 'The terminal sends its log compressed, which nobody has documented.', {
      context: { transferBytes: sizeBytes, realBytes: view.getUint32(5, true) },
    });
  }
  if (sizeBytes > maxBytes) throw tooLarge(sizeBytes, maxBytes);
  if (sizeBytes === 0) return { kind: 'nothing', answer };
  if (sizeBytes < datasetPrefixBytes) throw badReply('prepare', 'a dataset shorter than its own length', { sizeBytes });
  return { kind: 'buffered', sizeBytes, answer };
}

function tooLarge(sizeBytes: number, maxBytes: number): GerbangError {
  return new GerbangError(
    'READ_TOO_LARGE',
    'The terminal announced more data than it can hold. Restart it and try again.',
    { context: { sizeBytes, maxBytes } },
  );
}

/**
 * Asks for a dataset in the old way, without a buffer: the terminal sends all of it at once (docs/protocol.md, "Direct
 * read"). Never the first choice: some firmware sends garbage of the right size.
 *
 * @throws GerbangError ZK_REFUSED, READ_TOO_LARGE, READ_INCOMPLETE, ZK_BAD_REPLY
 */
export async function readDirectly(
  conversation: Conversation,
  code: number,
  limits: ReadLimits,
  payload = new Uint8Array(0),
): Promise<Prepared> {
  const collected = collector();
  const answer = await conversation.ask({
    command: code,
    payload,
    timeoutMs: limits.prepareTimeoutMs,
    maxBytes: limits.maxBytes,
    sink: collected.sink,
  });
  const bytes = collected.bytes();
  if (bytes !== null && bytes.length > 0) return { kind: 'inline', dataset: bytes, answer };
  if (answer.packet.code === reply.ok || answer.packet.code === reply.error) return { kind: 'nothing', answer };
  throw refusal(answer.packet, 'read', conversation.commKeyGiven);
}

/**
 * Reads a range of the prepared dataset into `target`, chunk by chunk.
 *
 * @param offset where the range starts in the dataset: 0, or 4 and above, because offsets inside the length prefix are
 * mishandled by some firmware
 * @returns host time when the last byte had arrived
 * @throws GerbangError ZK_REFUSED when not even the first chunk is given, READ_INCOMPLETE when a later one is not
 */
export async function readRange(
  conversation: Conversation,
  offset: number,
  target: Uint8Array,
  manner: Omit<ReadingManner, 'direct'>,
  onProgress?: OnProgress,
): Promise<number> {
  let { chunkBytes, maxChunkBytes } = manner;
  let completedAtMs = 0;
  let failures = 0;
  let at = 0;
  while (at < target.length) {
    const part = target.subarray(at, Math.min(at + chunkBytes, target.length));
    const startedAt = performance.now();
    try {
      completedAtMs = await readChunk(conversation, offset + at, part, at === 0);
    } catch (error) {
      failures += 1;
      if (failures >= manner.attempts || !isGerbangError(error, 'READ_INCOMPLETE', 'ZK_REFUSED')) throw error;
      // The same range again, under a new reply id: ranges are stateless, and what is late of the first is ignored.
      chunkBytes = Math.max(manner.minChunkBytes, Math.floor(part.length / 4));
      maxChunkBytes = chunkBytes;
      continue;
    }
    failures = 0;
    at += part.length;
    if (performance.now() - startedAt < quickRangeMs) chunkBytes = Math.min(chunkBytes * 2, maxChunkBytes);
    onProgress?.(at, target.length);
  }
  return completedAtMs;
}

/** Reads one chunk, whole or not at all. */
async function readChunk(
  conversation: Conversation,
  offset: number,
  part: Uint8Array,
  isFirst: boolean,
): Promise<number> {
  const answer = await conversation.ask({
    command: command.readBuffer,
    payload: encodeRange(offset, part.length),
    expectedBytes: part.length,
    maxBytes: part.length,
    sink: { data: (piece, at) => part.set(piece, at) },
  });
  const { packet, receivedBytes } = answer;
  const accepted = packet.code === reply.ok || packet.code === reply.data;
  if (accepted && receivedBytes === part.length) return answer.receivedAtMs;
  throw chunkError(conversation, answer, part.length, isFirst);
}

function chunkError(conversation: Conversation, answer: Answer, wantedBytes: number, isFirst: boolean): GerbangError {
  const { packet, receivedBytes } = answer;
  const accepted = packet.code === reply.ok || packet.code === reply.data;
  if (isFirst && !accepted) return refusal(packet, 'read', conversation.commKeyGiven);
  return new GerbangError(
    'READ_INCOMPLETE',
    'The terminal stopped in the middle of its log. Nothing of it was kept; try again.',
    { context: { replyCode: packet.code, receivedBytes, wantedBytes } },
  );
}

/** Releases the terminal's buffer. A refusal means that there was none and is no failure. */
export async function freeBuffer(conversation: Conversation): Promise<void> {
  await conversation.ask({ command: command.freeBuffer });
}

/**
 * Checks the length a dataset carries in its first four bytes and cuts it off.
 *
 * @throws GerbangError READ_INCOMPLETE when the length is not that of the rest
 */
export function withoutPrefix(dataset: Uint8Array): Uint8Array {
  const stated =
    dataset.length < datasetPrefixBytes
      ? -1
      : new DataView(dataset.buffer, dataset.byteOffset, dataset.byteLength).getUint32(0, true);
  if (stated !== dataset.length - datasetPrefixBytes) {
    throw new GerbangError(
      'READ_INCOMPLETE',
      'The log and the length it states do not match. Nothing of it was kept; try again.',
      { context: { statedBytes: stated, receivedBytes: dataset.length } },
    );
  }
  return dataset.subarray(datasetPrefixBytes);
}
