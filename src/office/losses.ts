/** What a poll notes for the day on which a log does not continue: what was counted, and who stands in whose place. */
import { isGerbangError } from '../errors.ts';
import { assessSwap, tallied } from '../punch/loss.ts';
import type { TerminalCounters } from '../zk/driver.ts';
import { emptyBatch } from './batches.ts';
import { handOverOne } from './handover.ts';
import { startOfTerminal, type TerminalMemory } from './memory.ts';
import { mayHandOver, originOf, type Poll } from './poll-context.ts';

/**
 * Adds what the counter says to what it said since the log was last read. Also in polls that read nothing: what was
 * counted and never read is all that is known of records that are gone at the next poll.
 */
export function noteCount(memory: TerminalMemory, { records }: TerminalCounters): void {
  const tally = tallied(memory.read.tally, startOfTerminal(memory), records);
  memory.read = { ...memory.read, tally };
  memory.swapNoted = false;
}

/** A counter that contradicts the log it counts proves nothing until the log is read again. @throws what it is given */
export function rethrowDoubt(memory: TerminalMemory, error: unknown): never {
  const { tally } = memory.read;
  if (isGerbangError(error, 'READ_CONTRADICTS_COUNTER') && tally !== null) {
    memory.read = { ...memory.read, tally: { ...tally, doubted: true } };
  }
  throw error;
}

/**
 * Another machine answers where a known one stood: what was not read of that one is out of reach, and said so once.
 *
 * @throws what it is given, always
 */
export async function rethrowSwap(poll: Poll, error: unknown): Promise<never> {
  const { memory, means, time } = poll;
  const cursor = startOfTerminal(memory);
  if (!isGerbangError(error, 'TERMINAL_SERIAL_MISMATCH') || memory.swapNoted || cursor === null) throw error;
  if (poll.storeAway !== null || !mayHandOver(poll)) throw error;
  const presentAtMs = Math.max(time.clock.nowMs(), cursor.readThroughMs ?? 0);
  const loss = assessSwap(cursor, memory.read.tally, Math.ceil(presentAtMs));
  const origin = originOf(poll);
  const ready = emptyBatch({ origin, cursor, samples: [], presentAtMs, loss, newId: means.newBatchId });
  // Best effort: the machine is refused whether or not the queue takes word of it, and the next poll tries again.
  await handOverOne(ready, memory, means).then(
    () => {
      memory.swapNoted = true;
    },
    () => undefined,
  );
  throw error;
}
