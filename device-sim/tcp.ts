import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from './connection.ts';
import type { Sessions } from './session.ts';
import type { Terminal } from './terminal.ts';

/** A terminal's TCP port, and who may be connected to it. */
export class TcpPort {
  readonly #terminal: Terminal;
  readonly #sessions: Sessions;
  readonly #server: Server = createServer((socket) => this.#accept(socket));
  readonly #sockets = new Set<Socket>();
  /** Connections that have not said anything yet hold the whole terminal up until they do, or until their time is up. */
  readonly #frozenBy = new Set<Promise<void>>();

  private constructor(terminal: Terminal, sessions: Sessions) {
    this.#terminal = terminal;
    this.#sessions = sessions;
  }

  /** @throws Error when the port is taken */
  static async open(terminal: Terminal, sessions: Sessions, address: { host: string; port: number }): Promise<TcpPort> {
    const port = new TcpPort(terminal, sessions);
    port.#server.listen(address.port, address.host);
    await once(port.#server, 'listening');
    return port;
  }

  get port(): number {
    const address = this.#server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    const { secondClient } = this.#terminal.knobs;
    const isFirst = this.#sockets.size === 0;
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    if (isFirst || secondClient === 'served') this.#serve(socket);
    else if (secondClient === 'refused') socket.end();
    else if (secondClient === 'reset') socket.resetAndDestroy();
    else socket.resume();
  }

  #serve(socket: Socket): void {
    const { bareConnectFreezeMs } = this.#terminal.knobs;
    if (bareConnectFreezeMs > 0) this.#freeze(socket, bareConnectFreezeMs);
    new Connection({ terminal: this.#terminal, sessions: this.#sessions, thawed: () => this.#thawed() }, socket);
  }

  #freeze(socket: Socket, forMs: number): void {
    const over = new AbortController();
    const frozen = sleep(forMs, undefined, { signal: over.signal }).catch(() => undefined);
    this.#frozenBy.add(frozen);
    void frozen.then(() => this.#frozenBy.delete(frozen));
    // The blocking receive ends when bytes come. A connection that closes without a word holds until its time is up.
    socket.once('data', () => over.abort());
    this.#server.once('close', () => over.abort());
  }

  async #thawed(): Promise<void> {
    while (this.#frozenBy.size > 0) await Promise.all(this.#frozenBy);
  }
}
