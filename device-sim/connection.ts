import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFrameReader, encodeFrame, encodePrefix, SECURE_MAGIC } from './codec/frame.ts';
import { createDelayLine, oneWayMs } from './delay-line.ts';
import type { Outgoing } from './outgoing.ts';
import type { Outcome, Sessions } from './session.ts';
import type { Peer } from './session-table.ts';
import { TcpWriter } from './tcp-writer.ts';
import type { Terminal } from './terminal.ts';

/** Requests of one client that may wait to be served; a client that sends more is cut off. */
const MAX_WAITING = 1_024;

const FIRST_PREFIX_BYTES = 8;

/** What a connection needs of its terminal. */
export type Counter = {
  terminal: Terminal;
  sessions: Sessions;
  /** Resolves when the terminal is not frozen by somebody's bare connection. */
  thawed(): Promise<void>;
};

/** Serves one TCP client until it goes away. */
export class Connection {
  readonly #counter: Counter;
  readonly #socket: Socket;
  readonly #writer: TcpWriter;
  readonly #peer: Peer;
  readonly #reader = createFrameReader();
  readonly #inbound = createDelayLine();
  readonly #outbound = createDelayLine();
  readonly #waiting: Buffer[] = [];
  #serving = false;
  #heard = false;

  constructor(counter: Counter, socket: Socket) {
    const { terminal, sessions } = counter;
    const key = `${socket.remoteAddress}:${socket.remotePort}`;
    const record = terminal.journal.openConnection(key, terminal.now());
    this.#counter = counter;
    this.#socket = socket;
    this.#peer = { key, transport: 'tcp', send: (out) => this.#send(out) };
    this.#writer = new TcpWriter(socket, terminal, (bytes) => {
      record.bytesSent += bytes;
    });
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes: Buffer) => {
      record.bytesReceived += bytes.length;
      this.#hear(bytes);
    });
    socket.on('close', () => {
      record.closedAtMs = terminal.now();
      this.#inbound.clear();
      this.#outbound.clear();
      this.#waiting.length = 0;
      sessions.lost(this.#peer);
    });
  }

  #hear(bytes: Buffer): void {
    const { terminal } = this.#counter;
    const isFirst = !this.#heard;
    this.#heard = true;
    if (isFirst && terminal.knobs.wholeFirstPrefix && bytes.length < FIRST_PREFIX_BYTES) {
      // Read with one receive and thrown away: the connection stays, and nothing it says is understood.
      this.#socket.removeAllListeners('data').resume();
      return;
    }
    const { packets, broken } = this.#reader.push(bytes);
    for (const packet of packets) this.#inbound.push(oneWayMs(terminal), () => this.#accept(packet));
    if (broken) this.#socket.destroy();
  }

  #accept(packet: Buffer): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#socket.destroy();
      return;
    }
    this.#waiting.push(packet);
    if (this.#serving) return;
    this.#serving = true;
    this.#serveWaiting()
      .catch(() => this.#socket.destroy())
      .finally(() => {
        this.#serving = false;
      });
  }

  async #serveWaiting(): Promise<void> {
    await this.#counter.thawed();
    for (let packet = this.#waiting.shift(); packet && !this.#socket.destroyed; packet = this.#waiting.shift()) {
      await this.#deliver(this.#counter.sessions.receive(this.#peer, packet));
    }
  }

  async #deliver(outcome: Outcome): Promise<void> {
    const { terminal } = this.#counter;
    if (outcome.delayMs > 0) await sleep(outcome.delayMs);
    const delayMs = oneWayMs(terminal);
    for (const out of outcome.packets) {
      if (out.pauseMs > 0) await sleep(out.pauseMs);
      if (this.#socket.destroyed) return;
      this.#outbound.push(delayMs, () => this.#send(out));
      await this.#writer.room();
    }
    this.#outbound.push(delayMs, () => this.#writer.flush());
    outcome.request.answeredAtMs = terminal.now();
  }

  #send(out: Outgoing): void {
    if (this.#socket.destroyed) return;
    this.#writer.write(wireBytes(out), out.cutAfterBytes);
    if (out.rebootMs !== undefined) this.#counter.terminal.onReboot?.(out.rebootMs);
  }
}

function wireBytes(out: Outgoing): Buffer {
  if (!out.framed) return out.bytes;
  if (out.claimedBytes !== undefined) return Buffer.concat([encodePrefix(out.claimedBytes), out.bytes]);
  const frame = encodeFrame(out.bytes);
  if (out.secureMagic) SECURE_MAGIC.copy(frame);
  return frame;
}
