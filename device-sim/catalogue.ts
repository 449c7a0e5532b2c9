/**
 * Every fault the simulator can have, by name. A fault is asked for as `{ "name": "cut-mid-chunk", "times": 1 }` in a
 * scenario or with `terminal.setFaults([...])`; any number of them work together.
 */

/** Where a fault happens: to the bytes on their way, to the packets of an answer, or to the terminal itself. */
export type FaultLevel = 'bytes' | 'packets' | 'device';

type Entry = { readonly name: string; readonly level: FaultLevel; readonly description: string };

const BYTES = [
  {
    name: 'segment',
    description: 'Frames leave in pieces of `bytes` bytes (default 1), `ms` apart (default: at once).',
  },
  {
    name: 'split-frame',
    description: 'A frame is cut in two after `bytes` bytes (default: anywhere), the halves `ms` apart (default 5).',
  },
  { name: 'coalesce', description: 'All frames of an answer arrive as one stretch of bytes.' },
  { name: 'recut', description: 'All frames of an answer are joined and cut anew every `bytes` bytes (default 1460).' },
  { name: 'trickle', description: 'One byte every `ms` milliseconds (default 100).' },
  {
    name: 'cut-after-bytes',
    description: 'The connection ends once it has carried `bytes` bytes (default 1) of answers.',
  },
  { name: 'reset-after-bytes', description: 'The same, by a TCP reset.' },
  { name: 'lose-request', description: 'UDP: a request never arrives.' },
  { name: 'lose-datagram', description: 'UDP: a datagram of an answer never arrives.' },
  { name: 'duplicate-datagram', description: 'UDP: a datagram of an answer arrives twice.' },
  {
    name: 'reorder-datagram',
    description: 'UDP: a datagram of an answer arrives after the next, or `ms` later (default 20).',
  },
] as const;

const PACKETS = [
  { name: 'bad-checksum', description: 'A reply whose checksum is one too high.' },
  { name: 'corrupt-payload', description: 'One bit of a payload is flipped on the way; the checksum stays as it was.' },
  { name: 'stale-reply', description: 'The reply to the request before this one comes again first.' },
  { name: 'foreign-reply', description: 'An OK to a request nobody made (reply id + 1000) comes first.' },
  { name: 'duplicate-reply', description: 'A packet of an answer comes twice.' },
  { name: 'inserted-event', description: 'A live event comes in front of a packet of the answer.' },
  { name: 'garbage-reply', description: '`bytes` random bytes (default 32) instead of an answer.' },
  { name: 'controller-reply', description: 'An answer as door controllers on the same port give it (aa 01 … 55).' },
  { name: 'huge-length', description: 'The TCP prefix announces 4 GB; the honest packet follows.' },
  { name: 'secure-magic', description: 'The TCP prefix is that of encrypted firmware (50 50 83 7c).' },
  { name: 'huge-size', description: 'Preparing a read announces 4 GB.' },
  {
    name: 'truncated-transfer',
    description: 'A transfer lacks its last `bytes` bytes (default 40); its OK comes all the same.',
  },
  { name: 'overlong-transfer', description: 'A transfer brings `bytes` bytes (default 40) more than announced.' },
  { name: 'lose-block', description: 'A block is missing from the middle of a transfer.' },
  { name: 'swap-blocks', description: 'Two blocks of a transfer come in the wrong order.' },
  { name: 'early-closing', description: 'The OK that closes a transfer comes before its last block.' },
  { name: 'no-closing', description: 'The OK that closes a transfer never comes.' },
  { name: 'endless-data', description: 'After a transfer come blocks without end, until the client closes or 64 MiB.' },
] as const;

const DEVICE = [
  { name: 'silent', description: 'Does what the request says and never answers.' },
  { name: 'stall', description: 'Somebody is at the menu: the answer comes after `ms` (default 3000).' },
  { name: 'menu-open', description: 'Somebody is at the menu: CONNECT is ignored.' },
  { name: 'refuse', description: 'Answers with `code` (default 2001) and does nothing.' },
  {
    name: 'cut-before-reply',
    description: 'Does what the request says, then closes the connection without answering.',
  },
  { name: 'cut-mid-chunk', description: 'Closes the connection in the middle of a data block.' },
  {
    name: 'reboot-mid-read',
    description: 'Restarts in the middle of a data block and is away for `ms` (default 1000).',
  },
  { name: 'forget-session', description: 'Drops the session before this request; from then on there is silence.' },
  {
    name: 'punch-after-count',
    description: 'Somebody punches after the record counter was told, before the log is read.',
  },
  { name: 'punch-after-prepare', description: 'Somebody punches after the log was prepared, before it is read.' },
  { name: 'clear-after-count', description: 'Somebody clears the log after the record counter was told.' },
  { name: 'count-ahead', description: 'The record counter is `bytes` (default 1) too high.' },
  { name: 'count-behind', description: 'The record counter is `bytes` (default 1) too low.' },
  { name: 'lying-prefix', description: 'The length in front of a dataset is 4 too high, as it counts itself.' },
  { name: 'ragged-log', description: 'The log ends with `bytes` bytes (default 7) of a record.' },
  { name: 'spoil-record', description: 'The log is prepared with one bit of its first record changed for good.' },
  { name: 'impostor', description: 'The serial it tells is another one.' },
  { name: 'impossible-date', description: 'A punch is stamped 2024-02-31 00:00:00.' },
  { name: 'zero-date', description: 'A punch is stamped 2000-01-01 00:00:00.' },
  { name: 'future-date', description: 'A punch is stamped 2133-08-18 06:28:15, the last instant the format can hold.' },
  { name: 'lose-event', description: 'A live event is not sent.' },
  { name: 'duplicate-event', description: 'A live event is sent twice.' },
  { name: 'odd-event', description: 'A live event has `bytes` bytes (default 21), a length nobody knows.' },
] as const;

type Named = (typeof BYTES | typeof PACKETS | typeof DEVICE)[number];
export type FaultName = Named['name'];

const at = (level: FaultLevel, faults: readonly Named[]) => faults.map((fault) => ({ ...fault, level }));

export const CATALOGUE: readonly (Entry & { readonly name: FaultName })[] = [
  ...at('bytes', BYTES),
  ...at('packets', PACKETS),
  ...at('device', DEVICE),
];

export const FAULT_NAMES = CATALOGUE.map((fault) => fault.name) as [FaultName, ...FaultName[]];
