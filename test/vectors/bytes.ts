/** Literal bytes: hex digits, spaces for the eye. `00*15` stands for fifteen zero bytes. */
export function bytes(text: string): Uint8Array {
  const digits = text.replace(/([0-9a-f]{2})\*(\d+)/gi, (_, byte: string, times: string) => byte.repeat(Number(times)));
  const compact = digits.replace(/\s+/g, '');
  if (!/^([0-9a-f]{2})*$/i.test(compact)) throw new Error(`not hex: ${text}`);
  return Uint8Array.from(Buffer.from(compact, 'hex'));
}

/** The inverse, for readable failures. */
export function hex(value: Uint8Array): string {
  return Buffer.from(value).toString('hex');
}
