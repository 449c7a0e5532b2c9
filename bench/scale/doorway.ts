/** A way to the database that can be shut: to whoever goes through it, the server is away. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A port that passes everything on. */
export interface Doorway {
  /** The database's address with this port in it. */
  readonly url: string;
  /** Ends all connections and takes no more. */
  shut(): void;
  open(): Promise<void>;
}

/** Opens a way to a database on this machine. */
export async function openDoorway(databaseUrl: string): Promise<Doorway> {
  const there = new URL(databaseUrl);
  const passing = new Set<Socket>();
  let server: Server | null = null;
  let port = 0;
  const pass = (socket: Socket): void => {
    const onward = connect(Number(there.port), there.hostname);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      passing.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        passing.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  };
  const open = async (): Promise<void> => {
    if (server !== null) return;
    server = createServer(pass).listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address !== null && typeof address !== 'string') port = address.port;
  };
  await open();
  const here = new URL(databaseUrl);
  here.host = `127.0.0.1:${port}`;
  return {
    url: here.href,
    open,
    shut() {
      server?.close();
      server = null;
      for (const socket of passing) socket.destroy();
    },
  };
}
