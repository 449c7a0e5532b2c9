import type { Answer } from './answer.ts';
import { decodePacket, encodePacket, type Packet } from './codec/packet.ts';
import { COMMAND, MAX_REQUEST_BYTES, REPLY } from './codec/wire.ts';
import { answer } from './commands.ts';
import type { Dataset } from './dataset.ts';
import { distort, type Outgoing } from './distort.ts';
import type { RequestRecord } from './journal.ts';
import type { Terminal } from './terminal.ts';

/** Who a packet came from, and how to reach them when nobody asked (live events). */
export type Peer = {
  /** Unique while the connection lasts; `ip:port` for datagrams. */
  readonly key: string;
  readonly transport: 'tcp' | 'udp';
  send(out: Outgoing): void;
};

/** A client's session, as the terminal's table holds it. */
export type Session = {
  readonly id: number;
  peer: Peer;
  authenticated: boolean;
  wrongKeys: number;
  lastReplyId: number;
  /** Sent again when the last request comes again. */
  lastPacket: Buffer | undefined;
  /** What 1503 prepared. */
  buffer: Dataset | undefined;
  /** Bytes of the buffer read so far without a gap. */
  readBytes: number;
  eventMask: number;
};

/** What a packet leads to. */
export type Outcome = {
  packets: Iterable<Outgoing>;
  delayMs: number;
  /** Close the connection when all is sent. */
  closes: boolean;
  /** To be told when the last packet has left. */
  request: RequestRecord | undefined;
};

export type Sessions = {
  receive(peer: Peer, bytes: Buffer): Outcome;
  /** The connection is gone; without EXIT its session stays in the table, as on the real thing. */
  lost(peer: Peer): void;
  /** Forgets everything, as a restart does. */
  clear(): void;
};

const KEPT_SESSIONS = 32;
const SILENCE: Omit<Outcome, 'request'> = { packets: [], delayMs: 0, closes: false };

/** The session table of one terminal: it decides which packets are served, sent again or dropped. */
export function createSessions(terminal: Terminal): Sessions {
  const table = new Map<number, Session>();

  function open(peer: Peer): Session {
    const known = [...table.values()].find((session) => session.peer.key === peer.key);
    const id = known?.id ?? freshId(terminal, table);
    const session: Session = {
      id,
      peer,
      authenticated: terminal.knobs.commKey === 0 && !terminal.knobs.asksForKeyZero,
      wrongKeys: 0,
      lastReplyId: 0,
      lastPacket: undefined,
      buffer: undefined,
      readBytes: 0,
      eventMask: 0,
    };
    const oldest = table.keys().next();
    if (!known && table.size >= KEPT_SESSIONS && !oldest.done) table.delete(oldest.value);
    table.set(id, session);
    return session;
  }

  function exit(session: Session): void {
    table.delete(session.id);
    if (table.size === 0) terminal.enable();
  }

  function receive(peer: Peer, bytes: Buffer): Outcome {
    const packet = decodePacket(bytes);
    const note = (outcome: RequestRecord['outcome']): RequestRecord =>
      terminal.journal.noteRequest({
        peer: peer.key,
        command: packet?.code ?? -1,
        replyId: packet?.replyId ?? -1,
        payloadBytes: packet?.payload.length ?? bytes.length,
        receivedAtMs: terminal.now(),
        answeredAtMs: undefined,
        outcome,
      });
    if (!packet || bytes.length > MAX_REQUEST_BYTES) return { ...SILENCE, request: note('bad-packet') };
    const session = packet.code === COMMAND.connect ? open(peer) : table.get(packet.session);
    if (!session) return { ...SILENCE, request: note('unknown-session') };
    session.peer = peer;
    const order = packet.code === COMMAND.connect ? 'new' : orderOf(terminal, session, packet.replyId);
    if (order === 'lower') return { ...SILENCE, request: note('lower-reply-id') };
    if (order === 'same') {
      const again = session.lastPacket ? [{ bytes: session.lastPacket, framed: true, pauseMs: 0 }] : [];
      return { ...SILENCE, packets: again, request: note('resent') };
    }
    if (packet.code !== COMMAND.connect) session.lastReplyId = packet.replyId;
    return serve(session, packet, note('served'));
  }

  function serve(session: Session, packet: Packet, request: RequestRecord): Outcome {
    terminal.touch();
    const answered = answer(terminal, session, packet);
    if (answered.endsSession) exit(session);
    terminal.afterRequest?.(packet.code);
    const packets = distort(terminal, packet, packetsOf(session, packet, answered));
    return { packets, delayMs: answered.delayMs ?? 0, closes: false, request };
  }

  return {
    receive,
    lost() {},
    clear: () => table.clear(),
  };
}

/** Session ids are the low 16 bits of the clock's seconds, moved on until nobody has them. */
function freshId(terminal: Terminal, table: ReadonlyMap<number, Session>): number {
  let id = terminal.knobs.firstSessionId ?? Math.floor(terminal.shownMs() / 1000) & 0xffff;
  while (id === 0 || table.has(id)) id = (id + 1) & 0xffff;
  return id;
}

function orderOf(terminal: Terminal, session: Session, replyId: number): 'new' | 'same' | 'lower' {
  if (replyId === session.lastReplyId) return 'same';
  if (replyId > session.lastReplyId || terminal.knobs.lowerReplyId === 'served') return 'new';
  return terminal.knobs.replyIdWraps && session.lastReplyId === 65_535 ? 'new' : 'lower';
}

/** Puts session and reply id on the replies; the last one is kept, as far as the terminal's buffer reaches. */
function* packetsOf(session: Session, request: Packet, answered: Answer): Generator<Outgoing> {
  for (const reply of answered.replies) {
    const bytes = encodePacket({
      code: reply.code,
      session: reply.session ?? session.id,
      replyId: request.replyId,
      ...(reply.payload ? { payload: reply.payload } : {}),
    });
    session.lastPacket = bytes.length <= MAX_REQUEST_BYTES ? bytes : undefined;
    yield { bytes, framed: true, pauseMs: reply.pauseMs ?? 0, isData: reply.code === REPLY.data };
  }
}
