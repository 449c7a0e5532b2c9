/**
 * What a fault of the simulator must lead to when it strikes: exactly the ledger, or an error whose code names the cause.
 * Every fault of the catalogue has its row here, or stands in `beyondOneRead` with the reason.
 */
import type { FaultName } from '../../../device-sim/catalogue.ts';
import type { FaultOptions } from '../../../device-sim/faults.ts';
import type { ErrorCode } from '../../../src/errors.ts';

export type Wire = 'tcp' | 'udp';
export type Outcome = 'the ledger' | ErrorCode;

/** One way of going wrong, and how a read may end after it. */
export interface Trouble {
  readonly name: string;
  readonly fault: FaultOptions;
  /** Missing where the fault cannot happen on that wire. */
  readonly tcp?: readonly Outcome[];
  readonly udp?: readonly Outcome[];
  /** Ends by a time-out of ours, so the cell runs with short ones. */
  readonly endsInSilence?: true;
  /** Moves tens of megabytes: one cell is enough. */
  readonly heavy?: true;
  /** Registers for live events first. */
  readonly live?: true;
  /** False for logs in which nobody could tell this trouble from an honest log. */
  readonly shows?: (records: number) => boolean;
}

const whole: readonly Outcome[] = ['the ledger'];
const closed: readonly Outcome[] = ['NET_CLOSED'];
const noReply: readonly Outcome[] = ['ZK_NO_REPLY'];
const incomplete: readonly Outcome[] = ['READ_INCOMPLETE'];
/** Data began and then nothing came: which of the two deadlines strikes first depends on how late the last byte was. */
const stalled: readonly Outcome[] = ['ZK_NO_REPLY', 'READ_TOO_SLOW'];
const wrongCount: readonly Outcome[] = ['READ_CONTRADICTS_COUNTER', 'READ_LAYOUT_UNPROVEN'];

const [readOption, counters, readClock, connect, prepare, readBuffer] = [11, 50, 201, 1000, 1503, 1504];

const onTheLine: readonly Trouble[] = [
  { name: 'cut in the first prefix', fault: { name: 'cut-after-bytes', bytes: 5 }, tcp: closed },
  { name: 'cut later', fault: { name: 'cut-after-bytes', bytes: 700 }, tcp: closed },
  { name: 'reset', fault: { name: 'reset-after-bytes', bytes: 700 }, tcp: closed },
  { name: 'requests lost', fault: { name: 'lose-request', chance: 0.2 }, udp: whole },
  { name: 'datagrams lost', fault: { name: 'lose-datagram', chance: 0.1 }, udp: whole },
  { name: 'datagrams doubled', fault: { name: 'duplicate-datagram', chance: 0.5 }, udp: whole },
  { name: 'datagrams late', fault: { name: 'reorder-datagram', chance: 0.3 }, udp: whole },
];

// A damaged datagram is a lost one and asked for again; a damaged stream cannot be trusted any more.
const inPackets: readonly Trouble[] = [
  { name: 'bad checksum first', fault: { name: 'bad-checksum', times: 1 }, tcp: ['ZK_BAD_CHECKSUM'], udp: whole },
  {
    name: 'bad checksum in the data',
    fault: { name: 'bad-checksum', command: readBuffer, after: 1, times: 1 },
    tcp: ['ZK_BAD_CHECKSUM'],
    udp: whole,
  },
  {
    name: 'a bit flipped in the log',
    fault: { name: 'corrupt-payload', command: prepare, times: 1 },
    tcp: ['ZK_BAD_CHECKSUM'],
    udp: whole,
  },
  { name: 'stale replies', fault: { name: 'stale-reply' }, tcp: whole, udp: whole },
  { name: 'foreign replies', fault: { name: 'foreign-reply' }, tcp: whole, udp: whole },
  { name: 'one reply doubled', fault: { name: 'duplicate-reply', after: 9, times: 1 }, tcp: whole, udp: whole },
  // A block that comes twice in every try cannot be placed on a stream.
  { name: 'all replies doubled', fault: { name: 'duplicate-reply' }, tcp: [...whole, ...incomplete], udp: whole },
  { name: 'events between all packets', fault: { name: 'inserted-event' }, tcp: whole, udp: whole },
  {
    name: 'garbage',
    fault: { name: 'garbage-reply', command: counters, times: 1 },
    tcp: ['ZK_BAD_MAGIC'],
    udp: noReply,
    endsInSilence: true,
  },
  {
    name: 'a door controller',
    fault: { name: 'controller-reply', command: connect },
    tcp: ['ZK_OTHER_PROTOCOL'],
    udp: noReply,
    endsInSilence: true,
  },
  { name: 'a length of 4 GB', fault: { name: 'huge-length', after: 3 }, tcp: ['ZK_FRAME_TOO_LONG'] },
  { name: 'an encrypted prefix', fault: { name: 'secure-magic', after: 2 }, tcp: ['ZK_SECURE_FIRMWARE'] },
];

