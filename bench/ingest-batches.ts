/** Batches of full logs, for the benches that store them. */
import type { IngestMeans } from '../src/ingest/apply-batch.ts';
import { alignWhole } from '../src/punch/alignment.ts';
import type { Batch } from '../src/punch/batch.ts';
import { splitAlignment } from '../src/punch/split.ts';
import { decodeRecords } from '../src/zk/records.ts';

export const strideBytes = 40;
export const terminals = 4;
export const recordsPerTerminal = 25_000;
export const rows = terminals * recordsPerTerminal;

export const means: IngestMeans = {
  zoneOf: () => ({ timeZone: 'Asia/Jakarta', offsetMs: () => 7 * 3_600_000 }),
  decode: decodeRecords,
};

/** 40-byte records as colour terminals write them, a few seconds apart. */
export function recordsOf(terminal: number): Buffer {
  const bytes = Buffer.alloc(recordsPerTerminal * strideBytes);
  const firstPackedTime = 0x3297669c;
  for (let at = 0; at < recordsPerTerminal; at += 1) {
    const offset = at * strideBytes;
    bytes.writeUInt16LE(1 + (at % 400), offset);
    bytes.write(String(1001 + (at % 400)), offset + 2, 'latin1');
    bytes[offset + 26] = 1;
    bytes.writeUInt32LE(firstPackedTime + at * 7 + terminal, offset + 27);
  }
  return bytes;
}

/** What a poller makes of a first read of that log. */
export function batchesOf(terminal: number, maxRecords: number): Batch[] {
  const bytes = recordsOf(terminal);
  const read = { layout: 'zk40' as const, strideBytes, totalRecords: recordsPerTerminal, bytes };
  const alignment = alignWhole({ cursor: null, stored: new Uint8Array(0), read });
  if (alignment.kind === 'suspicious') throw new Error('a first read is never suspicious');
  const presentAtMs = Date.UTC(2026, 10, 21);
  return splitAlignment(alignment, null, strideBytes, maxRecords).map((slice, at) => {
    const { records, endsRead, ...placed } = slice;
    return {
      ...placed,
      version: 1,
      batchId: `bench-${terminal}-${at}`,
      officeCode: 'kominfo',
      terminalName: `T${terminal}`,
      serial: `BENCH${terminal}`,
      fence: 1,
      layout: 'zk40',
      strideBytes,
      recordsBase64: Buffer.from(records).toString('base64'),
      samples: [
        {
          sentAtMs: presentAtMs - 1_000,
          receivedAtMs: presentAtMs - 990,
          deviceMs: presentAtMs + 7 * 3_600_000 - 1_000,
          kind: 'before-read',
        },
      ],
      bracket: { absentAtMs: null, presentAtMs },
      readThroughMs: endsRead ? presentAtMs : null,
      verifiedWhole: false,
    };
  });
}
