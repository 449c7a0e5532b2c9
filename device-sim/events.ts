import { encodeAttendanceEvent, encodeVerificationEvent } from './codec/event.ts';
import { encodePacket } from './codec/packet.ts';
import { COMMAND } from './codec/wire.ts';
import type { AttendanceEvent } from './logbook.ts';
import { plain } from './outgoing.ts';
import type { Peer, Session } from './session-table.ts';
import type { Terminal } from './terminal.ts';

/** Bits of the registration mask; the code of an event is its bit. docs/protocol.md, "Live events". */
const EVENT = { attendance: 1, finger: 2, verification: 128 } as const;

const FINGERPRINT = 1;
const QUEUE_LIMIT = 80;

/** Live events of one terminal, to every session that asked for them. */
export type Events = {
  /** A client's OK with an event's reply id. */
  acknowledge(session: Session, replyId: number): void;
  /** The client is gone: nothing is sent to it again. */
  hush(peer: Peer): void;
  close(): void;
};

/**
 * Firmware that keeps events sends them once with id 0 until a first one is acknowledged; from then on each has its own
 * id, waits for the acknowledgement of the one before, and is sent again until it comes.
 */
export function createEvents(terminal: Terminal, sessions: () => Session[]): Events {
  const { knobs } = terminal;

  function announce(event: AttendanceEvent): void {
    if (knobs.events === 'none') return;
    for (const session of sessions()) {
      if (event.verifyMode === FINGERPRINT) offer(session, EVENT.finger, Buffer.alloc(0));
      offer(session, EVENT.verification, encodeVerificationEvent(event.uid));
      offer(session, EVENT.attendance, encodeAttendanceEvent(knobs.eventBytes, event));
    }
  }

  function offer(session: Session, code: number, payload: Buffer): void {
    if ((session.eventMask & code) === 0 || !session.authenticated) return;
    if (knobs.events === 'once' || !session.eventsAcknowledged) {
      transmit(session, { id: 0, code, payload });
      return;
    }
    if (session.eventQueue.length >= QUEUE_LIMIT) session.eventQueue.shift();
    session.eventId = (session.eventId % 0xffff) + 1;
    session.eventQueue.push({ id: session.eventId, code, payload });
    if (session.eventTimer === undefined) sendOldest(session);
  }

  function sendOldest(session: Session): void {
    const [oldest] = session.eventQueue;
    session.eventTimer = undefined;
    if (!oldest) return;
    transmit(session, oldest);
    session.eventTimer = setTimeout(() => sendOldest(session), knobs.eventResendMs).unref();
  }

  function transmit(session: Session, event: { id: number; code: number; payload: Buffer }): void {
    const { faults } = terminal;
    if (faults.strike('lose-event')) return;
    const odd = event.code === EVENT.attendance ? faults.strike('odd-event') : undefined;
    const payload = odd ? Buffer.alloc(odd.bytes ?? 21, 0x31) : event.payload;
    const packet = plain(
      encodePacket({ code: COMMAND.registerEvents, session: event.code, replyId: event.id, payload }),
    );
    session.peer.send(packet);
    if (faults.strike('duplicate-event')) session.peer.send(packet);
  }

  const stopListening = terminal.onPunch(announce);
  return {
    acknowledge(session, replyId) {
      if (knobs.events !== 'until-acknowledged') return;
      if (session.eventsAcknowledged && session.eventQueue[0]?.id !== replyId) return;
      session.eventsAcknowledged = true;
      session.eventQueue.shift();
      clearTimeout(session.eventTimer);
      sendOldest(session);
    },
    hush(peer) {
      for (const session of sessions()) {
        if (session.peer !== peer) continue;
        clearTimeout(session.eventTimer);
        session.eventMask = 0;
      }
    },
    close: stopListening,
  };
}
