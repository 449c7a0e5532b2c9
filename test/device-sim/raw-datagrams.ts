import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A UDP client that knows nothing of the protocol. */
export type RawDatagrams = {
  send(hex: string): void;
  /** Sends and takes the next datagram. */
  ask(hex: string): Promise<string>;
  /** `count` datagrams; with 0 whatever comes within a moment. */
  received(count: number): Promise<string[]>;
  close(): void;
};

const QUIET_MS = 150;
const PATIENCE_MS = 10_000;

export async function openRawDatagrams(port: number): Promise<RawDatagrams> {
  const socket = createSocket('udp4');
  let held: string[] = [];
  socket.on('message', (bytes) => held.push(bytes.toString('hex')));
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');

  async function received(count: number): Promise<string[]> {
    const deadline = Date.now() + (count === 0 ? QUIET_MS : PATIENCE_MS);
    while (Date.now() < deadline && (count === 0 || held.length < count)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const taken = held;
    held = [];
    return taken;
  }

  const send = (hex: string): void => socket.send(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  return {
    send,
    async ask(hex) {
      send(hex);
      return (await received(1))[0] ?? '';
    },
    received,
    close: () => socket.close(),
  };
}
