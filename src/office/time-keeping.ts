/** Keeping time in a session: the long bursts of questions, the clock set when it must be, the evidence on its way. */
import { isGerbangError } from '../errors.ts';
import type { TerminalCounters, TerminalSession } from '../zk/driver.ts';
import { emptyBatch } from './batches.ts';
import { historyMs, unfitness } from './clock-fitness.ts';
import { eventsOf, hasNews, withLastReleased, withReleased } from './clock-memory.ts';
import { isOff, type SettingResult, setClock, shouldSetClock } from './clock-setting.ts';
import { handOverOne } from './handover.ts';
import { isDisturbed } from './host-steps.ts';
import { startOfTerminal } from './memory.ts';
import { keepOperations } from './operation-log.ts';
import { interruptibleTime, isRush, originOf, type Poll } from './poll-context.ts';
import { longBurstDue, sampleClock } from './sampling.ts';

const hourMs = 3_600_000;
/** A look reaches the database at least this often, however quiet the clock is, as long as there is a log to attach it to. */
export const quietForMs = 600_000;
/** A verdict about a clock stands for so long: reading all that is stored of it is not for every poll. */
const judgedForMs = 6 * hourMs;

/** What a poll found before it came to the clock. */
export interface PollFacts {
  readonly counters: TerminalCounters;
  /** The log's length, when this poll read it to its end and all of it is handed over; null forbids setting the clock. */
  readonly recordsRead: number | null;
  /** The clock was seen to have been moved since the last poll. */
  readonly stepped: boolean;
}

/** Asks the clock at length when that is due, sets it when it must be, and sends evidence that no records took along. */
export async function keepTime(session: TerminalSession, poll: Poll, facts: PollFacts): Promise<void> {
  const { memory, means, time } = poll;
  if (poll.rung || isDisturbed(time.clock)) return showClock(poll);
  const burst = longBurstDue(memory.clock, means.time.nowMs(), means.bounds.bursts);
  // The hourly burst can wait for the end of the rush; a clock that was never measured cannot.
  if (burst !== null && !(burst.kind === 'hourly' && isRush(poll))) {
    const burstTime = interruptibleTime(poll);
    await sampleClock(session, memory, burst, burstTime);
    if (!burstTime.signal.aborted) memory.clock = { ...memory.clock, longBurstAtMs: means.time.nowMs() };
  }
  await judgeClock(poll);
  if (poll.order?.kind === 'set-clock') poll.order.setting = await setByOrder(session, poll, facts.recordsRead);
  else if (facts.recordsRead !== null && wantsSet(poll)) await trySetting(session, poll, facts.recordsRead);
  await keepOperations(session, poll, facts.counters, facts.stepped);
  showClock(poll);
  await sendEvidence(poll);
}

/** Below this a clock is right: a set would only add a step. */
const rightWithinMs = 1_000;

/**
 * A person wants the clock set now. Office hours and threshold are theirs to judge; what keeps records and people from harm
 * is not: no set while people queue, before all is read, or where a set would hide that the clock needs a person.
 */
async function setByOrder(session: TerminalSession, poll: Poll, recordsRead: number | null) {
  const { terminal, memory, time } = poll;
  const offsetMs = (): number | null => {
    const { offset } = memory.clock;
    return offset === null
      ? null
      : Math.round((offset.earliestMs + offset.latestMs) / 2 - terminal.zoneOffsetMs(offset.atMs));
  };
  const before = { beforeMs: offsetMs() };
  const { offset } = memory.clock;
  if (isRush(poll)) return { result: 'rush', ...before };
  if (recordsRead === null || offset === null) return { result: 'not-read', ...before };
  if (memory.fitness === null) return { result: 'not-judged', ...before };
  if (memory.fitness.unfit !== null) return { result: 'needs-person', code: memory.fitness.unfit.code, ...before };
  const isRight = !isOff({ whenOffByMs: rightWithinMs }, offset, terminal.zoneOffsetMs(time.clock.nowMs()));
  if (isRight) return { result: 'right-already', ...before };
  const result = await trySetting(session, poll, recordsRead);
  return { result, ...before, afterMs: offsetMs() };
}

