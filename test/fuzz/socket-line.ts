/** A line over real sockets of loopback, with the fuzzer between the simulated terminal and its port. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createFrameReader } from '../../device-sim/codec/frame.ts';
import { openTerminal } from '../../src/zk/terminal.ts';
import { createWitness, type LayLine, type LineRecord } from './driver-lane.ts';
import { createTerminalEnd, type TerminalEnd } from './terminal-end.ts';

/** A stream on which nothing more will come is closed after this long. */
const deadAfterMs = 40;

/** A port of loopback behind which the terminal sits. */
interface Door {
  readonly port: number;
  close(): Promise<void>;
}

/** Lays a line through the kernel. */
export const layOverSockets: LayLine = async (options) => {
  const record: LineRecord = { mutated: 0, lies: new Set(), transcript: [] };
  const witness = createWitness(record.lies);
  const terminal = createTerminalEnd(options, record, witness);
  const door = options.kind === 'tcp' ? await serveStream(terminal, options.patient) : await serveDatagrams(terminal);
  const tap = {
    sent(packet: Uint8Array) {
      witness.asked(packet);
      record.transcript.push(`> ${Buffer.from(packet).toString('hex')}`);
    },
    received: (packet: Uint8Array) => witness.arrived(packet),
  };
  return {
    record,
    open: (target, clock) => openTerminal({ host: '127.0.0.1', port: door.port, ...target, tap }, clock),
    async close() {
      terminal.close();
      await door.close();
    },
  };
};

async function serveStream(terminal: TerminalEnd, patient: boolean): Promise<Door> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const reader = createFrameReader();
    let dead: NodeJS.Timeout | undefined;
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => clearTimeout(dead));
    socket.on('data', (bytes: Buffer) => {
      clearTimeout(dead);
      const { pieces, cut } = terminal.answer(reader.push(bytes).packets);
      for (const piece of pieces) if (!socket.destroyed) socket.write(piece);
      if (cut) socket.end();
      else if (!patient) dead = setTimeout(() => socket.destroy(), deadAfterMs);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function serveDatagrams(terminal: TerminalEnd): Promise<Door> {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  socket.on('message', (bytes, from) => {
    for (const piece of terminal.answer([bytes]).pieces) {
      socket.send(piece, from.port, from.address, () => undefined);
    }
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    async close() {
      socket.close();
      await once(socket, 'close');
    },
  };
}
