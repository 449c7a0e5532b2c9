/**
 * One connection held by node-zklib, under the eyes of a witness. Runs in a process of its own: a frame that TCP cuts
 * within its first bytes makes the library throw where nobody can catch it.
 */
import type { Socket } from 'node:net';
import ZKLibTCP from 'node-zklib/zklibtcp.js';
import { GerbangError, isGerbangError, messageOf } from '../errors.ts';
import { decodePacket, type Packet } from '../zk/packet.ts';
import { ConnectTimeout, closedError, connectError } from '../zk/transport/net-errors.ts';
import { command, framePrefixBytes } from '../zk/wire.ts';
import type { AskRequest, OpenRequest, ReadRequest } from './messages.ts';
import { createWitness, type Witness } from './witness.ts';

/** EXIT waits 2 s for its reply, and the library as long again for the end of the socket. */
const goodbyeWithinMs = 2500;
/** Time for a last EXIT to leave when no reply can be trusted. */
const lastWordMs = 200;

/** What a line tells while it works. */
export interface LineListener {
  onPacket(direction: 'sent' | 'received', packet: Uint8Array): void;
  onProgress(receivedBytes: number, expectedBytes: number): void;
}

/** One connection. Leave it on every path. */
export class LibraryLine {
  readonly #library: ZKLibTCP;
  readonly #socket: Socket;
  readonly #witness: Witness;
  readonly #listener: LineListener;
  readonly #replyTimeoutMs: number;
  readonly #acceptBadChecksum: boolean;
  /** Rejects when the connection cannot be trusted any more. */
  readonly #failed: Promise<never>;
  #fail: (error: GerbangError) => void = () => {};
  #failure: GerbangError | null = null;
  #busy = false;
  /** What the library wants to send while a reply is under way. */
  #held: (() => void)[] = [];
  #piecesAsked = 0;
  #onQuiet: () => void = () => {};

  private constructor(library: ZKLibTCP, socket: Socket, request: OpenRequest, listener: LineListener) {
    this.#library = library;
    this.#socket = socket;
    this.#listener = listener;
    const { replyTimeoutMs, acceptBadChecksum } = request;
    this.#replyTimeoutMs = replyTimeoutMs;
    this.#acceptBadChecksum = acceptBadChecksum;
    this.#witness = createWitness({ acceptBadChecksum, onPacket: listener.onPacket });
    this.#failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.#failed.catch(() => {});
    this.#guard();
  }

  /**
   * Connects; nothing is said yet.
   *
   * @throws GerbangError NET_REFUSED, NET_UNREACHABLE, NET_CONNECT_TIMEOUT
   */
  static async connect(request: OpenRequest, listener: LineListener): Promise<LibraryLine> {
    const { host, port, connectTimeoutMs, replyTimeoutMs } = request;
    const library = new ZKLibTCP(host, port, replyTimeoutMs);
    const limit = after(connectTimeoutMs, () => new ConnectTimeout());
    try {
      const socket = await Promise.race([library.createSocket(), limit.over]);
      return new LibraryLine(library, socket, request, listener);
    } catch (error) {
      library.socket?.destroy();
      throw connectError(error, host, port, connectTimeoutMs);
    } finally {
      limit.clear();
    }
  }

  get bytesRead(): number {
    return this.#socket.bytesRead;
  }

