/**
 * One whole conversation in literal bytes: what the driver must send, byte for byte, and what it must make of the answers.
 * Laid out by hand, session 0x1f2e, checksums by an independent script; the 30 records are generated in the test from the
 * rule printed beside them.
 */
import { afterEach, expect, it } from 'vitest';
import { formatDeviceTime } from '../../src/clock/device-time.ts';
import { decodeRecords } from '../../src/zk/records.ts';
import { openTerminal } from '../../src/zk/terminal.ts';
import { bytes, hex } from '../vectors/bytes.ts';
import { frame, type LiteralServer, serve } from './tools/literal-server.ts';
import { wallClock } from './tools/wall-clock.ts';

let server: LiteralServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

/** Record i: uid 1 + i mod 3, id 101 + i mod 3, verify 1, 2024-03-01 08:00:00 + i minutes, state i mod 2. */
function thirtyRecords(): Buffer {
  const log = Buffer.alloc(30 * 40);
  for (let i = 0; i < 30; i += 1) {
    const at = i * 40;
    log.writeUInt16LE(1 + (i % 3), at);
    log.write(String(101 + (i % 3)), at + 2, 'latin1');
    log.writeUInt8(1, at + 26);
    log.writeUInt32LE(0x2e4c7d80 + 60 * i, at + 27);
    log.writeUInt8(i % 2, at + 31);
    log.writeUInt8(0xff, at + 36);
  }
  return log;
}

const counters = `5050827d64000000d00789642e1f02000000000000000000000000000000000003000000000000000200
  0000000000001e0000000000000011000000000000000100000001000000b80b000010270000a0860100b60b00000d270000
  82860100000000000000000090010000`;

it('connects, asks for serial, counters and log, and leaves with EXIT', async () => {
  const dataset = Buffer.concat([bytes('b0040000'), thirtyRecords()]);
  const sent: string[] = [];
  server = await serve(async (peer) => {
    const script: [heard: string, ...answers: (string | Uint8Array)[]][] = [
      ['5050827d08000000e80317fc00000000', '5050827d08000000d00701d92e1f0000'],
      [
        '5050827d160000000b00c2972e1f01007e53657269616c4e756d62657200',
        '5050827d24000000d00774062e1f01007e53657269616c4e756d6265723d4142433132333435363738393000',
      ],
      ['5050827d0800000032009de02e1f0200', counters],
      // FREE_DATA before the read; the OK is the one of the appendix with another reply id.
      ['5050827d08000000de05f0da2e1f0300', frame(2000, 0x1f2e, 3)],
      [
        '5050827d13000000df05edcd2e1f0400010d000000000000000000',
        '5050827d15000000d007c0082e1f040000b4040000b404000056341200',
      ],
      [
        '5050827d10000000e00538d62e1f050000000000b4040000',
        '5050827d10000000dc054cd22e1f0500b4040000f0030000',
        '5050827df8030000dd054d9900000500',
        dataset.subarray(0, 1008),
        '5050827dcc000000dd05d98c01000500',
        dataset.subarray(1008),
        '5050827d08000000d007fcd82e1f0500',
      ],
    ];
    for (const [heard, ...answers] of script) {
      const request = await peer.next();
      sent.push(request?.hex ?? 'gone');
      expect(request?.hex).toBe(heard);
      peer.send(...answers);
    }
    for (let request = await peer.next(); request !== null; request = await peer.next()) {
      sent.push(request.hex);
      if (request.code === 50) peer.send(frame(2000, 0x1f2e, request.replyId, bytes(counters).subarray(16)));
      else peer.send(frame(2000, 0x1f2e, request.replyId));
    }
  });
  const session = await openTerminal({ host: '127.0.0.1', port: server.port }, wallClock);
  expect(await session.readOption('~SerialNumber')).toBe('ABC1234567890');
  const progress: [number, number][] = [];
  const read = await session.readLog((received, expected) => progress.push([received, expected]));
  await session.close();

  expect(read).toMatchObject({ layout: 'zk40', strideBytes: 40, totalRecords: 30, firstIndex: 0 });
  expect(hex(read.bytes)).toBe(hex(thirtyRecords()));
  expect(read.completedAtMs).toBeGreaterThanOrEqual(read.preparedAtMs);
  expect(progress).toEqual([[1204, 1204]]);
  const records = [...decodeRecords(read.layout, read.strideBytes, read.bytes)];
  expect(records.length).toBe(30);
  expect(records[29]).toMatchObject({ pin: '103', uid: 3, verifyMode: 1, punchState: 1, workCode: 0 });
  expect(records.map((record) => formatDeviceTime(record.deviceTime))[29]).toBe('2024-03-01T08:29:00');
  // After the read: FREE_DATA, the counters again, EXIT. Never DISABLE (1003 = eb03).
  expect(sent.slice(6).map((text) => text.slice(16, 20))).toEqual(['de05', '3200', 'e903']);
});

it('reads two records from the end', async () => {
  server = await serve(async (peer) => {
    for (let request = await peer.next(); request !== null; request = await peer.next()) {
      if (request.code === 1503) peer.send('5050827d15000000d007c2082e1f020000b4040000b404000056341200');
      else if (request.code === 1504) {
        // Offset 1124, size 80.
        expect(request.hex).toBe('5050827d10000000e0053ad62e1f03006404000050000000');
        peer.send(
          `5050827d58000000dd05c0812e1f03000200313032000000000000000000000000000000000000000000
           0110844c2e0000000000ff0000000300313033000000000000000000000000000000000000000000014c844c2e0100000000ff000000`,
        );
      } else peer.send(frame(2000, 0x1f2e, request.replyId));
    }
  });
  const session = await openTerminal({ host: '127.0.0.1', port: server.port }, wallClock);
  const tail = await session.readTail({ layout: 'zk40', strideBytes: 40, firstIndex: 28 });
  await session.close();
  expect(tail).toMatchObject({ totalRecords: 30, firstIndex: 28, layout: 'zk40', strideBytes: 40 });
  expect(hex(tail?.bytes ?? new Uint8Array(0))).toBe(hex(thirtyRecords().subarray(28 * 40)));
  expect(tail?.bytesReceived).toBeLessThan(200);
});
