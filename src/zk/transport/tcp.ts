/** The TCP link (docs/protocol.md, "Frames" and "Manners"). */
import net from 'node:net';
import { type GerbangError, isGerbangError } from '../../errors.ts';
import { createFramer, type Framer } from '../frames.ts';
import type { Link, LinkListener } from './link.ts';
import { ConnectTimeout, closedError, connectError } from './net-errors.ts';

/** Written but unsent bytes at which a terminal that reads nothing counts as lost. */
const maxUnsentBytes = 65_536;

/** How long the last frame may take to leave before the socket is destroyed. */
const closeGraceMs = 500;

/**
 * Connects to a terminal.
 *
 * A connection must be followed by a request at once: firmware that has accepted a connection waits up to 8 seconds for
 * the first bytes with its screen frozen. So this is never used as a probe.
 *
 * @param connectTimeoutMs wait for the connection, name resolution included
 * @throws GerbangError NET_REFUSED, NET_UNREACHABLE, NET_CONNECT_TIMEOUT
 */
export async function connectTcp(host: string, port: number, connectTimeoutMs: number): Promise<Link> {
  const socket = net.connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 });
  try {
    await connected(socket, connectTimeoutMs);
  } catch (error) {
    socket.on('error', () => {});
    socket.destroy();
    throw connectError(error, host, port, connectTimeoutMs);
  }
  return linkOf(socket);
}

function connected(socket: net.Socket, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => onError(new ConnectTimeout()), timeoutMs);
    function settle(): void {
      clearTimeout(timer);
      socket.off('connect', onConnect).off('error', onError);
    }
    function onConnect(): void {
      settle();
      resolve();
    }
    function onError(error: Error): void {
      settle();
      reject(error);
    }
    socket.once('connect', onConnect).once('error', onError);
  });
}

function linkOf(socket: net.Socket): Link {
  let listener: LinkListener | null = null;
  let framer: Framer | null = null;
  let over = false;

  function lose(error: GerbangError): void {
    if (over) return;
    over = true;
    socket.pause();
    listener?.onLost(error);
  }

  socket.on('error', (error) => lose(closedError(error)));
  socket.on('close', () => lose(closedError(undefined)));
  socket.pause();

  function onData(chunk: Uint8Array): void {
    if (over || framer === null) return;
    listener?.onBytes(chunk.length);
    try {
      framer.push(chunk);
    } catch (error) {
      if (!isGerbangError(error)) throw error;
      lose(error);
    }
  }

  return {
    kind: 'tcp',
    listen(given) {
      listener = given;
      framer = createFramer((packet) => {
        // The listener may close the link in the middle of a chunk.
        if (!over) given.onPacket(packet);
      });
      socket.on('data', onData);
      socket.resume();
    },
    send(frame) {
      if (socket.destroyed || !socket.writable) return;
      socket.write(frame);
      if (socket.writableLength > maxUnsentBytes) lose(closedError(new Error('the terminal reads nothing')));
    },
    allowFrameBytes: (bytes) => framer?.allowFrameBytes(bytes),
    async close() {
      over = true;
      if (socket.destroyed) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => socket.destroy(), closeGraceMs);
        socket.once('close', () => {
          clearTimeout(timer);
          resolve();
        });
        // Unread bytes would keep the close from being seen.
        socket.resume();
        socket.end();
      });
    },
  };
}
