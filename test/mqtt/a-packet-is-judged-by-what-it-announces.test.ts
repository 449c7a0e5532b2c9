import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPacketMeter, type PacketFault, type PacketLimits } from '../../src/mqtt/packet-meter.ts';
import { judged } from '../tools/judged.ts';

const limits: PacketLimits = { beforeAcceptedBytes: 16_384, packetBytes: 65_536 };

/** MQTT 3.1.1, section 3.1.1: a CONNECT of MQTT 3.1.1, clean session, keep alive 60, client id "ab". */
const connect = Buffer.from('100e00044d5154540402003c00026162', 'hex');
/** Section 3.12: PINGREQ. */
const ping = Buffer.from('c000', 'hex');

function faultOf(bytes: Uint8Array, chunkBytes = bytes.length, acceptAfter = Number.POSITIVE_INFINITY) {
  const meter = createPacketMeter(limits);
  let fault: PacketFault | null = null;
  let seen = 0;
  for (let at = 0; at < bytes.length && fault === null; at += chunkBytes) {
    if (seen >= acceptAfter) meter.accept();
    const chunk = bytes.subarray(at, at + chunkBytes);
    fault = meter.take(chunk);
    seen += chunk.length;
  }
  return fault;
}

describe('before the broker has accepted a connection', () => {
  test('an ordinary CONNECT passes', () => {
    expect(faultOf(connect)).toBeNull();
  });

  test('a CONNECT that announces 256 MB is refused at its fifth byte', () => {
    // Remaining length 268,435,455, the largest MQTT can write: section 2.2.3.
    const header = Buffer.from('10ffffff7f', 'hex');
    expect(faultOf(header)).toBe('too-much-before-connect');
    expect(faultOf(header.subarray(0, 4))).toBeNull();
  });

  test('a length that does not end in four bytes is refused', () => {
    expect(faultOf(Buffer.from('10ffffffff', 'hex'))).toBe('not-mqtt');
  });

  test.each([
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\n')],
    ['a PUBLISH', Buffer.from('300300016178', 'hex')],
    ['a CONNECT with reserved flags', Buffer.from('110e0004', 'hex')],
  ])('%s is refused', (_what, bytes) => {
    expect(faultOf(bytes)).toBe('not-mqtt');
  });

  test('many small packets are refused once they are too many', () => {
    const pings = Buffer.alloc(16_384, ping);
    expect(faultOf(Buffer.concat([connect, pings]))).toBe('too-much-before-connect');
  });

  test('a CONNECT of exactly the bound passes and one byte more does not', () => {
    // 0x10, three length bytes, body: 16,384 bytes together. 16,380 = 0b1_1111111_1111100 in groups of seven bits.
    const exact = Buffer.concat([Buffer.from('10fcff00', 'hex'), Buffer.alloc(16_380)]);
    expect(faultOf(exact)).toBeNull();
    expect(faultOf(Buffer.from('10fdff00', 'hex'))).toBe('too-much-before-connect');
  });
});

describe('after it was accepted', () => {
  test('a packet of exactly the bound passes and one byte more does not', () => {
    // Body 65,532 = 0x7c 0x7f 0x03 in groups of seven bits, low group first.
    const exact = Buffer.concat([connect, Buffer.from('30fcff03', 'hex'), Buffer.alloc(65_532), ping]);
    expect(faultOf(exact, connect.length, connect.length)).toBeNull();
    const over = Buffer.concat([connect, Buffer.from('30fdff03', 'hex')]);
    expect(faultOf(over, connect.length, connect.length)).toBe('packet-too-long');
  });

  test('any number of small packets passes', () => {
    const bytes = Buffer.concat([connect, Buffer.alloc(400_000, ping)]);
    expect(faultOf(bytes, connect.length, connect.length)).toBeNull();
  });
});

test('the verdict does not depend on how the bytes were cut', judged, () => {
  const stream = fc.array(
    fc.record({ type: fc.integer({ min: 1, max: 15 }), body: fc.integer({ min: 0, max: 90_000 }) }),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(stream, fc.integer({ min: 1, max: 5_000 }), (packets, chunkBytes) => {
      const parts = packets.map(({ type, body }) => Buffer.concat([fixedHeader(type, body), Buffer.alloc(body)]));
      const bytes = Buffer.concat(parts);
      const whole = createPacketMeter(limits);
      whole.take(connect);
      whole.accept();
      const cut = createPacketMeter(limits);
      cut.take(connect);
      cut.accept();
      let fault: PacketFault | null = null;
      for (let at = 0; at < bytes.length && fault === null; at += chunkBytes) {
        fault = cut.take(bytes.subarray(at, at + chunkBytes));
      }
      expect(fault).toBe(whole.take(bytes));
      expect(fault === null).toBe(parts.every((part) => part.length <= 65_536));
    }),
    { numRuns: 60 },
  );
});

/** Fixed header as section 2.2.3 writes it. */
function fixedHeader(type: number, body: number): Buffer {
  const bytes = [type << 4];
  let left = body;
  do {
    bytes.push((left % 128) | (left >= 128 ? 0x80 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return Buffer.from(bytes);
}
