import { describe, expect, it } from 'vitest';
import { formatDeviceTime } from '../../src/clock/device-time.ts';
import { scrambleCommKey } from '../../src/zk/comm-key.ts';
import { decodeCounters } from '../../src/zk/counters.ts';
import { decodeOptionValue, encodeOptionKey } from '../../src/zk/options.ts';
import { packTime, readEventTime, unpackTime } from '../../src/zk/packed-time.ts';
import { decodePacket, encodeFrame } from '../../src/zk/packet.ts';
import { bytes, hex } from '../vectors/bytes.ts';
import { commKeys } from '../vectors/comm-keys.ts';
import { counterReplies, optionReplies } from '../vectors/counters.ts';
import { packets } from '../vectors/packets.ts';
import { eventTimes, largestPackedTime, packedTimes } from '../vectors/times.ts';

describe('packets', () => {
  for (const vector of packets) {
    it(`reads ${vector.name} (${vector.origin})`, () => {
      const packet = decodePacket(bytes(vector.hex));
      expect({ ...packet, payload: hex(packet.payload) }).toEqual({
        code: vector.code,
        session: vector.session,
        replyId: vector.replyId,
        payload: hex(bytes(vector.payload)),
      });
    });
    it(`writes ${vector.name}`, () => {
      const { code, session, replyId } = vector;
      const frame = encodeFrame({ code, session, replyId, payload: bytes(vector.payload) });
      expect(hex(frame.subarray(8))).toBe(hex(bytes(vector.hex)));
    });
    it(`refuses ${vector.name} with any one bit turned`, () => {
      const good = bytes(vector.hex);
      for (let bit = 0; bit < good.length * 8; bit += 1) {
        const bad = Uint8Array.from(good);
        bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => decodePacket(bad)).toThrow(/ZK_BAD_CHECKSUM/);
        expect(() => decodePacket(bad, true)).not.toThrow();
      }
    });
  }

  it('writes magic and length in front', () => {
    const frame = encodeFrame({ code: 1000, session: 0, replyId: 0, payload: new Uint8Array(0) });
    expect(hex(frame)).toBe('5050827d08000000e80317fc00000000');
  });

  it('refuses a packet shorter than its header', () => {
    for (let length = 0; length < 8; length += 1) {
      expect(() => decodePacket(new Uint8Array(length))).toThrow(/ZK_BAD_REPLY/);
    }
  });
});

describe('comm keys', () => {
  for (const [key, session, ticks, expected] of commKeys) {
    it(`scrambles ${key} for session ${session} and ticks ${ticks}`, () => {
      expect(hex(scrambleCommKey(key, session, ticks))).toBe(expected);
    });
  }
  it('uses ticks 50 unless told', () => {
    expect(hex(scrambleCommKey(12, 0x45cf))).toBe('614d323c');
  });
});

describe('packed times', () => {
  const packedOf = (text: string): number => Buffer.from(text, 'hex').readUInt32LE(0);
  for (const [text, packed] of packedTimes) {
    it(`reads and writes ${text}`, () => {
      const time = unpackTime(packedOf(packed));
      expect(formatDeviceTime(time)).toBe(text);
      const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = text.split(/[-T:]/).map(Number);
      expect(packTime({ year, month, day, hour, minute, second })).toBe(packedOf(packed));
    });
  }
  it('reads the largest value', () => {
    expect(formatDeviceTime(unpackTime(packedOf(largestPackedTime[1])))).toBe(largestPackedTime[0]);
  });
  it('refuses to write what has no slot', () => {
    const time = { year: 2026, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
    const impossible = [
      { year: 1999 },
      { year: 2133 },
      { month: 0 },
      { month: 13 },
      { day: 0 },
      { day: 32 },
      { hour: 24 },
      { second: 0.5 },
    ];
    for (const change of impossible) expect(() => packTime({ ...time, ...change })).toThrow(RangeError);
  });
  for (const [text, six] of eventTimes) {
    it(`reads ${text} from an event`, () => expect(formatDeviceTime(readEventTime(bytes(six), 0))).toBe(text));
  }
});

describe('counters', () => {
  for (const { name, origin, hex: payload, users, records, operations, recordCapacity } of counterReplies) {
    it(`are read from ${name} (${origin})`, () => {
      expect(decodeCounters(bytes(payload))).toEqual({ users, records, operations, recordCapacity });
    });
  }
});

describe('options', () => {
  for (const [payload, value] of optionReplies) {
    it(`${JSON.stringify(payload)} says ${JSON.stringify(value)}`, () => {
      expect(decodeOptionValue(Buffer.from(payload, 'latin1'))).toBe(value);
    });
  }
  it('are asked for with a NUL behind the key', () => {
    expect(hex(encodeOptionKey('ZKFaceVersion'))).toBe('5a4b4661636556657273696f6e00');
    for (const key of ['', 'a=b', 'a b', 'a\0b', 'ä', 'x'.repeat(257)])
      expect(() => encodeOptionKey(key)).toThrow(RangeError);
  });
});
