/**
 * One poll of one terminal, top to bottom: who is it, what time does it show, how many records, what is new, hand it
 * over, set the clock if need be, EXIT (docs/decisions/0006-polling.md).
 */
import { crashPoint } from '../crash-points.ts';
import { GerbangError, isConnectionLost, isGerbangError } from '../errors.ts';
import { needsUserTable } from '../punch/user-pins.ts';
import type { TerminalCounters, TerminalSession } from '../zk/driver.ts';
import { type Delivery, packRead } from './batches.ts';
import { eventsOf, withReleased } from './clock-memory.ts';
import { handOver, handOverRest } from './handover.ts';
import { namingForeignClient } from './held-elsewhere.ts';
import { adoptHostClock, isDisturbed } from './host-steps.ts';
import { verifySerial } from './identity.ts';
import type { KeptSession } from './live-line.ts';
import { noteCount, rethrowDoubt, rethrowSwap } from './losses.ts';
import type { OfficeMeans } from './means.ts';
import { emptyMemory, startOfTerminal, type TerminalMemory, withFence, withoutDatabase, withStored } from './memory.ts';
import {
  giveTurnBack,
  isRush,
  mayHandOver,
  mayReadWhole,
  noteEnd,
  notStoring,
  originOf,
  type Poll,
  type PolledTerminal,
  type PollOrder,
  promptTime,
  takeTurn,
} from './poll-context.ts';
import type { PollResult } from './poller.ts';
import { wholeReadDue } from './read-plan.ts';
import { type Found, readWhatIsNew } from './reading.ts';
import { adoptReplacement, recallSerial } from './replacement.ts';
import { judgeRewrite, unstableError } from './rewrites.ts';
import { type SessionTime, sampleClock } from './sampling.ts';
import { keepTime, showClock, wantsSet } from './time-keeping.ts';
import { unlessAborted } from './waiting.ts';

type FoundRead = Extract<Found, { kind: 'read' }>;

/** What a terminal calls its serial number (docs/protocol.md, "Options"). */
const serialOption = '~SerialNumber';
const ringOption = 'ISLR';
/** How long a terminal's name, platform and firmware are taken for known. */
const identityMs = 3_600_000;

/**
 * Polls a terminal once.
 *
 * @param memory what earlier polls left; changed in place, also when this poll fails: evidence and what is already
 * enqueued do not depend on how it ends
 * @param fence of the lease under which the terminal is polled
 * @param rung the terminal rang: what is new is read at once, and the rest of a poll is left to the next one
 * @param signal ends the poll; its session is closed at once
 * @param order a person waits for it
 * @throws GerbangError what the session, the queue or the database said
 */
export async function pollTerminal(
  terminal: PolledTerminal,
  memory: TerminalMemory,
  means: OfficeMeans,
  fence: number,
  signal: AbortSignal,
  rung = false,
  order: PollOrder | null = null,
): Promise<PollResult> {
  const kept = (await terminal.live?.take(means.newHostClock())) ?? null;
  const round: Round = { fence, signal, rung, order };
  if (kept === null) return pollOver(terminal, memory, means, round, null);
  try {
    return await pollOver(terminal, memory, means, round, kept);
  } catch (error) {
    // A kept session may have died long ago; only a new one tells how the terminal is.
    if (!isConnectionLost(error) || signal.aborted) throw error;
    return pollOver(terminal, memory, means, round, null);
  }
}

/** What is different in each poll. */
interface Round {
  readonly fence: number;
  readonly signal: AbortSignal;
  readonly rung: boolean;
  readonly order: PollOrder | null;
}

