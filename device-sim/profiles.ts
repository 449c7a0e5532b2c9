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
  transport: 'tcp',
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

export const PROFILES: readonly Profile[] = [TFT];

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
