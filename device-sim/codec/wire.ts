/**
 * The numbers of the standalone terminal protocol, seen from the terminal's side.
 * docs/protocol.md, "Commands" and "Reply codes".
 */

/** Requests a client may send. Only what this simulator answers is named here. */
export const COMMAND = {
  usersRead: 9,
  optionRead: 11,
  optionWrite: 12,
  logRead: 13,
  operationLogRead: 34,
  freeSizes: 50,
  state: 64,
  pinWidth: 69,
  readNew: 120,
  getTime: 201,
  setTime: 202,
  registerEvents: 500,
  connect: 1000,
  exit: 1001,
  enable: 1002,
  disable: 1003,
  refreshData: 1013,
  refreshOptions: 1014,
  version: 1100,
  auth: 1102,
  freeData: 1502,
  prepareBuffer: 1503,
  readBuffer: 1504,
  logByTime: 10004,
} as const;

/** What the terminal answers with. */
export const REPLY = {
  event: 500,
  prepareData: 1500,
  data: 1501,
  ok: 2000,
  error: 2001,
  unauthorised: 2005,
  authLocked: 2032,
  bufferRefused: 4989,
  secureChallenge: 6001,
  unknown: 65535,
} as const;

/** Header plus payload of the largest request a terminal's inbound buffer holds, and of the largest datagram. */
export const MAX_REQUEST_BYTES = 1032;

/** A dataset or chunk up to this size is answered inline, without PREPARE_DATA. */
export const INLINE_LIMIT_BYTES = 1024;

export const HEADER_BYTES = 8;
