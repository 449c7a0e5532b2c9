import type { RecordLayout } from './codec/record.ts';
import type { WhenFull } from './log.ts';
import type { Profile } from './profiles.ts';

/** What may differ from the profile. */
export type IdentityOptions = {
  serial: string;
  deviceName?: string;
  firmware?: string;
  platform?: string;
  recordCapacity?: number;
  whenFull?: WhenFull;
  /** Option values that differ from the profile's. */
  options?: Readonly<Record<string, string>>;
};

/** What a terminal is, whatever it holds. */
export type Identity = {
  serial: string;
  deviceName: string;
  firmware: string;
  platform: string;
  profile: Profile;
  recordLayout: RecordLayout;
  recordCapacity: number;
  whenFull: WhenFull;
  /** What OPTIONS_RRQ tells. */
  options: Map<string, string>;
};

export function identityOf(profile: Profile, wanted: IdentityOptions): Identity {
  const whenFull = wanted.whenFull ?? profile.whenFull;
  const recordCapacity = wanted.recordCapacity ?? profile.recordCapacity;
  const deviceName = wanted.deviceName ?? profile.deviceName;
  const platform = wanted.platform ?? profile.platform;
  // A ring log writes its running index into every record, or nobody could tell where it begins.
  const recordLayout = whenFull.kind === 'ring' && profile.recordLayout === '40' ? '40-ring' : profile.recordLayout;
  const options = {
    '~SerialNumber': wanted.serial,
    '~DeviceName': deviceName,
    '~Platform': platform,
    '~OS': '1',
    '~PIN2Width': String(profile.pinWidth),
    '~OEMVendor': 'Simulator',
    '~MaxAttLogCount': String(Math.floor(recordCapacity / 10_000)),
    MAC: '00:17:61:00:00:01',
    ISLR: whenFull.kind === 'ring' ? '1' : '0',
    DelRecord: whenFull.kind === 'drop-oldest' ? String(whenFull.records) : '0',
    DownloadNewLog: '0',
    // A terminal does not tell its comm key.
    ComKey: '',
    ...profile.options,
    ...wanted.options,
  };
  return {
    serial: wanted.serial,
    deviceName,
    firmware: wanted.firmware ?? profile.firmware,
    platform,
    profile,
    recordLayout,
    recordCapacity,
    whenFull,
    options: new Map(Object.entries(options)),
  };
}
