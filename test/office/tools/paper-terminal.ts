/**
 * A terminal that exists on paper only: it answers in simulated time, so that a day of polls is over in a second. What it
 * says is what a terminal of 40-byte records would say; the protocol is tested elsewhere, over sockets.
 */
import { type ClockState, createClock, setClock, shownAt } from '../../../device-sim/clock.ts';
import { type DeviceTime, deviceMsOf, deviceTimeFromMs } from '../../../src/clock/device-time.ts';
import { GerbangError } from '../../../src/errors.ts';
import { createHostClock } from '../../../src/host-clock.ts';
import { type ClockHistory, defaultPollBounds, type OfficeMeans } from '../../../src/office/means.ts';
import { newTerminalMemory, type TerminalMemory } from '../../../src/office/memory.ts';
import { pollTerminal } from '../../../src/office/poll.ts';
import type { PolledTerminal } from '../../../src/office/poll-context.ts';
import type { PollResult } from '../../../src/office/poller.ts';
import type { HostClock, LogRead, Operation, TerminalSession } from '../../../src/zk/driver.ts';
import { createWorld, jakartaMs, type World } from './world.ts';

/** True time begins here: 00:00 of a Monday in Jakarta. */
export const midnightMs = Date.UTC(2026, 10, 22, 17, 0);

export interface Paper {
  readonly world: World;
  readonly memory: TerminalMemory;
  readonly clock: ClockState;
  /** True UTC milliseconds. */
  nowMs(): number;
  /** Lets time go by. */
  wait(ms: number): void;
  /** Moves the host's wall clock; truth does not move. */
  stepHost(byMs: number): void;
  /** The machine sleeps: nothing of the gateway runs. */
  sleep(ms: number): void;
  punch(): void;
  operate(operation: number, deviceTime?: DeviceTime): void;
  clearOperations(): void;
  /** What goes wrong from now on. */
  readonly ways: {
    refusesSet: boolean;
    ignoresSet: boolean;
    breaksAtSet: boolean;
    operations: 'given' | 'refused' | 'hangs';
    hostErrorMs: number | null;
    onCounters: (() => void) | null;
    onRead: (() => void) | null;
    onClock: (() => void) | null;
  };
  /** How often the clock was asked, set, and the operation log read. */
  readonly asked: { clock: number; set: number; operations: number };
  poll(): Promise<PollResult>;
  /** A restart of the gateway: nothing is remembered. */
  forget(): void;
}

const strideBytes = 40;

export function paperTerminal(
  options: {
    readonly clock?: Parameters<typeof createClock>[0];
    readonly roundTripMs?: number;
    readonly polled?: Partial<PolledTerminal>;
    readonly startMs?: number;
  } = {},
): Paper {
  const { roundTripMs = 20, startMs = midnightMs } = options;
  let trueMs = startMs;
  let awakeMs = 0;
  let wallAheadMs = 0;
  const clock = createClock(options.clock ?? {}, startMs);
  const records: Buffer[] = [];
  const operations: Operation[] = [];
  const asked = { clock: 0, set: 0, operations: 0 };
  const ways: Paper['ways'] = {
    refusesSet: false,
    ignoresSet: false,
    breaksAtSet: false,
    operations: 'given',
    hostErrorMs: null,
    onCounters: null,
    onRead: null,
    onClock: null,
  };
  const wait = (ms: number): void => {
    trueMs += Math.max(0, ms);
    awakeMs += Math.max(0, ms);
  };
  const sources = {
    monotonicMs: () => awakeMs,
    wallMs: () => trueMs + wallAheadMs,
    uptimeMs: () => trueMs - startMs,
  };
  const time = {
    nowMs: () => awakeMs,
    pause: async (ms: number) => wait(ms),
  };
  const world = createWorld();
  const means: OfficeMeans = {
    ...world.means,
    store: { ...world.means.store, readClockHistory: async (_serial, sinceMs) => historyOf(world, sinceMs) },
    bounds: defaultPollBounds,
    time,
    pause: time.pause,
    newHostClock: () => createHostClock(sources),
    hostErrorMs: () => ways.hostErrorMs,
  };
  const open = async (_target: unknown, host: HostClock): Promise<TerminalSession> =>
    sessionOf({ host, wait, roundTripMs, clock, records, operations, asked, ways, nowMs: () => trueMs });
  const polled: PolledTerminal = {
    place: { officeCode: 'kominfo', terminalName: 'Paper' },
    target: { host: '127.0.0.1', port: 1 },
    live: null,
    serial: 'PAPER1',
    open,
    pollEveryMs: 60_000,
    timeZone: 'Asia/Jakarta',
    settingRule: { set: false, whenOffByMs: 10_000, isQuiet: () => true },
    isRush: () => false,
    zoneOffsetMs: () => jakartaMs,
    takeWholeRead: () => () => undefined,
    log: world.means.log,
    ...options.polled,
  };
  world.means.states.add(polled.place, '127.0.0.1:1');
  let memory = newTerminalMemory(polled.serial, 0);
  return {
    world,
    get memory() {
      return memory;
    },
    clock,
    nowMs: () => trueMs,
    wait,
    stepHost: (byMs) => {
      wallAheadMs += byMs;
    },
    sleep: (ms) => {
      trueMs += ms;
    },
    punch: () => void records.push(recordAt(records.length, shownAt(clock, trueMs))),
    operate: (operation, deviceTime = deviceTimeFromMs(shownAt(clock, trueMs))) =>
      void operations.push({ operation, deviceTime }),
    clearOperations: () => void operations.splice(0),
    ways,
    asked,
    poll: () => pollTerminal(polled, memory, means, 1, new AbortController().signal),
    forget() {
      memory = newTerminalMemory(polled.serial, 0);
    },
  };
}

