/**
 * A line between the driver and a simulated terminal that exists in memory only, with a fuzzer in the middle. What the
 * driver sends arrives unharmed; what the terminal answers does not.
 */
import { createFrameReader } from '../../device-sim/codec/frame.ts';
import { GerbangError, isGerbangError } from '../../src/errors.ts';
import { createFramer } from '../../src/zk/frames.ts';
import { openTerminalOver } from '../../src/zk/terminal.ts';
import type { Link, LinkListener } from '../../src/zk/transport/link.ts';
import { createWitness, type LayLine, type LineRecord } from './driver-lane.ts';
import { createTerminalEnd } from './terminal-end.ts';

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
  const { kind, patient } = options;
  const record: LineRecord = { mutated: 0, lies: new Set(), transcript: [] };
  const witness = createWitness(record.lies);
  const terminal = createTerminalEnd(options, record, witness);
  const reader = createFrameReader();
  const framer = createFramer(pass);
  let listener: LinkListener | null = null;
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

  function receive(piece: Buffer): void {
    if (over) return;
    listener?.onBytes(piece.length);
    // A copy: packets may be views on it, and the terminal's own bytes must not be.
    const bytes = Buffer.from(piece);
    try {
      if (kind === 'udp') pass(bytes);
      else framer.push(bytes);
    } catch (error) {
      if (!isGerbangError(error)) throw error;
      lose(error);
    }
  }

  const link: Link = {
    kind,
    listen(given) {
      listener = given;
    },
    send(frame) {
      if (over) return;
      sends += 1;
      const sentAs = sends;
      witness.asked(frame.subarray(8));
      record.transcript.push(`> ${Buffer.from(frame).toString('hex')}`);
      const { pieces, cut } = terminal.answer(reader.push(Buffer.from(frame)).packets);
      queueMicrotask(() => pieces.forEach(receive));
      // Nothing else is on its way. If that was not enough for the driver to go on, it would wait for nothing.
      setImmediate(() => {
        if ((cut || !patient) && sends === sentAs) lose(new GerbangError('NET_CLOSED', 'The line was cut.'));
      });
    },
    allowFrameBytes: (bytes) => framer.allowFrameBytes(bytes),
    async close() {
      over = true;
      terminal.close();
    },
  };
  return { link, record };
}
