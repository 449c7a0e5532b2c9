/** The terminals the fuzz talks to: one of every family and a few with other logs, all without a network. */
import { PROFILES } from '../../device-sim/profiles.ts';
import { type Diarist, type SiteOptions, writeDiary } from '../proof/tools/diary.ts';

/** A terminal and what people did there. */
export interface World extends Diarist {
  readonly name: string;
  readonly commKey: number | undefined;
}

const further: readonly SiteOptions[] = [
  { profile: 'tft-40', records: 200, knobs: { blockBytes: 1008, commKey: 12, firstSessionId: 0x45cf } },
  { profile: 'bw-16', records: 90, knobs: { blockBytes: 200 } },
  { profile: 'vl-49', records: 30, knobs: { readsLive: true, closingSession: 'size' } },
  { profile: 'tft-40', records: 30, knobs: { tailReads: false, emptyLog: 'bare-prefix', lowerReplyId: 'served' } },
  { profile: 'udp-only', records: 300 },
  { profile: 'tft-40', records: 0 },
];

/** All worlds. Their logs are small and state their capacity, so that what a lie can make us reserve stays small too. */
export function createWorlds(): readonly [World, ...World[]] {
  const options = [
    ...PROFILES.map(({ name }, at) => ({ profile: name, records: [30, 12, 2, 60][at % 4] ?? 30 })),
    ...further,
  ];
  const [first, ...others] = options.map((one: SiteOptions, at) => {
    const diarist = writeDiary({ recordCapacity: 1000, serial: 'PROOF1', ...one });
    const name = `${one.profile}#${at}`;
    return { ...diarist, name, commKey: one.knobs?.commKey };
  });
  if (first === undefined) throw new Error('no profiles');
  return [first, ...others];
}
