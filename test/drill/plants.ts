/**
 * Mistakes that people make with this protocol, as literal replacements in the driver and in the simulator. Each side is
 * written in the terms of its own file; planted in both, it is one misunderstanding made twice.
 */

/** Text that must stand exactly once in its file, and what it is replaced by. */
export type Edit = readonly [file: string, from: string, to: string];

/** The tests that hold each end to literal bytes. */
export const literalTests = {
  packets: 'test/zk/literal-packets-decode-and-encode.test.ts',
  records: 'test/zk/literal-records-decode.test.ts',
  conversation: 'test/zk/a-literal-conversation-is-held.test.ts',
  users: 'test/zk/user-ids-come-without-secrets.test.ts',
  simCodec: 'test/device-sim/the-codec-writes-the-published-bytes.test.ts',
  simConversation: 'test/device-sim/a-terminal-answers-the-reference-conversation.test.ts',
} as const;
export type LiteralTest = keyof typeof literalTests;

/** One side of a mistake: where it is made, and the test that must notice: its file and part of its full name. */
export interface Side {
  readonly edits: readonly Edit[];
  readonly red: readonly [LiteralTest, string];
}

export interface Plant {
  readonly name: string;
  readonly driver: Side;
  readonly simulator: Side;
}

const zk = (file: string, from: string, to: string): Edit => [`src/zk/${file}.ts`, from, to];
const sim = (file: string, from: string, to: string): Edit => [`device-sim/codec/${file}.ts`, from, to];

const onTheWire: readonly Plant[] = [
  {
    name: 'checksum off by one, as four public clients compute it',
    driver: {
      edits: [zk('checksum', 'return ~sum & 0xffff;', 'return (~sum - 1) & 0xffff;')],
      red: ['packets', 'packets reads CONNECT'],
    },
    simulator: {
      edits: [sim('checksum', 'return ~sum & 0xffff;', 'return (~sum - 1) & 0xffff;')],
      red: ['simCodec', 'checksums of e80317fc00000000 is the one in it'],
    },
  },
  {
    name: 'checksum without the carry',
    driver: {
      edits: [zk('checksum', 'sum = (sum % 0x1_0000) + Math.floor(sum / 0x1_0000);', 'sum %= 0x1_0000;')],
      red: ['packets', 'packets writes'],
    },
    simulator: {
      edits: [sim('checksum', 'sum = (sum % 0x1_0000) + Math.floor(sum / 0x1_0000);', 'sum %= 0x1_0000;')],
      red: ['simCodec', 'checksums of '],
    },
  },
  {
    name: 'odd last byte taken for a high byte',
    driver: {
      edits: [zk('checksum', 'view.getUint8(at) << (8 * (at % 2))', 'view.getUint8(at) << (8 * ((at + 1) % 2))')],
      red: ['packets', 'packets reads PIN width, nine bytes in all'],
    },
    simulator: {
      edits: [sim('checksum', 'sum += words.getUint8(evenBytes);', 'sum += words.getUint8(evenBytes) << 8;')],
      red: ['simCodec', 'are written into packets, over an odd payload too'],
    },
  },
  {
    name: 'byte order of checksum words',
    driver: {
      edits: [zk('checksum', 'view.getUint32(at, true)', 'view.getUint32(at, false)')],
      red: ['packets', 'packets writes CONNECT'],
    },
    simulator: {
      edits: [sim('checksum', 'words.getUint16(at, true)', 'words.getUint16(at, false)')],
      red: ['simCodec', 'are written into packets, over an odd payload too'],
    },
  },
  {
    name: 'byte order of reply ids',
    driver: {
      edits: [
        zk('packet', 'view.setUint16(14, packet.replyId, true)', 'view.setUint16(14, packet.replyId, false)'),
        zk('packet', 'replyId: view.getUint16(6, true)', 'replyId: view.getUint16(6, false)'),
      ],
      red: ['packets', 'packets reads EXIT'],
    },
    simulator: {
      edits: [
        sim(
          'packet',
          'bytes.writeUInt16LE(packet.replyId & 0xffff, 6)',
          'bytes.writeUInt16BE(packet.replyId & 0xffff, 6)',
        ),
        sim('packet', 'replyId: bytes.readUInt16LE(6)', 'replyId: bytes.readUInt16BE(6)'),
      ],
      red: ['simCodec', 'are written into packets, over an odd payload too'],
    },
  },
  {
    name: 'length of a frame that leaves out the header',
    driver: {
      edits: [
        zk(
          'packet',
          'view.setUint32(4, headerBytes + packet.payload.length, true)',
          'view.setUint32(4, packet.payload.length, true)',
        ),
        zk(
          'frames',
          'heldFrameBytes = framePrefixBytes + declaredBytes',
          'heldFrameBytes = framePrefixBytes + 8 + declaredBytes',
        ),
        zk('frames', 'null : framePrefixBytes + declaredBytes', 'null : framePrefixBytes + 8 + declaredBytes'),
      ],
      red: ['packets', 'packets writes magic and length in front'],
    },
    simulator: {
      edits: [
        sim('frame', 'frame.writeUInt32LE(packet.length, 4)', 'frame.writeUInt32LE(packet.length - 8, 4)'),
        sim('frame', 'const packetBytes = held.readUInt32LE(4);', 'const packetBytes = held.readUInt32LE(4) + 8;'),
      ],
      red: ['simCodec', 'frames have the magic and a 32-bit length'],
    },
  },
  {
    name: 'length in front of a dataset that counts itself',
    driver: {
      edits: [zk('bulk', 'if (stated !== dataset.length - datasetPrefixBytes) {', 'if (stated !== dataset.length) {')],
      red: ['conversation', 'connects, asks for serial, counters and log, and leaves with EXIT'],
    },
    simulator: {
      edits: [
        ['device-sim/dataset.ts', 'prefix.writeUInt32LE(body.length, 0)', 'prefix.writeUInt32LE(body.length + 4, 0)'],
      ],
      red: ['simConversation', 'the reference conversation comes out byte for byte'],
    },
  },
  {
    name: 'session mixed into the comm key by XOR',
    driver: {
      edits: [zk('comm-key', '(reverseBits(key) + session) >>> 0', '(reverseBits(key) ^ session) >>> 0')],
      red: ['packets', 'comm keys scrambles 123456 for session 65535 and ticks 50'],
    },
    simulator: {
      edits: [sim('comm-key', '(reverseBits(commKey) + sessionId) >>> 0', '(reverseBits(commKey) ^ sessionId) >>> 0')],
      red: ['simCodec', 'comm keys 123456 in session 65535 with ticks 50'],
    },
  },
  {
    name: 'record counter one field too late',
    driver: { edits: [zk('counters', 'records: 32', 'records: 36')], red: ['packets', 'counters are read from'] },
    simulator: {
      edits: [sim('sizes', '[32, counters.records]', '[36, counters.records]')],
      red: ['simConversation', 'the reference conversation comes out byte for byte'],
    },
  },
];

