/**
 * A conversation with one terminal: session id, reply ids, one request in flight, sign-in and EXIT
 * (docs/protocol.md, "Connecting", "Reply ids").
 *
 * After a timeout or a damaged stream nothing more is asked: a late reply could be taken for the answer to the next
 * question. There is no reconnecting in here; whoever opened the conversation decides when to try again.
 */
import { GerbangError, isGerbangError } from '../errors.ts';
import { scrambleCommKey } from './comm-key.ts';
import type { HostClock, WireTap } from './driver.ts';
import type { ExchangeRequest } from './exchange.ts';
import { defaultMaxFrameBytes } from './frames.ts';
import { type Answer, type DataSink, Flight } from './in-flight.ts';
import { decodePacket, encodeFrame, type Packet } from './packet.ts';
import { refusal, sessionHeldElsewhere } from './replies.ts';
import type { Link } from './transport/link.ts';
import { command, framePrefixBytes, reply } from './wire.ts';

/** Wait for the reply to EXIT: a courtesy, the socket closes anyway. */
const exitTimeoutMs = 2000;

/** Reply ids are 16 bit and must only grow. Nobody has documented what a terminal does when they wrap. */
const lastReplyId = 65_535;

/** Timers of Node take a signed 32-bit number; a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** How far ahead of our own count an event's id may be to be acknowledged. */
const maxIdLeap = 1000;

const noPayload = new Uint8Array(0);

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

/** Settings of one conversation. Durations in milliseconds. */
export interface ConversationOptions {
  readonly link: Link;
  readonly clock: HostClock;
  readonly commKey: number | undefined;
  readonly replyTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  readonly acceptBadChecksum: boolean;
  readonly tap?: WireTap | undefined;
}

/** One conversation over one link. Close it on every path. */
export class Conversation {
  /** Called for every event packet, during an exchange or between two. */
  onEvent: ((event: Packet) => void) | null = null;
  /** Called once when the conversation ends by anything but `close`, in flight or idle. */
  onLost: ((error: GerbangError) => void) | null = null;
  /** Payload and frame bytes that have arrived since the link opened. */
  bytesReceived = 0;

  readonly #options: ConversationOptions;
  readonly #sessionTimer: NodeJS.Timeout;
  #session = 0;
  #signedIn = false;
  #maxFrameBytes = defaultMaxFrameBytes;
  #nextReplyId = 0;
  #flight: Flight | null = null;
  #failure: GerbangError | null = null;
  #closing: Promise<void> | null = null;
  #closed = false;
  /** On the monotonic clock of this process. */
  #lastBytesAt = performance.now();

  constructor(options: ConversationOptions) {
    this.#options = options;
    const sessionTimeoutMs = Math.min(options.sessionTimeoutMs, longestTimerMs);
    this.#sessionTimer = setTimeout(() => this.#fail(sessionOver(sessionTimeoutMs)), sessionTimeoutMs);
    this.#sessionTimer.unref();
    options.link.listen({
      onPacket: (packet) => this.#onPacket(packet),
      onBytes: (count) => this.#onBytes(count),
      onLost: (error) => this.#fail(error),
    });
  }

