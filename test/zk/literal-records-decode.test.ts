import { describe, expect, it } from 'vitest';
import { formatDeviceTime } from '../../src/clock/device-time.ts';
import { decodeRecord, decodeRecords } from '../../src/zk/records.ts';
import { expandShortRecords } from '../../src/zk/short-records.ts';
import { bytes, hex } from '../vectors/bytes.ts';
import { records } from '../vectors/records.ts';

describe('records', () => {
  for (const vector of records) {
    it(`reads ${vector.name} (${vector.origin})`, () => {
      const raw = bytes(vector.hex);
      const { deviceTime, deviceTimeRaw: _, raw: kept, ...rest } = decodeRecord(vector.layout, raw);
      const { pin, uid, verifyMode, punchState, workCode } = vector;
      expect(rest).toEqual({ pin, uid, verifyMode, punchState, workCode });
      expect(formatDeviceTime(deviceTime)).toBe(vector.time);
      expect(hex(kept)).toBe(hex(raw));
    });
  }

  it('reads 49-byte records by their first 40', () => {
    const log = bytes(`0d00 393939313131333333 00*15 01 6bb36823 00 00000000 ff000000 aabbccddeeff112233
                       0100 3130303336 00*19 0f b8ebc929 01 00000000 00000000 000000000000000000`);
    const read = [...decodeRecords('zk40', 49, log)];
    expect(read.map((record) => record.pin)).toEqual(['999111333', '10036']);
    expect(read.map((record) => record.raw.length)).toEqual([49, 49]);
    expect(read[1]?.punchState).toBe(1);
  });

  it('puts the printed id in place of the index where the user table knows it', () => {
    const raw = bytes('07002800a8eba71e');
    expect(decodeRecord('zk8', raw, new Map([[7, '1005']])).pin).toBe('1005');
    expect(decodeRecord('zk8', raw, new Map([[8, '1005']])).pin).toBe('7');
  });

  it('refuses bytes that are not whole records', () => {
    expect(() => decodeRecord('zk40', new Uint8Array(39))).toThrow(/BATCH_MALFORMED/);
    expect(() => [...decodeRecords('zk40', 40, new Uint8Array(41))]).toThrow(/BATCH_MALFORMED/);
    expect(() => [...decodeRecords('zk40', 39, new Uint8Array(39))]).toThrow(/BATCH_MALFORMED/);
  });
});

describe('short 8-byte records', () => {
  it('get the time of the last long record plus their seconds', () => {
    // Long: uid 7, finger, 19:02:00. Short: uid 8, state 1, card, 300 s later (0x12c). Short: uid 9, 5 s later.
    const expanded = expandShortRecords(bytes('0700 08 00 a8eba71e  0800 35 2c  0900 0c 05'));
    expect(expanded).not.toBeNull();
    const read = [...decodeRecords('zk8', 8, expanded ?? new Uint8Array(0))];
    expect(read.map((record) => formatDeviceTime(record.deviceTime))).toEqual([
      '2016-01-01T19:02:00',
      '2016-01-01T19:07:00',
      '2016-01-01T19:02:05',
    ]);
    expect(read.map(({ pin, punchState, verifyMode }) => [pin, punchState, verifyMode])).toEqual([
      ['7', 0, 1],
      ['8', 1, 2],
      ['9', 0, 1],
    ]);
    expect(hex(read[1]?.raw ?? new Uint8Array(0)).slice(0, 8)).toBe('0800352c');
  });

  it('are refused when nothing precedes them or the bytes run out', () => {
    expect(expandShortRecords(bytes('0800352c'))).toBeNull();
    expect(expandShortRecords(bytes('070008 00 a8eba71e 0800'))).toBeNull();
  });
});
