/**
 * Peculiarities of terminals that need another behaviour of ours. All are off by default, because each gives up a check
 * or takes a worse path; a terminal gets one only after it was seen to need it (docs/protocol.md, "Quirks").
 */

/** Every quirk with the reason to set it, for `gerbang probe` and the documentation. */
export const quirks = {
  acceptBadReplyChecksum:
    'Every reply of this model carries a wrong checksum. Damage on the line then goes unseen except by sizes and counters.',
  readDirectly:
    'The terminal refuses the buffered read (1503) but answers the old direct one (13). No tail reads: each poll moves the whole log.',
  smallChunks:
    'The terminal or its line breaks on long replies. Asks for 8 KB at a time instead of 64 KB; slower on healthy lines.',
  skipOperationLog:
    'The terminal stumbles over being asked for its operation log. Steps of its clock are then located by weaker evidence.',
} as const;

/** One of {@link quirks}. */
export type QuirkName = keyof typeof quirks;

/** True when the text names a quirk. */
export function isQuirkName(text: string): text is QuirkName {
  return Object.hasOwn(quirks, text);
}