async function pollOver(
  terminal: PolledTerminal,
  memory: TerminalMemory,
  means: OfficeMeans,
  { fence, signal, rung, order }: Round,
  kept: KeptSession | null,
): Promise<PollResult> {
  memory.log = withFence(memory.log, fence);
  // Side by side: the database may be a city away, and a bell waits.
  const [queueAway, storeAway] = await Promise.all([queueTrouble(means), recall(terminal, memory, means)]);
  if (isGerbangError(queueAway, 'QUEUE_FULL')) return { end: 'put-off', error: queueAway };
  memory.polls += 1;
  crashPoint('poll.begin');
  const turn: Poll['turn'] = { giveBack: null };
  const clock = kept?.clock ?? means.newHostClock();
  const log = terminal.log.child({ serial: memory.serial, pollId: memory.polls });
  const startedAtMs = means.time.nowMs();
  const hostErrorMs = means.hostErrorMs ?? (() => null);
  const time: SessionTime = { clock, pause: means.pause, signal, hostErrorMs };
  adoptHostClock(memory, clock);
  const shared = { terminal, memory, means, time, fence, storeAway, queueAway, turn, log, startedAtMs };
  const poll: Poll = { ...shared, kept, rung, order };
  try {
    // Where the whole log is due and nobody has a turn to spare, the terminal is not even troubled with a connection.
    const due = wholeReadDue(startOfTerminal(memory), memory.read, clock.nowMs(), isRush(poll));
    const willReadWhole = due !== null && mayReadWhole(poll) && mayHandOver(poll);
    if (willReadWhole && !takeTurn(poll)) return { end: 'put-off', error: null };
    const { result, delivery } = await inSession(poll, (session) => converse(session, poll));
    if (delivery === null || (await handOverTheRest(poll, delivery))) return result;
    return { end: 'waits', error: storeAway ?? notStoring() };
  } finally {
    giveTurnBack(poll);
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
    await recallSerial(terminal, memory, means.store);
    const { serial } = memory;
    if (serial === null) memory.log = { ...emptyMemory, known: true };
    else memory.log = withStored(memory.log, await means.store.readCursor(serial), means.time.nowMs());
    return null;
  } catch (error) {
    if (!isGerbangError(error, 'STORE_UNAVAILABLE')) throw error;
    memory.log = withoutDatabase(memory.log, means.time.nowMs());
    return error;
  }
}

/**
 * A session for `work`: the kept one, or one that is opened. Closed with EXIT on every path, at once when the poll is ended
 * from outside, unless all went well and it is kept to hear the terminal ring.
 */
async function inSession(poll: Poll, work: (session: TerminalSession) => Promise<Talk>): Promise<Talk> {
  const { terminal, memory, kept, time } = poll;
  const { clock, signal } = time;
  const opened =
    kept?.session ??
    terminal.open(terminal.target, clock).catch((error: unknown) => {
      throw namingForeignClient(error, memory.identifiedAtMs !== null);
    });
  const session = await unlessAborted(Promise.resolve(opened), signal, (late) => void late.close());
  const close = (): Promise<void> => (kept === null ? session.close() : kept.end());
  const closeNow = (): void => void close();
  signal.addEventListener('abort', closeNow, { once: true });
  let keeps = false;
  try {
    const talk = await work(session);
    crashPoint('poll.before-close');
    const isWell = talk.result.end === 'done' && (talk.delivery === null || talk.delivery.left() === 0);
    if (isWell && !signal.aborted && memory.serial !== null) {
      keeps = kept !== null || ((await terminal.live?.keep(session, clock, memory.serial)) ?? false);
    }
    return talk;
  } finally {
    signal.removeEventListener('abort', closeNow);
    if (!keeps || signal.aborted) await close();
  }
}

/** What a conversation came to. What was read and is not handed over yet comes with the result. */
interface Talk {
  readonly result: PollResult;
  readonly delivery: Delivery | null;
}

