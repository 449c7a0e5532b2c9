/** Simulated terminals on loopback, our driver, and everything a poller needs, with the shelf for a database. */
import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { serveTerminal, type TerminalServer } from '../../../device-sim/server.ts';
import { createTerminal, type Terminal, type TerminalOptions } from '../../../device-sim/terminal.ts';
import type { OfficeConfig } from '../../../src/config.ts';
import { createHostClock } from '../../../src/host-clock.ts';
import { createLog } from '../../../src/log.ts';
import { createSerialClaims, type Place } from '../../../src/office/identity.ts';
import { type LeaseTable, startLeaseKeeper } from '../../../src/office/lease-keeper.ts';
import { defaultPollBounds, type OfficeMeans, type PollBounds } from '../../../src/office/means.ts';
import { newTerminalMemory, type TerminalMemory } from '../../../src/office/memory.ts';
import { pollTerminal } from '../../../src/office/poll.ts';
import type { PolledTerminal } from '../../../src/office/poll-context.ts';
import type { PollResult } from '../../../src/office/poller.ts';
import { createSlots } from '../../../src/office/slots.ts';
import { createStateBoard, type TerminalStateView } from '../../../src/office/states.ts';
import { systemTime } from '../../../src/office/waiting.ts';
import { openTerminal } from '../../../src/zk/terminal.ts';
import { openZklibTerminal } from '../../../src/zklib/terminal.ts';
import { createShelf, type Shelf } from './shelf.ts';

export const jakartaMs = 7 * 3_600_000;

/** What is to be undone after the test that runs, last first. */
export function afterwards(step: () => unknown): void {
  onTestFinished(async () => {
    await step();
  });
}

export interface Simulated {
  readonly terminal: Terminal;
  readonly server: TerminalServer;
}

/** A terminal on a free port of loopback. */
export async function simulate(options: Partial<TerminalOptions> = {}): Promise<Simulated> {
  const terminal = createTerminal({ serial: 'ABC123', users: people, seed: 1, ...options });
  const server = await serveTerminal(terminal, { host: '127.0.0.1', port: 0 });
  afterwards(() => server.stop());
  return { terminal, server };
}

const people = Array.from({ length: 20 }, (_, index) => ({ pin: String(1001 + index) }));

/** What the terminal's log truly holds, record by record, in hex. */
export function truthOf({ terminal }: Simulated): string[] {
  return terminal.ledger.entries
    .filter((entry) => entry.serial === terminal.serial)
    .flatMap((entry) => ('recordHex' in entry ? [entry.recordHex] : []));
}

export interface World {
  readonly means: OfficeMeans;
  readonly shelf: Shelf;
  /** Logs whose layout could not be proven, by terminal. */
  readonly unproven: Map<string, Uint8Array>;
  /** Lines of the log. */
  readonly lines: Record<string, unknown>[];
  states(): readonly TerminalStateView[];
}

/** Everything pollers share. Clocks are asked twice where a gateway asks twelve times, to save the tests' time. */
export function createWorld(bounds: Partial<PollBounds> = {}, leases: LeaseTable = freeLeases()): World {
  const shelf = createShelf();
  const lines: Record<string, unknown>[] = [];
  const unproven = new Map<string, Uint8Array>();
  const keeper = startLeaseKeeper(leases, { holder: 'test', exclusive: false });
  const states = createStateBoard(
    async () => undefined,
    () => undefined,
  );
  afterwards(() => keeper.stop());
  afterwards(() => states.close());
  const means: OfficeMeans = {
    drivers: { zk: openTerminal, 'node-zklib': openZklibTerminal },
    queue: shelf.queue,
    store: shelf.store,
    leases: keeper,
    states,
    claims: createSerialClaims(),
    isConfigured: () => false,
    wholeReads: createSlots(4),
    bounds: { ...defaultPollBounds, bursts: { firstContact: 2, hourly: 2 }, ...bounds },
    newHostClock: () => createHostClock(),
    time: systemTime,
    // Questions are not aimed at the tick: a test has better things to do than to wait for it.
    pause: async () => undefined,
    keepUnproven: ({ terminalName }, bytes) => void unproven.set(terminalName, Buffer.from(bytes)),
    newBatchId: randomUUID,
    random: () => 0.5,
    log: createLog({ level: 'debug', destination: { write: (line) => lines.push(JSON.parse(line)) } }),
  };
  return { means, shelf, unproven, lines, states: () => states.snapshot() };
}

/** A lease table that grants everything. */
export function freeLeases(): LeaseTable {
  let fence = 0;
  return {
    acquire: async () => {
      fence += 1;
      return fence;
    },
    renew: async (leases) => leases.map((lease) => lease.key),
    release: async () => undefined,
  };
}

/** One terminal polled by hand. */
export interface Hand {
  readonly memory: TerminalMemory;
  readonly polled: PolledTerminal;
  poll(signal?: AbortSignal): Promise<PollResult>;
  /** A restart of the gateway: nothing is remembered. */
  forget(): void;
}

export function byHand(world: World, simulated: Simulated, more: Partial<PolledTerminal> = {}, name = 'Lobi'): Hand {
  const place: Place = { officeCode: 'kominfo', terminalName: name };
  const { host, port } = simulated.server;
  world.means.states.add(place, `${host}:${port}`);
  const polled: PolledTerminal = {
    place,
    target: { host, port, connectTimeoutMs: 1_000, replyTimeoutMs: 2_000 },
    live: null,
    serial: null,
    open: openTerminal,
    pollEveryMs: 5_000,
    timeZone: 'Asia/Jakarta',
    settingRule: { set: false, whenOffByMs: 10_000, isQuiet: () => true },
    isRush: () => false,
    zoneOffsetMs: () => jakartaMs,
    takeWholeRead: () => world.means.wholeReads.take(),
    log: world.means.log,
    ...more,
  };
  let memory = newTerminalMemory(polled.serial, 0);
  return {
    get memory() {
      return memory;
    },
    polled,
    poll: (signal = new AbortController().signal) => pollTerminal(polled, memory, world.means, 1, signal),
    forget() {
      memory = newTerminalMemory(polled.serial, 0);
    },
  };
}

/** An office of simulated terminals as the configuration would have it. */
export function officeOf(code: string, terminals: readonly OfficeConfig['terminals'][number][]): OfficeConfig {
  return {
    code,
    name: code,
    timeZone: 'Asia/Jakarta',
    pollEverySeconds: 1,
    live: false,
    rush: [],
    searchRange: [],
    relevantUntil: '24:00',
    reportSilentAfterHours: 24,
    clock: { set: false, whenOffBySeconds: 10, quietHours: '00:00-05:00' },
    terminals,
  };
}

/** Bytes that left the terminal since the journal was cleared. */
export function bytesSent({ terminal }: Simulated): number {
  return terminal.journal.connections.reduce((sum, connection) => sum + connection.bytesSent, 0);
}
