/**
 * One poll of one terminal, top to bottom: who is it, what time does it show, how many records, what is new, hand it
 * over, set the clock if need be, EXIT (docs/decisions/0006-polling.md).
 */
import { GerbangError, isGerbangError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { OpenTerminal, TerminalCounters, TerminalSession, TerminalTarget } from '../zk/driver.ts';
import { type BatchOrigin, type Delivery, emptyBatch, packRead } from './batches.ts';
import { type SettingRule, setClock, shouldSetClock } from './clock-setting.ts';
import { handOver, handOverOne, handOverRest } from './handover.ts';
import { type Place, verifySerial } from './identity.ts';
import type { OfficeMeans } from './means.ts';
import {
  emptyMemory,
  isSettled,
  startOfTerminal,
  type TerminalMemory,
  withFence,
  withoutDatabase,
  withStored,
} from './memory.ts';
import type { PollResult } from './poller.ts';
import { wholeReadDue } from './read-plan.ts';
import { type Found, readWhatIsNew } from './reading.ts';
import { longBurstDue, type SessionTime, sampleClock } from './sampling.ts';
import type { GiveBack } from './slots.ts';

/** One terminal, as polling needs to know it. */
export interface PolledTerminal {
  readonly place: Place;
  readonly target: TerminalTarget;
  /** The configured serial; null when it is learnt and pinned. */
  readonly serial: string | null;
  readonly open: OpenTerminal;
  readonly pollEveryMs: number;
  readonly settingRule: SettingRule;
  /** What the office's zone adds to UTC at an instant, in milliseconds. */
  zoneOffsetMs(utcMs: number): number;
  /** Takes a turn for a whole read; null when none is free. */
  takeWholeRead(): GiveBack | null;
  readonly log: Log;
}

/** What one poll carries from step to step. */
interface Poll {
  readonly terminal: PolledTerminal;
  readonly memory: TerminalMemory;
  readonly means: OfficeMeans;
  readonly time: SessionTime;
  readonly fence: number;
  /** Why the database did not answer at the begin of this poll; null when it did. */
  readonly storeAway: GerbangError | null;
  /** Why the queue takes no batches; null when it does. */
  readonly queueAway: GerbangError | null;
  /** Holds the turn for a whole read once there is one. */
  readonly turn: { giveBack: GiveBack | null };
  readonly log: Log;
  readonly startedAtMs: number;
}

const hourMs = 3_600_000;
/** Samples reach the database at least this often, as long as there is anything to attach them to. */
const samplesEveryMs = 60_000;

/**
 * Polls a terminal once.
 *
 * @param memory what earlier polls left; changed in place, also when this poll fails: evidence and what is already
 * enqueued do not depend on how it ends
 * @param fence of the lease under which the terminal is polled
 * @param signal ends the poll; its session is closed at once
 * @throws GerbangError what the session, the queue or the database said
 */
export async function pollTerminal(
  terminal: PolledTerminal,
  memory: TerminalMemory,
  means: OfficeMeans,
  fence: number,
  signal: AbortSignal,
): Promise<PollResult> {
  memory.log = withFence(memory.log, fence);
  const queueAway = await queueTrouble(means);
  if (isGerbangError(queueAway, 'QUEUE_FULL')) return { end: 'put-off', error: queueAway };
  const storeAway = await recall(terminal, memory, means);
  memory.polls += 1;
  const turn: Poll['turn'] = { giveBack: null };
  const clock = means.newHostClock();
  const log = terminal.log.child({ serial: memory.serial, pollId: memory.polls });
  const startedAtMs = performance.now();
  const time: SessionTime = { clock, pause: means.pause, signal };
  const poll: Poll = { terminal, memory, means, time, fence, storeAway, queueAway, turn, log, startedAtMs };
  try {
    // Where the whole log is due and nobody has a turn to spare, the terminal is not even troubled with a connection.
    if (
      mayReadWhole(poll) &&
      mayHandOver(poll) &&
      wholeReadDue(startOfTerminal(memory), memory.read, clock.nowMs()) !== null
    ) {
      if (!takeTurn(poll)) return { end: 'put-off', error: null };
    }
    const { result, delivery } = await inSession(poll, (session) => converse(session, poll));
    if (delivery === null || (await handOverTheRest(poll, delivery))) return result;
    return { end: 'waits', error: storeAway ?? notStoring() };
  } finally {
    turn.giveBack?.();
  }
}

/** Why no batch should be made now: the queue is deep, or cannot be asked. Null when all is well. */
async function queueTrouble({ queue, bounds }: OfficeMeans): Promise<GerbangError | null> {
  try {
    const depth = await queue.depth();
    if (depth <= bounds.maxWaiting) return null;
    const text =
      'The queue holds more batches than it should, so terminals wait; they keep their records. Look at the database and the ingest worker.';
    return new GerbangError('QUEUE_FULL', text, { context: { depth, maxWaiting: bounds.maxWaiting } });
  } catch (error) {
    if (isGerbangError(error, 'QUEUE_UNAVAILABLE')) return error;
    throw error;
  }
}

/** Asks the database where the log stands. Returns why it did not answer, or null. */
async function recall(
  terminal: PolledTerminal,
  memory: TerminalMemory,
  means: OfficeMeans,
): Promise<GerbangError | null> {
  try {
    memory.serial ??= terminal.serial ?? (await means.store.readPin(terminal.place));
    const { serial } = memory;
    if (serial === null) memory.log = { ...emptyMemory, known: true };
    else memory.log = withStored(memory.log, await means.store.readCursor(serial), performance.now());
    return null;
  } catch (error) {
    if (!isGerbangError(error, 'STORE_UNAVAILABLE')) throw error;
    memory.log = withoutDatabase(memory.log, performance.now());
    return error;
  }
}

/** Opens a session for `work` and closes it with EXIT on every path, at once when the poll is ended from outside. */
async function inSession<T>(poll: Poll, work: (session: TerminalSession) => Promise<T>): Promise<T> {
  const { terminal, time } = poll;
  const { clock, signal } = time;
  const session = await terminal.open(terminal.target, clock);
  const close = (): void => void session.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    if (signal.aborted) throw signal.reason;
    return await work(session);
  } finally {
    signal.removeEventListener('abort', close);
    await session.close();
  }
}

