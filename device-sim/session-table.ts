import type { Dataset } from './dataset.ts';
import type { Outgoing } from './outgoing.ts';
import type { Terminal } from './terminal.ts';

/** Who a packet came from, and how to reach them when nobody asked (live events). */
export type Peer = {
  /** Unique while the connection lasts; `ip:port` for datagrams. */
  readonly key: string;
  readonly transport: 'tcp' | 'udp';
  send(out: Outgoing): void;
};

/** A live event waiting to be acknowledged. */
export type QueuedEvent = { id: number; code: number; payload: Buffer };

/** A client's session, as the terminal's table holds it. */
export type Session = {
  readonly id: number;
  peer: Peer;
  authenticated: boolean;
  wrongKeys: number;
  lastReplyId: number;
  /** Sent again when the last request comes again; undefined when it was longer than the terminal's buffer. */
  lastPacket: Buffer | undefined;
  /** The one before it. */
  previousPacket: Buffer | undefined;
  /** What 1503 prepared. */
  buffer: Dataset | undefined;
  /** Bytes of the buffer read so far without a gap. */
  readBytes: number;
  eventMask: number;
  /** An event has been acknowledged: from now on each waits for the one before it. */
  eventsAcknowledged: boolean;
  eventQueue: QueuedEvent[];
  eventId: number;
  eventTimer: NodeJS.Timeout | undefined;
};

/** The sessions of one terminal. A client that vanishes leaves its session behind; the oldest make room for new ones. */
export type SessionTable = {
  readonly size: number;
  get(id: number): Session | undefined;
  all(): Session[];
  /** A peer that connects again while its session is still there gets the same id. */
  open(peer: Peer): Session;
  delete(id: number): void;
  clear(): void;
};

const KEPT = 32;

export function createSessionTable(terminal: Terminal): SessionTable {
  const sessions = new Map<number, Session>();

  function remove(id: number): void {
    clearTimeout(sessions.get(id)?.eventTimer);
    sessions.delete(id);
  }

  return {
    get size() {
      return sessions.size;
    },
    get: (id) => sessions.get(id),
    all: () => [...sessions.values()],
    open(peer) {
      const known = [...sessions.values()].find((session) => session.peer.key === peer.key);
      const oldest = sessions.keys().next();
      if (known) remove(known.id);
      else if (sessions.size >= KEPT && !oldest.done) remove(oldest.value);
      const session = newSession(terminal, known?.id ?? freshId(terminal, sessions), peer);
      sessions.set(session.id, session);
      return session;
    },
    delete: remove,
    clear() {
      for (const id of [...sessions.keys()]) remove(id);
    },
  };
}

/** Session ids are the low 16 bits of the clock's seconds, moved on until nobody has them. */
function freshId(terminal: Terminal, taken: ReadonlyMap<number, Session>): number {
  let id = terminal.knobs.firstSessionId ?? Math.floor(terminal.shownMs() / 1000) & 0xffff;
  while (id === 0 || taken.has(id)) id = (id + 1) & 0xffff;
  return id;
}

function newSession({ knobs }: Terminal, id: number, peer: Peer): Session {
  return {
    id,
    peer,
    authenticated: knobs.commKey === 0 && !knobs.asksForKeyZero,
    wrongKeys: 0,
    lastReplyId: 0,
    lastPacket: undefined,
    previousPacket: undefined,
    buffer: undefined,
    readBytes: 0,
    eventMask: knobs.unaskedEvents ? 1 : 0,
    eventsAcknowledged: false,
    eventQueue: [],
    eventId: 0,
    eventTimer: undefined,
  };
}
