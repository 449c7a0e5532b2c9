import type { RecordLayout } from './codec/record.ts';
import type { SizesBytes } from './codec/sizes.ts';
import type { UserLayout } from './codec/user.ts';
import type { FaultOptions } from './faults.ts';
import type { KnobOptions } from './knobs.ts';
import type { WhenFull } from './log.ts';

/** A family of terminals: what its hardware and firmware are, and how it behaves. */
export type Profile = {
  name: string;
  description: string;
  transport: 'tcp' | 'udp' | 'both';
  deviceName: string;
  platform: string;
  firmware: string;
  pinWidth: number;
  recordLayout: RecordLayout;
  userLayout: UserLayout;
  sizesBytes: SizesBytes;
  recordCapacity: number;
  whenFull: WhenFull;
  /** Options beyond those every terminal has. */
  options: Readonly<Record<string, string>>;
  knobs: KnobOptions;
  /** What is always wrong with this family. */
  faults: readonly FaultOptions[];
};

const TFT: Profile = {
  name: 'tft-40',
  description: 'Colour terminal of the ZMM family: 40-byte records, 72-byte users, large blocks over TCP.',
  transport: 'both',
  deviceName: 'K40',
  platform: 'ZMM220_TFT',
  firmware: 'Ver 6.60 Jun 16 2015',
  pinWidth: 9,
  recordLayout: '40',
  userLayout: '72',
  sizesBytes: 92,
  recordCapacity: 100_000,
  whenFull: { kind: 'refuse' },
  options: { '~SSR': '1', '~ExtendFmt': '1', '~ZKFPVersion': '10', FaceFunOn: '0' },
  knobs: {},
  faults: [],
};

const BW: Profile = {
  name: 'bw-8',
  description: 'Two-line scanner of the oldest kind: 8-byte records by user index, 28-byte users, 1024-byte blocks.',
  transport: 'both',
  deviceName: 'F702',
  platform: 'ZEM500',
  firmware: 'Ver 3.98 Sep 14 2009',
  pinWidth: 5,
  recordLayout: '8',
  userLayout: '28',
  sizesBytes: 80,
  recordCapacity: 50_000,
  whenFull: { kind: 'refuse' },
  options: { '~SSR': '0', '~ExtendFmt': '0', '~ZKFPVersion': '9', CompressAttlog: '0' },
  knobs: { blockBytes: 1_024, replyIdWraps: false, eventBytes: 12, closingSession: 'size' },
  faults: [],
};

/** A colour terminal with one thing different. */
function tft(name: string, description: string, difference: Partial<Profile>): Profile {
  return { ...TFT, ...difference, name, description };
}

