/** The witness on literal bytes: the transcript in docs/protocol.md's sources, session 0x1F2E, checksums by an own script. */
import { describe, expect, it } from 'vitest';
import { createWitness, type Witness } from '../../src/zklib/witness.ts';
import { bytes } from '../vectors/bytes.ts';

const prepareLog = '5050827d13000000 df05edcd2e1f0400 010d000000000000000000';
const okOf1204Bytes = '5050827d15000000 d007c0082e1f0400 00b4040000b404000056341200';
const readLast80 = '5050827d10000000 e00537d62e1f0600 6404000050000000';
const last80Bytes =
  '5050827d58000000 dd05bd812e1f0600 02003130320000000000000000000000000000000000000000000110844c2e0000000000ff000000' +
  '0300313033000000000000000000000000000000000000000000014c844c2e0100000000ff000000';
const freeBuffer = '5050827d08000000 de05ecda2e1f0700';
const freed = '5050827d08000000 d007fad82e1f0700';
/** Attendance event of 12 bytes, zk-protocol. */
const event = '5050827d14000000 f401d0cb01000000 0100000000001a051c150318';

const wholeLog = 1_000_000;

function witness(maxBytes: number | null = wholeLog): { witness: Witness; seen: string[] } {
  const seen: string[] = [];
  const made = createWitness({
    acceptBadChecksum: false,
    onPacket: (direction, packet) => seen.push(`${direction} ${packet.length}`),
  });
  made.watchRead(maxBytes);
  return { witness: made, seen };
}

/** The announcement, one piece, the end. */
function converse(one: Witness, deliver: (frame: Uint8Array) => void): void {
  one.sent(bytes(prepareLog));
  expect(one.isQuiet()).toBe(false);
  deliver(bytes(okOf1204Bytes));
  expect(one.isQuiet()).toBe(true);
  one.sent(bytes(readLast80));
  deliver(bytes(event));
  expect(one.isQuiet()).toBe(false);
  deliver(bytes(last80Bytes));
  expect(one.isQuiet()).toBe(true);
}

/** Bytes with one bit of the last byte flipped. */
function damaged(text: string): Uint8Array {
  const copy = bytes(text);
  copy[copy.length - 1] = (copy[copy.length - 1] ?? 0) ^ 1;
  return copy;
}

describe('a witness', () => {
  it('has nothing against a conversation as it should be, and shows every packet of it', () => {
    const { witness: one, seen } = witness();
    converse(one, (frame) => one.received(frame));
    expect(seen).toEqual(['sent 19', 'received 21', 'sent 16', 'received 20', 'received 88']);
  });

  it.each([1, 2, 3, 5, 8, 13, 16, 17, 40])('sees the same in pieces of %i bytes', (size) => {
    const { witness: one, seen } = witness();
    converse(one, (frame) => {
      for (let at = 0; at < frame.length; at += size) one.received(frame.subarray(at, at + size));
    });
    expect(seen).toEqual(['sent 19', 'received 21', 'sent 16', 'received 20', 'received 88']);
  });

  it('objects to a damaged packet', () => {
    const { witness: one } = witness();
    one.sent(bytes(readLast80));
    expect(() => one.received(damaged(last80Bytes))).toThrow(/ZK_BAD_CHECKSUM/);
  });

  it('objects to a reply to another question while one is open, and to none when none is', () => {
    const { witness: one } = witness();
    one.received(bytes(freed));
    one.sent(bytes(readLast80));
    expect(() => one.received(bytes(freed))).toThrow(/ZK_BAD_REPLY/);
  });

  it('objects to a log larger than the terminal can hold before any of it is asked for', () => {
    const { witness: one } = witness(1203);
    one.sent(bytes(prepareLog));
    expect(() => one.received(bytes(okOf1204Bytes))).toThrow(/READ_TOO_LARGE/);
  });

  it('objects to data nobody asked for', () => {
    const { witness: one } = witness(null);
    one.sent(bytes(freeBuffer));
    // The 80 bytes as a reply to FREE: reply id 7, and the checksum one lower for it.
    const asReply = bytes(last80Bytes.replace('dd05bd812e1f0600', 'dd05bc812e1f0700'));
    expect(() => one.received(asReply)).toThrow(/READ_TOO_LARGE/);
  });

  it('leaves refusals to whoever asked when no log is read', () => {
    const { witness: one } = witness(null);
    one.sent(bytes(freeBuffer));
    // 2001 to FREE; summed by hand: 07d1 + 1f2e + 0007 = 2706, inverted d8f9.
    one.received(bytes('5050827d08000000 d107f9d82e1f0700'));
    expect(one.isQuiet()).toBe(true);
  });
});
