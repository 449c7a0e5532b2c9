/**
 * Packed times, least significant byte first. From captures (zk-protocol 2018, pyzk issues #99 and #139) and computed at
 * the edges with a calculator; 31 February 2024 exists only in this encoding.
 */
export const packedTimes: readonly (readonly [text: string, hex: string])[] = [
  ['2000-01-01T00:00:00', '00000000'],
  ['2016-01-01T19:02:00', 'a8eba71e'],
  ['2016-02-29T12:34:56', '7059f51e'],
  ['2018-06-25T17:41:05', '31b16823'],
  ['2018-06-25T17:50:35', '6bb36823'],
  ['2021-10-24T13:42:16', 'b8ebc929'],
  ['2024-03-01T08:00:00', '807d4c2e'],
  ['2024-02-31T00:00:00', '80bb4a2e'],
  ['2024-12-31T23:59:59', 'ffbde42f'],
  ['2026-05-28T21:03:24', '9c669732'],
  ['2099-12-31T23:59:59', 'fff792bf'],
];

/** Beyond what can be set, but a terminal may show it: the largest packed value. */
export const largestPackedTime = ['2133-08-18T06:28:15', 'ffffffff'] as const;

/** The six-byte form of live events; zk-protocol capture. */
export const eventTimes: readonly (readonly [text: string, hex: string])[] = [
  ['2018-06-25T17:41:05', '120619112905'],
  ['2018-12-07T19:09:06', '120c07130906'],
  ['2018-11-29T12:55:03', '120b1d0c3703'],
];
