import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_REQUEST_BYTES } from './codec/wire.ts';
import { createDelayLine, oneWayMs } from './delay-line.ts';
import type { ConnectionRecord } from './journal.ts';
import type { Outgoing } from './outgoing.ts';
import type { Sessions } from './session.ts';
import type { Peer } from './session-table.ts';
import type { Terminal } from './terminal.ts';

/** One client by its address; the oldest are forgotten. */
type Correspondent = { peer: Peer; record: ConnectionRecord; work: Promise<void> };

const KEPT_PEERS = 256;

/** A terminal's UDP port: one datagram is one packet, and any of them may be lost, doubled or late. */
export class UdpPort {
  readonly #terminal: Terminal;
  readonly #sessions: Sessions;
  readonly #socket: Socket = createSocket('udp4');
  readonly #inbound = createDelayLine();
  readonly #outbound = createDelayLine();
  readonly #correspondents = new Map<string, Correspondent>();
  #late: { run: () => void; timer: NodeJS.Timeout } | undefined;
  #closed = false;

  private constructor(terminal: Terminal, sessions: Sessions) {
    this.#terminal = terminal;
    this.#sessions = sessions;
    this.#socket.on('error', () => undefined);
    this.#socket.on('message', (bytes, from) => this.#hear(bytes, from));
  }

  /** @throws Error when the port is taken */
  static async open(terminal: Terminal, sessions: Sessions, address: { host: string; port: number }): Promise<UdpPort> {
    const port = new UdpPort(terminal, sessions);
    port.#socket.bind(address.port, address.host);
    await once(port.#socket, 'listening');
    return port;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#inbound.clear();
    this.#outbound.clear();
    clearTimeout(this.#late?.timer);
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  #hear(bytes: Buffer, from: RemoteInfo): void {
    const known = this.#correspondent(from);
    known.record.bytesReceived += bytes.length;
    if (bytes.length > MAX_REQUEST_BYTES || this.#terminal.faults.strike('lose-request')) return;
    this.#inbound.push(oneWayMs(this.#terminal), () => {
      known.work = known.work.then(() => this.#serve(known.peer, bytes)).catch(() => undefined);
    });
  }

  #correspondent({ address, port }: RemoteInfo): Correspondent {
    const key = `${address}:${port}`;
    const known = this.#correspondents.get(key);
    if (known) return known;
    const record = this.#terminal.journal.openConnection(key, this.#terminal.now());
    const peer: Peer = {
      key,
      transport: 'udp',
      send: (out) => this.#carry(out, (bytes) => this.#send(bytes, port, address, record)),
    };
    const correspondent = { peer, record, work: Promise.resolve() };
    const oldest = this.#correspondents.keys().next();
    if (this.#correspondents.size >= KEPT_PEERS && !oldest.done) this.#correspondents.delete(oldest.value);
    this.#correspondents.set(key, correspondent);
    return correspondent;
  }

  async #serve(peer: Peer, bytes: Buffer): Promise<void> {
    if (this.#closed) return;
    const outcome = this.#sessions.receive(peer, bytes);
    if (outcome.delayMs > 0) await sleep(outcome.delayMs);
    const delayMs = oneWayMs(this.#terminal);
    for (const out of outcome.packets) {
      if (out.pauseMs > 0) await sleep(out.pauseMs);
      if (this.#closed) return;
      this.#outbound.push(delayMs, () => peer.send(out));
      if (out.rebootMs !== undefined) this.#terminal.onReboot?.(out.rebootMs);
      if (out.cutAfterBytes !== undefined) return;
    }
    outcome.request.answeredAtMs = this.#terminal.now();
  }

  /** One datagram through the faults of the carrier. A cut one does not arrive at all. */
  #carry(out: Outgoing, send: (bytes: Buffer) => void): void {
    const { faults } = this.#terminal;
    if (out.cutAfterBytes !== undefined || faults.strike('lose-datagram')) return;
    const late = faults.strike('reorder-datagram');
    if (late && !this.#late) {
      const run = (): void => {
        clearTimeout(this.#late?.timer);
        this.#late = undefined;
        send(out.bytes);
      };
      this.#late = { run, timer: setTimeout(run, late.ms ?? 20) };
      return;
    }
    send(out.bytes);
    if (faults.strike('duplicate-datagram')) send(out.bytes);
    this.#late?.run();
  }

  #send(bytes: Buffer, port: number, address: string, record: ConnectionRecord): void {
    if (this.#closed) return;
    record.bytesSent += bytes.length;
    this.#socket.send(bytes, port, address, () => undefined);
  }
}
