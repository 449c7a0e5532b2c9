import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isGerbangError } from '../../src/errors.ts';
import { createFramer } from '../../src/zk/frames.ts';
import { judged } from '../tools/judged.ts';
import { bytes, hex } from '../vectors/bytes.ts';
import { frame } from './tools/literal-server.ts';

/** What a framer makes of a stream cut at the given places: packets in hex, then the code of its error if any. */
function cutAndRead(stream: Uint8Array, cuts: readonly number[], maxFrameBytes?: number): string[] {
  const seen: string[] = [];
  const framer = createFramer((packet) => seen.push(hex(packet)), maxFrameBytes);
  const borders = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  try {
    for (const border of [...borders, stream.length]) {
      framer.push(stream.subarray(from, border));
      from = border;
    }
  } catch (error) {
    if (!isGerbangError(error)) throw error;
    seen.push(error.code);
  }
  return seen;
}

const anyFrame = fc
  .tuple(fc.nat(65_535), fc.nat(65_535), fc.nat(65_535), fc.uint8Array({ maxLength: 300 }))
  .map(([code, session, replyId, payload]) => frame(code, session, replyId, payload));
const anyCuts = fc.array(fc.nat(5000), { maxLength: 40 });

describe('a stream of frames', () => {
  it('gives the same packets wherever it is cut', judged, () => {
    const property = fc.property(fc.array(anyFrame, { maxLength: 12 }), anyCuts, (frames, cuts) => {
      expect(cutAndRead(Buffer.concat(frames), cuts)).toEqual(frames.map((one) => hex(one.subarray(8))));
    });
    fc.assert(property, { numRuns: 400 });
  });

  it('gives the same packets and the same error when garbage follows', judged, () => {
    const garbage = fc.uint8Array({ minLength: 1, maxLength: 64 });
    const property = fc.property(fc.array(anyFrame, { maxLength: 4 }), garbage, anyCuts, (frames, tail, cuts) => {
      const stream = Buffer.concat([...frames, tail]);
      const everyByte = Array.from({ length: stream.length }, (_, at) => at);
      const whole = cutAndRead(stream, []);
      expect(cutAndRead(stream, cuts)).toEqual(whole);
      expect(cutAndRead(stream, everyByte)).toEqual(whole);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('never crashes on random bytes nor holds more than its bound', judged, () => {
    const start = fc.constantFrom('', '5050827d', '5050827d08000000', '5050827dff000000', '5050827d00010000');
    const property = fc.property(
      start,
      fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }),
      (head, chunks) => {
        const framer = createFramer(() => {}, 512);
        try {
          framer.push(bytes(head));
          for (const chunk of chunks) {
            framer.push(chunk);
            expect(framer.heldBytes()).toBeLessThanOrEqual(512 + 8);
          }
        } catch (error) {
          if (!isGerbangError(error)) throw error;
        }
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  it('costs in proportion to its length when it comes byte by byte', () => {
    const stream = frame(1501, 0, 5, Buffer.alloc(1_500_000, 0x50));
    let packets = 0;
    const framer = createFramer((packet) => {
      packets += 1;
      expect(packet.length).toBe(1_500_008);
    }, 2_000_000);
    // Quadratic copying would move 10^12 bytes here and run into the test's time limit.
    for (let at = 0; at < stream.length; at += 1) framer.push(stream.subarray(at, at + 1));
    expect(packets).toBe(1);
  });
});

describe('a frame', () => {
  const errorOf = (stream: string, max?: number): string | undefined => cutAndRead(bytes(stream), [], max).at(-1);

  it('may be as long as the bound and no longer', () => {
    expect(errorOf('5050827d09000000 d00700000000000000', 9)).toBe('d00700000000000000');
    expect(errorOf('5050827d0a000000', 9)).toBe('ZK_FRAME_TOO_LONG');
  });
  it('of 4 GB is refused before memory is taken', () => {
    const framer = createFramer(() => {});
    expect(() => framer.push(bytes('5050827dffffffff'))).toThrow(/ZK_FRAME_TOO_LONG/);
    expect(framer.heldBytes()).toBe(0);
  });
  it('takes memory as its bytes arrive, not as it declares', () => {
    const framer = createFramer(() => {}, 64 * 1024 * 1024);
    framer.push(bytes('5050827d 00000003 d007'));
    expect(framer.heldBytes()).toBeLessThanOrEqual(65_576);
  });
  it('shorter than a header is refused', () => {
    expect(errorOf('5050827d07000000')).toBe('ZK_BAD_REPLY');
    expect(errorOf('5050827d00000000')).toBe('ZK_BAD_REPLY');
  });
  it('of encrypted firmware is named, whole or in part', () => {
    expect(errorOf('5050837c08000000')).toBe('ZK_SECURE_FIRMWARE');
    expect(errorOf('505083')).toBe('ZK_SECURE_FIRMWARE');
  });
  it('of a door controller is named by its first byte', () => {
    expect(errorOf('aa')).toBe('ZK_OTHER_PROTOCOL');
    expect(errorOf('aa0100000055')).toBe('ZK_OTHER_PROTOCOL');
  });
  it('of anything else is not searched for the next magic', () => {
    expect(errorOf('48545450 5050827d08000000e80317fc00000000')).toBe('ZK_BAD_MAGIC');
    expect(errorOf('5051')).toBe('ZK_BAD_MAGIC');
  });
  it('keeps its bytes when later ones arrive', () => {
    const seen: Uint8Array[] = [];
    const framer = createFramer((packet) => seen.push(packet));
    const stream = bytes('5050827d0c000000 01020304050607080a0b0c0d 5050827d0c000000 1112131415161718 1a1b1c1d');
    for (const byte of stream) framer.push(Uint8Array.of(byte));
    expect(seen.map(hex)).toEqual(['01020304050607080a0b0c0d', '11121314151617181a1b1c1d']);
  });
});