/** What batches brought, as a database would give it back. */
function historyOf({ shelf }: World, sinceMs: number): ClockHistory {
  const events = shelf.enqueued.flatMap((batch) => batch.events ?? []);
  return {
    samples: shelf.enqueued.flatMap(({ samples }) => samples).filter(({ sentAtMs }) => sentAtMs > sinceMs),
    sets: events.flatMap(({ sets }) => sets).filter(({ sentAtMs }) => sentAtMs > sinceMs),
    operations: events.flatMap((one) => one.operations).filter(({ presentAtMs }) => presentAtMs > sinceMs),
    hostSteps: events.flatMap(({ hostSteps }) => hostSteps).filter(({ atMs }) => atMs > sinceMs),
  };
}

interface Inside {
  readonly host: HostClock;
  wait(ms: number): void;
  readonly roundTripMs: number;
  readonly clock: ClockState;
  readonly records: readonly Buffer[];
  readonly operations: readonly Operation[];
  readonly asked: Paper['asked'];
  readonly ways: Paper['ways'];
  nowMs(): number;
}

function sessionOf(inside: Inside): TerminalSession {
  const { host, wait, roundTripMs, clock, records, operations, asked, ways, nowMs } = inside;
  const ask = async <T>(answer: () => T): Promise<T> => {
    wait(roundTripMs / 2);
    const answered = answer();
    wait(roundTripMs / 2);
    return answered;
  };
  const read = async (firstIndex: number): Promise<LogRead> => {
    const preparedAtMs = host.nowMs();
    const there = await ask(() => [...records]);
    ways.onRead?.();
    const bytes = Buffer.concat(there.slice(firstIndex));
    const facts = { totalRecords: there.length, firstIndex, bytes, preparedAtMs, completedAtMs: host.nowMs() };
    return { layout: 'zk40', strideBytes, bytesReceived: bytes.length, ...facts };
  };
  return {
    transport: 'tcp',
    identify: () => ask(() => ({ serial: 'PAPER1', deviceName: 'Paper', platform: null, firmware: null })),
    async readCounters() {
      const counted = await ask(() => ({ records: records.length, operations: operations.length }));
      ways.onCounters?.();
      return { users: 1, recordCapacity: 100_000, ...counted };
    },
    async readClock() {
      asked.clock += 1;
      const sentAtMs = host.nowMs();
      const deviceTime = await ask(() => deviceTimeFromMs(shownAt(clock, nowMs())));
      ways.onClock?.();
      return { deviceTime, sentAtMs, receivedAtMs: host.nowMs() };
    },
    setClock: (deviceTime) =>
      ask(() => {
        asked.set += 1;
        if (ways.breaksAtSet) throw new GerbangError('NET_CLOSED', 'On paper the line breaks.');
        if (ways.refusesSet) throw new GerbangError('ZK_REFUSED', 'On paper it refuses.');
        if (!ways.ignoresSet) setClock(clock, nowMs(), deviceMsOf(deviceTime) ?? 0);
      }),
    readOption: (key) => ask(() => (key === '~SerialNumber' ? 'PAPER1' : null)),
    readLog: () => read(0),
    readTail: ({ firstIndex }) => read(firstIndex),
    readPins: async () => new Map(),
    readUserRecordBytes: async () => null,
    async readOperations({ fromIndex, atMost }) {
      asked.operations += 1;
      if (ways.operations === 'refused') throw new GerbangError('ZK_REFUSED', 'On paper it refuses.');
      if (ways.operations === 'hangs') throw new GerbangError('ZK_NO_REPLY', 'On paper it hangs.');
      const preparedAtMs = host.nowMs();
      const there = await ask(() => [...operations]);
      const firstIndex = Math.max(fromIndex, there.length - atMost);
      const entries = there.slice(firstIndex);
      return { totalEntries: there.length, firstIndex, entries, preparedAtMs, completedAtMs: host.nowMs() };
    },
    probeTimeFilter: async () => 'refused',
    listen: async () => {
      throw new GerbangError('ZK_UNSUPPORTED', 'On paper nothing rings.');
    },
    close: async () => undefined,
  };
}

/** A record that a proof of the layout is content with; its time is the clock's, packed as terminals do. */
function recordAt(index: number, shownMs: number): Buffer {
  const record = Buffer.alloc(strideBytes);
  const wall = new Date(shownMs);
  const days = ((wall.getUTCFullYear() - 2000) * 12 + wall.getUTCMonth()) * 31 + wall.getUTCDate() - 1;
  const second = wall.getUTCHours() * 3600 + wall.getUTCMinutes() * 60 + wall.getUTCSeconds();
  record.writeUInt16LE(1 + (index % 50), 0);
  record.write(String(101 + (index % 50)), 2, 'latin1');
  record.writeUInt8(1, 26);
  record.writeUInt32LE(days * 86_400 + second, 27);
  record.writeUInt8(0xff, 36);
  return record;
}