const inTransfers: readonly Trouble[] = [
  { name: 'a size of 4 GB', fault: { name: 'huge-size' }, tcp: ['READ_TOO_LARGE'], udp: ['READ_TOO_LARGE'] },
  // A log shorter than what is cut off it arrives as nothing at all.
  {
    name: 'transfers cut short',
    fault: { name: 'truncated-transfer' },
    tcp: [...incomplete, 'READ_CONTRADICTS_COUNTER'],
  },
  // A short range comes without an announcement: what is missing of it is waited for.
  {
    name: 'one range cut short',
    fault: { name: 'truncated-transfer', command: readBuffer, times: 1 },
    tcp: [...whole, ...stalled],
    udp: whole,
    endsInSilence: true,
  },
  { name: 'transfers too long', fault: { name: 'overlong-transfer' }, tcp: incomplete },
  {
    name: 'one range too long',
    fault: { name: 'overlong-transfer', command: readBuffer, times: 1 },
    tcp: [...whole, 'READ_TOO_LARGE'],
    udp: whole,
  },
  {
    name: 'blocks lost',
    fault: { name: 'lose-block' },
    tcp: [...incomplete, ...stalled],
    endsInSilence: true,
  },
  // Where a range is a single block, its loss is silence; else it is short and asked for again.
  {
    name: 'a block lost',
    fault: { name: 'lose-block', command: readBuffer, times: 1 },
    tcp: [...whole, ...stalled],
    udp: whole,
    endsInSilence: true,
  },
  // A transfer of one block has nothing to swap.
  { name: 'blocks swapped', fault: { name: 'swap-blocks' }, tcp: [...whole, ...incomplete], udp: whole },
  {
    name: 'blocks swapped once',
    fault: { name: 'swap-blocks', command: readBuffer, times: 1 },
    tcp: whole,
    udp: whole,
  },
  { name: 'closed before the end', fault: { name: 'early-closing' }, tcp: [...whole, ...incomplete], udp: whole },
  {
    name: 'never closed',
    fault: { name: 'no-closing' },
    tcp: [...whole, ...stalled],
    udp: whole,
    endsInSilence: true,
  },
  { name: 'data without end', fault: { name: 'endless-data', times: 1 }, tcp: [...whole, ...noReply], heavy: true },
];