async function trySetting(session: TerminalSession, poll: Poll, recordsRead: number): Promise<SettingResult> {
  const { terminal, memory, means, time, log } = poll;
  const zoneOffsetMs = terminal.zoneOffsetMs(time.clock.nowMs());
  // Whatever becomes of it: a terminal that breaks off at this command is not asked again at the next poll.
  memory.setAgainAtMs = means.time.nowMs() + hourMs;
  let result: SettingResult;
  try {
    result = await setClock(session, memory, recordsRead, zoneOffsetMs, time);
  } catch (error) {
    if (!isGerbangError(error, 'ZK_REFUSED')) throw error;
    result = 'did-not-take';
  }
  if (result === 'not-now') {
    log.info({ result }, 'clock setting tried');
    return result;
  }
  memory.setAgainAtMs = means.time.nowMs() + judgedForMs;
  // The next verdict knows of this set.
  memory.fitness = null;
  if (result === 'did-not-take') log.warn('clock did not take the time it was set to');
  else log.info({ result }, 'clock setting tried');
  return result;
}

/**
 * Judges a clock that is off, where it would be set: whether that is worth while. A clock that is right needs no verdict,
 * so the notice goes when somebody has put it right.
 */
async function judgeClock(poll: Poll): Promise<void> {
  const { terminal, memory, means, time } = poll;
  const { offset } = memory.clock;
  const { serial, fitness } = memory;
  const ordered = poll.order?.kind === 'set-clock';
  if (offset === null || serial === null || !(ordered || terminal.settingRule.set)) return;
  if (!ordered && !isOff(terminal.settingRule, offset, terminal.zoneOffsetMs(time.clock.nowMs()))) {
    memory.fitness = null;
    return;
  }
  const nowMs = means.time.nowMs();
  if (fitness !== null && nowMs - fitness.judgedAtMs < judgedForMs) return;
  if (isRush(poll) || poll.storeAway !== null || means.store.readClockHistory === undefined) return;
  const history = await means.store.readClockHistory(serial, time.clock.nowMs() - historyMs).catch((error: unknown) => {
    if (isGerbangError(error, 'STORE_UNAVAILABLE')) return null;
    throw error;
  });
  if (history === null) return;
  const unfit = unfitness(history, terminal.timeZone);
  if (unfit !== null && fitness?.unfit?.code !== unfit.code) poll.log.warn({ err: unfit }, 'clock is not set any more');
  memory.fitness = { unfit, judgedAtMs: nowMs };
}

/** Sends evidence in a batch of its own, where no batch with records took it along. */
async function sendEvidence(poll: Poll): Promise<void> {
  const { terminal, memory, means } = poll;
  const { lastBatchAtMs, log } = memory;
  const cursor = startOfTerminal(memory);
  // Room is left for batches with records.
  if (cursor === null || poll.queueAway !== null || log.outstanding.length > means.bounds.batchesPerTerminal / 2)
    return;
  if (!hasNews(memory.clock)) {
    const untilNextMs = means.time.nowMs() + terminal.pollEveryMs - (lastBatchAtMs ?? Number.NEGATIVE_INFINITY);
    const isDue = untilNextMs > quietForMs && log.outstanding.length === 0;
    if (memory.clock.lookOwed) memory.clock = withReleased(memory.clock);
    else if (isDue) memory.clock = withLastReleased(memory.clock);
  }
  const { pending: samples } = memory.clock;
  const events = eventsOf(memory.clock);
  if (samples.length === 0 && events === undefined) return;
  const origin = originOf(poll);
  const presentAtMs = Math.max(samples.at(-1)?.receivedAtMs ?? 0, poll.time.clock.nowMs(), cursor.readThroughMs ?? 0);
  const ready = emptyBatch({ origin, cursor, samples, events, presentAtMs, newId: means.newBatchId });
  await handOverOne(ready, memory, means);
}

/** The clock should be set now, if this poll reads the log to its end. */
export function wantsSet({ terminal, memory, time, means, order }: Poll): boolean {
  if (order?.kind === 'set-clock') return true;
  if (means.time.nowMs() < memory.setAgainAtMs || (memory.fitness?.unfit ?? null) !== null) return false;
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
