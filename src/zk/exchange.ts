/**
 * One request and its reply as a pure state function: no socket, no timer, no clock (docs/protocol.md, "Prepare and
 * read", "Session field", "Reply ids").
 *
 * ```
 *            ┌── any other reply ──────────────────────────────┐
 *  waiting ──┼── DATA, nothing more expected ──────────────────┼─▶ answered
 *            ├── DATA, more expected ──▶ receiving ──┬─ all in ─┤
 *            └── PREPARE ────────────▶ receiving ────┴─ OK ─────┘
 *  waiting, receiving ── timeout, closed, contradiction ─────────▶ failed
 * ```
 *
 * Replies are matched by reply id alone. The session field is never compared with the session: terminals put block
 * numbers, sizes and states there.
 */
import type { ErrorCode } from '../errors.ts';
import type { Packet } from './packet.ts';
import { reply } from './wire.ts';

/** What the exchange needs to know about its request. */
export interface ExchangeRequest {
  readonly replyId: number;
  /** Bytes of data asked for; null when only the terminal knows, or when no data is asked for. */
  readonly expectedBytes: number | null;
  /** Most data bytes accepted; a longer announcement fails before memory is taken. 0 for requests without data. */
  readonly maxBytes: number;
}

/** Where an exchange stands. `answered` and `failed` are final. */
export type ExchangeState =
  | { readonly name: 'waiting' }
  | {
      readonly name: 'receiving';
      readonly announcedBytes: number;
      readonly receivedBytes: number;
      readonly mustClose: boolean;
      readonly numbering: Numbering;
    }
  /** Only on UDP, where blocks come in any order: see datagrams.ts. */
  | {
      readonly name: 'gathering';
      readonly announcedBytes: number | null;
      readonly pieces: readonly Packet[];
      readonly receivedBytes: number;
      readonly closed: boolean;
    }
  | { readonly name: 'answered'; readonly packet: Packet; readonly receivedBytes: number }
  | { readonly name: 'failed'; readonly code: ErrorCode; readonly reason: string; readonly receivedBytes: number };

/** What the session fields of the blocks so far add up to. */
interface Numbering {
  readonly blocks: number;
  readonly first: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  readonly ascending: boolean;
}

/** What can happen to an exchange. Timers and sockets live outside and feed these in. */
export type ExchangeInput =
  | { readonly kind: 'packet'; readonly packet: Packet }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'closed' };

/** What the caller has to do after a step. */
export type ExchangeEffect =
  | { readonly kind: 'none' }
  /** The packet is an event: hand it to whoever listens. */
  | { readonly kind: 'event'; readonly packet: Packet }
  /** The packet answers another request, or none: drop it. */
  | { readonly kind: 'stale' }
  /** Data of this many bytes will follow; already within `maxBytes`. */
  | { readonly kind: 'announced'; readonly bytes: number }
  /** Data to place at `offset`. */
  | { readonly kind: 'data'; readonly payload: Uint8Array; readonly offset: number };

/** A step's outcome. */
export interface ExchangeStep {
  readonly state: ExchangeState;
  readonly effect: ExchangeEffect;
}

const nothing: ExchangeEffect = { kind: 'none' };

const unnumbered: Numbering = { blocks: 0, first: 0, sum: 0, sumOfSquares: 0, ascending: true };

function withBlock(numbering: Numbering, number: number): Numbering {
  return {
    blocks: numbering.blocks + 1,
    first: numbering.blocks === 0 ? number : numbering.first,
    sum: numbering.sum + number,
    sumOfSquares: numbering.sumOfSquares + number * number,
    ascending: numbering.ascending && number === numbering.blocks,
  };
}

/**
 * True when blocks that are numbered 0, 1, 2, … did not come in that order, or one came twice in place of another.
 *
 * Most firmware numbers blocks in the session field; some puts the same number into all of them. So numbers are believed
 * only when they begin with 0 and change, or when they add up to a numbering that was shuffled.
 */
function isShuffled({ blocks: n, first, sum, sumOfSquares, ascending }: Numbering): boolean {
  if (ascending || n < 2) return false;
  const isPermutation = sum === (n * (n - 1)) / 2 && sumOfSquares === (n * (n - 1) * (2 * n - 1)) / 6;
  return isPermutation || (first === 0 && sum > 0);
}

/** The state before anything has arrived. */
export const waiting: ExchangeState = { name: 'waiting' };

