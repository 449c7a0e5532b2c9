/** Keeping time in a session: the long bursts of questions, the clock set when it must be, the samples on their way. */
import type { TerminalSession } from '../zk/driver.ts';
import { emptyBatch } from './batches.ts';
import { setClock, shouldSetClock } from './clock-setting.ts';
import { handOverOne } from './handover.ts';
import { startOfTerminal } from './memory.ts';
import { interruptibleTime, isRush, mayHandOver, originOf, type Poll } from './poll-context.ts';
import { longBurstDue, sampleClock } from './sampling.ts';

const hourMs = 3_600_000;
/** Samples reach the database at least this often, as long as there is anything to attach them to. */
const samplesEveryMs = 60_000;

/**
 * Asks the clock at length when that is due, sets it when it must be, and sends samples that no records took along.
 *
 * @param recordsRead the log's length, when this poll read it to its end and all of it is handed over; null forbids
 * setting the clock
 */
export async function keepTime(session: TerminalSession, poll: Poll, recordsRead: number | null): Promise<void> {
  const { terminal, memory, means, time } = poll;
  if (poll.rung) return showClock(poll);
  const burst = longBurstDue(memory.clock, means.time.nowMs(), means.bounds.bursts);
  // The hourly burst can wait for the end of the rush; a clock that was never measured cannot.
  const asked = burst !== null && !(burst.kind === 'hourly' && isRush(poll));
  if (asked) {
    const burstTime = interruptibleTime(poll);
    await sampleClock(session, memory, burst, burstTime);
    if (!burstTime.signal.aborted) memory.clock = { ...memory.clock, longBurstAtMs: means.time.nowMs() };
  }
  const setting = recordsRead !== null && wantsSet(poll);
  if (setting) {
    const zoneOffsetMs = terminal.zoneOffsetMs(time.clock.nowMs());
    const result = await setClock(session, memory, recordsRead, zoneOffsetMs, time);
    // A clock that must be set every hour needs a person, not a faster gateway.
    memory.setAgainAtMs = means.time.nowMs() + (result === 'not-now' ? 1 : 6) * hourMs;
    if (result === 'did-not-take') poll.log.warn('clock did not take the time it was set to');
    else poll.log.info({ result }, 'clock setting tried');
  }
  showClock(poll);
  await sendSamples(poll, asked || setting);
}

/** Sends pending samples in a batch of their own, where no batch with records took them along. */
async function sendSamples(poll: Poll, atOnce: boolean): Promise<void> {
  const { terminal, memory, means } = poll;
  const { log, clock, lastBatchAtMs } = memory;
  const cursor = startOfTerminal(memory);
  const samples = clock.pending;
  const last = samples.at(-1);
  if (cursor === null || last === undefined || !mayHandOver(poll)) return;
  const untilNextMs = means.time.nowMs() + terminal.pollEveryMs - (lastBatchAtMs ?? Number.NEGATIVE_INFINITY);
  const due = log.outstanding.length === 0 && untilNextMs > samplesEveryMs;
  if (!atOnce && !clock.stepped && !due) return;
  const origin = originOf(poll);
  const presentAtMs = Math.max(last.receivedAtMs, cursor.readThroughMs ?? 0);
  const ready = emptyBatch({ origin, cursor, samples, presentAtMs, newId: means.newBatchId });
  await handOverOne(ready, memory, means);
}

/** The clock should be set now, if this poll reads the log to its end. */
export function wantsSet({ terminal, memory, means, time }: Poll): boolean {
  if (means.time.nowMs() < memory.setAgainAtMs) return false;
  const utcMs = time.clock.nowMs();
  return shouldSetClock(terminal.settingRule, memory.clock.offset, utcMs, terminal.zoneOffsetMs(utcMs));
}

/** Puts what is known of the offset on the board. */
export function showClock({ terminal, memory, means }: Poll): void {
  const { offset } = memory.clock;
  if (offset === null) return;
  const zoneOffsetMs = terminal.zoneOffsetMs(offset.atMs);
  means.states.see(terminal.place, { offset: { interval: offset, zoneOffsetMs } });
}
