import type { Packet } from './codec/packet.ts';
import type { Terminal } from './terminal.ts';

/** Something to put on the wire. */
export type Outgoing = {
  /** Header and payload, or raw bytes when `framed` is false. */
  bytes: Buffer;
  /** Whether TCP puts its prefix before it. */
  framed: boolean;
  pauseMs: number;
  isData?: boolean;
  /** The length the TCP prefix claims, when it lies. */
  claimedBytes?: number;
  /** Close the connection after this many bytes of it. */
  cutAfterBytes?: number;
};

/** Does to an answer what the terminal's packet and device faults ask for. */
export function* distort(terminal: Terminal, request: Packet, packets: Iterable<Outgoing>): Generator<Outgoing> {
  const { faults } = terminal;
  const command = request.code;
  if (faults.strike('cut-before-reply', command)) {
    yield { bytes: Buffer.alloc(0), framed: false, pauseMs: 0, cutAfterBytes: 0 };
    return;
  }
  if (faults.strike('silent', command)) return;
  const garbage = faults.strike('garbage-reply', command);
  if (garbage) {
    const bytes = Buffer.from(Array.from({ length: garbage.bytes ?? 32 }, () => terminal.random.integer(0, 255)));
    yield { bytes, framed: false, pauseMs: 0 };
    return;
  }
  for (const packet of packets) {
    if (packet.isData && faults.strike('cut-mid-chunk', command)) {
      yield { ...packet, cutAfterBytes: 16 + Math.floor((packet.bytes.length - 8) / 2) };
      return;
    }
    yield faults.strike('huge-length', command) ? { ...packet, claimedBytes: 0xffff_ffff } : packet;
  }
}