/** True when no further input can change the state. */
export function isOver(state: ExchangeState): state is Extract<ExchangeState, { name: 'answered' | 'failed' }> {
  return state.name === 'answered' || state.name === 'failed';
}

/** Applies one input. Never throws; a finished exchange only sorts what still arrives. */
export function step(request: ExchangeRequest, state: ExchangeState, input: ExchangeInput): ExchangeStep {
  if (input.kind === 'packet') {
    const { packet } = input;
    if (packet.code === reply.event) return { state, effect: { kind: 'event', packet } };
    if (packet.replyId !== request.replyId || isOver(state)) return { state, effect: { kind: 'stale' } };
    if (packet.code === reply.prepare) return announce(request, state, packet);
    if (packet.code === reply.data) return receive(request, state, packet);
    return close(state, packet);
  }
  if (isOver(state)) return { state, effect: nothing };
  return input.kind === 'timeout'
    ? fail(state, 'ZK_NO_REPLY', 'no reply in time')
    : fail(state, 'NET_CLOSED', 'connection closed before the reply was complete');
}

function bytesSoFar(state: ExchangeState): number {
  return state.name === 'waiting' ? 0 : state.receivedBytes;
}

function fail(state: ExchangeState, code: ErrorCode, reason: string): ExchangeStep {
  return { state: { name: 'failed', code, reason, receivedBytes: bytesSoFar(state) }, effect: nothing };
}

function announce(request: ExchangeRequest, state: ExchangeState, packet: Packet): ExchangeStep {
  const { payload } = packet;
  // Some firmware announces twice; after the first data a second announcement contradicts the first.
  if (bytesSoFar(state) > 0) return fail(state, 'ZK_BAD_REPLY', 'data was announced again in the middle of data');
  // A "prepare" reply of 13 bytes is laid out like the OK that announces a buffer: data is fetched, not sent.
  if (payload.length >= 9) return { state: { name: 'answered', packet, receivedBytes: 0 }, effect: nothing };
  if (payload.length < 4) return fail(state, 'ZK_BAD_REPLY', 'an announcement without a size');
  const announced = new DataView(payload.buffer, payload.byteOffset, payload.byteLength).getUint32(0, true);
  if (announced > request.maxBytes) return fail(state, 'READ_TOO_LARGE', 'more data announced than can be right');
  if (request.expectedBytes !== null && announced !== request.expectedBytes) {
    return fail(state, 'READ_INCOMPLETE', 'another size announced than asked for');
  }
  return {
    state: { name: 'receiving', announcedBytes: announced, receivedBytes: 0, mustClose: true, numbering: unnumbered },
    effect: { kind: 'announced', bytes: announced },
  };
}

function receive(request: ExchangeRequest, state: ExchangeState, packet: Packet): ExchangeStep {
  const { payload } = packet;
  const before = bytesSoFar(state);
  const received = before + payload.length;
  const total = state.name === 'receiving' ? state.announcedBytes : (request.expectedBytes ?? payload.length);
  if (received > request.maxBytes && state.name === 'waiting')
    return fail(state, 'READ_TOO_LARGE', 'more data than can be right');
  // Recoverable: what is left of this reply carries its reply id and is dropped.
  if (received > Math.min(total, request.maxBytes)) return fail(state, 'READ_INCOMPLETE', 'more data than announced');
  const effect: ExchangeEffect = { kind: 'data', payload, offset: before };
  const numbering = withBlock(state.name === 'receiving' ? state.numbering : unnumbered, packet.session);
  const mustClose = state.name === 'receiving' && state.mustClose;
  if (received === total && isShuffled(numbering)) return fail(state, 'READ_INCOMPLETE', 'blocks out of order');
  if (received === total && !mustClose) return { state: { name: 'answered', packet, receivedBytes: received }, effect };
  return { state: { name: 'receiving', announcedBytes: total, receivedBytes: received, mustClose, numbering }, effect };
}

function close(state: ExchangeState, packet: Packet): ExchangeStep {
  if (state.name === 'receiving') {
    if (packet.code !== reply.ok)
      return fail(state, 'READ_INCOMPLETE', `reply code ${packet.code} in the middle of data`);
    if (state.receivedBytes !== state.announcedBytes)
      return fail(state, 'READ_INCOMPLETE', 'fewer bytes than announced');
  }
  return { state: { name: 'answered', packet, receivedBytes: bytesSoFar(state) }, effect: nothing };
}
