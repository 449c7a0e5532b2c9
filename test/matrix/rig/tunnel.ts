/** A TCP tunnel to a server that does what networks do: pass, say nothing any more, end, or swallow one answer. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Tunnel {
  readonly port: number;
  /** What is open now stays open and carries nothing any more, in either direction; new connections pass. */
  blackholeOpen(): number;
  /** Nobody gets through, and nobody is told; until {@link Tunnel.pass}. */
  blackholeAll(): void;
  pass(): void;
  /** Ends every connection. */
  cut(): void;
  /**
   * The next time a client says `words`, the server hears it, but its answer is lost with the connection.
   *
   * @returns resolves when it has happened
   */
  swallowAnswerTo(words: string): Promise<void>;
  close(): Promise<void>;
}

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  dark: boolean;
}

/** How long the server gets to do what it was told before the connection ends. */
const workMs = 150;

/** Opens one on a free port of 127.0.0.1. */
export async function openTunnel(target: { readonly port: number }): Promise<Tunnel> {
  const pairs = new Set<Pair>();
  let allDark = false;
  let trap: { readonly words: string; sprung(): void } | null = null;

  const server = createServer((near) => {
    const far = connect(target.port, '127.0.0.1');
    const pair: Pair = { near, far, dark: false };
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far])
      socket.on('error', () => undefined).on('close', () => pair.dark || allDark || end());
    near.on('data', (bytes) => {
      if (pair.dark || allDark) return;
      if (trap !== null && bytes.includes(trap.words)) {
        const { sprung } = trap;
        trap = null;
        pair.dark = true;
        setTimeout(() => {
          end();
          sprung();
        }, workMs);
      }
      far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (!pair.dark && !allDark) near.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const cut = (): void => {
    for (const { near, far } of pairs) {
      near.destroy();
      far.destroy();
    }
    pairs.clear();
  };
  return {
    port: address.port,
    blackholeOpen() {
      for (const pair of pairs) pair.dark = true;
      return pairs.size;
    },
    blackholeAll: () => {
      allDark = true;
    },
    pass: () => {
      allDark = false;
    },
    cut,
    swallowAnswerTo: (words) =>
      new Promise((resolve) => {
        trap = { words, sprung: resolve };
      }),
    async close() {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}
