/** Text with its NUL, as option and version replies carry it. */
export function encodeText(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'latin1');
}

/** Text of a request: cut at the first NUL, or whole where a client sent none. */
export function decodeText(payload: Buffer): string {
  const end = payload.indexOf(0);
  return payload.toString('latin1', 0, end === -1 ? payload.length : end);
}
