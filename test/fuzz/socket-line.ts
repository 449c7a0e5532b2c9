/** A line over real sockets of loopback, with the fuzzer between the simulated terminal and its port. */
import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createFrameReader } from '../../device-sim/codec/frame.ts';
import { createSessions, type Sessions } from '../../device-sim/session.ts';
import { openTerminal } from '../../src/zk/terminal.ts';
import { createWitness, type LayLine, type LineRecord } from './driver-lane.ts';
import { asDatagrams, overStream } from './mutations.ts';

/** A stream on which nothing more will come is closed after this long. */
const deadAfterMs = 40;
const keptPast = 8;
let peers = 0;

type Options = Parameters<LayLine>[0];
type Witness = ReturnType<typeof createWitness>;

/** Lays a line through the kernel. */
export const layOverSockets: LayLine = async (options) => {
  const record: LineRecord = { mutated: 0, lies: new Set(), transcript: [] };
  const witness = createWitness(record.lies);
  const { port, close } =
    options.kind === 'tcp'
      ? await serveStream(options, record, witness)
      : await serveDatagrams(options, record, witness);
  const tap = {
    sent(packet: Uint8Array) {
      witness.asked(packet);
      record.transcript.push(`> ${Buffer.from(packet).toString('hex')}`);
    },
    received: (packet: Uint8Array) => witness.arrived(packet),
  };
  return {
    record,
    open: (target, clock) => openTerminal({ host: '127.0.0.1', port, ...target, tap }, clock),
    close,
  };
};

/** What the terminal answers to one packet, remembered as written. */
function answerer(
  sessions: Sessions,
  { kind }: Options,
  witness: Witness,
  onCut?: () => void,
): (packet: Buffer) => Buffer[] {
  peers += 1;
  const peer = { key: `socket:${peers}`, transport: kind, send: () => undefined } as const;
  return (packet) => {
    const packets: Buffer[] = [];
    for (const out of sessions.receive(peer, packet).packets) {
      if (out.cutAfterBytes !== undefined) {
        onCut?.();
        break;
      }
      packets.push(out.bytes);
      witness.wrote(out.bytes);
    }
    return packets;
  };
}

async function serveStream(options: Options, record: LineRecord, witness: Witness) {
  const sessions = createSessions(options.world.terminal);
  const { random, boldness, patient } = options;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    const reader = createFrameReader();
    const answer = answerer(sessions, options, witness, () => socket.destroy());
    const past: Buffer[] = [];
    let dead: NodeJS.Timeout | undefined;
    socket.on('close', () => clearTimeout(dead));
    socket.on('data', (bytes: Buffer) => {
      clearTimeout(dead);
      const packets = reader.push(bytes).packets.flatMap(answer);
      const arrival = overStream(random, { packets, past }, boldness);
      past.push(...packets);
      past.splice(0, Math.max(0, past.length - keptPast));
      record.mutated += arrival.mutated;
      for (const piece of arrival.pieces) {
        record.transcript.push(`< ${piece.toString('hex')}`);
        if (!socket.destroyed) socket.write(piece);
      }
      if (arrival.cut) socket.end();
      else if (!patient) dead = setTimeout(() => socket.destroy(), deadAfterMs);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    async close() {
      sessions.close();
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function serveDatagrams(options: Options, record: LineRecord, witness: Witness) {
  const sessions = createSessions(options.world.terminal);
  const { random, boldness } = options;
  const socket: Datagrams = createSocket('udp4');
  const answer = answerer(sessions, options, witness);
  const past: Buffer[] = [];
  socket.on('error', () => undefined);
  socket.on('message', (bytes, from) => {
    const packets = answer(bytes);
    const arrival = asDatagrams(random, { packets, past }, boldness);
    past.push(...packets);
    past.splice(0, Math.max(0, past.length - keptPast));
    record.mutated += arrival.mutated;
    for (const piece of arrival.pieces) {
      record.transcript.push(`< ${piece.toString('hex')}`);
      socket.send(piece, from.port, from.address, () => undefined);
    }
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    async close() {
      sessions.close();
      socket.close();
      await once(socket, 'close');
    },
  };
}