/** The conversation. What was read and is not handed over yet comes back with the result. */
async function converse(
  session: TerminalSession,
  poll: Poll,
): Promise<{ readonly result: PollResult; readonly delivery: Delivery | null }> {
  const { terminal, memory, means, time } = poll;
  await identify(session, poll);

  const steppedBefore = memory.clock.stepped;
  await sampleClock(session, memory, { kind: 'before-read', count: 1 }, time);
  // A clock that jumped is often a terminal that lost its power, and perhaps more than the time.
  if (memory.clock.stepped && !steppedBefore) memory.read = { ...memory.read, owed: 'restart-suspected' };
  showClock(poll);

  const countedAtMs = time.clock.nowMs();
  const counters = await session.readCounters();
  means.states.see(terminal.place, { counters });

  const found = await readLog(session, poll, counters);
  let delivery: Delivery | null = null;
  if (found.kind === 'unchanged') noteEnd(poll, countedAtMs);
  if (found.kind === 'read') {
    await sampleClock(session, memory, { kind: 'after-read', count: 1 }, time);
    delivery = await deliver(poll, found);
  }
  await keepTime(session, poll, found, delivery === null || delivery.left() === 0);
  return { result: resultOf(poll, found), delivery };
}

/** Verifies that the expected machine answers, and pins it when it answers for the first time. */
async function identify(session: TerminalSession, poll: Poll): Promise<void> {
  const { terminal, memory, means } = poll;
  const identity = await session.identify();
  const { serial } = identity;
  verifySerial(serial, memory.serial, () => means.claims.claim(serial, terminal.place, performance.now()));
  means.states.see(terminal.place, { identity });
  if (memory.filed || poll.storeAway !== null) return;
  const { pinned, elsewhere } = await means.store.pin(terminal.place, serial, terminal.serial !== null);
  // Another gateway may have learnt something else here, or the same machine elsewhere, since we looked.
  verifySerial(serial, pinned, () => elsewhere);
  memory.filed = true;
  if (memory.serial !== null) return;
  memory.serial = serial;
  poll.log.info({ serial }, 'serial learnt and pinned');
  // A machine that stood elsewhere before has a log already.
  memory.log = withStored(memory.log, await means.store.readCursor(serial), performance.now());
}

