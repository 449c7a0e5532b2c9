/** Payloads of the buffered read (docs/protocol.md, "Prepare and read"). */

/** What to prepare. */
export interface PrepareRequest {
  /** Inner command, see `dataset` in wire.ts. */
  readonly dataset: number;
  /** Its two parameters, unsigned 32 bit. */
  readonly first?: number;
  readonly second?: number;
}

/** Exactly 11 bytes; terminals refuse any other length. The leading 1 is what every client sends. */
export function encodePrepare(what: PrepareRequest): Uint8Array {
  const payload = new Uint8Array(11);
  const view = new DataView(payload.buffer);
  view.setUint8(0, 1);
  view.setUint16(1, what.dataset, true);
  view.setUint32(3, what.first ?? 0, true);
  view.setUint32(7, what.second ?? 0, true);
  return payload;
}

/** Exactly 8 bytes: where the range starts in the dataset, its length prefix included, and how long it is. */
export function encodeRange(offset: number, size: number): Uint8Array {
  const payload = new Uint8Array(8);
  const view = new DataView(payload.buffer);
  view.setUint32(0, offset, true);
  view.setUint32(4, size, true);
  return payload;
}
