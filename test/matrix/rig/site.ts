/**
 * Simulated terminals polled by hand, in this process: the driver over TCP, the office's poll, the ingest transaction in a
 * real Postgres. Time can be passed over: days of a clock in a second of a test.
 */
import { randomUUID } from 'node:crypto';
import { type Fleet, type FleetOptions, startFleet } from '../../../device-sim/fleet.ts';
import type { Terminal } from '../../../device-sim/terminal.ts';
import { zoneOffsetMs } from '../../../src/clock/zone.ts';
import { isGerbangError } from '../../../src/errors.ts';
import { leaseTable, officeStore } from '../../../src/gateway/office-ports.ts';
import { createHostClock } from '../../../src/host-clock.ts';
import { applyBatch, type IngestMeans } from '../../../src/ingest/apply-batch.ts';
import { silentLog } from '../../../src/log.ts';
import { createSerialClaims } from '../../../src/office/identity.ts';
import { startLeaseKeeper } from '../../../src/office/lease-keeper.ts';
import { defaultPollBounds, type OfficeMeans } from '../../../src/office/means.ts';
import { newTerminalMemory } from '../../../src/office/memory.ts';
import { pollTerminal } from '../../../src/office/poll.ts';
import { createSlots } from '../../../src/office/slots.ts';
import { createStateBoard, type TerminalStateView } from '../../../src/office/states.ts';
import { pause } from '../../../src/office/waiting.ts';
import { batchToJobData } from '../../../src/queue/batch-json.ts';
import { registerOffice } from '../../../src/store/terminals.ts';
import type { TerminalTarget } from '../../../src/zk/driver.ts';
import { decodeRecords } from '../../../src/zk/records.ts';
import { openTerminal } from '../../../src/zk/terminal.ts';
import { openZklibTerminal } from '../../../src/zklib/terminal.ts';
import { setting } from '../../tools/judged.ts';
import type { RowContext } from '../row.ts';
import { type Line, openLine } from './line.ts';
import { faultsAtRest, faultsNow, mustBeFine, watchCommits } from './oracle.ts';

export const zone = 'Asia/Jakarta';
export const second = 1_000;
export const minute = 60_000;
export const hour = 3_600_000;
export const day = 86_400_000;

/** One terminal of a site. */
export interface Door {
  readonly serial: string;
  readonly terminal: Terminal;
  /** The line to it. */
  readonly line: Line;
  /** What the gateway waits for, where that is not its usual patience. */
  patience: Partial<TerminalTarget>;
  /** One poll. @returns `done`, `waits`, `put-off`, or the code of what went wrong */
  poll(): Promise<string>;
  /** Polls until it is `done`, a minute apart, so often at most. @returns how often */
  pollUntilDone(atMost?: number): Promise<number>;
  state(): TerminalStateView | undefined;
}

export interface Site {
  readonly db: Awaited<ReturnType<RowContext['database']>>['db'];
  readonly fleet: Fleet;
  readonly doors: readonly Door[];
  /** Time passes for everybody. */
  pass(ms: number): void;
  nowMs(): number;
  /** Throws when anything is wrong that must never be; and at rest, when anything is missing. */
  mustHold(when: string): Promise<void>;
  mustBeWhole(when: string): Promise<void>;
}

export interface SiteOptions extends Pick<FleetOptions, 'terminals' | 'scenario'> {
  /** Gateway and terminals learn serials, unless they are written down. */
  readonly configured?: boolean;
}

