import { describe, expect, it } from 'vitest';
import { scrambleCommKey } from '../../device-sim/codec/comm-key.ts';
import { encodeEventTime, packTime } from '../../device-sim/codec/packed-time.ts';
import { decodePacket, encodePacket } from '../../device-sim/codec/packet.ts';
import { encodeRecord } from '../../device-sim/codec/record.ts';
import { bytes } from '../vectors/bytes.ts';
import { commKeys } from '../vectors/comm-keys.ts';
import { packets } from '../vectors/packets.ts';
import { records } from '../vectors/records.ts';
import { eventTimes, packedTimes } from '../vectors/times.ts';

/** The same literals that `test/zk` holds against the driver, here against the other end alone. */

describe.each(packets)('$name ($origin)', ({ hex, code, session, replyId, payload }) => {
  it('is read', () => {
    expect(decodePacket(Buffer.from(bytes(hex)))).toMatchObject({ code, session, replyId });
  });
  it('is written', () => {
    const written = encodePacket({ code, session, replyId, payload: Buffer.from(bytes(payload)) });
    expect(written.toString('hex')).toBe(Buffer.from(bytes(hex)).toString('hex'));
  });
});

it.each(commKeys)('comm key %i in session %i with ticks %i', (key, session, ticks, hex) => {
  expect(scrambleCommKey(key, session, ticks).toString('hex')).toBe(hex);
});

/** A clock of the simulator shows times that exist; 31 February is put into a record by a fault, as bytes. */
const possible = packedTimes.filter(([text]) => !text.includes('-02-31'));

it.each(possible)('%s is packed', (text, hex) => {
  const packed = Buffer.alloc(4);
  packed.writeUInt32LE(packTime(Date.parse(`${text}Z`)));
  expect(packed.toString('hex')).toBe(hex);
});

it.each(eventTimes)('%s in an event', (text, hex) => {
  expect(encodeEventTime(Date.parse(`${text}Z`)).toString('hex')).toBe(hex);
});

/** Bytes the layouts leave open (sensor, reserved) are the terminal's own affair; these are the ones that say something. */
const meaningful = {
  zk8: [[0, 8]],
  zk16: [
    [0, 10],
    [12, 16],
  ],
  zk40: [[0, 36]],
} as const;
const simulated = { zk8: '8', zk16: '16', zk40: '40' } as const;

/** Records that no orderly terminal writes: they test a reader. A fault of the simulator writes such bytes as they are. */
const onlyForReaders = /leftovers|control characters/;
const writable = records.filter(({ name, time }) => {
  return !onlyForReaders.test(name) && new Date(`${time}Z`).toISOString().startsWith(time);
});

it.each(writable)('$layout: $name ($origin)', ({ layout, hex, pin, uid, time, verifyMode, punchState, workCode }) => {
  const expected = Buffer.from(bytes(hex));
  const record = {
    uid: uid ?? 0,
    pin,
    verifyMode,
    punchState,
    workCode,
    time: packTime(Date.parse(`${time}Z`)),
    index: 0,
  };
  const written = encodeRecord(simulated[layout], record);
  for (const [from, to] of meaningful[layout]) {
    expect(written.subarray(from, to).toString('hex')).toBe(expected.subarray(from, to).toString('hex'));
  }
});
