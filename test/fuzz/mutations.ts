/**
 * What can happen to the packets of one answer, or of one request, on their way: whole packets are lost, doubled, swapped,
 * brought back or invented; fields lie under a right checksum; bytes are flipped, overwritten, inserted, removed, cut off.
 */
import { encodePacket } from '../../device-sim/codec/packet.ts';
import type { Random } from '../../device-sim/random.ts';

/** Packets on their way: header and payload each, as they were written. */
export interface Parcel {
  readonly packets: readonly Buffer[];
  /** Packets of earlier parcels, to bring back. */
  readonly past: readonly Buffer[];
}

/** What arrives. */
export interface Arrival {
  /** On a stream: pieces of it. As datagrams: one each. */
  readonly pieces: readonly Buffer[];
  /** Packets that something was done to. */
  readonly mutated: number;
  /** The line goes dead behind the last piece. */
  readonly cut: boolean;
}

const headerBytes = 8;

/** Numbers that sizes, counts and lengths go wrong at. */
const edges = [
  0, 1, 2, 3, 4, 5, 7, 8, 9, 39, 40, 41, 1023, 1024, 1025, 65_471, 65_472, 65_535, 65_536, 0x7fff_ffff,
] as const;
const largest = [0x8000_0000, 0xffff_fffe, 0xffff_ffff] as const;
const codes = [2000, 2001, 2005, 2032, 1500, 1501, 1502, 500, 6001, 65_535, 65_533, 4989, 1000, 0] as const;

function edge(random: Random): number {
  return random.chance(0.2) ? random.pick(largest) : random.pick(edges);
}

interface Fields {
  readonly code: number;
  readonly session: number;
  readonly replyId: number;
  readonly payload: Buffer;
}

function fieldsOf(packet: Buffer): Fields {
  return {
    code: packet.readUInt16LE(0),
    session: packet.readUInt16LE(4),
    replyId: packet.readUInt16LE(6),
    payload: packet.subarray(headerBytes),
  };
}

/** The packet with some fields changed and its checksum right. */
function lie(packet: Buffer, change: (fields: Fields) => Partial<Fields>): Buffer {
  const fields = fieldsOf(packet);
  return encodePacket({ ...fields, ...change(fields) });
}

function randomBytes(random: Random, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => random.integer(0, 255)));
}

function overwritten(
  payload: Buffer,
  random: Random,
  write: (copy: Buffer, at: number) => void,
  width: number,
): Buffer {
  const copy = Buffer.from(payload);
  if (copy.length >= width) write(copy, random.integer(0, copy.length - width));
  return copy;
}

type Change = (random: Random, packet: Buffer) => Buffer;

/** One packet in place of one. */
const lies: readonly [Change, ...Change[]] = [
  (random, packet) => lie(packet, () => ({ code: random.pick(codes) })),
  (random, packet) => lie(packet, ({ code }) => ({ code: (code + random.integer(-2, 2)) & 0xffff })),
  (random, packet) => lie(packet, ({ session }) => ({ session: (session + random.integer(-3, 3)) & 0xffff })),
  (random, packet) => lie(packet, () => ({ session: random.integer(0, 0xffff) })),
  (random, packet) => lie(packet, ({ replyId }) => ({ replyId: (replyId + random.integer(-2, 2)) & 0xffff })),
  (random, packet) =>
    lie(packet, ({ payload }) => ({
      payload: overwritten(payload, random, (copy, at) => copy.writeUInt8(random.integer(0, 255), at), 1),
    })),
  (random, packet) =>
    lie(packet, ({ payload }) => ({
      payload: overwritten(payload, random, (copy, at) => copy.writeUInt32LE(edge(random), at - (at % 4)), 4),
    })),
  // Where sizes stand: at the beginning of announcements, and one byte on behind their flag.
  (random, packet) =>
    lie(packet, ({ payload }) => {
      const copy = Buffer.from(payload);
      if (copy.length >= 9) copy.writeUInt32LE(edge(random), random.pick([0, 1, 5]));
      else if (copy.length >= 4) copy.writeUInt32LE(edge(random), 0);
      return { payload: copy };
    }),
  (random, packet) =>
    lie(packet, ({ payload }) => ({ payload: payload.subarray(0, random.integer(0, payload.length)) })),
  (random, packet) =>
    lie(packet, ({ payload }) => ({ payload: Buffer.concat([payload, randomBytes(random, random.integer(1, 60))]) })),
  (_random, packet) => lie(packet, () => ({ payload: Buffer.alloc(0) })),
  (random, packet) => lie(packet, () => ({ payload: randomBytes(random, random.integer(0, 120)) })),
];

/** Damage to the bytes of one packet, its checksum left as it was. */
const damages: readonly [Change, ...Change[]] = [
  (random, packet) => {
    const copy = Buffer.from(packet);
    const at = random.integer(0, copy.length - 1);
    copy.writeUInt8(copy.readUInt8(at) ^ (1 << random.integer(0, 7)), at);
    return copy;
  },
  (random, packet) => {
    const copy = Buffer.from(packet);
    const noise = randomBytes(random, random.integer(1, Math.min(16, copy.length)));
    noise.copy(copy, random.integer(0, copy.length - noise.length));
    return copy;
  },
  (random, packet) => packet.subarray(0, random.integer(0, packet.length - 1)),
  (random, packet) => {
    const at = random.integer(0, packet.length);
    return Buffer.concat([packet.subarray(0, at), randomBytes(random, random.integer(1, 9)), packet.subarray(at)]);
  },
  (random, packet) => {
    const at = random.integer(0, packet.length - 1);
    return Buffer.concat([packet.subarray(0, at), packet.subarray(at + random.integer(1, 9))]);
  },
];

