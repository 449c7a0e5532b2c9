/**
 * A real server inside the test: it reads requests byte by byte and answers with bytes the test has laid out. It shares
 * nothing with src/zk; the checksum of `reply` is written from the published rule a second time.
 */
import net from 'node:net';
import { bytes } from '../../vectors/bytes.ts';

/** One request as it came from the socket. */
export interface Heard {
  readonly hex: string;
  readonly code: number;
  readonly session: number;
  readonly replyId: number;
  readonly payload: Buffer;
}

/** The server's end of one connection. */
export class Peer {
  readonly socket: net.Socket;
  /** Every request of this connection, in order. */
  readonly heard: Heard[] = [];
  /** Lengths in which the bytes came out of the socket. */
  readonly segments: number[] = [];
  readonly #waiting: ((heard: Heard | null) => void)[] = [];
  readonly #unread: Heard[] = [];
  #buffer = Buffer.alloc(0);
  #ended = false;

  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('close', () => {
      this.#ended = true;
      for (const wake of this.#waiting.splice(0)) wake(null);
    });
  }

  /** The next request, or null when the client has gone. */
  next(): Promise<Heard | null> {
    const ready = this.#unread.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    if (this.#ended) return Promise.resolve(null);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  send(...parts: readonly (string | Uint8Array)[]): void {
    if (!this.socket.destroyed)
      this.socket.write(Buffer.concat(parts.map((part) => (typeof part === 'string' ? bytes(part) : part))));
  }

  #take(chunk: Buffer): void {
    this.segments.push(chunk.length);
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    while (this.#buffer.length >= 16) {
      const total = 8 + this.#buffer.readUInt32LE(4);
      if (this.#buffer.length < total) return;
      const frame = this.#buffer.subarray(0, total);
      this.#buffer = this.#buffer.subarray(total);
      const heard: Heard = {
        hex: frame.toString('hex'),
        code: frame.readUInt16LE(8),
        session: frame.readUInt16LE(12),
        replyId: frame.readUInt16LE(14),
        payload: frame.subarray(16),
      };
      this.heard.push(heard);
      const wake = this.#waiting.shift();
      if (wake === undefined) this.#unread.push(heard);
      else wake(heard);
    }
  }
}

/** A frame for TCP. Summed high byte and low byte apart, unlike the driver. */
export function frame(code: number, session: number, replyId: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const out = Buffer.alloc(16 + payload.length);
  out.write('5050827d', 'hex');
  out.writeUInt32LE(8 + payload.length, 4);
  out.writeUInt16LE(code, 8);
  out.writeUInt16LE(session, 12);
  out.writeUInt16LE(replyId, 14);
  out.set(payload, 16);
  let low = 0;
  let high = 0;
  for (let at = 8; at < out.length; at += 1) {
    if (at % 2 === 0) low += out[at] ?? 0;
    else high += out[at] ?? 0;
  }
  let sum = low + high * 256;
  while (sum > 65_535) sum = (sum & 0xffff) + Math.floor(sum / 65_536);
  out.writeUInt16LE(65_535 - sum, 10);
  return out;
}

/** A running server. */
export interface LiteralServer {
  readonly port: number;
  readonly peers: Peer[];
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1 and runs the script for each connection. */
export async function serve(script: (peer: Peer) => Promise<void> | void): Promise<LiteralServer> {
  const peers: Peer[] = [];
  const failures: unknown[] = [];
  const server = net.createServer((socket) => {
    const peer = new Peer(socket);
    peers.push(peer);
    Promise.resolve(script(peer)).catch((error: unknown) => {
      failures.push(error);
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    peers,
    async close() {
      for (const peer of peers) peer.socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      if (failures.length > 0) throw failures[0];
    },
  };
}
