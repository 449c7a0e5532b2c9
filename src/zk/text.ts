/** Text from terminals: fixed-width fields that are hostile until cleaned. */

/** C0 and C1 controls, and the marks that reorder or hide text on a screen. */
const unprintable = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/**
 * Bytes up to the first NUL. What follows the NUL can be leftovers of an earlier record, so nothing is trimmed from the
 * right.
 */
export function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end === -1 ? bytes : bytes.subarray(0, end);
}

/** Text without control characters; for display, never for identity. */
export function cleanText(text: string): string {
  return text.replace(unprintable, '');
}

/** A user id field as text: one character per byte, so that no two ids become one by a failed decoding. */
export function idText(field: Uint8Array): string {
  const bytes = untilNul(field);
  let text = '';
  let plain = true;
  for (const byte of bytes) {
    text += String.fromCharCode(byte);
    if (byte < 0x20 || byte > 0x7e) plain = false;
  }
  return plain ? text : cleanText(text);
}
