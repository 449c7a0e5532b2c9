/**
 * The numbers of the terminal protocol, with their names (docs/protocol.md, "Commands" and "Reply codes").
 *
 * Only commands that read, sign in, sign out or set the clock are here. Commands that clear, delete, write users, move
 * files, restart the machine or open a door have no number in this program, so no mistake can send one.
 */

/** Commands this driver sends. */
export const command = {
  connect: 1000,
  exit: 1001,
  authenticate: 1102,
  readVersion: 1100,
  readOption: 11,
  readCounters: 50,
  readClock: 201,
  setClock: 202,
  prepareBuffer: 1503,
  readBuffer: 1504,
  freeBuffer: 1502,
  registerEvents: 500,
  readLogDirectly: 13,
  readUsersDirectly: 9,
} as const;

/** What "prepare" is asked to prepare: the inner command of a {@link command.prepareBuffer} request. */
export const dataset = {
  attendance: 13,
  users: 9,
  operations: 34,
  attendanceByTime: 10004,
} as const;

/** Parameter of {@link dataset.users}: the table of users rather than templates or pictures. */
export const userTable = 5;

/** Event number of a punch, and the bit that registers for it. */
export const punchEvent = 1;

/** Codes a terminal answers with. Every other number is a refusal. */
export const reply = {
  ok: 2000,
  error: 2001,
  unauthorised: 2005,
  locked: 2032,
  prepare: 1500,
  data: 1501,
  secureChallenge: 6001,
  unknownCommand: 65535,
  badCommand: 65533,
  event: 500,
} as const;

/** Bytes of the packet header: code, checksum, session, reply id. */
export const headerBytes = 8;

/** Bytes in front of each packet on TCP: four of magic, four of length. */
export const framePrefixBytes = 8;

/** First four bytes of a frame. */
export const frameMagic: readonly number[] = [0x50, 0x50, 0x82, 0x7d];

/** First four bytes of a frame of encrypted firmware. */
export const secureFrameMagic: readonly number[] = [0x50, 0x50, 0x83, 0x7c];

/** First byte of a reply of a door controller that listens on the same port with another protocol. */
export const otherProtocolByte = 0xaa;

/** Largest payload of one datagram, and the largest dataset a terminal sends without announcing it. */
export const datagramPayloadBytes = 1024;

/** Bytes of the length that precedes the records in a prepared dataset. */
export const datasetPrefixBytes = 4;

/** Port terminals listen on unless their menu says otherwise. */
export const defaultPort = 4370;

const names: ReadonlyMap<number, string> = new Map(
  [...Object.entries(command), ...Object.entries(reply)].map(([name, code]) => [code, name]),
);

/** The name of a command or reply code, for reports; null for numbers this driver has no use for. */
export function nameOfCode(code: number): string | null {
  return names.get(code) ?? null;
}
