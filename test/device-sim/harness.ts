import { encodeFrame } from '../../device-sim/codec/frame.ts';
import { encodePacket } from '../../device-sim/codec/packet.ts';
import { serveTerminal, type TerminalServer } from '../../device-sim/server.ts';
import { createTerminal, type Terminal, type TerminalOptions } from '../../device-sim/terminal.ts';
import { openRawClient, type RawClient } from './raw-client.ts';

/** 2024-03-01 08:00:00, the instant the published examples use. */
export const EIGHT_OCLOCK = Date.parse('2024-03-01T08:00:00Z');

/** A terminal on a free port, its clock right and in UTC, its first session 0x1F2E; `moveTo` moves true time. */
export type Stage = {
  terminal: Terminal;
  server: TerminalServer;
  moveBy(ms: number): void;
  client(): Promise<RawClient>;
  end(): Promise<void>;
};

export async function openStage(options: Partial<TerminalOptions> = {}): Promise<Stage> {
  let nowMs = EIGHT_OCLOCK;
  const terminal = createTerminal({
    serial: 'SIM1',
    now: () => nowMs,
    clock: { zoneOffsetMinutes: 0 },
    ...options,
    knobs: { firstSessionId: 0x1f2e, ...options.knobs },
  });
  const server = await serveTerminal(terminal, { host: '127.0.0.1', port: 0 });
  const clients: RawClient[] = [];
  return {
    terminal,
    server,
    moveBy(ms) {
      nowMs += ms;
    },
    async client() {
      const client = await openRawClient(server.port);
      clients.push(client);
      return client;
    },
    async end() {
      for (const client of clients) client.close();
      await server.stop();
    },
  };
}

/** A request in session 0x1F2E as hex. For requests whose bytes are not the point; those that are, are literals. */
export function request(code: number, replyId: number, payloadHex = ''): string {
  const payload = Buffer.from(payloadHex, 'hex');
  return encodeFrame(encodePacket({ code, session: code === 1000 ? 0 : 0x1f2e, replyId, payload })).toString('hex');
}

/** One reply cut out of a stream of hex: its fields, not its bytes. */
export type ReplyFields = { code: number; session: number; replyId: number; payload: string };

export async function readReply(client: RawClient): Promise<ReplyFields> {
  const prefix = Buffer.from(await client.read(8), 'hex');
  if (prefix.length < 8) throw new Error('the terminal closed the connection');
  const packet = Buffer.from(await client.read(prefix.readUInt32LE(4)), 'hex');
  return {
    code: packet.readUInt16LE(0),
    session: packet.readUInt16LE(4),
    replyId: packet.readUInt16LE(6),
    payload: packet.subarray(8).toString('hex'),
  };
}

/** Sends a request and reads one reply. */
export async function ask(client: RawClient, code: number, replyId: number, payloadHex = ''): Promise<ReplyFields> {
  client.send(request(code, replyId, payloadHex));
  return readReply(client);
}

export async function connected(stage: Stage): Promise<RawClient> {
  const client = await stage.client();
  client.send('5050827d08000000e80317fc00000000');
  await client.read(16);
  return client;
}
