/**
 * A request on its way: the pure exchange with the timers it needs, and on UDP with the repeats.
 *
 * Three clocks run: silence since the last byte, the time that much data may take at the slowest accepted rate, and on
 * UDP the time after which the identical datagram is sent again.
 */
import { type ErrorCode, GerbangError } from '../errors.ts';
import { stepDatagram } from './datagrams.ts';
import type { HostClock } from './driver.ts';
import { type ExchangeInput, type ExchangeRequest, type ExchangeState, isOver, step, waiting } from './exchange.ts';
import type { Packet } from './packet.ts';

/** Slowest rate at which data may arrive before a read is given up; an office on a poor line is faster. */
const minBytesPerSecond = 1024;

/** Longest pause terminals make between two blocks is 1.2 s; on UDP a longer one means that a datagram was lost. */
const datagramGapMs = 2500;

/** After the closing OK only swapped datagrams can still come. */
const datagramStragglersMs = 300;

const firstRepeatMs = 1000;
const longestRepeatMs = 8000;

/** Receives the data of one request. Offsets and lengths are already checked. */
export interface DataSink {
  /** The terminal announced this many bytes, at most the request's `maxBytes`. */
  announced?(bytes: number): void;
  data(payload: Uint8Array, offset: number): void;
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

/** What a request needs to fly. */
export interface FlightPlan {
  readonly request: ExchangeRequest;
  readonly kind: 'tcp' | 'udp';
  readonly sink: DataSink | undefined;
  /** Wait for the reply, or between two pieces of it. */
  readonly silenceMs: number;
  readonly clock: HostClock;
  /** Writes the request; on UDP again and again, the same bytes. */
  transmit(): void;
  onEvent(event: Packet): void;
  onAnnounced(bytes: number): void;
  /** Called once, before the answer settles, with the error if there is one. */
  onOver(error: GerbangError | null): void;
}

/** A flying request. Its timer runs until it is answered, fails or is aborted. */
export class Flight {
  readonly answer: Promise<Answer>;
  readonly #plan: FlightPlan;
  readonly #sentAtMs: number;
  #resolve: (answer: Answer) => void = () => {};
  #reject: (error: GerbangError) => void = () => {};
  #state: ExchangeState = waiting;
  #settled = false;
  #timer: NodeJS.Timeout | undefined;
  /** These four on the monotonic clock of this process. */
  #deadline: number;
  #lastBytesAt: number;
  #repeatAt: number;
  #repeatMs: number;

  constructor(plan: FlightPlan) {
    this.#plan = plan;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const now = performance.now();
    this.#sentAtMs = plan.clock.nowMs();
    this.#deadline = now + plan.silenceMs + allowanceMs(plan.request.expectedBytes ?? 0);
    this.#lastBytesAt = now;
    this.#repeatMs = Math.min(firstRepeatMs, plan.silenceMs / 8);
    this.#repeatAt = plan.kind === 'udp' ? now + this.#repeatMs : Number.POSITIVE_INFINITY;
  }

  /** Sends the request. Whoever routes packets must know this flight by now. */
  start(): void {
    this.#rearm(performance.now());
    this.#plan.transmit();
  }

  take(packet: Packet): void {
    this.#feed({ kind: 'packet', packet });
  }

  /** Bytes arrived, whole packet or not. */
  noteBytes(): void {
    this.#lastBytesAt = performance.now();
  }

  abort(error: GerbangError): void {
    this.#settle(error);
  }

  #feed(input: ExchangeInput): void {
    const { request, sink, kind } = this.#plan;
    const { state, effect } = (kind === 'udp' ? stepDatagram : step)(request, this.#state, input);
    this.#state = state;
    if (effect.kind === 'event') this.#plan.onEvent(effect.packet);
    else if (effect.kind === 'data') sink?.data(effect.payload, effect.offset);
    else if (effect.kind === 'announced') {
      if (request.expectedBytes === null) this.#deadline += allowanceMs(effect.bytes);
      this.#plan.onAnnounced(effect.bytes);
      sink?.announced?.(effect.bytes);
    }
    if (isOver(state)) this.#settle(null);
    // A gathering that has been closed waits less long.
    else if (state.name === 'gathering') this.#rearm(performance.now());
  }

  #settle(aborted: GerbangError | null): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    const state = this.#state;
    const failed = state.name === 'failed' ? exchangeError(state.code, state.reason, state.receivedBytes) : null;
    const error = aborted ?? failed;
    this.#plan.onOver(error);
    if (error !== null) this.#reject(error);
    else if (state.name === 'answered') {
      const { packet, receivedBytes } = state;
      this.#resolve({ packet, sentAtMs: this.#sentAtMs, receivedAtMs: this.#plan.clock.nowMs(), receivedBytes });
    }
  }

  #silenceEndsAt(): number {
    const { silenceMs } = this.#plan;
    if (this.#state.name !== 'gathering') return this.#lastBytesAt + silenceMs;
    return this.#lastBytesAt + Math.min(silenceMs, this.#state.closed ? datagramStragglersMs : datagramGapMs);
  }

  #rearm(now: number): void {
    clearTimeout(this.#timer);
    const repeatAt = this.#state.name === 'waiting' ? this.#repeatAt : Number.POSITIVE_INFINITY;
    const next = Math.min(this.#deadline, this.#silenceEndsAt(), repeatAt);
    this.#timer = setTimeout(() => this.#onTimer(), Math.max(1, Math.ceil(next - now)));
  }

  #onTimer(): void {
    const now = performance.now();
    if (this.#state.name === 'receiving' && now >= this.#deadline) {
      this.#settle(exchangeError('READ_TOO_SLOW', 'data arrived too slowly', this.#state.receivedBytes));
      return;
    }
    if (now >= Math.min(this.#deadline, this.#silenceEndsAt())) {
      this.#feed({ kind: 'timeout' });
      return;
    }
    if (this.#state.name === 'waiting' && now >= this.#repeatAt) {
      this.#plan.transmit();
      this.#repeatMs = Math.min(this.#repeatMs * 2, longestRepeatMs);
      this.#repeatAt = now + this.#repeatMs;
    }
    this.#rearm(now);
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