  get transport(): 'tcp' | 'udp' {
    return this.#options.link.kind;
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
    const { packet } = await this.ask({ command: command.connect }).catch((error: unknown) => {
      // Nothing has been said yet, so this is not about a reply.
      throw isGerbangError(error, 'NET_CLOSED', 'ZK_NO_REPLY') ? sessionHeldElsewhere(error) : error;
    });
    this.#session = packet.session;
    this.#signedIn = packet.code === reply.ok;
    if (this.#signedIn) return;
    const { commKey } = this.#options;
    // Without a configured key none is tried: terminals lock after too many wrong ones.
    if (packet.code !== reply.unauthorised || commKey === undefined) throw refusal(packet, 'connect', false);
    const payload = scrambleCommKey(commKey, packet.session);
    const answer = await this.ask({ command: command.authenticate, payload });
    this.#signedIn = answer.packet.code === reply.ok;
    if (!this.#signedIn) throw refusal(answer.packet, 'sign-in', true);
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
    if (this.#flight !== null) {
      return Promise.reject(new GerbangError('INTERNAL', 'Two requests were sent to one terminal at once.'));
    }
    if (this.#nextReplyId > lastReplyId) return Promise.reject(idsUsedUp());
    const { link, clock, replyTimeoutMs } = this.#options;
    const { expectedBytes = null, maxBytes = 0, payload = noPayload } = ask;
    const request: ExchangeRequest = { replyId: this.#nextReplyId, expectedBytes, maxBytes };
    this.#nextReplyId += 1;
    const frame = encodeFrame({ code: ask.command, session: this.#session, replyId: request.replyId, payload });
    const flight = new Flight({
      request,
      kind: link.kind,
      sink: ask.sink,
      silenceMs: ask.timeoutMs ?? replyTimeoutMs,
      clock,
      transmit: () => this.#send(frame),
      onEvent: (event) => this.onEvent?.(event),
      onAnnounced: (bytes) => this.#allowFrames(bytes),
      onOver: (error) => {
        this.#flight = null;
        // A reply that ended short leaves both sides in step; everything else does not.
        if (error !== null && error.code !== 'READ_INCOMPLETE') this.#fail(error);
      },
    });
    this.#flight = flight;
    this.#allowFrames(expectedBytes ?? 0);
    flight.start();
    return flight.answer;
  }

  /** Some firmware sends all of a range in one frame. Only for sizes that were checked; never lowered again. */
  #allowFrames(dataBytes: number): void {
    this.#maxFrameBytes = Math.max(this.#maxFrameBytes, dataBytes + 32);
    this.#options.link.allowFrameBytes(this.#maxFrameBytes);
  }

  #send(frame: Uint8Array): void {
    this.#options.tap?.sent(frame.subarray(framePrefixBytes));
    this.#options.link.send(frame);
  }

  /** Time since the last byte, in milliseconds. */
  silentForMs(): number {
    return performance.now() - this.#lastBytesAt;
  }

  /**
   * Acknowledges an event with its own id, as terminals that queue events demand.
   *
   * Strict firmware counts the id of an acknowledgement like that of a request and drops requests with lower ids, so our
   * own count steps over it. An id far ahead is not acknowledged: it would use up the session's ids.
   */
  acknowledge(event: Packet): void {
    if (this.#failure !== null || this.#closed) return;
    if (event.replyId > this.#nextReplyId + maxIdLeap) return;
    this.#nextReplyId = Math.max(this.#nextReplyId, event.replyId + 1);
    const { replyId } = event;
    this.#send(encodeFrame({ code: reply.ok, session: this.#session, replyId, payload: noPayload }));
  }

  /** Sends EXIT and closes the link. Never throws; later calls wait for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#sessionTimer);
    if (this.#flight !== null) {
      this.#fail(new GerbangError('NET_CLOSED', 'The session was closed while a request was under way.'));
    }
    if (this.#failure === null && this.#signedIn) {
      await this.#exchange({ command: command.exit, timeoutMs: exitTimeoutMs }).catch(() => {});
    } else {
      // No reply is owed or could be trusted, but a terminal that is still there should know that we are gone.
      const replyId = Math.min(this.#nextReplyId, lastReplyId);
      this.#send(encodeFrame({ code: command.exit, session: this.#session, replyId, payload: noPayload }));
    }
    this.#failure ??= closedError();
    await this.#options.link.close();
  }

  #onBytes(count: number): void {
    this.bytesReceived += count;
    this.#lastBytesAt = performance.now();
    this.#flight?.noteBytes();
  }

  #onPacket(bytes: Uint8Array): void {
    if (this.#failure !== null) return;
    const { link, tap, acceptBadChecksum } = this.#options;
    tap?.received(bytes);
    let packet: Packet;
    try {
      packet = decodePacket(bytes, acceptBadChecksum);
    } catch (error) {
      if (!isGerbangError(error)) throw error;
      // A damaged datagram is a lost datagram; a damaged stream cannot be trusted any more.
      if (link.kind === 'tcp') this.#fail(error);
      return;
    }
    if (this.#flight !== null) this.#flight.take(packet);
    else if (packet.code === reply.event) this.onEvent?.(packet);
  }

  /** Ends the conversation: nothing that arrives later can be trusted. */
  #fail(error: GerbangError): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#flight?.abort(error);
    if (!this.#closed) this.onLost?.(error);
  }
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
