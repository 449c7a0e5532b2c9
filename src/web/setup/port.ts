/** What the settings pages ask of the gateway. */
import type { OfficeConfig } from '../../config.ts';
import type { ChangeMeans } from '../../setup/change.ts';
import type { Plan } from '../../setup/plan.ts';

/** A terminal to be tried, at an address that was judged. */
export interface TryTarget {
  readonly host: string;
  readonly port: number;
  readonly driver: 'zk' | 'node-zklib';
  readonly transport: 'tcp' | 'udp' | 'auto';
  readonly quirks: readonly ('acceptBadReplyChecksum' | 'readDirectly' | 'smallChunks' | 'skipOperationLog')[];
  /** Never logged. */
  readonly commKey: number | null;
  /** Of its office. */
  readonly timeZone: string;
}

/** What it said. */
export interface TriedTerminal {
  readonly serial: string;
  readonly deviceName: string | null;
  readonly platform: string | null;
  readonly firmware: string | null;
  readonly transport: 'tcp' | 'udp';
  readonly records: number | null;
  readonly recordCapacity: number | null;
  readonly users: number | null;
  /** Clock of the terminal minus true time in the zone of its office; null where its clock shows no date. Milliseconds. */
  readonly offset: { readonly offsetMs: number; readonly boundMs: number } | null;
}

/** The rehearsal of this host, as far as it has come. */
export interface Rehearsal {
  readonly officeCode: string;
  readonly officeName: string;
  /** Who began it. */
  readonly by: string;
  readonly people: number;
  readonly startedAtMs: number;
  /** It ends by itself then. */
  readonly endsAtMs: number;
  readonly phase: 'starting' | 'running' | 'stopping' | 'ended' | 'failed';
  /** Where its pages are; null before they are there. */
  readonly page: { readonly host: string; readonly port: number } | null;
  /** Path on these pages where its first operator chooses a password; null when that was done before. */
  readonly link: string | null;
  /** Why it failed. */
  readonly errorCode: string | null;
}

/** How many minutes a rehearsal lasts at most, and how many people it invents. */
export const rehearsalLimits = { minutes: 120, people: 500 } as const;

/** Rehearsals of one host: one at a time, each with its end. */
export interface RehearsalPort {
  /** The latest; null before the first. */
  now(): Rehearsal | null;
  /** False: one is going on. */
  start(
    office: OfficeConfig,
    wish: { readonly people: number; readonly minutes: number; readonly by: string },
  ): boolean;
  /** Asks it to end. False: none is going on. */
  stop(): boolean;
}

export interface SetupPort {
  readonly plan: Plan;
  readonly means: ChangeMeans;
  /** @throws GerbangError */
  tryTerminal(target: TryTarget): Promise<TriedTerminal>;
  /** Absent where practice makes no sense: in a rehearsal, in the demo. */
  readonly rehearsals?: RehearsalPort;
}