async function converse(session: TerminalSession, poll: Poll): Promise<Talk> {
  const { terminal, memory, means, time } = poll;
  crashPoint('poll.session-open');
  await identify(session, poll).catch((error: unknown) => rethrowSwap(poll, error));

  const steppedBefore = memory.clock.stepped;
  const before = await sampleClock(session, memory, { kind: 'before-read', count: 1 }, promptTime(poll));
  // A clock that jumped is often a terminal that lost its power, and perhaps more than the time.
  const stepped = memory.clock.stepped && !steppedBefore;
  if (stepped) memory.read = { ...memory.read, owed: 'restart-suspected' };
  showClock(poll);

  const countedAtMs = time.clock.nowMs();
  const counters = await session.readCounters();
  means.states.see(terminal.place, { counters });
  noteCount(memory, counters);

  crashPoint('poll.before-read');
  const readBefore = memory.read;
  const found = await readLog(session, poll, counters).catch((error: unknown) => rethrowDoubt(memory, error));
  crashPoint('poll.after-read');
  if (found.kind === 'read') {
    await sampleClock(session, memory, { kind: 'after-read', count: 1, earlier: before }, promptTime(poll));
  }
  if (isDisturbed(time.clock)) {
    // When these records were read is not known on any scale; the next poll reads them again on a known one.
    memory.read = readBefore;
    poll.log.warn('the clock of this host was moved during a poll, which is given up');
    return { result: { end: 'put-off', error: null }, delivery: null };
  }
  let delivery: Delivery | null = null;
  // The counter of a full ring stands still whatever is written.
  if (found.kind === 'unchanged' && !memory.read.ringFull) noteEnd(poll, countedAtMs);
  if (found.kind === 'read') {
    await refuseUnstable(session, poll, found);
    delivery = await deliver(poll, found, await readUserTable(session, poll, found));
  }
  const handedOver = delivery === null || delivery.left() === 0;
  // The long burst takes seconds; a turn for a whole log is too dear to be held through it.
  if (handedOver) giveTurnBack(poll);
  const recordsRead = found.kind === 'read' && handedOver ? found.read.totalRecords : null;
  await keepTime(session, poll, { counters, recordsRead, stepped });
  return { result: resultOf(poll, found), delivery };
}

/** Verifies that the expected machine answers, and pins it when it answers for the first time. */
async function identify(session: TerminalSession, poll: Poll): Promise<void> {
  const { terminal, memory, means } = poll;
  const asked = means.time.nowMs();
  // Name and firmware change once in years; over a mobile link each question costs as much as the whole news.
  const isKnown = memory.identifiedAtMs !== null && asked - memory.identifiedAtMs < identityMs;
  const identity = isKnown ? null : await session.identify();
  const serial = identity?.serial ?? poll.kept?.serial ?? (await session.readOption(serialOption)) ?? '';
  await adoptReplacement(serial, poll);
  verifySerial(serial, memory.serial, () => means.claims.claim(serial, terminal.place, means.time.nowMs()));
  if (identity !== null) {
    means.states.see(terminal.place, { identity });
    memory.identifiedAtMs = asked;
  }
  if (memory.filed || poll.storeAway !== null) return;
  const { pinned, elsewhere } = await means.store.pin(terminal.place, serial, terminal.serial !== null);
  // Another gateway may have learnt something else here since we looked, or the same machine elsewhere.
  verifySerial(serial, pinned, () => elsewhere);
  memory.filed = true;
  if (memory.serial !== null) return;
  memory.serial = serial;
  poll.log.info({ serial }, 'serial learnt and pinned');
  // A machine that stood elsewhere before has a log already.
  memory.log = withStored(memory.log, await means.store.readCursor(serial), means.time.nowMs());
}

/** Whether new records overwrite old ones in place; asked once, when the log is full. */
async function isFullRing(session: TerminalSession, memory: TerminalMemory, counters: TerminalCounters) {
  const { records, recordCapacity } = counters;
  if (records === null || recordCapacity === null || records < recordCapacity) return false;
  memory.isRing ??= (await session.readOption(ringOption)) === '1';
  return memory.isRing;
}

/** `busy`: nothing was asked of the log, because what it says could not be handed over. */
async function readLog(
  session: TerminalSession,
  poll: Poll,
  counters: TerminalCounters,
): Promise<Found | { readonly kind: 'busy' }> {
  const { memory, means, time } = poll;
  if (!mayHandOver(poll)) return { kind: 'busy' };
  memory.read = { ...memory.read, ringFull: await isFullRing(session, memory, counters) };
  const cursor = startOfTerminal(memory);
  const storedImage = async (): Promise<Uint8Array> =>
    cursor === null ? new Uint8Array(0) : await means.store.readStoredImage(cursor);
  // A clock is set only behind a read, and a bell may come before the counter moves: then its word is not enough.
  const remembered = wantsSet(poll) || poll.rung ? { ...memory.read, comparedAtMs: null } : memory.read;
  const { found, memory: learnt } = await readWhatIsNew(session, remembered, {
    cursor,
    counters,
    storedImage: mayReadWhole(poll) ? storedImage : null,
    takeTurn: () => takeTurn(poll),
    utcMs: time.clock.nowMs(),
    monotonicMs: means.time.nowMs(),
    rush: isRush(poll),
  });
  memory.read = learnt;
  return found;
}

