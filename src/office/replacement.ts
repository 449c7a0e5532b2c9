/** Another machine stands at a place, and a person has said that it should. */
import type { OfficeStore } from './means.ts';
import { newTerminalMemory, type TerminalMemory, withStored } from './memory.ts';
import type { Poll, PolledTerminal } from './poll-context.ts';

/** Any moment of the day will do for the daily whole read of a machine that is read whole now. */
const noChance = 0.5;

/**
 * Remembers which machine to expect: the pinned one, or the configured one, unless a person has confirmed another in its
 * place. Asked anew until that machine was met and filed, so that the old one cannot come back unnoticed.
 */
export async function recallSerial(terminal: PolledTerminal, memory: TerminalMemory, store: OfficeStore) {
  const { place, serial } = terminal;
  if (serial === null) memory.serial ??= await store.readPin(place);
  else if (!memory.filed) memory.serial = (await store.serialInPlaceOf?.(place, serial)) ?? serial;
}

/**
 * Takes the machine that answers for the expected one, where its replacement was confirmed. What was remembered of the old
 * one is dropped: it is another log, another clock, another life. Does nothing in any other case; the caller verifies.
 */
export async function adoptReplacement(serial: string, poll: Poll): Promise<void> {
  const { terminal, memory, means } = poll;
  const expected = memory.serial;
  if (expected === null || expected === serial || poll.storeAway !== null) return;
  const confirmed = await means.store.serialInPlaceOf?.(terminal.place, expected);
  if (confirmed !== serial) return;
  const { polls, hostClock, lastBatchAtMs } = memory;
  const fresh: TerminalMemory = { ...newTerminalMemory(serial, noChance), polls, hostClock, lastBatchAtMs };
  fresh.log = withStored(fresh.log, await means.store.readCursor(serial), means.time.nowMs());
  Object.assign(memory, fresh);
  poll.log.info({ serial, before: expected }, 'a machine that was confirmed in the place of another is read');
}
