/**
 * Our own driver for attendance terminals: the answer to `driver.ts`.
 *
 * DISABLE is never sent. Reads work on a terminal in use, and a client that vanishes after DISABLE leaves an office in
 * front of a dead machine (docs/protocol.md, "Manners").
 */
import { maxDatasetBytes } from './bulk.ts';
import type { HostClock, OpenTerminal, TerminalCounters, TerminalSession, TerminalTarget } from './driver.ts';
import { identify, probeTimeFilter, readClock, readCounters, readOption, setClock } from './inquiries.ts';
import { createListener } from './live-events.ts';
import { type LogReader, readLog, readTail } from './log-read.ts';
import { defaultTimeouts, openConversation, signIn } from './opening.ts';
import { readOperations } from './operation-log.ts';
import { readingManner } from './reading-manner.ts';
import type { Conversation } from './session.ts';
import type { Link } from './transport/link.ts';
import { createTurns } from './turns.ts';
import { readPins, readUserRecordBytes } from './users.ts';

/**
 * Opens a session with a terminal.
 *
 * @throws GerbangError NET_REFUSED, NET_UNREACHABLE, NET_CONNECT_TIMEOUT, NET_CLOSED, ZK_NO_REPLY, ZK_BAD_MAGIC,
 * ZK_OTHER_PROTOCOL, ZK_SECURE_FIRMWARE, ZK_COMM_KEY_REQUIRED, ZK_COMM_KEY_WRONG, ZK_COMM_KEY_LOCKED, ZK_REFUSED
 */
export const openTerminal: OpenTerminal = async (target, clock) =>
  sessionOf(await openConversation(target, clock), clock, target);

/** The same over a line that is already there and need not be a socket; fuzzing runs a million frames through one. */
export async function openTerminalOver(link: Link, target: TerminalTarget, clock: HostClock): Promise<TerminalSession> {
  return sessionOf(await signIn(link, target, clock), clock, target);
}

function sessionOf(conversation: Conversation, clock: HostClock, target: TerminalTarget): TerminalSession {
  const inTurn = createTurns();
  let recordCapacity: number | null = null;
  const prepareTimeoutMs = target.prepareTimeoutMs ?? defaultTimeouts.prepareTimeoutMs;
  const reader: LogReader = {
    conversation,
    clock,
    prepareTimeoutMs,
    manner: readingManner(conversation.transport, target.quirks ?? []),
    keepUnproven: target.keepUnproven,
    recordCapacity: () => recordCapacity,
  };
  async function readAndRememberCounters(): Promise<TerminalCounters> {
    const counters = await readCounters(conversation);
    ({ recordCapacity } = counters);
    return counters;
  }
  const listener = createListener(conversation, clock, inTurn);
  return {
    transport: conversation.transport,
    identify: () => inTurn(() => identify(conversation)),
    readCounters: () => inTurn(readAndRememberCounters),
    readClock: () => inTurn(() => readClock(conversation)),
    setClock: (deviceTime) => inTurn(() => setClock(conversation, deviceTime)),
    readOption: (key) => inTurn(() => readOption(conversation, key)),
    readLog: (onProgress) => inTurn(() => readLog(reader, onProgress)),
    readTail: (request) => inTurn(() => readTail(reader, request)),
    readPins: () => inTurn(() => readPins(reader)),
    readUserRecordBytes: () => inTurn(() => readUserRecordBytes(reader)),
    readOperations: (request) => inTurn(() => readOperations(reader, request)),
    probeTimeFilter: (from, to) =>
      inTurn(() => probeTimeFilter(conversation, from, to, prepareTimeoutMs, maxDatasetBytes)),
    listen: (onBell, onLost, silenceMs) => listener.listen(onBell, onLost, silenceMs),
    close: () => {
      listener.stop();
      return conversation.close();
    },
  };
}