/** `busy`: nothing was asked of the log, because what it says could not be handed over. */
async function readLog(
  session: TerminalSession,
  poll: Poll,
  counters: TerminalCounters,
): Promise<Found | { readonly kind: 'busy' }> {
  const { memory, means, time } = poll;
  if (!mayHandOver(poll)) return { kind: 'busy' };
  const cursor = startOfTerminal(memory);
  const storedImage = async (): Promise<Uint8Array> =>
    cursor === null ? new Uint8Array(0) : await means.store.readStoredImage(cursor);
  // A clock is set only behind a read, so where it shall be set the counter's word is not enough.
  const remembered = wantsSet(poll) ? { ...memory.read, comparedAtMs: null } : memory.read;
  const { found, memory: learnt } = await readWhatIsNew(session, remembered, {
    cursor,
    counters,
    storedImage: mayReadWhole(poll) ? storedImage : null,
    takeTurn: () => takeTurn(poll),
    utcMs: time.clock.nowMs(),
    monotonicMs: performance.now(),
  });
  memory.read = learnt;
  return found;
}

/** Packs what was read and hands over as much as may be outstanding. Returns null when nothing needs a batch. */
async function deliver(poll: Poll, found: Extract<Found, { kind: 'read' }>): Promise<Delivery | null> {
  const { terminal, memory, means, log } = poll;
  const { read, alignment, whole } = found;
  const cursor = startOfTerminal(memory);
  const durationMs = Math.round(performance.now() - poll.startedAtMs);
  const facts = { records: alignment.to - alignment.from, bytes: read.bytesReceived, whole, durationMs };
  if (alignment.kind === 'unchanged' && !whole) {
    noteEnd(poll, read.preparedAtMs);
    log.debug(facts, 'log unchanged');
    return null;
  }
  if (alignment.kind === 'new-epoch' || alignment.kind === 'shift') {
    const { kind, epoch, base } = alignment;
    const reason = alignment.kind === 'new-epoch' ? alignment.reason : 'oldest-dropped';
    log.warn({ ...facts, kind, epoch, base, reason }, 'log does not simply continue');
  }
  const delivery = packRead({
    origin: originOf(poll),
    cursor,
    read,
    alignment,
    whole,
    samples: memory.clock.pending,
    maxRecords: means.bounds.recordsPerBatch,
    newId: means.newBatchId,
  });
  await handOver(delivery, memory, means.queue, means.bounds.batchesPerTerminal);
  means.states.see(terminal.place, { readThroughMs: read.preparedAtMs });
  log.info({ ...facts, kind: alignment.kind }, 'log read');
  return delivery;
}

/** The long burst of questions when it is due, the clock set when it must be, and the samples on their way. */
async function keepTime(
  session: TerminalSession,
  poll: Poll,
  found: Awaited<ReturnType<typeof readLog>>,
  handedOver: boolean,
): Promise<void> {
  const { terminal, memory, time } = poll;
  const burst = longBurstDue(memory.clock, performance.now(), poll.means.bounds.bursts);
  if (burst !== null) {
    await sampleClock(session, memory, burst, time);
    memory.clock = { ...memory.clock, longBurstAtMs: performance.now() };
  }
  const maySet = found.kind === 'read' && handedOver && wantsSet(poll);
  if (maySet) {
    const zoneOffsetMs = terminal.zoneOffsetMs(time.clock.nowMs());
    const result = await setClock(session, memory, found.read.totalRecords, zoneOffsetMs, time);
    // A clock that must be set every hour needs a person, not a faster gateway.
    memory.setAgainAtMs = performance.now() + (result === 'not-now' ? 1 : 6) * hourMs;
    if (result === 'did-not-take') poll.log.warn('clock did not take the time it was set to');
    else poll.log.info({ result }, 'clock setting tried');
  }
  showClock(poll);
  await sendSamples(poll, burst !== null || maySet);
}

