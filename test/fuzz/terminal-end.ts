/** The terminal's end of a disturbed line: what it answers, and what becomes of that on the way. */
import { createSessions } from '../../device-sim/session.ts';
import type { createWitness, LayLine, LineRecord } from './driver-lane.ts';
import { type Arrival, asDatagrams, overStream } from './mutations.ts';

/** A terminal with its own table of sessions: conversations at once would push each other's out and inherit their numbers. */
export interface TerminalEnd {
  /** What arrives of the answers to these requests. */
  answer(requests: readonly Buffer[]): Arrival;
  close(): void;
}

/** Packets of earlier answers that may come back. */
const keptPast = 8;
let peers = 0;

export function createTerminalEnd(
  { kind, world, random, boldness }: Parameters<LayLine>[0],
  record: LineRecord,
  witness: ReturnType<typeof createWitness>,
): TerminalEnd {
  peers += 1;
  const sessions = createSessions(world.terminal);
  const peer = { key: `fuzz:${peers}`, transport: kind, send: () => undefined } as const;
  const past: Buffer[] = [];
  let cutByTerminal = false;

  function packetsFor(request: Buffer): Buffer[] {
    const packets: Buffer[] = [];
    for (const out of sessions.receive(peer, request).packets) {
      cutByTerminal ||= out.cutAfterBytes !== undefined;
      if (cutByTerminal) break;
      packets.push(out.bytes);
      witness.wrote(out.bytes);
    }
    return packets;
  }

  return {
    answer(requests) {
      const packets = requests.flatMap(packetsFor);
      const arrival = (kind === 'tcp' ? overStream : asDatagrams)(random, { packets, past }, boldness);
      past.push(...packets);
      past.splice(0, Math.max(0, past.length - keptPast));
      record.mutated += arrival.mutated;
      for (const piece of arrival.pieces) record.transcript.push(`< ${piece.toString('hex')}`);
      return { ...arrival, cut: arrival.cut || cutByTerminal };
    },
    close: () => sessions.close(),
  };
}