  /** Ends the connection's usefulness: whatever is under way fails, and nothing more is asked. */
  fail(error: GerbangError): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#held = [];
    // The library keeps what still arrives, however much it is.
    this.#socket.removeAllListeners('data').on('data', () => {});
    this.#fail(error);
  }

  /**
   * One command.
   *
   * @throws GerbangError ZK_NO_REPLY, ZK_BAD_REPLY, NET_CLOSED and what the witness says, after which the line is dead
   */
  ask({ command: code, payload, timeoutMs }: Omit<AskRequest, 'kind'>): Promise<Packet> {
    return this.#exclusively(async () => {
      this.#library.timeout = timeoutMs;
      const bytes = await this.#orFailure(this.#library.executeCmd(code, payload)).catch((error: unknown) => {
        throw isGerbangError(error) ? error : libraryError(error);
      });
      return this.#wholeReply(bytes);
    });
  }

  /**
   * One dataset, prefix included, as the library put it together.
   *
   * @throws GerbangError as {@link ask}, and READ_INCOMPLETE when the library cannot make it whole
   */
  read({ payload, prepareTimeoutMs, maxBytes }: Omit<ReadRequest, 'kind'>): Promise<Uint8Array> {
    return this.#exclusively(async () => {
      this.#witness.watchRead(maxBytes);
      this.#library.timeout = prepareTimeoutMs;
      const { data, err } = await this.#orFailure(this.#readUntilStuck(payload)).catch((error: unknown) => {
        throw isGerbangError(error) ? error : libraryError(error);
      });
      // The library never removes its listener, which would go on and stumble over what it has no use for.
      this.#socket.removeAllListeners('data').on('data', this.#onData);
      // It resolves with what it has when it gives up.
      if (err) throw gaveUp(err.message);
      await this.#untilQuiet();
      this.#witness.watchRead(null);
      return data;
    });
  }

  /**
   * The library waits 10 s for packets it has lost. When all pieces were asked for and answered, nothing can come any
   * more, and the terminal need not be held so long.
   */
  async #readUntilStuck(payload: Uint8Array): ReturnType<ZKLibTCP['readWithBuffer']> {
    let content = false;
    this.#piecesAsked = 0;
    this.#onQuiet = () => {
      // The library sees the same bytes after the witness, within this turn.
      setImmediate(() => {
        if (!content && this.#piecesAsked > 0 && this.#isQuiet()) this.fail(gaveUp('packets were lost'));
      });
    };
    try {
      return await this.#library.readWithBuffer(payload, this.#listener.onProgress);
    } finally {
      content = true;
      this.#onQuiet = () => {};
    }
  }

  /** EXIT, as politely as the state of the line allows. Never throws. */
  async leave(): Promise<void> {
    if (this.#busy) this.fail(closedError(undefined));
    if (this.#failure === null) {
      const limit = after(goodbyeWithinMs, () => new Error('no goodbye'));
      await Promise.race([this.#library.disconnect(), limit.over]).catch(() => {});
      limit.clear();
    } else if (!this.#socket.destroyed) {
      // No reply could be trusted, but a terminal that is still there should know that we are gone.
      this.#library.executeCmd(command.exit, new Uint8Array(0)).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, lastWordMs));
    }
    this.#socket.destroy();
  }

  readonly #onData = (chunk: Uint8Array): void => {
    try {
      this.#witness.received(chunk);
    } catch (error) {
      this.fail(isGerbangError(error) ? error : crashed(error));
    }
    if (!this.#witness.isQuiet()) return;
    const next = this.#held.shift();
    if (next === undefined) this.#onQuiet();
    else next();
  };

  /** The witness stands before the library on both ways. */
  #guard(): void {
    const socket = this.#socket;
    socket.setNoDelay(true);
    socket.on('data', this.#onData);
    socket.on('error', (error) => this.fail(closedError(error)));
    // A library request does not notice that its socket is gone.
    socket.on('close', () => this.fail(closedError(undefined)));
    const write = socket.write;
    const send = (frame: Uint8Array, ...rest: unknown[]): void => {
      this.#witness.sent(frame);
      Reflect.apply(write, socket, [frame, ...rest]);
    };
    const guarded = (frame: Uint8Array, ...rest: unknown[]): boolean => {
      // Thrown into the library, so that it stops: it may want to send thousands of requests.
      if (this.#failure !== null && commandOf(frame) !== command.exit) throw this.#failure;
      // One command in flight: the library asks for all pieces of a dataset at once (docs/protocol.md, "Manners").
      if (commandOf(frame) === command.readBuffer) this.#piecesAsked += 1;
      if (this.#witness.isQuiet() || commandOf(frame) === command.exit) send(frame, ...rest);
      else this.#held.push(() => send(frame, ...rest));
      return true;
    };
    Object.assign(socket, { write: guarded });
  }

  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (this.#failure !== null) throw this.#failure;
    this.#busy = true;
    try {
      return await work();
    } catch (error) {
      // After a failed request a late reply could be taken for the next answer.
      this.fail(isGerbangError(error) ? error : crashed(error));
      throw this.#failure;
    } finally {
      this.#busy = false;
    }
  }

  /** The library takes the first segment for the whole reply, and whatever arrives for the reply. */
  #wholeReply(bytes: Uint8Array): Packet {
    let packet: Packet | null = null;
    try {
      packet = decodePacket(bytes, this.#acceptBadChecksum);
    } catch {
      // Too short, or a checksum over more or less than one packet.
    }
    // What the library calls its reply id went out one higher.
    if (packet?.replyId !== this.#library.replyId + 1 || !this.#witness.isQuiet()) throw misheard(bytes);
    return packet;
  }

  /** Nothing is owed by either side. */
  #isQuiet(): boolean {
    return this.#witness.isQuiet() && this.#held.length === 0;
  }

  #orFailure<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#failed]);
  }

  /** The library is content with the last byte; the OK behind it would be taken for the answer to what is asked next. */
  async #untilQuiet(): Promise<void> {
    if (this.#isQuiet()) return;
    const limit = after(this.#replyTimeoutMs, () => gaveUp('the transfer was not closed'));
    const quiet = new Promise<void>((resolve) => {
      this.#onQuiet = resolve;
    });
    await this.#orFailure(Promise.race([quiet, limit.over])).finally(limit.clear);
  }
}

/** What the library threw where nobody could catch it. */
export function crashed(error: unknown): GerbangError {
  return new GerbangError(
    'ZK_BAD_REPLY',
    'node-zklib stumbled over a reply, as it does when the line cuts one in pieces. Nothing was stored; try again, and if this repeats, use driver: zk.',
    { context: { libraryError: error instanceof Error ? error.name : 'unknown' } },
  );
}

function misheard(bytes: Uint8Array): GerbangError {
  return new GerbangError(
    'ZK_BAD_REPLY',
    'node-zklib took something else for the reply: a piece of it, several together, or a live event. Try again; if this repeats, use driver: zk.',
    { context: { bytes: bytes.length } },
  );
}

function libraryError(error: unknown): GerbangError {
  if (!messageOf(error).startsWith('TIMEOUT')) return crashed(error);
  return new GerbangError(
    'ZK_NO_REPLY',
    'The terminal did not answer. Somebody may be in its menu, or another program may hold its only session. Try again later.',
  );
}

function gaveUp(reason: string): GerbangError {
  return new GerbangError(
    'READ_INCOMPLETE',
    'node-zklib did not get the log whole, as happens when packets arrive together or a long log ends in a short piece. Nothing of it was kept; try again, and if this repeats, use driver: zk.',
    { context: { reason } },
  );
}

function commandOf(frame: Uint8Array): number {
  return (frame[framePrefixBytes] ?? 0) + (frame[framePrefixBytes + 1] ?? 0) * 256;
}

function after(ms: number, error: () => Error): { over: Promise<never>; clear(): void } {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(error()), ms);
  });
  return { over, clear: () => clearTimeout(timer) };
}
