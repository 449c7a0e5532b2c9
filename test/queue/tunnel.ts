/** A TCP tunnel to a server that can be frozen, cut and closed: what a network does to a queue. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Tunnel {
  readonly port: number;
  /** Nothing passes any more and nobody is told: connections stay open, new ones are accepted. */
  freeze(): void;
  /** Ends every connection and refuses new ones until {@link Tunnel.restore}. */
  cut(): Promise<void>;
  restore(): Promise<void>;
  /** Connections that were ever opened through it. */
  connections(): number;
  close(): Promise<void>;
}

export async function openTunnel(target: { host: string; port: number }): Promise<Tunnel> {
  const sockets = new Set<Socket>();
  let frozen = false;
  let connections = 0;

  const join = (from: Socket, to: Socket): void => {
    from.on('data', (bytes) => {
      if (!frozen) to.write(bytes);
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      sockets.delete(from);
      if (!frozen) to.destroy();
    });
    sockets.add(from);
  };
  const server = createServer((near) => {
    connections += 1;
    const far = connect(target.port, target.host);
    join(near, far);
    join(far, near);
  });
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  };
  const cut = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  const port = await listen(0);
  return {
    port,
    freeze: () => {
      frozen = true;
    },
    cut,
    restore: async () => {
      frozen = false;
      await listen(port);
    },
    connections: () => connections,
    close: async () => {
      if (server.listening) await cut();
    },
  };
}