const inTheTerminal: readonly Trouble[] = [
  {
    name: 'silent about the time',
    fault: { name: 'silent', command: readClock },
    tcp: noReply,
    udp: noReply,
    endsInSilence: true,
  },
  {
    name: 'silent about the log',
    fault: { name: 'silent', command: prepare },
    tcp: noReply,
    udp: noReply,
    endsInSilence: true,
  },
  { name: 'a pause', fault: { name: 'stall', ms: 300, times: 2 }, tcp: whole, udp: whole },
  { name: 'somebody in the menu', fault: { name: 'menu-open' }, tcp: noReply, udp: noReply, endsInSilence: true },
  { name: 'menu left at once', fault: { name: 'menu-open', times: 1 }, udp: whole },
  // "Nothing to read" is believed only when the counter agrees.
  {
    name: 'says there is nothing',
    fault: { name: 'refuse', command: prepare, code: 2001 },
    tcp: ['READ_CONTRADICTS_COUNTER'],
    udp: ['READ_CONTRADICTS_COUNTER'],
    shows: (records) => records > 0,
  },
  {
    name: 'refuses to prepare',
    fault: { name: 'refuse', command: prepare, code: 4989 },
    tcp: ['ZK_REFUSED'],
    udp: ['ZK_REFUSED'],
  },
  {
    name: 'refuses to be read',
    fault: { name: 'refuse', command: readBuffer, code: 65_535 },
    tcp: ['ZK_REFUSED'],
    udp: ['ZK_REFUSED'],
  },
  {
    name: 'wants a key late',
    fault: { name: 'refuse', command: counters, code: 2005 },
    tcp: ['ZK_COMM_KEY_REQUIRED'],
    udp: ['ZK_COMM_KEY_REQUIRED'],
  },
  {
    name: 'is locked',
    fault: { name: 'refuse', command: connect, code: 2032 },
    tcp: ['ZK_COMM_KEY_LOCKED'],
    udp: ['ZK_COMM_KEY_LOCKED'],
  },
  {
    name: 'tells no serial',
    fault: { name: 'refuse', command: readOption, code: 2001 },
    tcp: ['TERMINAL_SERIAL_INVALID'],
    udp: ['TERMINAL_SERIAL_INVALID'],
  },
  {
    name: 'hangs up instead of an answer',
    fault: { name: 'cut-before-reply', command: prepare },
    tcp: closed,
    udp: noReply,
    endsInSilence: true,
  },
  { name: 'hangs up in the data', fault: { name: 'cut-mid-chunk', times: 1 }, tcp: closed, udp: whole },
  {
    name: 'restarts in the data',
    fault: { name: 'reboot-mid-read', times: 1, ms: 200 },
    tcp: closed,
    udp: ['NET_REFUSED', ...noReply],
    endsInSilence: true,
  },
  {
    name: 'forgets the session',
    fault: { name: 'forget-session', command: counters },
    tcp: noReply,
    udp: noReply,
    endsInSilence: true,
  },
  { name: 'a punch behind every count', fault: { name: 'punch-after-count' }, tcp: whole, udp: whole },
  { name: 'a punch behind every prepare', fault: { name: 'punch-after-prepare' }, tcp: whole, udp: whole },
  { name: 'cleared behind the count', fault: { name: 'clear-after-count', times: 1 }, tcp: whole, udp: whole },
  { name: 'counts one too many', fault: { name: 'count-ahead' }, tcp: wrongCount, udp: wrongCount },
  {
    name: 'counts one too few',
    fault: { name: 'count-behind' },
    tcp: wrongCount,
    udp: wrongCount,
    shows: (records) => records > 1,
  },
  { name: 'a prefix that counts itself', fault: { name: 'lying-prefix' }, tcp: incomplete, udp: incomplete },
  // One record with seven bytes more is a longer record, and seven records a longer one each.
  {
    name: 'a log that ends in a piece',
    fault: { name: 'ragged-log' },
    tcp: wrongCount,
    udp: wrongCount,
    shows: (records) => 7 % records !== 0,
  },
  {
    name: 'another machine',
    fault: { name: 'impostor' },
    tcp: ['TERMINAL_SERIAL_MISMATCH'],
    udp: ['TERMINAL_SERIAL_MISMATCH'],
  },
  { name: '31 February', fault: { name: 'impossible-date', after: 1, times: 1 }, tcp: whole, udp: whole },
  { name: 'the year 2000', fault: { name: 'zero-date', after: 1, times: 1 }, tcp: whole, udp: whole },
  { name: 'the year 2133', fault: { name: 'future-date', after: 1, times: 1 }, tcp: whole, udp: whole },
  { name: 'events lost', fault: { name: 'lose-event' }, tcp: whole, udp: whole, live: true },
  { name: 'events doubled', fault: { name: 'duplicate-event' }, tcp: whole, udp: whole, live: true },
  { name: 'events of unknown length', fault: { name: 'odd-event' }, tcp: whole, udp: whole, live: true },
];

export const troubles: readonly Trouble[] = [...onTheLine, ...inPackets, ...inTransfers, ...inTheTerminal];

/** No single read can see that the terminal's own memory changed; the overlap with what is stored does. */
export const beyondOneRead: readonly FaultName[] = ['spoil-record'];

/** What a family of terminals leads to, whatever else happens; families that are not here give the ledger. */
export function ofProfile(profile: string): readonly Outcome[] {
  if (profile === 'secure-6001') return ['ZK_SECURE_FIRMWARE'];
  // One or two of its records, a strange date among them, are too little to recognise it by. Empty logs have no form.
  if (profile === 'wl-22') return ['ZK_UNSUPPORTED', 'READ_LAYOUT_UNPROVEN', ...whole];
  return whole;
}
