import type { Socket } from 'node:net';
import type { Faults } from './faults.ts';
import type { Terminal } from './terminal.ts';

type Ending = 'destroy' | 'reset';

/** Bytes for one write, after a pause; -1 lets the event loop turn instead of waiting for a time. */
type Piece = { bytes: Buffer; pauseMs: number; ending?: Ending };

/** More than this waits for the client to read on. */
const QUEUE_BYTES = 1_048_576;

const RESET_AFTER_MS = 20;

/** The way from a terminal to its client's socket, with every fault that a stream of bytes can have. */
export class TcpWriter {
  readonly #socket: Socket;
  readonly #terminal: Terminal;
  readonly #onSent: (bytes: number) => void;
  #queue: Piece[] = [];
  #queuedBytes = 0;
  #sentBytes = 0;
  /** Frames waiting to be sent as one stretch of bytes. */
  #held: Buffer[] = [];
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;
  #waiters: (() => void)[] = [];

  /** @param onSent told how many bytes went out, each time */
  constructor(socket: Socket, terminal: Terminal, onSent: (bytes: number) => void) {
    this.#socket = socket;
    this.#terminal = terminal;
    this.#onSent = onSent;
    socket.on('drain', () => this.#wake());
    socket.on('close', () => this.#close());
  }

  /** Puts a frame on the way; with `cutAfterBytes` only that much of it, and then the connection is cut. */
  write(bytes: Buffer, cutAfterBytes?: number): void {
    const { faults } = this.#terminal;
    if (cutAfterBytes !== undefined) {
      this.flush();
      this.#enqueue({ bytes: bytes.subarray(0, cutAfterBytes), pauseMs: 0, ending: 'destroy' });
    } else if (faults.strike('coalesce') || faults.strike('recut')) {
      this.#held.push(bytes);
    } else {
      this.flush();
      for (const piece of this.#piecesOf(bytes)) this.#enqueue(piece);
    }
  }

  /** The answer is complete: nothing is held back any longer. */
  flush(): void {
    if (this.#held.length === 0) return;
    const bytes = Buffer.concat(this.#held);
    this.#held = [];
    const recut = this.#terminal.faults.peek('recut');
    const pieces = recut ? cut(bytes, recut.bytes ?? 1_460, recut.ms ?? -1) : this.#piecesOf(bytes);
    for (const piece of pieces) this.#enqueue(piece);
  }

  /** Resolves when there is room for more, or nobody to write to. */
  async room(): Promise<void> {
    while (!this.#socket.destroyed && (this.#socket.writableNeedDrain || this.#queuedBytes > QUEUE_BYTES)) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  #piecesOf(bytes: Buffer): Piece[] {
    const { faults, random } = this.#terminal;
    const trickle = faults.strike('trickle');
    if (trickle) return cut(bytes, 1, trickle.ms ?? 100);
    const segment = faults.strike('segment');
    if (segment) return cut(bytes, Math.max(1, segment.bytes ?? 1), segment.ms ?? -1);
    const split = faults.strike('split-frame');
    if (!split) return [{ bytes, pauseMs: 0 }];
    const at = split.bytes ?? random.integer(1, Math.max(1, bytes.length - 1));
    return [
      { bytes: bytes.subarray(0, at), pauseMs: 0 },
      { bytes: bytes.subarray(at), pauseMs: split.ms ?? 5 },
    ];
  }

  #enqueue(piece: Piece): void {
    if (this.#socket.destroyed) return;
    this.#queue.push(piece);
    this.#queuedBytes += piece.bytes.length;
    if (this.#timer === undefined && this.#turn === undefined) this.#drain();
  }

  #drain(): void {
    this.#timer = undefined;
    this.#turn = undefined;
    for (let piece = this.#queue[0]; piece && !this.#socket.destroyed; piece = this.#queue[0]) {
      const { pauseMs } = piece;
      if (pauseMs !== 0) {
        piece.pauseMs = 0;
        if (pauseMs > 0) this.#timer = setTimeout(() => this.#drain(), pauseMs);
        else this.#turn = setImmediate(() => this.#drain());
        return;
      }
      this.#queue.shift();
      this.#queuedBytes -= piece.bytes.length;
      this.#emit(piece);
    }
    this.#wake();
  }

  #emit({ bytes, ending }: Piece): void {
    const limit = limitOf(this.#terminal.faults, this.#sentBytes + bytes.length);
    const out = limit ? bytes.subarray(0, Math.max(0, limit.bytes - this.#sentBytes)) : bytes;
    this.#sentBytes += out.length;
    this.#onSent(out.length);
    const lastly = limit?.ending ?? ending;
    if (lastly === undefined) this.#socket.write(out);
    else this.#finish(out, lastly);
  }

  #finish(bytes: Buffer, ending: Ending): void {
    const socket = this.#socket;
    this.#queue = [];
    if (ending === 'destroy') {
      socket.write(bytes, () => socket.destroy());
      return;
    }
    socket.write(bytes);
    // A reset that catches up with the bytes before it is read as an ordinary end by some clients' event loops.
    this.#timer = setTimeout(() => socket.resetAndDestroy(), RESET_AFTER_MS);
  }

  #wake(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  #close(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
    this.#queue = [];
    this.#held = [];
    this.#wake();
  }
}

/** Equal pieces, one after another. */
function cut(bytes: Buffer, size: number, pauseMs: number): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    pieces.push({ bytes: bytes.subarray(at, at + size), pauseMs: at === 0 ? 0 : pauseMs });
  }
  return pieces;
}

/** Where a connection that is about to have sent this much must break off, if it must. */
function limitOf(faults: Faults, sentBytes: number): { bytes: number; ending: Ending } | undefined {
  for (const [name, ending] of [
    ['cut-after-bytes', 'destroy'],
    ['reset-after-bytes', 'reset'],
  ] as const) {
    const fault = faults.peek(name);
    const bytes = fault?.bytes ?? 1;
    if (fault && sentBytes > bytes && faults.strike(name)) return { bytes, ending };
  }
  return undefined;
}