const inTime: readonly Plant[] = [
  {
    name: 'months of 30 days',
    driver: {
      edits: [
        zk('packed-time', 'Math.floor(days / 31)', 'Math.floor(days / 30)'),
        zk('packed-time', 'day: (days % 31) + 1', 'day: (days % 30) + 1'),
        zk('packed-time', '(time.month - 1)) * 31', '(time.month - 1)) * 30'),
      ],
      red: ['packets', 'packed times reads and writes 2024-03-01T08:00:00'],
    },
    simulator: {
      edits: [
        sim('packed-time', '* 12 * 31 + wall.getUTCMonth() * 31', '* 12 * 30 + wall.getUTCMonth() * 30'),
        sim('packed-time', 'const day = (slot % 31) + 1;', 'const day = (slot % 30) + 1;'),
        sim('packed-time', 'Math.floor(slot / 31) % 12', 'Math.floor(slot / 30) % 12'),
        sim('packed-time', 'Math.floor(slot / (31 * 12))', 'Math.floor(slot / (30 * 12))'),
      ],
      red: ['simCodec', 'packed time 2024-03-01T08:00:00Z'],
    },
  },
  {
    name: 'months that begin with zero in live events',
    driver: {
      edits: [zk('packed-time', 'month: view.getUint8(at + 1),', 'month: view.getUint8(at + 1) + 1,')],
      red: ['packets', 'packed times reads 2018-06-25T17:41:05 from an event'],
    },
    simulator: {
      edits: [sim('packed-time', 'wall.getUTCMonth() + 1,', 'wall.getUTCMonth(),')],
      red: ['simCodec', 'packed time in events is six bytes'],
    },
  },
];

