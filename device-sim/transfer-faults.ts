import { encodePacket, type Packet } from './codec/packet.ts';
import { COMMAND, REPLY } from './codec/wire.ts';
import { type Outgoing, plain } from './outgoing.ts';
import type { Session } from './session-table.ts';
import type { Terminal } from './terminal.ts';

const ENDLESS_BYTES = 64 * 1_048_576;
const HEADER_BYTES = 8;

/** Does to the blocks of a transfer, and to what announces and closes it, what the terminal's faults ask for. */
export function* distortTransfer(
  terminal: Terminal,
  session: Session,
  request: Packet,
  packets: Iterable<Outgoing>,
): Generator<Outgoing> {
  const { faults } = terminal;
  const { code } = request;
  if (code === COMMAND.prepareBuffer && faults.strike('huge-size', code)) {
    const payload = Buffer.from('00ffffffffffffffff56341200', 'hex');
    yield plain(encodePacket({ code: REPLY.ok, session: session.id, replyId: request.replyId, payload }));
    return;
  }
  yield* reshape(terminal, code, packets);
  if (code === COMMAND.readBuffer && faults.strike('endless-data', code)) {
    const block = encodePacket({
      code: REPLY.data,
      session: 0,
      replyId: request.replyId,
      payload: Buffer.alloc(1_024),
    });
    for (let sent = 0; sent < ENDLESS_BYTES; sent += block.length) yield plain(block);
  }
}

const SHAPES = [
  ['truncated-transfer', truncate],
  ['overlong-transfer', lengthen],
  ['lose-block', loseBlock],
  ['swap-blocks', swapBlocks],
  ['early-closing', closeEarly],
  ['no-closing', dropClosing],
] as const;

/** These need the whole answer in hand; an honest one is passed on as it is made. */
function reshape({ faults }: Terminal, command: number, packets: Iterable<Outgoing>): Iterable<Outgoing> {
  if (SHAPES.every(([name]) => faults.peek(name) === undefined)) return packets;
  let all = [...packets];
  if (!all.some((packet) => packet.isData)) return all;
  for (const [name, change] of SHAPES) {
    const fault = faults.strike(name, command);
    if (fault) all = change(all, fault.bytes ?? 40);
  }
  return all;
}

function truncate(packets: Outgoing[], bytes: number): Outgoing[] {
  const last = packets.findLastIndex((packet) => packet.isData);
  return packets.map((packet, at) =>
    at === last ? withPayload(packet, (payload) => payload.subarray(0, -bytes)) : packet,
  );
}

function lengthen(packets: Outgoing[], bytes: number): Outgoing[] {
  const last = packets.findLastIndex((packet) => packet.isData);
  const longer = (payload: Buffer): Buffer => Buffer.concat([payload, Buffer.alloc(bytes, 0xee)]);
  return packets.map((packet, at) => (at === last ? withPayload(packet, longer) : packet));
}

function loseBlock(packets: Outgoing[]): Outgoing[] {
  const blocks = packets.flatMap((packet, at) => (packet.isData ? [at] : []));
  const lost = blocks[Math.floor(blocks.length / 2)];
  return packets.filter((_, at) => at !== lost);
}

function swapBlocks(packets: Outgoing[]): Outgoing[] {
  const [first, second] = packets.flatMap((packet, at) => (packet.isData ? [at] : []));
  const one = packets[first ?? -1];
  const other = packets[second ?? -1];
  if (!one || !other) return packets;
  return packets.map((packet) => (packet === one ? other : packet === other ? one : packet));
}

function closeEarly(packets: Outgoing[]): Outgoing[] {
  const closing = packets.find((packet) => packet.isClosing);
  if (!closing) return packets;
  const rest = packets.filter((packet) => packet !== closing);
  const last = rest.findLastIndex((packet) => packet.isData);
  return [...rest.slice(0, last), closing, ...rest.slice(last)];
}

function dropClosing(packets: Outgoing[]): Outgoing[] {
  return packets.filter((packet) => !packet.isClosing);
}

/** The same packet around another payload, its checksum right. */
function withPayload(packet: Outgoing, change: (payload: Buffer) => Buffer): Outgoing {
  const bytes = encodePacket({
    code: packet.bytes.readUInt16LE(0),
    session: packet.bytes.readUInt16LE(4),
    replyId: packet.bytes.readUInt16LE(6),
    payload: change(packet.bytes.subarray(HEADER_BYTES)),
  });
  return { ...packet, bytes };
}