export const PROFILES: readonly Profile[] = [
  TFT,
  BW,
  {
    ...BW,
    name: 'bw-8-short',
    description: 'As bw-8 with compressed logs: 4-byte records between 8-byte ones.',
    recordLayout: '8-short',
    options: { ...BW.options, CompressAttlog: '1' },
  },
  {
    ...BW,
    name: 'bw-16',
    description: 'Two-line scanner with the extended log: 16-byte records, state before verify mode.',
    deviceName: 'F18',
    platform: 'ZEM510',
    firmware: 'Ver 5.04 Mar 20 2012',
    pinWidth: 9,
    recordLayout: '16',
    options: { ...BW.options, '~ExtendFmt': '1' },
  },
  tft(
    'vl-49',
    'Visible-light face terminal: 49-byte records, 112-byte counters, reads by time range; its operation log is counted only.',
    {
      deviceName: 'SpeedFace-V5L',
      platform: 'ZAM170_TFT',
      firmware: 'ZAM170-NF50VA-Ver1.1.17',
      recordLayout: '49',
      sizesBytes: 112,
      recordCapacity: 200_000,
      options: { '~SSR': '1', '~ExtendFmt': '1', '~ZKFPVersion': '12', FaceFunOn: '1', ZKFaceVersion: '58' },
      knobs: { timeFilter: 'range', eventBytes: 52, operationLog: 'unreadable' },
    },
  ),
  {
    ...BW,
    name: 'udp-only',
    description: 'Answers on UDP alone, as the MA300 does: 8-byte records, small datagrams, no operation log.',
    transport: 'udp',
    deviceName: 'MA300',
    platform: 'ZEM560',
    firmware: 'Ver 6.20 Aug 02 2012',
    knobs: { ...BW.knobs, operationLog: 'none' },
  },
  tft('one-client', 'Serves one TCP client; a second one is let in and closed at once.', {
    transport: 'tcp',
    knobs: { secondClient: 'refused' },
  }),
  tft('slow-1008', 'Sends blocks of 1008 bytes, 20 ms apart, and takes 20 ms per 1000 records to prepare.', {
    knobs: { blockBytes: 1_008, blockPauseMs: 20, prepareDelayMsPer1000: 20 },
  }),
  tft('ring-log', 'When full, overwrites its oldest records in place; each record carries a running index.', {
    whenFull: { kind: 'ring' },
  }),
  tft('drop-oldest', 'When full, removes its 1000 oldest records at the next punch: the rest moves to the front.', {
    whenFull: { kind: 'drop-oldest', records: 1_000 },
  }),
  tft('secure-6001', 'Encrypted firmware: answers CONNECT with 6001 and nothing else.', {
    deviceName: 'SenseFace 2A',
    platform: 'ZAM80_TFT',
    firmware: 'Ver 6.60 Jan 13 2025',
    recordLayout: '49',
    sizesBytes: 112,
    knobs: { secure: true },
  }),
  tft(
    'freezes-on-bare-connect',
    'Stands still for 8 s when somebody connects and says nothing; wants whole prefixes.',
    {
      transport: 'tcp',
      knobs: { bareConnectFreezeMs: 8_000, wholeFirstPrefix: true },
    },
  ),
  tft('reboots-mid-read', 'Restarts in the middle of its first transfer and is back after a second.', {
    knobs: { blockBytes: 1_008 },
    faults: [{ name: 'reboot-mid-read', times: 1 }],
  }),
  tft('stale-replies', 'Sends the reply before once more in front of one reply in three.', {
    faults: [{ name: 'stale-reply', chance: 0.33 }],
  }),
  tft('resends-events', 'Keeps live events until they are acknowledged and sends them again, some twice.', {
    knobs: { events: 'until-acknowledged', eventBytes: 36 },
    faults: [{ name: 'duplicate-event', chance: 0.3 }],
  }),
  tft('silent-on-lower-reply-id', 'Drops every reply id that is not above the last, even after 65535.', {
    knobs: { lowerReplyId: 'silence', replyIdWraps: false },
  }),
  tft('always-prepare', 'Never answers inline: PREPARE_DATA, blocks and OK even for a few bytes.', {
    knobs: { inline: 'never', closingSession: 'last-index' },
  }),
  tft('prepare-twice', 'Sends PREPARE_DATA twice in front of every transfer.', {
    knobs: { preparesTwice: true },
  }),
  tft('inline-variants', 'Answers 1503 with PREPARE_DATA, small logs inline, and every span with PREPARE_DATA.', {
    knobs: { inline: 'prepare-only', prepareAnswer: 'prepare-data', blockBytes: 16_384 },
  }),
  tft(
    'wl-22',
    'WL-series unit: 22-byte records, counters of 4 zero bytes, 4096 bytes of log, no buffered reads, no operation log.',
    {
      transport: 'tcp',
      deviceName: 'WL20',
      platform: 'ZLM20_TFT',
      recordLayout: '22',
      sizesBytes: 4,
      options: { '~SSR': '1', '~ZKFPVersion': '10' },
      knobs: { bufferedReads: false, onlyFirstBytes: 4_096, operationLog: 'none' },
    },
  ),
];

export const DEFAULT_PROFILE = 'tft-40';

/** @throws RangeError when no profile has this name */
export function profileNamed(name: string): Profile {
  const profile = PROFILES.find((one) => one.name === name);
  if (!profile) {
    throw new RangeError(
      `There is no terminal profile "${name}"; use one of ${PROFILES.map((p) => p.name).join(', ')}.`,
    );
  }
  return profile;
}
