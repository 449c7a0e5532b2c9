/** The UDP link: one packet per datagram, no prefix, nothing guaranteed (docs/protocol.md, "UDP"). */
import dgram from 'node:dgram';
import dns from 'node:dns/promises';
import net from 'node:net';
import { GerbangError } from '../../errors.ts';
import { framePrefixBytes } from '../wire.ts';
import type { Link, LinkListener } from './link.ts';

/** Kernel buffer asked for: a range of 16 KiB arrives in a burst, and what does not fit is lost. */
const receiveBufferBytes = 256 * 1024;

/**
 * Prepares to talk to a terminal over UDP. Nothing is sent: UDP has no connection, so a missing terminal shows only when
 * the first request gets no reply.
 *
 * @throws GerbangError NET_UNREACHABLE when the name cannot be resolved or there is no route
 */
export async function openUdp(host: string, port: number): Promise<Link> {
  const address = await resolve(host);
  const socket = dgram.createSocket({ type: net.isIPv6(address) ? 'udp6' : 'udp4' });
  try {
    await new Promise<void>((done, failed) => {
      socket.once('error', failed);
      // A connected socket hears only this terminal, and learns when nobody listens at its port.
      socket.connect(port, address, () => {
        socket.off('error', failed);
        done();
      });
    });
    socket.setRecvBufferSize(receiveBufferBytes);
  } catch (error) {
    socket.close();
    throw unreachable(host, error);
  }
  return linkOf(socket, host, port);
}

async function resolve(host: string): Promise<string> {
  if (net.isIP(host) !== 0) return host;
  try {
    return (await dns.lookup(host)).address;
  } catch (error) {
    throw unreachable(host, error);
  }
}

function errnoOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'UNKNOWN';
}

function unreachable(host: string, cause: unknown): GerbangError {
  return new GerbangError(
    'NET_UNREACHABLE',
    `There is no way to the terminal (${errnoOf(cause)}). Check its address, the cable and the routes to this office.`,
    { context: { host, errno: errnoOf(cause) }, cause },
  );
}

function linkOf(socket: dgram.Socket, host: string, port: number): Link {
  let listener: LinkListener | null = null;
  let over = false;

  function lose(error: unknown): void {
    if (over) return;
    over = true;
    const refused = errnoOf(error) === 'ECONNREFUSED';
    listener?.onLost(
      refused
        ? new GerbangError(
            'NET_REFUSED',
            'Nothing listens at this UDP port of the terminal. Check host, port and transport.',
            {
              context: { host, port },
              cause: error,
            },
          )
        : unreachable(host, error),
    );
  }

  socket.on('error', lose);
  socket.on('message', (datagram) => {
    if (over) return;
    listener?.onBytes(datagram.length);
    listener?.onPacket(datagram);
  });

  return {
    kind: 'udp',
    listen: (given) => {
      listener = given;
    },
    send: (frame) => {
      // An error of the kernel arrives here or, from the network, at the next datagram.
      if (over) return;
      socket.send(frame.subarray(framePrefixBytes), (error) => {
        if (error !== null) lose(error);
      });
    },
    allowFrameBytes: () => {},
    close: () => {
      over = true;
      return new Promise((resolve) => socket.close(() => resolve()));
    },
  };
}
