import { describe, expect, it } from 'vitest';
import { checksum } from '../../device-sim/codec/checksum.ts';
import { commKeyMatches, scrambleCommKey } from '../../device-sim/codec/comm-key.ts';
import { encodeFrame } from '../../device-sim/codec/frame.ts';
import { encodeEventTime, packTime, unpackTime } from '../../device-sim/codec/packed-time.ts';
import { decodePacket, encodePacket } from '../../device-sim/codec/packet.ts';
import { encodeRecord } from '../../device-sim/codec/record.ts';
import { encodeUser } from '../../device-sim/codec/user.ts';

// Origin of the bytes: docs/protocol.md, whose sources are named there: public captures and worked examples of the standalone protocol.
const hexOf = (bytes: Buffer): string => bytes.toString('hex');
const fromHex = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

describe('checksums', () => {
  it.each([
    'e80317fc00000000',
    'd007fffc2ffb0000',
    'e903e6002ffb0100',
    'e80316fc00000100',
    'd0078e8ca06b0100',
    '0d005094a06b0200',
    'dc05158aa06b0200 7c000000 f0030000',
    'e9037390a06b0300',
    'd007b1f77c000200',
    'd0078c8ca06b0300',
    'd5075bb2cf450000',
    '4e044e2ccf450100 614d323c',
    '4e044db0cf450100 61c9323c',
    '3200fcb9cf450200',
    'df053ca6cf451400 0109000500000000000000',
    '0b005a17f38d0300 5a4b4661636556657273696f6e00',
    'd007296af38d0a00 09',
    'f401d0cb01000000 0100000000001a051c150318',
    'dc05b56ff0810200 8c040000f0030000',
  ])('of %s is the one in it', (hex) => {
    const packet = fromHex(hex);
    expect(checksum(packet)).toBe(packet.readUInt16LE(2));
  });

  it('are written into packets, over an odd payload too', () => {
    expect(hexOf(encodePacket({ code: 2000, session: 0x8df3, replyId: 10, payload: Buffer.from([9]) }))).toBe(
      'd007296af38d0a0009',
    );
  });

  it('that are wrong make a packet nothing', () => {
    expect(decodePacket(fromHex('e80318fc00000000'))).toBeUndefined();
    expect(decodePacket(fromHex('e80317fc000000'))).toBeUndefined();
  });
});

describe('frames', () => {
  it('have the magic and a 32-bit length', () => {
    expect(hexOf(encodeFrame(fromHex('d007fffc2ffb0000')))).toBe('5050827d08000000d007fffc2ffb0000');
  });
});

describe('comm keys', () => {
  it.each([
    [0, 0x0000, 50, '617d3279'],
    [0, 0x45cf, 50, '617d323c'],
    [12, 0x45cf, 50, '614d323c'],
    [12, 0x6ba0, 50, '614d3212'],
    [45, 0xffff, 50, '61c93286'],
    [1234, 0x6ba0, 50, '41363212'],
    [65535, 0x45cf, 50, '9e82323c'],
    [123456, 0x0000, 50, '267f32f9'],
    [123456, 0xffff, 50, '297f3206'],
    [999999, 0x0000, 50, '23813289'],
    [999999, 0x45cf, 50, '2281324c'],
    [131071, 0xffff, 50, '617d3206'],
    [0, 0x45cf, 0, '534f000e'],
    [0, 0x45cf, 125, '2e327d73'],
    [12, 0x45cf, 125, '2e027d73'],
    [1234, 0x45cf, 0, '7304000e'],
    [123456, 0x45cf, 125, '69307df3'],
    [999999, 0x45cf, 0, '10b3007e'],
  ])('%i in session %i with ticks %i is %s', (key, session, ticks, expected) => {
    expect(hexOf(scrambleCommKey(key, session, ticks))).toBe(expected);
    expect(commKeyMatches(fromHex(expected), key, session)).toBe(true);
    expect(commKeyMatches(fromHex(expected), key + 1, session)).toBe(false);
  });
});

