import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LayoutEvidence, type LayoutVerdict, proveLayout } from '../../src/zk/layout-proof.ts';
import { decodeRecords } from '../../src/zk/records.ts';
import { judged } from '../tools/judged.ts';
import { bytes, hex } from '../vectors/bytes.ts';
import { record40 } from './tools/tiny-terminal.ts';

/** 2026-11-21 in packed form, laid out by hand: ((26 × 12 + 10) × 31 + 20) × 86,400. */
const nowPacked = ((26 * 12 + 10) * 31 + 20) * 86_400;
const march2024 = 0x2e4c7d80;

function logOf(count: number, strideBytes: number, record: (index: number) => Uint8Array): Buffer {
  const log = Buffer.alloc(count * strideBytes);
  for (let i = 0; i < count; i += 1) log.set(record(i), i * strideBytes);
  return log;
}

function record16(index: number): Buffer {
  const record = Buffer.alloc(16);
  record.writeUInt32LE(1001 + (index % 50), 0);
  record.writeUInt32LE(march2024 + index * 60, 4);
  record.writeUInt8(index % 2, 8);
  record.writeUInt8(1, 9);
  record.writeUInt8(0xff, 10);
  return record;
}

function record8(index: number): Buffer {
  const record = Buffer.alloc(8);
  record.writeUInt16LE(1 + (index % 50), 0);
  record.writeUInt8(0x08 | ((index % 2) << 5), 2);
  record.writeUInt32LE(march2024 + index * 60, 4);
  return record;
}

function record22(index: number): Buffer {
  const record = Buffer.alloc(22);
  record.writeUInt16LE(1 + (index % 50), 0);
  record.write(String(101 + (index % 50)), 2, 'latin1');
  record.writeUInt32LE(march2024 + index * 60, 13);
  return record;
}

/** 40 bytes as elsewhere and nine more of no known meaning. */
function record49(index: number): Buffer {
  return Buffer.concat([record40(index), Buffer.from([index & 255, 0, 36, 1, 0, 0, 0, index & 3, 0])]);
}

const makers = [
  { stride: 8, layout: 'zk8', make: record8 },
  { stride: 16, layout: 'zk16', make: record16 },
  { stride: 40, layout: 'zk40', make: record40 },
  { stride: 49, layout: 'zk40', make: record49 },
  { stride: 64, layout: 'zk40', make: (index: number) => Buffer.concat([record40(index), Buffer.alloc(24, 0x41)]) },
] as const;

function prove(recordBytes: Uint8Array, countBefore: number | null, countAfter: number | null): LayoutVerdict {
  const evidence: LayoutEvidence = { recordBytes, countBefore, countAfter, nowPacked };
  return proveLayout(evidence);
}

describe('with the counter as witness', () => {
  for (const { stride, layout, make } of makers) {
    it(`${stride}-byte records are proven in logs of 1 to 400`, () => {
      for (let count = 1; count <= 400; count += count < 60 ? 1 : 17) {
        const log = logOf(count, stride, make);
        const proven = { kind: 'proven', layout, strideBytes: stride, records: count };
        expect(prove(log, count, count)).toMatchObject(proven);
      }
    });
    it(`${stride}-byte records survive punches between the first count, the read and the second count`, judged, () => {
      const property = fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(5), fc.nat(5), (before, between, later) => {
        const count = before + between;
        const proven = { kind: 'proven', layout, strideBytes: stride, records: count };
        expect(prove(logOf(count, stride, make), before, count + later)).toMatchObject(proven);
        // With one counter only, a few punches are still allowed for.
        expect(prove(logOf(count, stride, make), before, null)).toMatchObject(proven);
      });
      fc.assert(property, { numRuns: 60 });
    });
  }

  it('30 counted, 31 read: 41 is not the record size', () => {
    // 31 × 40 / 30 = 41.3; the popular clients take 41 and misalign every record.
    expect(prove(logOf(31, 40, record40), 30, 31)).toMatchObject({ strideBytes: 40, records: 31 });
    expect(prove(logOf(9, 40, record40), 8, 9)).toMatchObject({ strideBytes: 40, records: 9 });
  });
  it('drop-oldest while reading may make the second count the smaller one', () => {
    expect(prove(logOf(1000, 40, record40), 1000, 901)).toMatchObject({ strideBytes: 40, records: 1000 });
  });
  it('a first punch into an empty log is proven', () => {
    expect(prove(logOf(1, 40, record40), 0, 1)).toMatchObject({ strideBytes: 40, records: 1 });
  });
  it('a clock reset to 2000 is proven, and so is one years ahead', () => {
    for (const start of [0, 30, ((61 * 12 + 3) * 31 + 4) * 86_400]) {
      const log = logOf(40, 40, (index) => {
        const record = record40(index);
        record.writeUInt32LE(start + index, 27);
        return record;
      });
      expect(prove(log, 40, 40)).toMatchObject({ kind: 'proven', strideBytes: 40 });
      expect(prove(log.subarray(0, 40), 1, 1)).toMatchObject({ kind: 'proven', strideBytes: 40 });
    }
  });
  it('some odd records do not spoil the proof', () => {
    const log = logOf(100, 40, (index) => (index % 4 === 0 ? Buffer.alloc(40, 0xee) : record40(index)));
    expect(prove(log, 100, 100)).toMatchObject({ kind: 'proven', strideBytes: 40 });
  });
  it('22-byte records are recognised and not decoded', () => {
    expect(prove(logOf(50, 22, record22), 50, 50)).toEqual({ kind: 'unsupported', strideBytes: 22 });
  });
  it('fewer records than counted contradict the counter', () => {
    expect(prove(logOf(50, 40, record40), 70, 71)).toMatchObject({ kind: 'contradicts-counter', records: 50 });
  });
  it('more records than counted contradict the counter too', () => {
    expect(prove(logOf(50, 40, record40), 30, 31)).toMatchObject({ kind: 'contradicts-counter', records: 50 });
    expect(prove(logOf(50, 40, record40), 30, null)).toMatchObject({ kind: 'contradicts-counter', records: 50 });
  });
  it('a layout shifted by two bytes inside 40 is not taken for the usual one', () => {
    const shifted = logOf(60, 40, (index) => {
      const usual = record40(index);
      return Buffer.concat([usual.subarray(2), usual.subarray(0, 2)]);
    });
    expect(prove(shifted, 60, 60).kind).toBe('unproven');
  });
});

