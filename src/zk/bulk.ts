/**
 * Reading datasets: prepare, read by offset, free (docs/protocol.md, "Prepare and read").
 *
 * Chunks are asked for one after the other: asking for all at once stalls on slow lines. Every size is checked before
 * memory is taken for it, and a read that is not whole is an error.
 */
import { GerbangError, isGerbangError } from '../errors.ts';
import { badReply, refusal } from './replies.ts';
import type { Answer, Conversation, DataSink } from './session.ts';
import { command, datasetPrefixBytes, reply } from './wire.ts';

/** Bytes per request on TCP: the size most clients use, and no frame of it reaches 64 KiB. */
export const defaultChunkBytes = 65_472;

/** No dataset of a terminal is larger. */
export const maxDatasetBytes = 64 * 1024 * 1024;

/** How often a chunk that came short or was refused is asked for. */
const chunkAttempts = 3;

/** What to prepare. */
export interface PrepareRequest {
  /** Inner command, see `dataset` in wire.ts. */
  readonly dataset: number;
  /** Its two parameters, unsigned 32 bit. */
  readonly first?: number;
  readonly second?: number;
}

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
  const payload = new Uint8Array(11);
  const view = new DataView(payload.buffer);
  view.setUint8(0, 1);
  view.setUint16(1, what.dataset, true);
  view.setUint32(3, what.first ?? 0, true);
  view.setUint32(7, what.second ?? 0, true);
  const collected = collector();
  const answer = await conversation.ask({
    command: command.prepareBuffer,
    payload,
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
 * Reads a range of the prepared dataset into `target`, chunk by chunk.
 *
 * @param offset where the range starts in the dataset: 0, or 4 and above, because offsets inside the length prefix are
 * mishandled by some firmware
 * @param attempts how often a chunk is asked for before the read fails
 * @returns host time when the last byte had arrived
 * @throws GerbangError ZK_REFUSED when not even the first chunk is given, READ_INCOMPLETE when a later one is not
 */
export async function readRange(
  conversation: Conversation,
  offset: number,
  target: Uint8Array,
  options: { chunkBytes: number; attempts?: number; onProgress?: OnProgress | undefined },
): Promise<number> {
  let completedAtMs = 0;
  for (let at = 0; at < target.length; at += options.chunkBytes) {
    const part = target.subarray(at, Math.min(at + options.chunkBytes, target.length));
    completedAtMs = await readChunk(conversation, offset + at, part, options.attempts ?? chunkAttempts, at === 0);
    options.onProgress?.(at + part.length, target.length);
  }
  return completedAtMs;
}

async function readChunk(
  conversation: Conversation,
  offset: number,
  part: Uint8Array,
  attempts: number,
  isFirst: boolean,
): Promise<number> {
  const payload = new Uint8Array(8);
  const view = new DataView(payload.buffer);
  view.setUint32(0, offset, true);
  view.setUint32(4, part.length, true);
  for (let attempt = 1; ; attempt += 1) {
    const last = attempt >= attempts;
    try {
      const answer = await conversation.ask({
        command: command.readBuffer,
        payload,
        expectedBytes: part.length,
        maxBytes: part.length,
        sink: { data: (piece, at) => part.set(piece, at) },
      });
      const { packet, receivedBytes } = answer;
      const accepted = packet.code === reply.ok || packet.code === reply.data;
      if (accepted && receivedBytes === part.length) return answer.receivedAtMs;
      if (last) throw chunkError(conversation, answer, part.length, isFirst);
    } catch (error) {
      if (last || !isGerbangError(error, 'READ_INCOMPLETE')) throw error;
    }
  }
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
