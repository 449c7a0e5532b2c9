/**
 * What a person tells one terminal to do. An order is a turn of the office's own loop under the terminal's own lease, so an
 * order and a poll never talk to one terminal at once.
 */
import { foldSamples, midpointOf, widthOf } from '../clock/offset.ts';
import { GerbangError, isGerbangError } from '../errors.ts';
import { unknownClock } from './clock-memory.ts';
import type { OfficeMeans } from './means.ts';
import { startOfTerminal, type TerminalMemory } from './memory.ts';
import { pollTerminal } from './poll.ts';
import type { PolledTerminal, PollOrder } from './poll-context.ts';
import type { PollResult } from './poller.ts';
import { sampleClock } from './sampling.ts';
import { unlessAborted } from './waiting.ts';

export type OrderKind = 'probe' | 'read' | 'set-clock';
/** What came of it, as flat facts for a page. No person, no key. */
export type OrderFacts = Readonly<Record<string, string | number | boolean | null>>;

/** An order that somebody waits for. */
interface Order {
  readonly kind: OrderKind;
  /** Nobody waits for it any more. */
  isOver(): boolean;
  settle(facts: OrderFacts): void;
  fail(error: unknown): void;
}

/** Orders for one terminal, one at a time. */
export interface Desk {
  /**
   * @param signal ends the wait; an order that was not begun is never done later
   * @throws GerbangError COMMAND_EXPIRED at an abort, or why it failed
   */
  put(kind: OrderKind, signal: AbortSignal): Promise<OrderFacts>;
  /** The next order, which is now whoever's who asked. */
  take(): Order | null;
  /** It could not be done yet. */
  putBack(order: Order): void;
}

/** Orders that may wait for one terminal. */
const mostOrders = 4;
const probeQuestions = 4;

export function createDesk(): Desk {
  const waiting = new Set<Order>();
  return {
    put(kind, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted || waiting.size >= mostOrders) return reject(expired());
        let isOver = false;
        const over = (): void => {
          isOver = true;
          signal.removeEventListener('abort', abort);
          waiting.delete(order);
        };
        const order: Order = {
          kind,
          isOver: () => isOver,
          settle(facts) {
            over();
            resolve(facts);
          },
          fail(error) {
            over();
            reject(error);
          },
        };
        const abort = (): void => order.fail(expired());
        signal.addEventListener('abort', abort, { once: true });
        waiting.add(order);
      });
    },
    take() {
      const [order] = waiting;
      if (order !== undefined) waiting.delete(order);
      return order ?? null;
    },
    putBack(order) {
      if (!order.isOver()) waiting.add(order);
    },
  };
}

function expired(): GerbangError {
  return new GerbangError(
    'COMMAND_EXPIRED',
    'The terminal had no time for this command, so it was not done. Try again.',
  );
}

/**
 * Does what was ordered, and tells whoever waits.
 *
 * @returns as a poll does; a probe is none, so it says nothing about how the terminal stands
 * @throws GerbangError as a poll does
 */
export async function carryOut(
  order: Order,
  desk: Pick<Desk, 'putBack'>,
  terminal: PolledTerminal,
  memory: TerminalMemory,
  means: OfficeMeans,
  fence: number,
  signal: AbortSignal,
): Promise<PollResult> {
  if (order.kind === 'probe') {
    await look(terminal, memory, means, signal).then(order.settle, order.fail);
    return { end: 'put-off', error: null };
  }
  const slip: PollOrder = { kind: order.kind, setting: null };
  if (order.kind === 'read') memory.read = { ...memory.read, owed: memory.read.owed ?? 'asked-for' };
  const before = startOfTerminal(memory);
  const result = await pollTerminal(terminal, memory, means, fence, signal, false, slip);
  // No turn for a whole read is free: its next poll comes within seconds.
  if (result.end === 'put-off') desk.putBack(order);
  else if (result.end !== 'done') order.fail(result.error ?? expired());
  else if (order.kind === 'read') order.settle(readFacts(before, startOfTerminal(memory)));
  else order.settle(slip.setting ?? { result: 'not-now' });
  return result;
}

type Cursor = ReturnType<typeof startOfTerminal>;

function readFacts(before: Cursor, after: Cursor): OrderFacts {
  if (after === null) return { records: 0, newRecords: 0, newLog: false };
  const continues = before !== null && before.epoch === after.epoch;
  return {
    records: after.next - after.base,
    newRecords: after.next - (continues ? before.next : after.base),
    newLog: before !== null && !continues,
  };
}

/** Looks and keeps nothing: who is there, how fast it answers, what its counters and its clock say. */
async function look(
  terminal: PolledTerminal,
  memory: TerminalMemory,
  means: OfficeMeans,
  signal: AbortSignal,
): Promise<OrderFacts> {
  await terminal.live?.rest();
  const clock = means.newHostClock();
  const startedMs = means.time.nowMs();
  const opening = terminal.open(terminal.target, clock);
  const session = await unlessAborted(opening, signal, (late) => void late.close());
  const closeNow = (): void => void session.close();
  signal.addEventListener('abort', closeNow, { once: true });
  try {
    const connectMs = Math.round(means.time.nowMs() - startedMs);
    const identity = await session.identify();
    const counters = await session.readCounters();
    // A memory of its own: a look is no evidence.
    const scratch = { clock: unknownClock };
    const time = { clock, pause: means.pause, signal };
    const samples = await sampleClock(session, scratch, { kind: 'first-contact', count: probeQuestions }, time);
    const interval = foldSamples(samples).at(-1)?.interval ?? null;
    const zoneMs = interval === null ? 0 : terminal.zoneOffsetMs(interval.atMs);
    return {
      serial: identity.serial,
      expectedSerial: memory.serial,
      deviceName: identity.deviceName,
      platform: identity.platform,
      firmware: identity.firmware,
      transport: session.transport,
      connectMs,
      records: counters.records,
      recordCapacity: counters.recordCapacity,
      users: counters.users,
      offsetMs: interval === null ? null : Math.round(midpointOf(interval) - zoneMs),
      offsetBoundMs: interval === null ? null : Math.round(widthOf(interval) / 2),
    };
  } finally {
    signal.removeEventListener('abort', closeNow);
    await session.close();
  }
}

/** The code of whatever an order failed with. */
export function codeOfFailure(error: unknown): string {
  return isGerbangError(error) ? error.code : 'INTERNAL';
}
