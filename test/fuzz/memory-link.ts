/**
 * A line between the driver and a simulated terminal that exists in memory only, with a fuzzer in the middle. What the
 * driver sends arrives unharmed; what the terminal answers does not.
 */
import { createFrameReader } from '../../device-sim/codec/frame.ts';
import { createSessions } from '../../device-sim/session.ts';
import { GerbangError, isGerbangError } from '../../src/errors.ts';
import { createFramer } from '../../src/zk/frames.ts';
import { openTerminalOver } from '../../src/zk/terminal.ts';
import type { Link, LinkListener } from '../../src/zk/transport/link.ts';
import { createWitness, type LayLine, type LineRecord } from './driver-lane.ts';
import { asDatagrams, overStream } from './mutations.ts';

const keptPast = 8;
let peers = 0;

/** Lays a line in memory. */
export const layInMemory: LayLine = async (options) => {
  const { link, record } = createMemoryLink(options);
  return {
    record,
    open: (target, clock) => openTerminalOver(link, { host: 'memory', port: 0, ...target }, clock),
    close: () => link.close(),
  };
};

/** The link alone. The record fills while it is used. */
export function createMemoryLink(options: Parameters<LayLine>[0]): { link: Link; record: LineRecord } {
  const { kind, world, random, boldness, patient } = options;
  // A table of its own: sixty conversations at once would push each other's sessions out and inherit their numbers.
  const sessions = createSessions(world.terminal);
  peers += 1;
  const record: LineRecord = { mutated: 0, lies: new Set(), transcript: [] };
  const peer = { key: `memory:${peers}`, transport: kind, send: () => undefined } as const;
  const reader = createFrameReader();
  const witness = createWitness(record.lies);
  const past: Buffer[] = [];
  let listener: LinkListener | null = null;
  let framer: ReturnType<typeof createFramer> | null = null;
  let sends = 0;
  let over = false;

  function lose(error: GerbangError): void {
    if (over) return;
    over = true;
    listener?.onLost(error);
  }

  /** As the driver sees it, before it judges the checksum. */
  function pass(packet: Uint8Array): void {
    if (over) return;
    witness.arrived(packet);
    listener?.onPacket(packet);
  }

  let cutByTerminal = false;
  function answerTo(request: Buffer): Buffer[] {
    const packets: Buffer[] = [];
    for (const out of sessions.receive(peer, request).packets) {
      cutByTerminal ||= out.cutAfterBytes !== undefined;
      if (cutByTerminal) break;
      packets.push(out.bytes);
    }
    return packets;
  }

  function deliver(packets: readonly Buffer[], sentAs: number): void {
    for (const packet of packets) witness.wrote(packet);
    const spoil = kind === 'tcp' ? overStream : asDatagrams;
    const arrival = spoil(random, { packets, past }, boldness);
    past.push(...packets);
    past.splice(0, Math.max(0, past.length - keptPast));
    record.mutated += arrival.mutated;
    for (const piece of arrival.pieces) {
      record.transcript.push(`< ${piece.toString('hex')}`);
      if (over) return;
      listener?.onBytes(piece.length);
      // A copy: packets may be views on it, and the terminal's own bytes must not be.
      const bytes = Buffer.from(piece);
      try {
        if (kind === 'udp') pass(bytes);
        else framer?.push(bytes);
      } catch (error) {
        if (!isGerbangError(error)) throw error;
        lose(error);
      }
    }
    // Nothing else is on its way. If that was not enough for the driver to go on, it would wait for nothing.
    setImmediate(() => {
      const isDead = arrival.cut || cutByTerminal || !patient;
      if (isDead && sends === sentAs) lose(new GerbangError('NET_CLOSED', 'The line was cut.'));
    });
  }

  const link: Link = {
    kind,
    listen(given) {
      listener = given;
      framer = createFramer(pass);
    },
    send(frame) {
      if (over) return;
      sends += 1;
      const sentAs = sends;
      witness.asked(frame.subarray(8));
      record.transcript.push(`> ${Buffer.from(frame).toString('hex')}`);
      const packets = reader.push(Buffer.from(frame)).packets.flatMap(answerTo);
      queueMicrotask(() => deliver(packets, sentAs));
    },
    allowFrameBytes: (bytes) => framer?.allowFrameBytes(bytes),
    async close() {
      over = true;
      sessions.close();
    },
  };
  return { link, record };
}
