/** Opening a conversation over the transport a terminal is reached by (docs/protocol.md, "Connecting", "UDP"). */
import { isGerbangError } from '../errors.ts';
import type { HostClock, TerminalTarget } from './driver.ts';
import { Conversation } from './session.ts';
import type { Link } from './transport/link.ts';
import { connectTcp } from './transport/tcp.ts';
import { openUdp } from './transport/udp.ts';

/** Durations used where the target names none, in milliseconds. */
export const defaultTimeouts = {
  connectTimeoutMs: 5000,
  replyTimeoutMs: 10_000,
  prepareTimeoutMs: 60_000,
  sessionTimeoutMs: 600_000,
} as const;

/** Addresses remembered to answer on UDP only; bounded, oldest forgotten first. */
const onUdp = new Set<string>();
const maxRemembered = 4096;

/**
 * Connects and signs in.
 *
 * @throws GerbangError with `auto`, what TCP met, unless UDP got further
 */
export async function openConversation(target: TerminalTarget, clock: HostClock): Promise<Conversation> {
  const { transport = 'tcp' } = target;
  if (transport === 'tcp') return overTcp(target, clock);
  if (transport === 'udp') return overUdp(target, clock);
  const address = `${target.host}:${target.port}`;
  if (onUdp.has(address)) {
    try {
      return await overUdp(target, clock);
    } catch (error) {
      if (!isAbsent(error)) throw error;
      // The machine at this address may have been replaced by one on TCP.
      onUdp.delete(address);
    }
  }
  try {
    return await overTcp(target, clock);
  } catch (tcpError) {
    if (!isGerbangError(tcpError, 'NET_REFUSED', 'NET_CONNECT_TIMEOUT')) throw tcpError;
    const conversation = await overUdp(target, clock).catch((udpError: unknown) => {
      throw isAbsent(udpError) ? tcpError : udpError;
    });
    remember(address);
    return conversation;
  }
}

/** Nobody answered on UDP: says nothing about the terminal. */
function isAbsent(error: unknown): boolean {
  return isGerbangError(error, 'ZK_NO_REPLY', 'NET_REFUSED', 'NET_UNREACHABLE');
}

function remember(address: string): void {
  const [oldest] = onUdp;
  if (onUdp.size >= maxRemembered && oldest !== undefined) onUdp.delete(oldest);
  onUdp.add(address);
}

async function overTcp(target: TerminalTarget, clock: HostClock): Promise<Conversation> {
  const { host, port, connectTimeoutMs = defaultTimeouts.connectTimeoutMs } = target;
  return signIn(await connectTcp(host, port, connectTimeoutMs), target, clock);
}

async function overUdp(target: TerminalTarget, clock: HostClock): Promise<Conversation> {
  return signIn(await openUdp(target.host, target.port), target, clock);
}

/** Begins the conversation over a line that is already there. Closes it when that fails. */
export async function signIn(link: Link, target: TerminalTarget, clock: HostClock): Promise<Conversation> {
  const conversation = new Conversation({
    link,
    clock,
    commKey: target.commKey,
    replyTimeoutMs: target.replyTimeoutMs ?? defaultTimeouts.replyTimeoutMs,
    sessionTimeoutMs: target.sessionTimeoutMs ?? defaultTimeouts.sessionTimeoutMs,
    acceptBadChecksum: target.quirks?.includes('acceptBadReplyChecksum') ?? false,
    tap: target.tap,
  });
  try {
    await conversation.connect();
    return conversation;
  } catch (error) {
    await conversation.close();
    throw error;
  }
}