/** A live event of any length, known or not. */
function event(random: Random): Buffer {
  const payload = randomBytes(random, random.pick([0, 5, 9, 10, 12, 14, 21, 32, 36, 37, 52]));
  return encodePacket({
    code: 500,
    session: random.pick([1, 1, 2, 128, 0x8000]),
    replyId: random.pick([0, 0, 1, 7, 900, 0xffff]),
    payload,
  });
}

/** Something done to a row of packets. Returns how many packets it touched. */
type Disturbance = (random: Random, row: Buffer[], at: number, past: readonly Buffer[]) => number;

const insertEvent: Disturbance = (random, row, at) => {
  row.splice(at, 0, event(random));
  return 1;
};

const bringBack: Disturbance = (random, row, at, past) => {
  const old = past[random.integer(0, past.length - 1)];
  if (old === undefined) return 0;
  row.splice(at, 0, old);
  return 1;
};

const lose: Disturbance = (_random, row, at) => row.splice(at, 1).length;

const double: Disturbance = (random, row, at) => {
  const packet = row[at];
  if (packet === undefined) return 0;
  row.splice(random.integer(0, row.length), 0, packet);
  return 1;
};

const swap: Disturbance = (random, row, at) => {
  const other = random.integer(0, row.length - 1);
  const [one, two] = [row[at], row[other]];
  if (one === undefined || two === undefined || at === other) return 0;
  row[at] = two;
  row[other] = one;
  return 2;
};

function change(changes: readonly [Change, ...Change[]]): Disturbance {
  return (random, row, at) => {
    const packet = row[at];
    // Nothing more can be done to what was damaged beyond a header.
    if (packet === undefined || packet.length < headerBytes) return 0;
    row[at] = random.pick(changes)(random, packet);
    return 1;
  };
}

const disturbances: readonly [Disturbance, ...Disturbance[]] = [
  insertEvent,
  bringBack,
  lose,
  double,
  swap,
  change(lies),
  change(lies),
  change(damages),
  change(damages),
];

/** Does `times` things to a row of packets, in place. Returns how many packets were touched. */
export function disturb(random: Random, row: Buffer[], past: readonly Buffer[], times: number): number {
  let touched = 0;
  for (let done = 0; done < times; done += 1) {
    const at = random.integer(0, Math.max(0, row.length - 1));
    touched += random.pick(disturbances)(random, row, at, past);
  }
  return touched;
}

/** Cuts a stream anywhere, or not at all. */
export function piecesOf(random: Random, stream: Buffer): Buffer[] {
  const cuts = random.chance(0.4) ? 0 : random.integer(1, 6);
  const borders = Array.from({ length: cuts }, () => random.integer(0, stream.length)).sort((a, b) => a - b);
  return [...borders, stream.length].map((border, index) => stream.subarray(borders[index - 1] ?? 0, border));
}

const prefixBytes = 8;

/** The TCP prefix, which may lie about the length or be none. */
export function prefixOf(random: Random, packet: Buffer, lying: boolean): Buffer {
  const prefix = Buffer.from('5050827d00000000', 'hex');
  prefix.writeUInt32LE(packet.length, 4);
  if (!lying) return prefix;
  if (random.chance(0.5))
    prefix.writeUInt32LE(random.chance(0.5) ? edge(random) : (packet.length + random.integer(-3, 3)) >>> 0, 4);
  else prefix.writeUInt8(random.pick([0x51, 0xaa, 0x83, 0, 0x47]), random.integer(0, 3));
  return prefix;
}

/**
 * A parcel on a stream of bytes.
 *
 * @param boldness probability that anything is done at all
 */
export function overStream(random: Random, { packets, past }: Parcel, boldness: number): Arrival {
  const row = [...packets];
  const isBold = random.chance(boldness);
  let mutated = isBold ? disturb(random, row, past, random.integer(1, 3)) : 0;
  const lyingAt = isBold && random.chance(0.1) ? random.integer(0, Math.max(0, row.length - 1)) : -1;
  if (lyingAt >= 0 && row.length > 0) mutated += 1;
  let stream = Buffer.concat(row.flatMap((packet, at) => [prefixOf(random, packet, at === lyingAt), packet]));
  let cut = false;
  if (isBold && random.chance(0.08) && stream.length > prefixBytes) {
    stream = stream.subarray(0, random.integer(0, stream.length - 1));
    mutated += 1;
    cut = true;
  }
  return { pieces: piecesOf(random, stream), mutated, cut };
}

/** A parcel as datagrams. */
export function asDatagrams(random: Random, { packets, past }: Parcel, boldness: number): Arrival {
  const row = [...packets];
  const mutated = random.chance(boldness) ? disturb(random, row, past, random.integer(1, 3)) : 0;
  return { pieces: row, mutated, cut: false };
}
