/** Bytes a client can read at any offset: the 4-byte length prefix (where there is one) and what follows. */
export type Dataset = { sizeBytes: number; read(offset: number, size: number): Buffer };

const PREFIX_BYTES = 4;

/** A dataset of `body` behind its length. */
export function datasetOf(body: Buffer): Dataset {
  const prefix = Buffer.allocUnsafe(PREFIX_BYTES);
  prefix.writeUInt32LE(body.length, 0);
  return {
    sizeBytes: PREFIX_BYTES + body.length,
    read(offset, size) {
      const from = offset - PREFIX_BYTES;
      if (from >= 0) return body.subarray(from, from + size);
      return Buffer.concat([prefix.subarray(offset, offset + size), body.subarray(0, Math.max(0, from + size))]);
    },
  };
}

/** A dataset without the length prefix, as time-filtered reads give it. */
export function bareDatasetOf(body: Buffer): Dataset {
  return { sizeBytes: body.length, read: (offset, size) => body.subarray(offset, offset + size) };
}

/**
 * The file itself rather than a copy: as large as it was when prepared, but what is cleared or shifted under the reader
 * shows through, and an offset inside the prefix is taken for the first record.
 */
export function liveDatasetOf(file: () => Buffer): Dataset {
  const sizeBytes = PREFIX_BYTES + file().length;
  return {
    sizeBytes,
    read(offset, size) {
      const now = datasetOf(file());
      const bytes = Buffer.alloc(size);
      const from = offset > 0 && offset < PREFIX_BYTES ? PREFIX_BYTES : offset;
      if (from < now.sizeBytes) now.read(from, Math.min(size, now.sizeBytes - from)).copy(bytes);
      return bytes;
    },
  };
}