/** Refuses a log that is rewritten again and again: each time it would be stored whole. @throws TERMINAL_LOG_UNSTABLE */
async function refuseUnstable(
  session: TerminalSession,
  { memory, means }: Poll,
  { read, alignment }: FoundRead,
): Promise<void> {
  if (alignment.kind !== 'new-epoch') {
    memory.rewrites = { ...memory.rewrites, refused: null };
    return;
  }
  const judged = judgeRewrite(memory.rewrites, alignment.reason, read, means.time.nowMs());
  memory.rewrites = judged.memory;
  if (judged.store) return;
  // What was read is not stored, so the next poll has to compare all of it again.
  memory.read = { ...memory.read, comparedAtMs: null, owed: 'tail-unprovable' };
  memory.isRing ??= (await session.readOption(ringOption)) === '1';
  throw unstableError(memory.isRing, read.totalRecords);
}

/**
 * Printed ids for records that hold only an index; read again with every new record, because an index is given to other
 * people. A table that cannot be had costs the ids, never the records: a read that merely failed is tried again.
 */
async function readUserTable(
  session: TerminalSession,
  { log }: Poll,
  { read, alignment }: FoundRead,
): Promise<ReadonlyMap<number, string>> {
  if (!needsUserTable(read.layout) || alignment.to === alignment.from) return new Map();
  try {
    return await session.readPins();
  } catch (error) {
    if (!isGerbangError(error, 'ZK_UNSUPPORTED', 'ZK_REFUSED')) throw error;
    log.warn({ err: error }, 'user table not to be had, punches keep their index');
    return new Map();
  }
}

/** Packs what was read and hands over as much as may be outstanding. Returns null when nothing needs a batch. */
async function deliver(poll: Poll, found: FoundRead, pinByUid: ReadonlyMap<number, string>): Promise<Delivery | null> {
  const { terminal, memory, means, log } = poll;
  const { read, alignment, whole, loss } = found;
  const cursor = startOfTerminal(memory);
  const durationMs = Math.round(means.time.nowMs() - poll.startedAtMs);
  const facts = { records: alignment.to - alignment.from, bytes: read.bytesReceived, whole, durationMs };
  // An empty log is read whole at every poll, and that proves nothing.
  if (alignment.kind === 'unchanged' && (!whole || alignment.to === 0)) {
    noteEnd(poll, read.preparedAtMs);
    log.debug(facts, 'log unchanged');
    return null;
  }
  const reason = alignment.kind === 'new-epoch' ? alignment.reason : 'oldest-dropped';
  if ((alignment.kind === 'new-epoch' || alignment.kind === 'shift') && reason !== 'first-contact') {
    const { kind, epoch, base } = alignment;
    log.warn({ ...facts, kind, epoch, base, reason, loss }, 'log does not simply continue');
  }
  memory.clock = withReleased(memory.clock);
  const delivery = packRead({
    origin: originOf(poll),
    cursor,
    read,
    alignment,
    whole,
    pinByUid,
    loss,
    samples: memory.clock.pending,
    events: eventsOf(memory.clock),
    maxRecords: means.bounds.recordsPerBatch,
    newId: means.newBatchId,
  });
  await handOver(delivery, memory, means, means.bounds.batchesPerTerminal);
  const wholeRead = whole ? { wholeRead: { atMs: read.preparedAtMs, records: read.totalRecords } } : {};
  means.states.see(terminal.place, { readThroughMs: read.preparedAtMs, ...wholeRead });
  log.info({ ...facts, kind: alignment.kind }, 'log read');
  return delivery;
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
      return { end: 'done', error: poll.memory.fitness?.unfit ?? null };
  }
}
