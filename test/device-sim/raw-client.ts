import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A TCP client that knows nothing of the protocol: it writes the bytes it is given and hands back what comes. */
export type RawClient = {
  readonly socket: Socket;
  /** Sizes of the pieces in which bytes arrived. */
  readonly pieces: readonly number[];
  send(hex: string): void;
  /** The next `count` bytes, as hex. */
  read(count: number): Promise<string>;
  /** Whatever comes until nothing has come for `quietMs`. */
  readUntilQuiet(quietMs?: number): Promise<string>;
  /** Everything up to the other side's close. */
  readToEnd(): Promise<string>;
  close(): void;
};

const unspaced = (hex: string): string => hex.replaceAll(' ', '');

export async function openRawClient(port: number): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let held = Buffer.alloc(0);
  const pieces: number[] = [];
  let ended = false;
  let wake: () => void = () => undefined;
  socket.on('data', (bytes: Buffer) => {
    pieces.push(bytes.length);
    held = Buffer.concat([held, bytes]);
    wake();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    ended = true;
    wake();
  });
  await once(socket, 'connect');

  async function until(done: () => boolean, timeoutMs = 10_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!done()) {
      const leftMs = deadline - Date.now();
      if (leftMs <= 0) throw new Error(`nothing more came; held ${held.toString('hex')}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  function take(count: number): string {
    const hex = held.subarray(0, count).toString('hex');
    held = held.subarray(count);
    return hex;
  }

  return {
    socket,
    pieces,
    send: (hex) => socket.write(Buffer.from(unspaced(hex), 'hex')),
    async read(count) {
      await until(() => held.length >= count || ended);
      return take(count);
    },
    async readUntilQuiet(quietMs = 150) {
      for (let before = -1; before !== held.length; ) {
        before = held.length;
        await new Promise((resolve) => setTimeout(resolve, quietMs));
      }
      return take(held.length);
    },
    async readToEnd() {
      await until(() => ended);
      return take(held.length);
    },
    close: () => socket.destroy(),
  };
}

/** Bytes a hex literal stands for. */
export const bytesIn = (hex: string): number => unspaced(hex).length / 2;

export { unspaced };
