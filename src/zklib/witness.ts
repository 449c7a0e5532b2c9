/**
 * Sees every byte the library sends and receives, and objects where the library would not: it checks neither checksum
 * nor reply id nor block number nor size, and takes whatever arrives next for the answer (docs/terminals.md, "What the
 * library does not look at"). The witness supplies no byte and no word of the conversation.
 */
import { GerbangError } from '../errors.ts';
import { type ExchangeRequest, type ExchangeState, step, waiting } from '../zk/exchange.ts';
import { createFramer } from '../zk/frames.ts';
import { decodePacket, type Packet } from '../zk/packet.ts';
import { refusal } from '../zk/replies.ts';
import { command, datagramPayloadBytes, framePrefixBytes, reply } from '../zk/wire.ts';

/** A witness of one connection. Not usable after it has thrown. */
export interface Witness {
  /** A frame the library is about to write. */
  sent(frame: Uint8Array): void;
  /**
   * What arrived, before the library sees it.
   *
   * @throws GerbangError ZK_BAD_CHECKSUM, ZK_BAD_REPLY, READ_INCOMPLETE, READ_TOO_LARGE, a refusal of a read, and what
   * a {@link createFramer | framer} throws
   */
  received(chunk: Uint8Array): void;
  /** From here on a dataset is read, of at most so many bytes; null when no more. Refusals then end the read. */
  watchRead(maxBytes: number | null): void;
  /** True when every request has had the whole of its reply. */
  isQuiet(): boolean;
}

/** What a witness is told about its connection. */
export interface WitnessOptions {
  readonly acceptBadChecksum: boolean;
  onPacket(direction: 'sent' | 'received', packet: Uint8Array): void;
}

/** A request whose reply is not complete. */
interface OpenExchange {
  readonly command: number;
  readonly request: ExchangeRequest;
  state: ExchangeState;
}

/** A witness that has seen nothing yet. */
export function createWitness({ acceptBadChecksum, onPacket }: WitnessOptions): Witness {
  const exchanges = new Map<number, OpenExchange>();
  let readMaxBytes: number | null = null;

  function onReceived(bytes: Uint8Array): void {
    onPacket('received', bytes);
    const packet = decodePacket(bytes, acceptBadChecksum);
    if (packet.code === reply.event) return;
    const exchange = exchanges.get(packet.replyId);
    if (exchange === undefined) {
      // The library would take it for the answer to what it asked last.
      if (exchanges.size > 0) throw strayReply(packet);
      return;
    }
    exchange.state = step(exchange.request, exchange.state, { kind: 'packet', packet }).state;
    const { state } = exchange;
    if (state.name === 'failed') throw contradiction(state);
    if (state.name !== 'answered') return;
    exchanges.delete(packet.replyId);
    if (readMaxBytes !== null) checkRead(exchange, state.packet, readMaxBytes);
  }

  const framer = createFramer(onReceived);
  return {
    sent(frame) {
      const bytes = frame.subarray(framePrefixBytes);
      onPacket('sent', bytes);
      const packet = decodePacket(bytes, true);
      if (packet.code === command.exit) return;
      const request = requestOf(packet, readMaxBytes);
      exchanges.set(packet.replyId, { command: packet.code, request, state: waiting });
    },
    received: (chunk) => framer.push(chunk),
    watchRead(maxBytes) {
      readMaxBytes = maxBytes;
    },
    isQuiet: () => exchanges.size === 0,
  };
}

/** What may come back for a request. */
function requestOf({ code, replyId, payload }: Packet, readMaxBytes: number | null): ExchangeRequest {
  if (code === command.readBuffer) {
    const size = viewOf(payload).getUint32(4, true);
    return { replyId, expectedBytes: size, maxBytes: size };
  }
  return {
    replyId,
    expectedBytes: null,
    maxBytes: code === command.prepareBuffer ? (readMaxBytes ?? datagramPayloadBytes) : 0,
  };
}

function checkRead(exchange: OpenExchange, packet: Packet, maxBytes: number): void {
  const accepted = packet.code === reply.ok || packet.code === reply.data || packet.code === reply.prepare;
  if (exchange.command === command.readBuffer && !accepted) {
    throw new GerbangError(
      'READ_INCOMPLETE',
      'The terminal refused a part of its log. Nothing of it was kept; try again.',
      { context: { replyCode: packet.code } },
    );
  }
  if (exchange.command !== command.prepareBuffer) return;
  if (!accepted) throw refusal(packet, 'prepare', false);
  if (packet.code === reply.data || packet.payload.length < 5) return;
  const sizeBytes = viewOf(packet.payload).getUint32(1, true);
  // Seen before the library asks for all of it at once.
  if (sizeBytes > maxBytes) {
    throw new GerbangError(
      'READ_TOO_LARGE',
      'The terminal announced more data than it can hold. Restart it and try again.',
      { context: { sizeBytes, maxBytes } },
    );
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function strayReply({ code }: Packet): GerbangError {
  return new GerbangError(
    'ZK_BAD_REPLY',
    'The terminal sent a reply nobody asked for, and node-zklib would take it for an answer. Try again; if this repeats, use driver: zk.',
    { context: { replyCode: code } },
  );
}

function contradiction(state: Extract<ExchangeState, { name: 'failed' }>): GerbangError {
  return new GerbangError(
    state.code,
    `What the terminal sent does not add up: ${state.reason}. Nothing of it was kept; try again.`,
    { context: { receivedBytes: state.receivedBytes } },
  );
}
