/**
 * Our own driver for attendance terminals: the answer to `driver.ts`.
 *
 * DISABLE is never sent. Reads work on a terminal in use, and a client that vanishes after DISABLE leaves an office in
 * front of a dead machine (docs/protocol.md, "Manners").
 */
import type { DeviceTime } from '../clock/device-time.ts';
import { GerbangError } from '../errors.ts';
import { defaultChunkBytes } from './bulk.ts';
import type {
  ClockReading,
  HostClock,
  OpenTerminal,
  TerminalIdentity,
  TerminalSession,
  TerminalTarget,
} from './driver.ts';
import { readCounters, readLog, readTail } from './log-read.ts';
import { decodeOptionValue, decodeText, encodeOptionKey, optionKey } from './options.ts';
import { packTime, unpackTime } from './packed-time.ts';
import { badReply, refusal } from './replies.ts';
import { Conversation } from './session.ts';
import { connectTcp } from './transport/tcp.ts';
import { command, reply } from './wire.ts';

const defaults = {
  connectTimeoutMs: 5000,
  replyTimeoutMs: 10_000,
  prepareTimeoutMs: 60_000,
  sessionTimeoutMs: 600_000,
} as const;

/**
 * Opens a session with a terminal over TCP.
 *
 * @throws GerbangError NET_REFUSED, NET_UNREACHABLE, NET_CONNECT_TIMEOUT, NET_CLOSED, ZK_NO_REPLY, ZK_BAD_MAGIC,
 * ZK_OTHER_PROTOCOL, ZK_SECURE_FIRMWARE, ZK_COMM_KEY_REQUIRED, ZK_COMM_KEY_WRONG, ZK_COMM_KEY_LOCKED, ZK_REFUSED
 */
export const openTerminal: OpenTerminal = async (target, clock) => {
  const link = await connectTcp(target.host, target.port, target.connectTimeoutMs ?? defaults.connectTimeoutMs);
  const conversation = new Conversation({
    link,
    clock,
    commKey: target.commKey,
    replyTimeoutMs: target.replyTimeoutMs ?? defaults.replyTimeoutMs,
    sessionTimeoutMs: target.sessionTimeoutMs ?? defaults.sessionTimeoutMs,
    acceptBadChecksum: false,
  });
  try {
    await conversation.connect();
  } catch (error) {
    await conversation.close();
    throw error;
  }
  return sessionOf(conversation, clock, target);
};

function sessionOf(conversation: Conversation, clock: HostClock, target: TerminalTarget): TerminalSession {
  const inTurn = createTurns();
  const reader = {
    conversation,
    clock,
    prepareTimeoutMs: target.prepareTimeoutMs ?? defaults.prepareTimeoutMs,
    chunkBytes: defaultChunkBytes,
  };
  return {
    identify: () => inTurn(() => identify(conversation)),
    readCounters: () => inTurn(() => readCounters(conversation)),
    readClock: () => inTurn(() => readClock(conversation)),
    setClock: (deviceTime) => inTurn(() => setClock(conversation, deviceTime)),
    readOption: (key) => inTurn(() => readOption(conversation, key)),
    readLog: (onProgress) => inTurn(() => readLog(reader, onProgress)),
    readTail: (request) => inTurn(() => readTail(reader, request)),
    close: () => conversation.close(),
  };
}

/** Runs jobs one after the other: a terminal has one command in flight, whoever asks. */
function createTurns(): <T>(job: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (job) => {
    const mine = last.then(job, job);
    last = mine.catch(() => {});
    return mine;
  };
}

async function identify(conversation: Conversation): Promise<TerminalIdentity> {
  const serial = await readOption(conversation, optionKey.serial);
  if (serial === null || !/^[\x21-\x7e]{1,64}$/.test(serial)) {
    throw new GerbangError(
      'TERMINAL_SERIAL_INVALID',
      'The terminal states no usable serial number, so its punches could not be told from another machine. Nothing was read.',
      { context: { characters: serial?.length ?? 0 } },
    );
  }
  return {
    serial,
    deviceName: await readOption(conversation, optionKey.deviceName),
    platform: await readOption(conversation, optionKey.platform),
    firmware: await readVersion(conversation),
  };
}

async function readOption(conversation: Conversation, key: string): Promise<string | null> {
  const { packet } = await conversation.ask({ command: command.readOption, payload: encodeOptionKey(key) });
  if (packet.code === reply.ok) return decodeOptionValue(packet.payload);
  if (packet.code === reply.error || packet.code === reply.unknownCommand) return null;
  throw refusal(packet, 'option', conversation.commKeyGiven);
}

async function readVersion(conversation: Conversation): Promise<string | null> {
  const { packet } = await conversation.ask({ command: command.readVersion });
  if (packet.code === reply.ok) return decodeText(packet.payload) || null;
  if (packet.code === reply.error || packet.code === reply.unknownCommand) return null;
  throw refusal(packet, 'version', conversation.commKeyGiven);
}

async function readClock(conversation: Conversation): Promise<ClockReading> {
  const { packet, sentAtMs, receivedAtMs } = await conversation.ask({ command: command.readClock });
  if (packet.code !== reply.ok) throw refusal(packet, 'read-clock', conversation.commKeyGiven);
  const { payload } = packet;
  if (payload.length < 4) throw badReply('read-clock', 'a time of fewer than four bytes', { bytes: payload.length });
  const packed = new DataView(payload.buffer, payload.byteOffset, payload.byteLength).getUint32(0, true);
  return { deviceTime: unpackTime(packed), sentAtMs, receivedAtMs };
}

async function setClock(conversation: Conversation, deviceTime: DeviceTime): Promise<void> {
  const payload = new Uint8Array(4);
  new DataView(payload.buffer).setUint32(0, packTime(deviceTime), true);
  const { packet } = await conversation.ask({ command: command.setClock, payload });
  if (packet.code !== reply.ok) throw refusal(packet, 'set-clock', conversation.commKeyGiven);
}
