import { encodePacket, type Packet } from './codec/packet.ts';
import { COMMAND, REPLY } from './codec/wire.ts';
import { type Outgoing, plain } from './outgoing.ts';
import type { Session } from './session-table.ts';
import type { Terminal } from './terminal.ts';
import { distortTransfer } from './transfer-faults.ts';

/** Does to an answer what the terminal's faults on packets ask for. */
export function* distort(
  terminal: Terminal,
  session: Session,
  request: Packet,
  packets: Iterable<Outgoing>,
): Generator<Outgoing> {
  const instead = insteadOfAnswer(terminal, request);
  if (instead) {
    yield* instead;
    return;
  }
  yield* strangersFirst(terminal, session, request);
  for (const packet of distortTransfer(terminal, session, request, packets)) {
    if (terminal.faults.strike('inserted-event', request.code)) yield strangeEvent();
    const out = distortPacket(terminal, request.code, packet);
    yield out;
    if (out.cutAfterBytes !== undefined) return;
    if (terminal.faults.strike('duplicate-reply', request.code)) yield { ...out, pauseMs: 0 };
  }
}

function insteadOfAnswer({ faults, random }: Terminal, { code }: Packet): Outgoing[] | undefined {
  if (faults.strike('cut-before-reply', code)) return [{ ...plain(Buffer.alloc(0)), cutAfterBytes: 0 }];
  if (faults.strike('silent', code)) return [];
  const garbage = faults.strike('garbage-reply', code);
  if (garbage) {
    const bytes = Buffer.from(Array.from({ length: garbage.bytes ?? 32 }, () => random.integer(0, 255)));
    return [{ bytes, framed: false, pauseMs: 0 }];
  }
  if (faults.strike('controller-reply', code)) {
    return [{ bytes: Buffer.from('aa01c8040000000055', 'hex'), framed: false, pauseMs: 0 }];
  }
  return undefined;
}

/** Packets that answer something else than what was asked. */
function* strangersFirst({ faults }: Terminal, session: Session, request: Packet): Generator<Outgoing> {
  if (faults.strike('stale-reply', request.code)) {
    const before = session.previousPacket;
    const replyId = request.replyId - 1;
    yield plain(before ?? encodePacket({ code: REPLY.ok, session: session.id, replyId }));
  }
  if (faults.strike('foreign-reply', request.code)) {
    yield plain(encodePacket({ code: REPLY.ok, session: session.id, replyId: request.replyId + 1_000 }));
  }
}

/** Somebody unknown to everybody, at 2024-03-01 08:00:30. */
function strangeEvent(): Outgoing {
  const payload = Buffer.alloc(32);
  payload.write('424242', 0, 'latin1');
  payload.writeUInt8(1, 24);
  Buffer.from('18030108001e', 'hex').copy(payload, 26);
  return plain(encodePacket({ code: COMMAND.registerEvents, session: 1, replyId: 0, payload }));
}

function distortPacket({ faults }: Terminal, command: number, packet: Outgoing): Outgoing {
  let out = packet;
  if (faults.strike('bad-checksum', command)) {
    const bytes = Buffer.from(out.bytes);
    bytes.writeUInt16LE((bytes.readUInt16LE(2) + 1) & 0xffff, 2);
    out = { ...out, bytes };
  }
  if (out.bytes.length > 8 && faults.strike('corrupt-payload', command)) {
    const bytes = Buffer.from(out.bytes);
    const middle = 8 + Math.floor((bytes.length - 8) / 2);
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 0x10, middle);
    out = { ...out, bytes };
  }
  if (faults.strike('huge-length', command)) out = { ...out, claimedBytes: 0xffff_ffff };
  if (faults.strike('secure-magic', command)) out = { ...out, secureMagic: true };
  return out.isData ? breakOff(faults, command, out) : out;
}

/** In the middle of the block's payload, past the prefix and the header. */
function breakOff(faults: Terminal['faults'], command: number, out: Outgoing): Outgoing {
  const cutAfterBytes = 16 + Math.floor((out.bytes.length - 8) / 2);
  const reboot = faults.strike('reboot-mid-read', command);
  if (reboot) return { ...out, cutAfterBytes, rebootMs: reboot.ms ?? 1_000 };
  return faults.strike('cut-mid-chunk', command) ? { ...out, cutAfterBytes } : out;
}