const inRecords: readonly Plant[] = [
  {
    name: 'stride 39',
    driver: {
      edits: [zk('records', 'at += strideBytes)', 'at += strideBytes === 40 ? 39 : strideBytes)')],
      red: ['conversation', 'connects, asks for serial, counters and log, and leaves with EXIT'],
    },
    simulator: {
      edits: [sim('record', 'const bytes = Buffer.alloc(40);', 'const bytes = Buffer.alloc(39);')],
      red: ['simCodec', 'records of 40 bytes'],
    },
  },
  {
    name: 'id at offset 3',
    driver: {
      edits: [zk('records', 'idText(raw.subarray(2, 26))', 'idText(raw.subarray(3, 26))')],
      red: ['records', 'records reads 40 bytes, fingerprint'],
    },
    simulator: {
      edits: [sim('record', 'bytes.write(record.pin, 2, 24,', 'bytes.write(record.pin, 3, 23,')],
      red: ['simCodec', 'records of 40 bytes'],
    },
  },
  {
    name: 'state and verify mode swapped in 16 bytes',
    driver: {
      edits: [
        zk('records', 'verifyMode: view.getUint8(9)', 'verifyMode: view.getUint8(8)'),
        zk('records', 'punchState: view.getUint8(8)', 'punchState: view.getUint8(9)'),
      ],
      red: ['records', 'records reads 16 bytes, state before verify mode'],
    },
    simulator: {
      edits: [
        sim('record', 'writeUInt8(record.punchState & 0xff, 8)', 'writeUInt8(record.punchState & 0xff, 9)'),
        sim('record', 'writeUInt8(record.verifyMode & 0xff, 9)', 'writeUInt8(record.verifyMode & 0xff, 8)'),
      ],
      red: ['simCodec', 'records of 16 bytes have the state before the verify mode'],
    },
  },
  {
    name: 'state and verify mode swapped in 40 bytes',
    driver: {
      edits: [
        zk('records', 'verifyMode: view.getUint8(26)', 'verifyMode: view.getUint8(31)'),
        zk('records', 'punchState: view.getUint8(31)', 'punchState: view.getUint8(26)'),
      ],
      red: ['records', 'records reads 40 bytes, face'],
    },
    simulator: {
      edits: [
        sim('record', 'writeUInt8(record.verifyMode & 0xff, 26)', 'writeUInt8(record.verifyMode & 0xff, 31)'),
        sim('record', 'writeUInt8(record.punchState & 0xff, 31)', 'writeUInt8(record.punchState & 0xff, 26)'),
      ],
      red: ['simCodec', 'records of 40 bytes'],
    },
  },
  {
    name: 'byte order of times in 40 bytes',
    driver: {
      edits: [zk('records', 'view.getUint32(27, true)', 'view.getUint32(27, false)')],
      red: ['records', 'records reads 40 bytes, fingerprint'],
    },
    simulator: {
      edits: [sim('record', 'bytes.writeUInt32LE(record.time, 27)', 'bytes.writeUInt32BE(record.time, 27)')],
      red: ['simCodec', 'records of 40 bytes'],
    },
  },
  {
    name: 'byte order of indexes in 40 bytes',
    driver: {
      // The 8-byte record reads its index in the same words.
      edits: [
        zk(
          'records',
          'uid: view.getUint16(0, true),\n    deviceTimeRaw,',
          'uid: view.getUint16(0, false),\n    deviceTimeRaw,',
        ),
      ],
      red: ['records', 'records reads 40 bytes, fingerprint'],
    },
    simulator: {
      edits: [
        sim(
          'record',
          'bytes.writeUInt16LE(record.uid, 0);\n  bytes.write(record.pin, 2, 24,',
          'bytes.writeUInt16BE(record.uid, 0);\n  bytes.write(record.pin, 2, 24,',
        ),
      ],
      red: ['simCodec', 'records of 40 bytes'],
    },
  },
  {
    name: 'state one bit too low in 8 bytes',
    driver: {
      edits: [zk('records', 'punchState: flags >>> 5', 'punchState: flags >>> 4')],
      red: ['records', 'records reads 8 bytes, fingerprint'],
    },
    simulator: {
      edits: [sim('record', '((record.punchState & 0x07) << 5)', '((record.punchState & 0x07) << 4)')],
      red: ['simCodec', 'records of 8 bytes'],
    },
  },
  {
    name: 'ten-bit seconds of short records put together the wrong way round',
    driver: {
      edits: [
        zk(
          'short-records',
          '((source.getUint8(start + 2) & 0b11) << 8) | source.getUint8(start + 3)',
          '(source.getUint8(start + 3) << 2) | (source.getUint8(start + 2) & 0b11)',
        ),
      ],
      red: ['records', 'short 8-byte records get the time of the last long record plus their seconds'],
    },
    simulator: {
      edits: [
        sim('record', '0x04 | (deltaSeconds >> 8)', '0x04 | (deltaSeconds & 3)'),
        sim('record', 'bytes.writeUInt8(deltaSeconds & 0xff, 3)', 'bytes.writeUInt8(deltaSeconds >> 2, 3)'),
      ],
      red: ['simCodec', 'compressed: 163 s after a long one'],
    },
  },
  {
    name: 'printed id of large users one byte early',
    driver: {
      edits: [zk('users', 'table.subarray(at + 48, at + 72)', 'table.subarray(at + 47, at + 71)')],
      red: ['users', 'gives ids by index, from records of 28 and 72 bytes, and nothing else'],
    },
    simulator: {
      edits: [sim('user', 'bytes.write(user.pin, 48, 24,', 'bytes.write(user.pin, 47, 24,')],
      red: ['simCodec', 'users of 72 bytes'],
    },
  },
];

export const plants: readonly Plant[] = [...onTheWire, ...inTime, ...inRecords];
