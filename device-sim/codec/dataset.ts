/** Requests of the buffered read. docs/protocol.md, "Prepare and read". */

/** Payload of 1503: which dataset to prepare. */
export type PrepareRequest = { command: number; parameter1: number; parameter2: number };

/** @returns undefined unless the payload has exactly 11 bytes, as the terminal insists */
export function decodePrepare(payload: Buffer): PrepareRequest | undefined {
  if (payload.length !== 11) return undefined;
  return {
    command: payload.readUInt16LE(1),
    parameter1: payload.readUInt32LE(3),
    parameter2: payload.readUInt32LE(7),
  };
}

/** @returns undefined unless the payload of 1504 has exactly 8 bytes */
export function decodeReadBuffer(payload: Buffer): { offset: number; size: number } | undefined {
  if (payload.length !== 8) return undefined;
  return { offset: payload.readUInt32LE(0), size: payload.readUInt32LE(4) };
}

/** Payload of the OK to 1503. Nobody checks the hash and no published algorithm reproduces it: any value will do. */
export function encodePrepared(sizeBytes: number): Buffer {
  const payload = Buffer.alloc(13);
  payload.writeUInt32LE(sizeBytes, 1);
  payload.writeUInt32LE(sizeBytes, 5);
  payload.writeUInt32LE(0x0012_3456, 9);
  return payload;
}

/** Payload of PREPARE_DATA. */
export function encodePrepareData(sizeBytes: number, blockBytes: number): Buffer {
  const payload = Buffer.allocUnsafe(8);
  payload.writeUInt32LE(sizeBytes, 0);
  payload.writeUInt32LE(blockBytes, 4);
  return payload;
}

/** One entry of the operation log, 16 bytes; entries follow a 4-byte prefix as log records do. docs/protocol.md, "Operation log". */
export type Operation = {
  operation: number;
  /** The administrator's index. */
  by: number;
  /** Packed device time. */
  time: number;
  parameters: readonly number[];
};

export function encodeOperation(entry: Operation): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt8(entry.operation, 2);
  bytes.writeUInt8(entry.by, 3);
  bytes.writeUInt32LE(entry.time, 4);
  for (let at = 0; at < 4; at += 1) bytes.writeUInt16LE(entry.parameters[at] ?? 0, 8 + at * 2);
  return bytes;
}
