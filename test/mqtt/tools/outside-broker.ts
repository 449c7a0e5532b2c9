/** A broker of somebody else's: real aedes without our rules, on a port that stays the same over its restarts. */
import { createServer, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';

export interface OutsideBroker {
  readonly port: number;
  readonly url: string;
  /** Goes away without a word to anybody. */
  stop(): Promise<void>;
  /** Cuts the network to clients whose id begins so, by default to all; the broker itself lives on. */
  cut(idPrefix?: string): void;
}

/**
 * Starts a broker; 0 takes a free port.
 *
 * @param hangsUpOn a message for which it ends the connection instead of confirming it
 * @param onTaken told of each message it takes from a client, before it confirms it
 */
export async function startOutsideBroker(
  port = 0,
  hangsUpOn: (topic: string) => boolean = () => false,
  onTaken: (topic: string, payload: Buffer) => void = () => undefined,
): Promise<OutsideBroker> {
  const aedes = await Aedes.createBroker({
    authorizePublish: (_client, packet, done) => done(hangsUpOn(packet.topic) ? new Error('hanging up') : null),
  });
  aedes.on('publish', ({ topic, payload }, client) => {
    if (client !== null) onTaken(topic, Buffer.from(payload));
  });
  const sockets = new Map<Socket, string>();
  const server: Server = createServer((socket) => {
    const client = aedes.handle(socket);
    sockets.set(socket, '');
    client.once('connected', () => sockets.set(socket, client.id));
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const cut = (idPrefix = ''): void => {
    for (const [socket, id] of sockets) if (id.startsWith(idPrefix)) socket.destroy();
  };
  return {
    port: address.port,
    url: `mqtt://127.0.0.1:${address.port}`,
    cut,
    async stop() {
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
    },
  };
}
