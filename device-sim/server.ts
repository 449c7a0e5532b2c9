import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { serveConnection } from './connection.ts';
import { createSessions } from './session.ts';
import type { Terminal } from './terminal.ts';

/** A terminal on the network. */
export type TerminalServer = {
  readonly host: string;
  readonly port: number;
  /** Unplugs it: connections break, new ones are refused. Its clock runs on and people still punch. */
  offline(): Promise<void>;
  /** Plugs it in again at the same port. */
  online(): Promise<void>;
  /** A restart: every session is forgotten, the network is away for `downMs`. */
  reboot(downMs: number): Promise<void>;
  stop(): Promise<void>;
};

/**
 * Puts a terminal on a TCP port.
 *
 * @param address port 0 takes a free one; it stays the same over offline and online
 */
export async function serveTerminal(
  terminal: Terminal,
  address: { host: string; port: number },
): Promise<TerminalServer> {
  const sessions = createSessions(terminal);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = address.port;
  let rebooting: NodeJS.Timeout | undefined;
  let stopped = false;

  function accept(socket: Socket): void {
    const { secondClient } = terminal.knobs;
    const isSecond = sockets.size > 0;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    if (!isSecond || secondClient === 'served') {
      serveConnection(terminal, sessions, socket);
      return;
    }
    socket.on('error', () => socket.destroy());
    if (secondClient === 'refused') socket.end();
    else if (secondClient === 'reset') socket.resetAndDestroy();
    else socket.resume();
  }

  async function online(): Promise<void> {
    if (server || stopped) return;
    const listening = createServer(accept);
    server = listening;
    listening.listen(port, address.host);
    try {
      await once(listening, 'listening');
    } catch (error) {
      server = undefined;
      throw error;
    }
    const bound = listening.address();
    if (bound !== null && typeof bound === 'object') port = bound.port;
  }

  async function offline(): Promise<void> {
    const closing = server;
    server = undefined;
    if (!closing) return;
    const closed = once(closing, 'close');
    closing.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  await online();
  return {
    host: address.host,
    get port() {
      return port;
    },
    offline,
    online,
    async reboot(downMs) {
      sessions.clear();
      terminal.enable();
      await offline();
      clearTimeout(rebooting);
      rebooting = setTimeout(() => void online().catch(() => undefined), downMs);
    },
    async stop() {
      stopped = true;
      clearTimeout(rebooting);
      await offline();
    },
  };
}
