/**
 * A conversation with one terminal: session id, reply ids, one request in flight, sign-in and EXIT
 * (docs/protocol.md, "Connecting", "Reply ids").
 *
 * After a timeout or a damaged stream nothing more is asked: a late reply could be taken for the answer to the next
 * question. There is no reconnecting in here; whoever opened the conversation decides when to try again.
 */
import { type ErrorCode, GerbangError, isGerbangError } from '../errors.ts';
import { scrambleCommKey } from './comm-key.ts';
import type { HostClock } from './driver.ts';
import { type ExchangeRequest, type ExchangeState, isOver, step, waiting } from './exchange.ts';
import { defaultMaxFrameBytes } from './frames.ts';
import { decodePacket, encodeFrame, type Packet } from './packet.ts';
import { refusal } from './replies.ts';
import type { Link } from './transport/link.ts';
import { command, reply } from './wire.ts';

/** Slowest rate at which data may arrive before a read is given up; an office on a poor line is faster. */
const minBytesPerSecond = 1024;

/** Wait for the reply to EXIT: a courtesy, the socket closes anyway. */
const exitTimeoutMs = 2000;

/** Reply ids are 16 bit and must only grow. Nobody has documented what a terminal does when they wrap. */
const lastReplyId = 65_535;

const noPayload = new Uint8Array(0);

/** Receives the data of one request. Offsets and lengths are already checked. */
export interface DataSink {
  /** The terminal announced this many bytes, at most the request's `maxBytes`. */
  announced?(bytes: number): void;
  data(payload: Uint8Array, offset: number): void;
}

/** One request. */
export interface Ask {
  readonly command: number;
  readonly payload?: Uint8Array;
  /** Wait for the reply, or between two pieces of it. */
  readonly timeoutMs?: number;
  /** Data bytes asked for, when known. */
  readonly expectedBytes?: number;
  /** Most data bytes accepted. */
  readonly maxBytes?: number;
  readonly sink?: DataSink;
}

/** The packet that ended an exchange, and when. */
export interface Answer {
  readonly packet: Packet;
  /** Host time when the request was written, in milliseconds UTC. */
  readonly sentAtMs: number;
  /** Host time when the reply was complete. */
  readonly receivedAtMs: number;
  /** Data bytes handed to the sink. */
  readonly receivedBytes: number;
}

interface Pending {
  readonly request: ExchangeRequest;
  readonly sink: DataSink | undefined;
  readonly silenceMs: number;
  /** All three on the monotonic clock of this process. */
  deadline: number;
  lastBytesAt: number;
  timer: NodeJS.Timeout | undefined;
  readonly sentAtMs: number;
  state: ExchangeState;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: GerbangError) => void;
}

/** Settings of one conversation. Durations in milliseconds. */
export interface ConversationOptions {
  readonly link: Link;
  readonly clock: HostClock;
  readonly commKey: number | undefined;
  readonly replyTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  readonly acceptBadChecksum: boolean;
}

/** One conversation over one link. Close it on every path. */
export class Conversation {
  /** Called for every event packet, during an exchange or between two. */
  onEvent: ((event: Packet) => void) | null = null;
  /** Payload and frame bytes that have arrived since the link opened. */
  bytesReceived = 0;