describe('in a log so short that a counter wrong by one makes another layout fit', () => {
  const two8 = bytes('0700 08 00 807d4c2e 0800 08 00 817d4c2e');
  it('two 40-byte records counted as one are not one of 80', () => {
    const verdict = { kind: 'contradicts-counter', strideBytes: 40, records: 2 };
    expect(prove(logOf(2, 40, record40), 1, 1)).toEqual(verdict);
  });
  it('two 8-byte records counted as one are not one of 16', () => {
    expect(prove(two8, 1, 1)).toEqual({ kind: 'contradicts-counter', strideBytes: 8, records: 2 });
    expect(prove(two8, 1, 2)).toMatchObject({ kind: 'proven', strideBytes: 8, records: 2 });
  });
  it('a 16-byte record counted as two is not two of 8', () => {
    const one16 = bytes('d2040000 807d4c2e 01 01 ff 00 07000000');
    expect(prove(one16, 2, 2).kind).toBe('contradicts-counter');
    expect(prove(one16, 1, 2)).toMatchObject({ kind: 'proven', strideBytes: 16, records: 1 });
  });
  it('a punch into a compressed log does not turn two short records into a long one', () => {
    const long = '0100 28 00 807d4c2e';
    const short = '0200 2c 3c';
    expect(prove(bytes(`${long} ${short} ${short}`), 2, 3)).toMatchObject({ kind: 'proven', records: 3 });
    expect(prove(bytes(`${long} ${short} ${short} ${long}`), 3, 4)).toMatchObject({ kind: 'proven', records: 4 });
  });
});

describe('compressed 8-byte logs', () => {
  const mixed = Buffer.concat(
    Array.from({ length: 60 }, (_, index) =>
      index % 3 === 0 ? record8(index) : Buffer.from([1 + (index % 50), 0, 0x0c, (index % 3) * 60]),
    ),
  );
  it('are expanded to 8 bytes each with absolute times', () => {
    const verdict = prove(mixed, 60, 60);
    expect(verdict).toMatchObject({ kind: 'proven', layout: 'zk8', strideBytes: 8, records: 60 });
    const expanded = verdict.kind === 'proven' ? verdict.expanded : null;
    const times = [...decodeRecords('zk8', 8, expanded ?? bytes(''))].map((record) => record.deviceTimeRaw - march2024);
    expect(times.slice(0, 5)).toEqual([0, 60, 120, 180, 240]);
    expect(hex(expanded ?? bytes('')).slice(16, 24)).toBe(hex(mixed.subarray(8, 12)));
  });
  it('are proven also where the clock stood in the year 2000, all the time or once', () => {
    const dead = Buffer.from(bytes('0100 28 00 00000000 0200 2c 05 0300 2c 09'));
    expect(prove(dead, 3, 3)).toMatchObject({ kind: 'proven', layout: 'zk8', records: 3 });
    const once = bytes('0100 28 00 807d4c2e 0200 28 00 00000000 0300 28 00 907d4c2e 0400 2c 05');
    expect(prove(once, 4, 4)).toMatchObject({ kind: 'proven', layout: 'zk8', records: 4 });
  });
  it('are not proven without the counter', () => {
    expect(prove(mixed, null, null).kind).toBe('unproven');
  });
});

describe('without a counter', () => {
  for (const { stride, layout, make } of makers.slice(0, 4)) {
    it(`${stride}-byte records are proven by content alone`, () => {
      for (const count of [9, 40, 245, 400]) {
        for (const counter of [null, 0]) {
          expect(prove(logOf(count, stride, make), counter, counter)).toMatchObject({
            kind: 'proven',
            layout,
            strideBytes: stride,
          });
        }
      }
    });
  }
  it('two 8-byte records and one of 16 bytes cannot be told apart, and are not', () => {
    expect(prove(bytes('0700 08 00 807d4c2e 0800 08 00 817d4c2e'), null, null).kind).toBe('unproven');
  });
  it('noise is never proven, whatever the counter says', judged, () => {
    const noise = fc.uint8Array({ minLength: 400, maxLength: 4000 });
    const property = fc.property(noise, fc.option(fc.nat(500)), (log, count) => {
      expect(prove(log, count, count).kind).not.toBe('proven');
    });
    fc.assert(property, { numRuns: 500 });
  });
  it('never throws', judged, () => {
    const property = fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 500 }),
      fc.option(fc.nat(70)),
      fc.option(fc.nat(70)),
      (log, before, after) => {
        prove(log, before, after);
      },
    );
    fc.assert(property, { numRuns: 1000 });
  });
});