/** Sends pending samples in a batch of their own, where no batch with records took them along. */
async function sendSamples(poll: Poll, atOnce: boolean): Promise<void> {
  const { terminal, memory, means } = poll;
  const { log, clock, lastBatchAtMs } = memory;
  const cursor = startOfTerminal(memory);
  const samples = clock.pending;
  const last = samples.at(-1);
  if (cursor === null || last === undefined || !mayHandOver(poll)) return;
  const untilNextMs = performance.now() + terminal.pollEveryMs - (lastBatchAtMs ?? Number.NEGATIVE_INFINITY);
  const due = log.outstanding.length === 0 && untilNextMs > samplesEveryMs;
  if (!atOnce && !clock.stepped && !due) return;
  const origin = originOf(poll);
  const presentAtMs = Math.max(last.receivedAtMs, cursor.readThroughMs ?? 0);
  const ready = emptyBatch({ origin, cursor, samples, presentAtMs, newId: means.newBatchId });
  await handOverOne(ready, memory, means.queue);
}

async function handOverTheRest(poll: Poll, delivery: Delivery): Promise<boolean> {
  const { memory, means, time, log } = poll;
  if (delivery.left() === 0) return true;
  const all = await handOverRest(delivery, memory, means, means.bounds.batchesPerTerminal, time.signal);
  if (!all) log.warn({ batches: delivery.left() }, 'rest of the log left for a later read');
  return all;
}

function resultOf(poll: Poll, found: Awaited<ReturnType<typeof readLog>>): PollResult {
  switch (found.kind) {
    case 'busy':
      return { end: 'waits', error: poll.queueAway ?? poll.storeAway ?? notStoring() };
    case 'put-off':
      return poll.storeAway === null ? { end: 'put-off', error: null } : { end: 'waits', error: poll.storeAway };
    case 'shrunk':
      return { end: 'failed', error: found.error };
    case 'unchanged':
    case 'read':
      return { end: 'done', error: null };
  }
}

/** A whole log can be compared only when all of it that was read is stored, and the database can be asked for it. */
function mayReadWhole({ memory, storeAway }: Poll): boolean {
  return storeAway === null && isSettled(memory.log);
}

function mayHandOver({ memory, means, queueAway }: Poll): boolean {
  return queueAway === null && memory.log.outstanding.length < means.bounds.batchesPerTerminal;
}

function takeTurn({ turn, terminal }: Poll): boolean {
  turn.giveBack ??= terminal.takeWholeRead();
  return turn.giveBack !== null;
}

function wantsSet({ terminal, memory, time }: Poll): boolean {
  if (performance.now() < memory.setAgainAtMs) return false;
  const utcMs = time.clock.nowMs();
  return shouldSetClock(terminal.settingRule, memory.clock.offset, utcMs, terminal.zoneOffsetMs(utcMs));
}

/** The log was seen to end where everything known of it ends. */
function noteEnd({ terminal, memory, means }: Poll, atMs: number): void {
  const cursor = startOfTerminal(memory);
  if (cursor === null) return;
  memory.endSeen = { epoch: cursor.epoch, next: cursor.next, atMs: Math.floor(atMs) };
  means.states.see(terminal.place, { readThroughMs: atMs });
}

function showClock({ terminal, memory, means }: Poll): void {
  const { offset } = memory.clock;
  if (offset === null) return;
  const zoneOffsetMs = terminal.zoneOffsetMs(offset.atMs);
  means.states.see(terminal.place, { offset: { interval: offset, zoneOffsetMs } });
}

function originOf({ terminal, memory, fence }: Poll): BatchOrigin {
  if (memory.serial === null) throw new GerbangError('INTERNAL', 'A batch was made for a terminal without a serial.');
  return { ...terminal.place, serial: memory.serial, fence };
}

function notStoring(): GerbangError {
  const text =
    'What was read from this terminal is not stored yet, so nothing more is read; the terminal keeps it. Look at the database and the ingest worker.';
  return new GerbangError('QUEUE_FULL', text);
}