/** Opens a site of one terminal, or more. */
export async function openSite(
  context: RowContext,
  options: SiteOptions = {},
): Promise<Site & { readonly door: Door }> {
  const { db } = await context.database();
  await watchCommits(db);
  await registerOffice(db, { code: 'opd', name: 'OPD', timeZone: zone });
  // Host and terminals read one clock, to the fraction of a millisecond.
  const originMs = Date.UTC(2026, 2, 2, 1) - performance.now();
  let passedMs = 0;
  const nowMs = (): number => originMs + performance.now() + passedMs;
  const runningMs = (): number => performance.now() + passedMs;
  const { terminals = 1, scenario = {} } = options;
  const defaults = { users: 20, clock: { zoneOffsetMinutes: 420 }, ...scenario.defaults };
  const wanted = { terminals, seed: context.seed, now: nowMs, scenario: { ...scenario, defaults } };
  const fleet = await setting('terminals', () => startFleet(wanted));
  context.onEnd(() => fleet.stop());
  const leases = startLeaseKeeper(leaseTable(db), { holder: 'matrix', exclusive: true });
  context.onEnd(() => leases.stop());
  const states = createStateBoard(
    async () => undefined,
    () => undefined,
  );
  context.onEnd(() => states.close());
  const ingest: IngestMeans = {
    zoneOf: () => ({ timeZone: zone, offsetMs: (utcMs) => zoneOffsetMs(zone, utcMs) }),
    decode: decodeRecords,
  };
  const means: OfficeMeans = {
    drivers: { zk: openTerminal, 'node-zklib': openZklibTerminal },
    queue: {
      depth: async () => 0,
      // As text, the way it travels.
      enqueue: async (batch) => void (await applyBatch(db, JSON.parse(JSON.stringify(batchToJobData(batch))), ingest)),
    },
    store: officeStore(db, () => true),
    leases,
    states,
    claims: createSerialClaims(),
    isConfigured: () => true,
    wholeReads: createSlots(4),
    bounds: { ...defaultPollBounds, recordsPerBatch: 200, bursts: { firstContact: 4, hourly: 4 } },
    newHostClock: () => createHostClock({ monotonicMs: runningMs, wallMs: nowMs, uptimeMs: runningMs }),
    time: { nowMs: runningMs, pause },
    pause: async () => undefined,
    keepUnproven: () => undefined,
    newBatchId: randomUUID,
    random: context.random,
    log: silentLog(),
  };
  const pass = (ms: number): void => {
    passedMs += ms;
  };
  const doors: Door[] = [];
  for (const { host, port, serial, terminal, index } of fleet.terminals) {
    const line = await openLine({ host, port }, context.random);
    context.onEnd(() => line.close());
    doors.push(doorOf({ index, serial, terminal, line, means, options, pass }));
  }
  const [door] = doors;
  if (door === undefined) throw new Error('a site without a terminal');
  return {
    db,
    fleet,
    doors,
    door,
    pass,
    nowMs,
    mustHold: async (when) => mustBeFine(await faultsNow(db, fleet), when),
    mustBeWhole: async (when) => mustBeFine(await faultsAtRest(db, fleet, null), when),
  };
}

const usualPatience = { connectTimeoutMs: 10_000, replyTimeoutMs: 10_000, sessionTimeoutMs: 60_000 };

interface DoorMeans extends Pick<Door, 'serial' | 'terminal' | 'line'> {
  readonly index: number;
  readonly means: OfficeMeans;
  readonly options: SiteOptions;
  pass(ms: number): void;
}

function doorOf({ index, serial, terminal, line, means, options, pass }: DoorMeans): Door {
  const place = { officeCode: 'opd', terminalName: `Pintu ${index}` };
  const address = `127.0.0.1:${line.port}`;
  means.states.add(place, address);
  const configured = options.configured === true ? serial : null;
  const memory = newTerminalMemory(configured, 0);
  const poll = async (): Promise<string> => {
    try {
      const result = await pollTerminal(
        {
          place,
          target: { host: '127.0.0.1', port: line.port, ...usualPatience, ...door.patience },
          live: null,
          serial: configured,
          open: openTerminal,
          pollEveryMs: minute,
          settingRule: { set: false, whenOffByMs: 10_000, isQuiet: () => false },
          isRush: () => false,
          timeZone: zone,
          zoneOffsetMs: (utcMs) => zoneOffsetMs(zone, utcMs),
          takeWholeRead: () => means.wholeReads.take(),
          log: means.log,
        },
        memory,
        means,
        1,
        AbortSignal.timeout(60_000),
      );
      return result.error?.code ?? result.end;
    } catch (error) {
      if (isGerbangError(error)) return error.code;
      throw error;
    }
  };
  const door: Door = {
    serial,
    terminal,
    line,
    patience: {},
    poll,
    async pollUntilDone(atMost = 10) {
      const ends: string[] = [];
      while (ends.length < atMost) {
        ends.push(await poll());
        if (ends.at(-1) === 'done') return ends.length;
        pass(61 * second);
      }
      throw new Error(`never done: ${ends.join(', ')}`);
    },
    state: () => means.states.snapshot().find(({ terminalName }) => terminalName === place.terminalName),
  };
  return door;
}