  readonly #options: ConversationOptions;
  readonly #sessionTimer: NodeJS.Timeout;
  #session = 0;
  #nextReplyId = 0;
  #pending: Pending | null = null;
  #failure: GerbangError | null = null;
  #closing: Promise<void> | null = null;
  #closed = false;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#sessionTimer = setTimeout(() => this.#fail(sessionOver(options.sessionTimeoutMs)), options.sessionTimeoutMs);
    this.#sessionTimer.unref();
    options.link.listen({
      onPacket: (packet) => this.#onPacket(packet),
      onBytes: (count) => this.#onBytes(count),
      onLost: (error) => this.#fail(error),
    });
  }

  get commKeyGiven(): boolean {
    return this.#options.commKey !== undefined;
  }

  /**
   * Opens the session, with the comm key if the terminal asks for one.
   *
   * @throws GerbangError ZK_COMM_KEY_REQUIRED, ZK_COMM_KEY_WRONG, ZK_COMM_KEY_LOCKED, ZK_SECURE_FIRMWARE, ZK_REFUSED
   */
  async connect(): Promise<void> {
    const { packet } = await this.ask({ command: command.connect });
    this.#session = packet.session;
    if (packet.code === reply.ok) return;
    const { commKey } = this.#options;
    // Without a configured key none is tried: terminals lock after too many wrong ones.
    if (packet.code !== reply.unauthorised || commKey === undefined) throw refusal(packet, 'connect', false);
    const payload = scrambleCommKey(commKey, packet.session);
    const answer = await this.ask({ command: command.authenticate, payload });
    if (answer.packet.code !== reply.ok) throw refusal(answer.packet, 'sign-in', true);
  }

  /**
   * Sends one request and waits for the whole of its reply.
   *
   * @returns whatever the terminal answered, refusals included
   * @throws GerbangError ZK_NO_REPLY, NET_CLOSED, ZK_BAD_REPLY, READ_TOO_LARGE, READ_TOO_SLOW and the framer's codes, after
   * which the conversation is over; READ_INCOMPLETE, after which it can go on
   */
  ask(ask: Ask): Promise<Answer> {
    if (this.#closed) return Promise.reject(this.#failure ?? closedError());
    return this.#exchange(ask);
  }

  #exchange(ask: Ask): Promise<Answer> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    if (this.#pending !== null) {
      return Promise.reject(new GerbangError('INTERNAL', 'Two requests were sent to one terminal at once.'));
    }
    if (this.#nextReplyId > lastReplyId) return Promise.reject(idsUsedUp());
    const { link, clock, replyTimeoutMs } = this.#options;
    const silenceMs = ask.timeoutMs ?? replyTimeoutMs;
    const expectedBytes = ask.expectedBytes ?? null;
    const request: ExchangeRequest = { replyId: this.#nextReplyId, expectedBytes, maxBytes: ask.maxBytes ?? 0 };
    this.#nextReplyId += 1;
    const frame = encodeFrame({
      code: ask.command,
      session: this.#session,
      replyId: request.replyId,
      payload: ask.payload ?? noPayload,
    });
    return new Promise((resolve, reject) => {
      const now = performance.now();
      const pending: Pending = {
        request,
        sink: ask.sink,
        silenceMs,
        deadline: now + silenceMs + allowanceMs(expectedBytes ?? 0),
        lastBytesAt: now,
        timer: undefined,
        sentAtMs: clock.nowMs(),
        state: waiting,
        resolve,
        reject,
      };
      // The waiter stands before the request leaves, so a reply cannot come too early.
      this.#pending = pending;
      this.#arm(pending, silenceMs);
      link.send(frame);
    });
  }

  /** Acknowledges an event with its own id, as terminals that queue events demand. */
  acknowledge(event: Packet): void {
    if (this.#failure !== null || this.#closed) return;
    const packet = { code: reply.ok, session: this.#session, replyId: event.replyId, payload: noPayload };
    this.#options.link.send(encodeFrame(packet));
  }

  /** Sends EXIT and closes the link. Never throws; later calls wait for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { link } = this.#options;
    this.#closed = true;
    clearTimeout(this.#sessionTimer);
    if (this.#pending !== null)
      this.#fail(new GerbangError('NET_CLOSED', 'The session was closed while a request was under way.'));
    if (this.#failure === null) {
      await this.#exchange({ command: command.exit, timeoutMs: exitTimeoutMs }).catch(() => {});
    } else {
      // No reply could be trusted any more, but a terminal that is still there should know that we are gone.
      const packet = {
        code: command.exit,
        session: this.#session,
        replyId: this.#nextReplyId & 0xffff,
        payload: noPayload,
      };
      link.send(encodeFrame(packet));
    }
    this.#failure ??= closedError();
    await link.close();
  }

  #onBytes(count: number): void {
    this.bytesReceived += count;
    if (this.#pending !== null) this.#pending.lastBytesAt = performance.now();
  }

  #onPacket(bytes: Uint8Array): void {
    if (this.#failure !== null) return;
    let packet: Packet;
    try {
      packet = decodePacket(bytes, this.#options.acceptBadChecksum);
    } catch (error) {
      if (!isGerbangError(error)) throw error;
      this.#fail(error);
      return;
    }
    const pending = this.#pending;
    if (pending === null) {
      if (packet.code === reply.event) this.onEvent?.(packet);
      return;
    }
    const { state, effect } = step(pending.request, pending.state, { kind: 'packet', packet });
    pending.state = state;
    if (effect.kind === 'event') this.onEvent?.(effect.packet);
    else if (effect.kind === 'data') pending.sink?.data(effect.payload, effect.offset);
    else if (effect.kind === 'announced') this.#announce(pending, effect.bytes);
    if (isOver(state)) this.#finish(pending);
  }

  /** The size has been checked; some firmware sends all of it in one frame. */
  #announce(pending: Pending, bytes: number): void {
    this.#options.link.allowFrameBytes(Math.max(defaultMaxFrameBytes, bytes + 32));
    if (pending.request.expectedBytes === null) pending.deadline += allowanceMs(bytes);
    pending.sink?.announced?.(bytes);
  }

  #finish(pending: Pending): void {
    const { state, sentAtMs } = pending;
    clearTimeout(pending.timer);
    if (this.#pending === pending) this.#pending = null;
    if (state.name === 'answered') {
      const { packet, receivedBytes } = state;
      pending.resolve({ packet, sentAtMs, receivedAtMs: this.#options.clock.nowMs(), receivedBytes });
    } else if (state.name === 'failed') {
      const error = exchangeError(state.code, state.reason, state.receivedBytes);
      // A reply that ended short leaves both sides in step; everything else does not.
      if (state.code !== 'READ_INCOMPLETE') this.#failure ??= error;
      pending.reject(error);
    }
  }

  #arm(pending: Pending, delayMs: number): void {
    pending.timer = setTimeout(() => this.#onTimer(pending), Math.max(1, Math.ceil(delayMs)));
  }

  #onTimer(pending: Pending): void {
    const now = performance.now();
    const left = Math.min(pending.deadline, pending.lastBytesAt + pending.silenceMs) - now;
    if (left > 0) {
      this.#arm(pending, left);
      return;
    }
    if (pending.state.name === 'receiving' && now >= pending.deadline) {
      this.#fail(exchangeError('READ_TOO_SLOW', 'data arrived too slowly', pending.state.receivedBytes));
      return;
    }
    pending.state = step(pending.request, pending.state, { kind: 'timeout' }).state;
    this.#finish(pending);
  }

  /** Ends the conversation: nothing that arrives later can be trusted. */
  #fail(error: GerbangError): void {
    this.#failure ??= error;
    const pending = this.#pending;
    if (pending === null) return;
    this.#pending = null;
    clearTimeout(pending.timer);
    pending.reject(error);
  }
}

/** Time that much data may take at the slowest accepted rate. */
function allowanceMs(bytes: number): number {
  return (bytes / minBytesPerSecond) * 1000;
}

const advice: Partial<Record<ErrorCode, string>> = {
  ZK_NO_REPLY:
    'The terminal did not answer. Somebody may be in its menu, or another program may hold its only session. Try again later.',
  NET_CLOSED: 'The terminal closed the connection in the middle of a reply. Try again.',
  ZK_BAD_REPLY: 'The terminal answered in a way that makes no sense. Try again.',
  READ_TOO_LARGE: 'The terminal announced more data than it can hold. Restart it and try again.',
  READ_TOO_SLOW: 'Data from the terminal arrived too slowly. Check the line to this office.',
  READ_INCOMPLETE: 'The terminal sent less than it announced. Nothing of it was kept; try again.',
};

function exchangeError(code: ErrorCode, reason: string, receivedBytes: number): GerbangError {
  return new GerbangError(code, advice[code] ?? 'A request to the terminal failed.', {
    context: { reason, receivedBytes },
  });
}

function sessionOver(sessionTimeoutMs: number): GerbangError {
  return new GerbangError(
    'READ_TOO_SLOW',
    'The session with the terminal took longer than allowed. Check the line to this office, or raise sessionTimeoutMs.',
    { context: { sessionTimeoutMs } },
  );
}

function closedError(): GerbangError {
  return new GerbangError('NET_CLOSED', 'The session is closed. Open a new one.');
}

function idsUsedUp(): GerbangError {
  return new GerbangError('NET_CLOSED', 'This session has used all its message numbers. Open a new one.');
}
