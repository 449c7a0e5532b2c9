/**
 * The exchange of `exchange.ts` on UDP, where the pieces of a reply may be lost, doubled or swapped
 * (docs/protocol.md, "UDP").
 *
 * Blocks are placed by the number in their session field, never by the order of their arrival, and only when all of
 * them are there. A reply that cannot be put together fails as READ_INCOMPLETE, and the same range is asked for again
 * with a new reply id; a range of one datagram needs no numbers, so smaller ranges always succeed in the end.
 */
import { type ExchangeInput, type ExchangeRequest, type ExchangeState, type ExchangeStep, isOver } from './exchange.ts';
import type { Packet } from './packet.ts';
import { datasetPrefixBytes, reply } from './wire.ts';

type Gathering = Extract<ExchangeState, { name: 'gathering' }>;

/** Most datagrams kept for one reply; ranges on UDP are far smaller. */
const maxPieces = 4096;

const empty: Gathering = { name: 'gathering', announcedBytes: null, pieces: [], receivedBytes: 0, closed: false };

/** Applies one input, like `step` in exchange.ts. */
export function stepDatagram(request: ExchangeRequest, state: ExchangeState, input: ExchangeInput): ExchangeStep {
  if (input.kind === 'packet') {
    const { packet } = input;
    if (packet.code === reply.event) return { state, effect: { kind: 'event', packet } };
    if (packet.replyId !== request.replyId || isOver(state)) return { state, effect: { kind: 'stale' } };
    const gathering = state.name === 'gathering' ? state : empty;
    if (packet.code === reply.data) return receive(request, gathering, packet);
    if (packet.code === reply.prepare) return announce(request, gathering, packet);
    if (state.name !== 'gathering') return over({ name: 'answered', packet, receivedBytes: 0 });
    if (packet.code !== reply.ok) return incomplete(gathering, `reply code ${packet.code} in the middle of data`);
    // Blocks sent before this may still arrive after it.
    return over({ ...gathering, closed: true });
  }
  if (isOver(state)) return over(state);
  if (input.kind === 'closed') return failed(state, 'NET_CLOSED', 'closed before the reply was complete');
  return state.name === 'gathering'
    ? incomplete(state, 'datagrams were lost')
    : failed(state, 'ZK_NO_REPLY', 'no reply in time');
}

function over(state: ExchangeState): ExchangeStep {
  return { state, effect: { kind: 'none' } };
}

function failed(
  state: ExchangeState,
  code: 'NET_CLOSED' | 'ZK_NO_REPLY' | 'READ_TOO_LARGE',
  reason: string,
): ExchangeStep {
  const receivedBytes = state.name === 'gathering' ? state.receivedBytes : 0;
  return over({ name: 'failed', code, reason, receivedBytes });
}

function incomplete(state: Gathering, reason: string): ExchangeStep {
  return over({ name: 'failed', code: 'READ_INCOMPLETE', reason, receivedBytes: state.receivedBytes });
}

function announce(request: ExchangeRequest, state: Gathering, packet: Packet): ExchangeStep {
  const { payload } = packet;
  if (payload.length >= 9 && state.pieces.length === 0) return over({ name: 'answered', packet, receivedBytes: 0 });
  if (payload.length < 4) return incomplete(state, 'an announcement without a size');
  const announcedBytes = new DataView(payload.buffer, payload.byteOffset, payload.byteLength).getUint32(0, true);
  if (announcedBytes > request.maxBytes)
    return failed(state, 'READ_TOO_LARGE', 'more data announced than can be right');
  if (request.expectedBytes !== null && announcedBytes !== request.expectedBytes) {
    return incomplete(state, 'another size announced than asked for');
  }
  return assemble(request, { ...state, announcedBytes }, packet);
}

function receive(request: ExchangeRequest, state: Gathering, packet: Packet): ExchangeStep {
  if (isWhole(request, state, packet.payload)) return complete(packet, packet.payload);
  const twin = state.pieces.find((piece) => piece.session === packet.session);
  if (twin !== undefined) {
    return Buffer.compare(twin.payload, packet.payload) === 0
      ? over(state)
      : incomplete(state, 'blocks that carry no numbers');
  }
  const receivedBytes = state.receivedBytes + packet.payload.length;
  if (receivedBytes > request.maxBytes || state.pieces.length >= maxPieces) {
    return incomplete(state, 'more data than announced');
  }
  return assemble(request, { ...state, receivedBytes, pieces: [...state.pieces, packet] }, packet);
}

/** Data that needs no other datagram: all that was asked for, or a dataset that states its own length. */
function isWhole(request: ExchangeRequest, state: Gathering, payload: Uint8Array): boolean {
  if (payload.length > request.maxBytes || state.pieces.length > 0) return false;
  const wanted = request.expectedBytes ?? state.announcedBytes;
  if (wanted !== null) return payload.length === wanted;
  if (payload.length < datasetPrefixBytes) return false;
  const stated = new DataView(payload.buffer, payload.byteOffset, payload.byteLength).getUint32(0, true);
  return stated === payload.length - datasetPrefixBytes;
}

function assemble(request: ExchangeRequest, state: Gathering, packet: Packet): ExchangeStep {
  const total = request.expectedBytes ?? state.announcedBytes;
  if (total === null || state.receivedBytes < total) return over(state);
  if (state.receivedBytes > total) return incomplete(state, 'more data than announced');
  const pieces = [...state.pieces].sort((a, b) => a.session - b.session);
  const blockBytes = pieces[0]?.payload.length ?? 0;
  const inPlace = pieces.every(
    (piece, index) =>
      piece.session === index &&
      (index === pieces.length - 1 ? piece.payload.length <= blockBytes : piece.payload.length === blockBytes),
  );
  if (!inPlace) return incomplete(state, 'blocks that carry no numbers');
  return complete(packet, Buffer.concat(pieces.map((piece) => piece.payload)));
}

function complete(packet: Packet, bytes: Uint8Array): ExchangeStep {
  return {
    state: { name: 'answered', packet: { ...packet, code: reply.data }, receivedBytes: bytes.length },
    effect: { kind: 'data', payload: bytes, offset: 0 },
  };
}
