/**
 * A TCP line to a terminal that is as bad as it is told to be: cut after so many bytes, cut into pieces, slow, late and
 * unsteady. What passes towards the terminal passes as it is.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the line does to what a terminal says. All of it may be changed while it is used. */
export interface Manners {
  /** The line ends after so many bytes of one connection, by FIN or by RST. */
  readonly cutAfterBytes?: number;
  readonly cutBy?: 'fin' | 'reset';
  /** Bytes that travel together, at most. */
  readonly pieceBytes?: number;
  /** One way, in milliseconds; and how much chance adds to it. */
  readonly delayMs?: number;
  readonly jitterMs?: number;
  readonly bytesPerSecond?: number;
}

export interface Line {
  readonly port: number;
  manners: Manners;
  close(): Promise<void>;
}

/** @param random uniform in [0, 1) */
export async function openLine(target: { host: string; port: number }, random: () => number): Promise<Line> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target.port, target.host);
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
    near.on('data', (bytes) => {
      void sleep(line.manners.delayMs ?? 0).then(() => far.writable && far.write(bytes));
    });
    near.on('close', () => far.destroy());
    void speak(far, near, () => line.manners, random);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const line: Line = {
    port: address.port,
    manners: {},
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return line;
}

/** Passes on what the terminal says, in order, until either end is gone. */
async function speak(far: Socket, near: Socket, manners: () => Manners, random: () => number): Promise<void> {
  let passed = 0;
  try {
    for await (const chunk of far) {
      const bytes: Buffer = chunk;
      const { delayMs = 0, jitterMs = 0 } = manners();
      if (delayMs + jitterMs > 0) await sleep(delayMs + jitterMs * random());
      for (let at = 0; at < bytes.length; ) {
        const { pieceBytes = bytes.length, bytesPerSecond, cutAfterBytes, cutBy } = manners();
        const left = (cutAfterBytes ?? Number.POSITIVE_INFINITY) - passed;
        const piece = bytes.subarray(at, at + Math.min(pieceBytes, left));
        if (piece.length > 0 && !near.destroyed) {
          near.write(piece);
          // The next piece must not leave in the same segment.
          if (at + piece.length < bytes.length) await new Promise((resolve) => void setImmediate(resolve));
        }
        if (bytesPerSecond !== undefined) await sleep((1_000 * piece.length) / bytesPerSecond);
        at += piece.length;
        passed += piece.length;
        if (passed >= (cutAfterBytes ?? Number.POSITIVE_INFINITY)) {
          if (cutBy === 'reset') near.resetAndDestroy();
          else near.end();
          far.destroy();
          return;
        }
      }
    }
  } catch {
    // Either end is gone; so is the line.
  }
  near.end();
}
