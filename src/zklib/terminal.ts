/**
 * A second driver behind `zk/driver.ts`, for sites that trust node-zklib: the library holds the conversation, Gerbang
 * decodes the bytes and refuses what is not proven whole. What it cannot do, it says (docs/terminals.md, "Which driver").
 */
import { GerbangError, isGerbangError } from '../errors.ts';
import { maxDatasetBytes } from '../zk/bulk.ts';
import type { HostClock, OpenTerminal, TerminalSession, TerminalTarget } from '../zk/driver.ts';
import {
  type Asker,
  identify,
  probeTimeFilter,
  readClock,
  readCounters,
  readOption,
  setClock,
} from '../zk/inquiries.ts';
import type { Packet } from '../zk/packet.ts';
import { refusal, sessionHeldElsewhere } from '../zk/replies.ts';
import { createTurns } from '../zk/turns.ts';
import { reply } from '../zk/wire.ts';
import { type LibraryReader, readLog, readPins } from './dataset-read.ts';
import { type Helper, startHelper } from './helper-process.ts';

/** Durations used where the target names none, in milliseconds; those of the other driver. */
const timeouts = { connect: 5000, reply: 10_000, prepare: 60_000, session: 600_000 } as const;

const noPayload = new Uint8Array(0);

/**
 * Opens a session through node-zklib.
 *
 * @throws GerbangError NET_REFUSED, NET_UNREACHABLE, NET_CONNECT_TIMEOUT, NET_CLOSED, ZK_NO_REPLY, ZK_BAD_REPLY,
 * ZK_COMM_KEY_REQUIRED, ZK_SECURE_FIRMWARE, ZK_REFUSED; ZK_UNSUPPORTED for a target that asks for what the library
 * cannot do
 */
export const openZklibTerminal: OpenTerminal = async (target, clock) => {
  refuseWhatItCannot(target);
  const helper = await startHelper(target.sessionTimeoutMs ?? timeouts.session, target.tap);
  try {
    const packet = await helper.open({
      host: target.host,
      port: target.port,
      connectTimeoutMs: target.connectTimeoutMs ?? timeouts.connect,
      replyTimeoutMs: target.replyTimeoutMs ?? timeouts.reply,
      acceptBadChecksum: target.quirks?.includes('acceptBadReplyChecksum') ?? false,
    });
    if (packet.code !== reply.ok) throw refusalOf(packet);
    return sessionOf(helper, target, clock);
  } catch (error) {
    await helper.end();
    throw isGerbangError(error, 'NET_CLOSED', 'ZK_NO_REPLY') ? sessionHeldElsewhere(error) : error;
  }
};

function sessionOf(helper: Helper, target: TerminalTarget, clock: HostClock): TerminalSession {
  const inTurn = createTurns();
  const prepareTimeoutMs = target.prepareTimeoutMs ?? timeouts.prepare;
  const asker = askerOf(helper, target, clock);
  const reader: LibraryReader = { helper, asker, clock, prepareTimeoutMs, keepUnproven: target.keepUnproven };
  return {
    transport: 'tcp',
    identify: () => inTurn(() => identify(asker)),
    readCounters: () => inTurn(() => readCounters(asker)),
    readClock: () => inTurn(() => readClock(asker)),
    setClock: (deviceTime) => inTurn(() => setClock(asker, deviceTime)),
    readOption: (key) => inTurn(() => readOption(asker, key)),
    readLog: (onProgress) => inTurn(() => readLog(reader, onProgress)),
    // The library asks for whole datasets only.
    readTail: async () => null,
    readPins: () => inTurn(() => readPins(reader)),
    // A fact that only `gerbang probe` shows, and has through the other driver.
    readUserRecordBytes: async () => null,
    readOperations: async () => {
      throw unsupported('The operation log needs driver: zk. Punches do not depend on it.');
    },
    probeTimeFilter: (from, to) => inTurn(() => probeTimeFilter(asker, from, to, prepareTimeoutMs, maxDatasetBytes)),
    listen: async () => {
      throw unsupported(
        'Live events need driver: zk: node-zklib acknowledges none and loses those that arrive together.',
      );
    },
    close: () => helper.end(),
  };
}

/** Host times are taken here and not in the other process: the way between the two only widens the bounds. */
function askerOf(helper: Helper, target: TerminalTarget, clock: HostClock): Asker {
  const replyTimeoutMs = target.replyTimeoutMs ?? timeouts.reply;
  return {
    commKeyGiven: false,
    async ask({ command, payload = noPayload, timeoutMs = replyTimeoutMs }) {
      const sentAtMs = clock.nowMs();
      const packet = await helper.ask(command, payload, timeoutMs);
      const receivedAtMs = clock.nowMs();
      if (packet.code === reply.unauthorised) throw refusalOf(packet);
      return { packet, sentAtMs, receivedAtMs, receivedBytes: 0 };
    },
  };
}

function refuseWhatItCannot({ transport = 'tcp', quirks = [] }: TerminalTarget): void {
  if (transport === 'udp') {
    throw unsupported(
      'node-zklib puts datagrams together as they come, which nothing can check afterwards. Use driver: zk for terminals on UDP.',
    );
  }
  const missing = quirks.filter((quirk) => quirk !== 'acceptBadReplyChecksum' && quirk !== 'skipOperationLog');
  if (missing.length > 0) {
    throw unsupported(`These quirks need driver: zk: ${missing.join(', ')}. Set that driver, or leave them out.`);
  }
}

function unsupported(message: string): GerbangError {
  return new GerbangError('ZK_UNSUPPORTED', message);
}

function refusalOf(packet: Packet): GerbangError {
  if (packet.code !== reply.unauthorised) return refusal(packet, 'connect', false);
  return new GerbangError(
    'ZK_COMM_KEY_REQUIRED',
    'The terminal asks for a comm key, which node-zklib cannot give. Use driver zk for it, with commKey.',
    { context: { asked: 'connect', replyCode: packet.code } },
  );
}
