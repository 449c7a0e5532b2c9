import type { Answer } from './answer.ts';
import { decodePacket, encodePacket, type Packet } from './codec/packet.ts';
import { COMMAND, MAX_REQUEST_BYTES, REPLY } from './codec/wire.ts';
import { answer } from './commands.ts';
import { afterServing, insteadOfServing } from './device-faults.ts';
import { createEvents } from './events.ts';
import type { RequestRecord } from './journal.ts';
import { type Outgoing, plain } from './outgoing.ts';
import { distort } from './packet-faults.ts';
import { createSessionTable, type Peer, type Session, type SessionTable } from './session-table.ts';
import type { Terminal } from './terminal.ts';

/** What a packet leads to. */
export type Outcome = {
  packets: Iterable<Outgoing>;
  /** How long the terminal works before the first of them. */
  delayMs: number;
  /** To be told when the last packet has left. */
  request: RequestRecord;
};

export type Sessions = {
  receive(peer: Peer, bytes: Buffer): Outcome;
  /** The connection is gone; without EXIT its session stays in the table, as on the real thing. */
  lost(peer: Peer): void;
  /** Forgets everything, as a restart does. */
  clear(): void;
  close(): void;
};

/** Decides which packets of clients are served, sent again or dropped, and keeps their sessions. */
export function createSessions(terminal: Terminal): Sessions {
  const table = createSessionTable(terminal);
  const events = createEvents(terminal, () => table.all());

  function receive(peer: Peer, bytes: Buffer): Outcome {
    const packet = decodePacket(bytes);
    const note = (outcome: RequestRecord['outcome']): RequestRecord =>
      noteRequest(terminal, peer, bytes, packet, outcome);
    if (!packet || bytes.length > MAX_REQUEST_BYTES) return silence(note('bad-packet'));
    if (terminal.faults.strike('forget-session', packet.code)) table.delete(packet.session);
    if (packet.code === COMMAND.connect) return connect(peer, packet, note);
    const session = table.get(packet.session);
    if (!session) return silence(note('unknown-session'));
    session.peer = peer;
    if (packet.code === REPLY.ok) {
      events.acknowledge(session, packet.replyId);
      return silence(note('served'));
    }
    const order = orderOf(terminal, session, packet.replyId);
    if (order === 'lower') return silence(note('lower-reply-id'));
    if (order === 'same') {
      const again = session.lastPacket ? [plain(session.lastPacket)] : [];
      return { packets: again, delayMs: 0, request: note('resent') };
    }
    session.lastReplyId = packet.replyId;
    return serve(terminal, table, session, packet, note('served'));
  }

  function connect(peer: Peer, packet: Packet, note: (outcome: RequestRecord['outcome']) => RequestRecord): Outcome {
    if (terminal.faults.strike('menu-open', packet.code)) return silence(note('ignored'));
    return serve(terminal, table, table.open(peer), packet, note('served'));
  }

  return {
    receive,
    lost: (peer) => events.hush(peer),
    clear: () => table.clear(),
    close() {
      events.close();
      table.clear();
    },
  };
}

function serve(
  terminal: Terminal,
  table: SessionTable,
  session: Session,
  packet: Packet,
  request: RequestRecord,
): Outcome {
  terminal.touch();
  const answered = insteadOfServing(terminal, packet) ?? answer(terminal, session, packet);
  if (answered.endsSession) {
    table.delete(session.id);
    // The last client to leave lets people in again, whatever it left behind.
    if (table.size === 0) terminal.enable();
  }
  afterServing(terminal, packet);
  terminal.afterRequest?.(packet.code);
  const stall = terminal.faults.strike('stall', packet.code);
  const stallMs = stall ? (stall.ms ?? 3_000) : 0;
  const packets = distort(terminal, session, packet, packetsOf(session, packet, answered));
  return { packets, delayMs: (answered.delayMs ?? 0) + stallMs, request };
}

function orderOf({ knobs }: Terminal, session: Session, replyId: number): 'new' | 'same' | 'lower' {
  if (replyId === session.lastReplyId) return 'same';
  if (replyId > session.lastReplyId || knobs.lowerReplyId === 'served') return 'new';
  return knobs.replyIdWraps && session.lastReplyId === 65_535 ? 'new' : 'lower';
}

/** Puts session and reply id on the replies; the last one is kept, as far as the terminal's buffer reaches. */
function* packetsOf(session: Session, request: Packet, answered: Answer): Generator<Outgoing> {
  const before = session.lastPacket;
  for (const reply of answered.replies) {
    const bytes = encodePacket({
      code: reply.code,
      session: reply.session ?? session.id,
      replyId: request.replyId,
      ...(reply.payload ? { payload: reply.payload } : {}),
    });
    session.previousPacket = before;
    session.lastPacket = bytes.length <= MAX_REQUEST_BYTES ? bytes : undefined;
    yield {
      ...plain(bytes),
      pauseMs: reply.pauseMs ?? 0,
      isData: reply.code === REPLY.data,
      isClosing: reply.closesTransfer ?? false,
    };
  }
}

const silence = (request: RequestRecord): Outcome => ({ packets: [], delayMs: 0, request });

function noteRequest(
  terminal: Terminal,
  peer: Peer,
  bytes: Buffer,
  packet: Packet | undefined,
  outcome: RequestRecord['outcome'],
): RequestRecord {
  return terminal.journal.noteRequest({
    peer: peer.key,
    command: packet?.code ?? -1,
    replyId: packet?.replyId ?? -1,
    payloadBytes: packet?.payload.length ?? bytes.length,
    receivedAtMs: terminal.now(),
    answeredAtMs: undefined,
    outcome,
  });
}
