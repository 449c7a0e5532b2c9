/**
 * Live events: registration, acknowledgement, and waking a terminal that fell silent (docs/protocol.md, "Live events").
 *
 * An event is only a bell that says "read the end of the log". What it carries is not stored, so a lost, doubled or
 * unknown event costs nothing.
 */
import type { DeviceTime } from '../clock/device-time.ts';
import { GerbangError } from '../errors.ts';
import type { Bell, HostClock } from './driver.ts';
import { isUnknown, readClock } from './inquiries.ts';
import { readEventTime } from './packed-time.ts';
import type { Packet } from './packet.ts';
import { refusal } from './replies.ts';
import type { Conversation } from './session.ts';
import { command, punchEvent, reply } from './wire.ts';

/** Silence after which the terminal is asked for a sign of life. A restarted one keeps the connection and says nothing. */
const defaultSilenceMs = 60_000;

/** The listening side of a session. */
export interface Listener {
  listen(onBell: (bell: Bell) => void, onLost: (error: GerbangError) => void, silenceMs?: number): Promise<void>;
  stop(): void;
}

/**
 * @param inTurn runs a job when no other request is in flight
 */
export function createListener(
  conversation: Conversation,
  clock: HostClock,
  inTurn: <T>(job: () => Promise<T>) => Promise<T>,
): Listener {
  let timer: NodeJS.Timeout | undefined;
  let over = false;

  function stop(): void {
    over = true;
    clearTimeout(timer);
  }

  async function register(): Promise<void> {
    const payload = new Uint8Array(4);
    new DataView(payload.buffer).setUint32(0, punchEvent, true);
    const { packet } = await conversation.ask({ command: command.registerEvents, payload });
    if (packet.code === reply.ok) return;
    if (isUnknown(packet.code)) {
      throw new GerbangError('ZK_UNSUPPORTED', 'This terminal offers no live events. Its log is polled instead.', {
        context: { replyCode: packet.code },
      });
    }
    throw refusal(packet, 'events', conversation.commKeyGiven);
  }

  function watch(silenceMs: number): void {
    clearTimeout(timer);
    if (over) return;
    const leftMs = Math.max(silenceMs - conversation.silentForMs(), silenceMs / 10);
    timer = setTimeout(() => {
      if (conversation.silentForMs() < silenceMs) {
        watch(silenceMs);
        return;
      }
      // A failure ends the conversation, which tells the listener; a refusal leaves the poll to do the work.
      inTurn(() => readClock(conversation).then(register)).then(
        () => watch(silenceMs),
        () => watch(silenceMs),
      );
    }, leftMs);
    timer.unref();
  }

  return {
    async listen(onBell, onLost, silenceMs = defaultSilenceMs) {
      conversation.onEvent = (event) => {
        conversation.acknowledge(event);
        onBell(bellOf(event, clock.nowMs()));
      };
      conversation.onLost = (error) => {
        stop();
        onLost(error);
      };
      await inTurn(register);
      watch(silenceMs);
    },
    stop,
  };
}

/** A bell from an event packet of any length. */
export function bellOf(event: Packet, receivedAtMs: number): Bell {
  const isPunch = event.session === punchEvent;
  return { receivedAtMs, event: event.session, deviceTime: isPunch ? punchTime(event.payload) : null };
}

/** Where the six bytes of time stand, by payload length; unknown lengths ring without a time. */
function punchTime(payload: Uint8Array): DeviceTime | null {
  if (payload.length >= 32) return readEventTime(payload, 26);
  switch (payload.length) {
    case 10:
    case 14:
      return readEventTime(payload, 4);
    case 12:
      return readEventTime(payload, 6);
    default:
      return null;
  }
}
