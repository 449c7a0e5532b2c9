/** One simulated terminal and the driver over node-zklib, and what that driver might leave behind. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { FaultOptions } from '../../../device-sim/faults.ts';
import { type Fleet, type FleetTerminal, startFleet } from '../../../device-sim/fleet.ts';
import type { ScenarioOptions } from '../../../device-sim/scenario.ts';
import { type ErrorCode, isGerbangError } from '../../../src/errors.ts';
import { createHostClock } from '../../../src/host-clock.ts';
import type { LogRead, TerminalSession, TerminalTarget } from '../../../src/zk/driver.ts';
import { decodeRecords } from '../../../src/zk/records.ts';
import { openZklibTerminal } from '../../../src/zklib/terminal.ts';
import { childrenOf, commandLineOf } from '../../tools/processes.ts';
import { hex } from '../../vectors/bytes.ts';

type TerminalOptions = NonNullable<ScenarioOptions['terminals']>[number];

/**
 * The pace real terminals keep, and under which the library works: one small block at a time. It loses what arrives
 * together, so on a busy machine even this is too fast now and then.
 */
export const pace = { blockBytes: 1008, blockPauseMs: 40 } as const;

let fleet: Fleet | null = null;
let scratch = '';
const systemTmp = process.env.TMPDIR;

/**
 * Folders of the library's processes are made where this points, so that they can be told from those of other tests. To be
 * called at the top of a test file: a worker loads this module once for all its files.
 */
export function useScratchFolder(): void {
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'gerbang-test-'));
    process.env.TMPDIR = scratch;
  });

  afterEach(async () => {
    await fleet?.stop();
    fleet = null;
    if (systemTmp === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = systemTmp;
    rmSync(scratch, { recursive: true, force: true });
  });
}

/** Where temporary files go in this test. */
export function scratchFolder(): string {
  return scratch;
}

export interface OneTerminal {
  readonly simulated: FleetTerminal;
  readonly target: TerminalTarget;
  /** Every record, in hex, as the terminal wrote it. */
  truth(): string[];
  /** The command of every request so far. */
  asked(): number[];
}

/** Starts a terminal with a log at the library's pace. */
export async function startTerminal(options: TerminalOptions = {}): Promise<OneTerminal> {
  const { knobs, ...rest } = options;
  const terminal: TerminalOptions = { serial: 'ABC123', users: 20, knobs: { ...pace, ...knobs }, ...rest };
  const started = await startFleet({ seed: 7, scenario: { terminals: [terminal] } });
  fleet = started;
  const [simulated] = started.terminals;
  if (simulated === undefined) throw new Error('the simulator started no terminal');
  return {
    simulated,
    target: { host: '127.0.0.1', port: simulated.port, replyTimeoutMs: 3000, prepareTimeoutMs: 5000 },
    truth: () => started.ledger.entries.map((entry) => entry.recordHex ?? ''),
    asked: () => simulated.terminal.requests.map((request) => request.command),
  };
}

/** Opens a session, does the work, closes the session. */
export async function within<T>(target: TerminalTarget, work: (session: TerminalSession) => Promise<T>): Promise<T> {
  const session = await openZklibTerminal(target, createHostClock());
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** What a whole read ends in when faults begin between "who are you" and it. */
export async function readWith({ simulated, target }: OneTerminal, faults: readonly FaultOptions[]): Promise<LogRead> {
  return within(target, async (session) => {
    await session.identify();
    simulated.terminal.setFaults(faults);
    return session.readLog();
  });
}

/** Reads until a log comes whole. In between it may fail by the names of what the library is known for, and no other. */
export function readPatiently(
  target: TerminalTarget,
  onProgress?: (receivedBytes: number, expectedBytes: number) => void,
): Promise<LogRead> {
  const read = () => within(target, (session) => session.readLog(onProgress));
  return patiently(read, 'READ_INCOMPLETE', 'ZK_BAD_REPLY');
}

/** Tries up to ten times while nothing but the named errors comes. */
export async function patiently<T>(work: () => Promise<T>, ...names: readonly ErrorCode[]): Promise<T> {
  for (let left = 9; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      if (left === 0 || !isGerbangError(error, ...names)) throw error;
    }
  }
}

/** Records in hex, to compare with the truth. */
export function recordsOf(read: LogRead): string[] {
  return [...decodeRecords(read.layout, read.strideBytes, read.bytes)].map(({ raw }) => hex(raw));
}

/** Processes of the library that belong to a process. */
export function libraryProcesses(parent = process.pid): number[] {
  return childrenOf(parent).filter((pid) => commandLineOf(pid).includes('src/zklib/child'));
}

/** What the library's processes have left in the folder for temporary files. */
export function leftovers(folder = scratch): string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => /gerbang-zklib-|err\.log/.test(name));
}
