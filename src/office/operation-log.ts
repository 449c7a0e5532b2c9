/**
 * Reading a terminal's operation log when that can help: its lines say when it was switched on and when its clock was set
 * (docs/time.md, "The operation log"). Never in the rush, never before the punches are on their way, and only when the
 * terminal's own counter moved; a terminal that cannot give it is asked again tomorrow, no poll fails for it.
 */
import { deviceMsOf } from '../clock/device-time.ts';
import type { OperationEntry } from '../clock/model-types.ts';
import { isConnectionLost, isGerbangError } from '../errors.ts';
import type { Operation, OperationLogRead, TerminalCounters, TerminalSession } from '../zk/driver.ts';
import { withOperations } from './clock-memory.ts';
import { startOfTerminal } from './memory.ts';
import { isRush, mayHandOver, type Poll } from './poll-context.ts';

/** What is remembered of one terminal's operation log. */
export interface OperationMemory {
  /** How far it was read, and its last lines then; null before the first time. */
  readonly known: { readonly entries: number; readonly tail: readonly Operation[]; readonly readAtMs: number } | null;
  /** Monotonic: it is not read again before. */
  readonly notBeforeMs: number;
  readonly failures: number;
}

/** Nothing known. */
export const unreadOperations: OperationMemory = { known: null, notBeforeMs: 0, failures: 0 };

/** Lines that must be found again before the new ones. */
const overlapEntries = 8;
/** At a first look older lines stay where they are: nothing was measured in their time. */
const firstLookEntries = 256;
const newestEntries = 512;
/** People who are enrolled one after another are no reason to read it all the time. */
const calmMs = 600_000;
const firstBackOffMs = 3_600_000;
const dayMs = 86_400_000;

/**
 * Reads what is new, if that is due, and adds it to what waits for a batch.
 *
 * @param counters of this poll
 * @param stepped the clock was seen to have been moved: what happened around it is wanted now
 * @throws GerbangError only when the poll was ended from outside
 */
export async function keepOperations(
  session: TerminalSession,
  poll: Poll,
  counters: TerminalCounters,
  stepped: boolean,
): Promise<void> {
  const { memory, means, time, log } = poll;
  if (!isDue(poll, counters, stepped)) return;
  try {
    const { known } = memory.operations;
    let read = await session.readOperations(requestOf(known, counters.operations ?? 0));
    let found = newEntries(known, read);
    if (found === null) {
      // What was there before is gone: whatever stands there now is new.
      if (read.firstIndex > 0) read = await session.readOperations({ fromIndex: 0, atMost: newestEntries });
      found = read.entries;
    }
    memory.clock = withOperations(memory.clock, evidenceOf(found, read, known?.readAtMs ?? null));
    memory.operations = {
      known: { entries: read.totalEntries, tail: read.entries.slice(-overlapEntries), readAtMs: read.preparedAtMs },
      notBeforeMs: means.time.nowMs() + calmMs,
      failures: 0,
    };
    log.info({ operations: found.length, total: read.totalEntries }, 'operation log read');
  } catch (error) {
    if (!isGerbangError(error) || time.signal.aborted) throw error;
    const { known, failures } = memory.operations;
    // A refusal is the firmware's last word for today; a line that broke may have been the line.
    const waitMs = isConnectionLost(error) ? Math.min(firstBackOffMs * 2 ** Math.min(failures, 10), dayMs) : dayMs;
    memory.operations = { known, notBeforeMs: means.time.nowMs() + waitMs, failures: failures + 1 };
    log.info({ code: error.code, failures: failures + 1 }, 'operation log not to be had');
  }
}

function isDue(poll: Poll, { operations }: TerminalCounters, stepped: boolean): boolean {
  const { terminal, memory, means } = poll;
  const { known, notBeforeMs, failures } = memory.operations;
  if (terminal.target.quirks?.includes('skipOperationLog') || startOfTerminal(memory) === null) return false;
  if (poll.rung || isRush(poll) || !mayHandOver(poll)) return false;
  // A counter that is not told, or never moves from zero, leaves nothing to go by.
  if (operations === null || operations === (known?.entries ?? 0)) return false;
  return (stepped && failures === 0) || means.time.nowMs() >= notBeforeMs;
}

function requestOf(known: OperationMemory['known'], counted: number): { fromIndex: number; atMost: number } {
  if (known === null) return { fromIndex: 0, atMost: firstLookEntries };
  const goesOn = counted >= known.entries;
  return { fromIndex: goesOn ? known.entries - known.tail.length : 0, atMost: newestEntries };
}

/**
 * The lines that were not there before; null when what was there is not found again: the log was cleared, by itself or by
 * somebody, and has grown past where it ended.
 */
function newEntries(
  known: { readonly entries: number; readonly tail: readonly Operation[] } | null,
  { entries, firstIndex, totalEntries }: OperationLogRead,
): readonly Operation[] | null {
  if (known === null || totalEntries < known.entries) return entries;
  const overlap = entries.slice(0, Math.max(0, known.entries - firstIndex));
  const expected = known.tail.slice(known.tail.length - overlap.length);
  if (!overlap.every((entry, index) => isSame(entry, expected[index]))) return null;
  return entries.slice(overlap.length);
}

function isSame(a: Operation, b: Operation | undefined): boolean {
  return a.operation === b?.operation && deviceMsOf(a.deviceTime) === deviceMsOf(b.deviceTime);
}

function evidenceOf(
  entries: readonly Operation[],
  { completedAtMs }: OperationLogRead,
  absentAtMs: number | null,
): OperationEntry[] {
  const presentAtMs = completedAtMs;
  return entries.map(({ operation, deviceTime }) => {
    return { operation, deviceMs: deviceMsOf(deviceTime), absentAtMs, presentAtMs };
  });
}
