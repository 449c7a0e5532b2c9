/** What the settings pages ask of the gateway. */
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

export interface SetupPort {
  readonly plan: Plan;
  readonly means: ChangeMeans;
  /** @throws GerbangError */
  tryTerminal(target: TryTarget): Promise<TriedTerminal>;
}