describe('packed time', () => {
  it.each([
    ['2000-01-01T00:00:00Z', 0x00000000],
    ['2016-01-01T19:02:00Z', 0x1ea7eba8],
    ['2016-02-29T12:34:56Z', 0x1ef55970],
    ['2018-06-25T17:41:05Z', 0x2368b131],
    ['2018-06-25T17:50:35Z', 0x2368b36b],
    ['2021-10-24T13:42:16Z', 0x29c9ebb8],
    ['2024-03-01T08:00:00Z', 0x2e4c7d80],
    ['2024-12-31T23:59:59Z', 0x2fe4bdff],
    ['2026-05-28T21:03:24Z', 0x3297669c],
    ['2099-12-31T23:59:59Z', 0xbf92f7ff],
  ])('%s is %i both ways', (wall, packed) => {
    expect(packTime(Date.parse(wall))).toBe(packed);
    expect(unpackTime(packed)).toBe(Date.parse(wall));
  });

  it('knows no 31 February', () => expect(unpackTime(0x2e4abb80)).toBeUndefined());

  it('shows the floor of a second, and never less than the year 2000', () => {
    expect(packTime(Date.parse('2024-03-01T08:00:00.999Z'))).toBe(0x2e4c7d80);
    expect(packTime(Date.parse('1999-12-31T23:00:00Z'))).toBe(0);
  });

  it('in events is six bytes', () => {
    expect(hexOf(encodeEventTime(Date.parse('2018-06-25T17:41:05Z')))).toBe('120619112905');
  });
});

describe('records', () => {
  const at = (wall: string): number => packTime(Date.parse(wall));
  const base = { uid: 1, pin: '101', verifyMode: 1, punchState: 0, workCode: 0, time: 0x2e4c7d80, index: 0 };

  it('of 40 bytes', () => {
    expect(hexOf(encodeRecord('40', base))).toBe(
      '010031303100000000000000000000000000000000000000000001807d4c2e0000000000ff000000',
    );
    const captured = { ...base, uid: 13, pin: '999111333', time: at('2018-06-25T17:50:35Z') };
    expect(hexOf(encodeRecord('40', captured))).toBe(
      `0d00393939313131333333${'00'.repeat(15)}016bb368230000000000ff000000`,
    );
  });

  it('of 40 bytes in a ring log carry their index', () => {
    expect(hexOf(encodeRecord('40-ring', { ...base, index: 0x010203 }).subarray(36))).toBe('03020100');
  });

  it('of 49 bytes begin as those of 40', () => {
    const record = encodeRecord('49', base);
    expect(record.length).toBe(49);
    expect(hexOf(record.subarray(0, 40))).toBe(
      '010031303100000000000000000000000000000000000000000001807d4c2e0000000000ff000000',
    );
  });

  it('of 16 bytes have the state before the verify mode', () => {
    const record = { ...base, pin: '1234', punchState: 1, verifyMode: 1, workCode: 7 };
    expect(hexOf(encodeRecord('16', record))).toBe('d2040000807d4c2e0101ff0007000000');
    const different = encodeRecord('16', { ...record, punchState: 1, verifyMode: 2 });
    expect(hexOf(different.subarray(8, 10))).toBe('0102');
  });

  it('of 8 bytes', () => {
    const first = { ...base, uid: 7, punchState: 1, time: at('2016-01-01T19:02:00Z') };
    expect(hexOf(encodeRecord('8', first))).toBe('07002800a8eba71e');
    const second = { ...base, uid: 123, punchState: 1, time: at('2016-01-01T19:04:43Z') };
    expect(hexOf(encodeRecord('8', second))).toBe('7b0028004beca71e');
  });

  it('of 8 bytes, compressed: 163 s after a long one, ten bits of seconds are enough', () => {
    const next = { ...base, uid: 123, punchState: 1, time: at('2016-01-01T19:04:43Z') };
    // state 1 << 5 | finger << 3 | short 4 | high bits 0; 163 = 0xa3
    expect(hexOf(encodeRecord('8-short', next, at('2016-01-01T19:02:00Z')))).toBe('7b002ca3');
    // 1023 s is the last that fits: both high bits set.
    const last = { ...next, time: at('2016-01-01T19:19:03Z') };
    expect(hexOf(encodeRecord('8-short', last, at('2016-01-01T19:02:00Z')))).toBe('7b002fff');
    const late = { ...next, time: at('2016-01-01T19:19:04Z') };
    expect(encodeRecord('8-short', late, at('2016-01-01T19:02:00Z')).length).toBe(8);
  });
});

describe('users', () => {
  it('of 72 bytes', () => {
    const user = { uid: 5, pin: '1005', name: 'Ana Ruiz', privilege: 14, password: '1234', card: 1234567, group: 1 };
    expect(hexOf(encodeUser('72', user))).toBe(
      '05000e3132333400000000416e61205275697a0000000000000000000000000000000087d61200010000000000000000' +
        '313030350000000000000000000000000000000000000000',
    );
  });

  it('of 28 bytes', () => {
    const user = { uid: 5, pin: '1005', name: 'Ana', privilege: 14, password: '1234', card: 1234567, group: 1 };
    expect(hexOf(encodeUser('28', user))).toBe('05000e3132333400416e61000000000087d6120000010000ed030000');
  });
});
