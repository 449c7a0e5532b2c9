/**
 * When a terminal that rang is polled: not while what was read from it is on its way to the database, nor while so many
 * others are. Then its records gather in the terminal, which keeps them for nothing, and the next batch is larger; polled
 * at each bell, they would gather in the queue as batches of one (docs/decisions/0017-bells-wait.md).
 *
 * Forgetting a bell loses nothing: the usual polls know no gate, keep their time and read what is there.
 */
import type { Batch } from '../punch/batch.ts';
import type { Place } from './identity.ts';
import { type RunningTime, systemTime } from './waiting.ts';

type BatchOnItsWay = Pick<Batch, 'officeCode' | 'terminalName' | 'batchId'>;

/** See {@link createBellGate}. */
export interface BellGate {
  /**
   * The terminal rang. Bells of one terminal that wait are one bell.
   *
   * @param letIn begins the poll; called now or when there is room. False: there will be none
   */
  ring(place: Place, letIn: () => boolean): void;
  /** A poll begins: whatever rang before is read by it. */
  began(place: Place): void;
  ended(place: Place): void;
  /** To be told before the queue is given the batch, because it may be stored before the queue has answered. */
  sent(batch: BatchOnItsWay): void;
  /** The batch was stored, set aside, or not taken by the queue. Batches of other gateways may be told too. */
  settled(batch: BatchOnItsWay): void;
  /** Lets nobody in any more. */
  close(): void;
}

/** What a gate needs. */
export interface BellGateMeans {
  /** Batches of all gateways in the queue. Rejects when the queue is away. */
  depth(): Promise<number>;
  /** Default: the time of this process. */
  readonly time?: RunningTime;
}

interface Busy {
  /** When it was let in, or its newest batch was sent. */
  readonly sinceMs: number;
  answering: boolean;
  /** Its newest batch, until that is stored: batches of one terminal are stored in their order. */
  newestBatch: string | null;
}

/** Terminals polled at once because they rang: enough for links that take a second. */
export const bellsAtOnce = 64;
/**
 * A terminal whose batch is on its way takes the room of two: thirty-two fill the transactions of ingest, and what waits after
 * it was read is older when it is stored than what waits in its terminal. Room shrinks as they become more, not at a stroke.
 */
const sentWeight = 2;
/** How long what was sent is believed to be on its way while the queue is short: another gateway may have stored it. */
const believedMs = 1_000;

const keyOf = (officeCode: string, terminalName: string): string => `${officeCode}\n${terminalName}`;

/** Creates the gate of all offices of one gateway. */
export function createBellGate({ depth, time = systemTime }: BellGateMeans): BellGate {
  const closing = new AbortController();
  /** In the order in which they rang. */
  const waiting = new Map<string, () => boolean>();
  const busy = new Map<string, Busy>();
  /** Usual polls too: a bell let in during one would lead to a poll behind its end, whatever that had sent. */
  const polling = new Set<string>();
  let watching = false;

  const admit = (): void => {
    let taken = 0;
    for (const { newestBatch } of busy.values()) taken += newestBatch === null ? 1 : sentWeight;
    for (const [key, letIn] of waiting) {
      if (taken >= bellsAtOnce || closing.signal.aborted) break;
      if (busy.has(key) || polling.has(key)) continue;
      waiting.delete(key);
      if (!letIn()) continue;
      busy.set(key, { sinceMs: time.nowMs(), answering: true, newestBatch: null });
      taken += 1;
    }
    if (waiting.size > 0 && !watching) void watch();
  };

  const freeIfIdle = (key: string, entry: Busy): void => {
    if (entry.answering || entry.newestBatch !== null) return;
    busy.delete(key);
    admit();
  };

  const watch = async (): Promise<void> => {
    watching = true;
    while (waiting.size > 0 && !closing.signal.aborted) {
      // Away or long, the queue says that waiting is right.
      const queued = await depth().catch(() => Number.POSITIVE_INFINITY);
      if (queued < bellsAtOnce / sentWeight) {
        const sinceMs = time.nowMs() - believedMs;
        for (const [key, entry] of busy) if (entry.sinceMs <= sinceMs) busy.delete(key);
        admit();
      }
      await time.pause(believedMs, closing.signal);
    }
    watching = false;
  };

  return {
    ring({ officeCode, terminalName }, letIn) {
      waiting.set(keyOf(officeCode, terminalName), letIn);
      admit();
    },
    began({ officeCode, terminalName }) {
      const key = keyOf(officeCode, terminalName);
      waiting.delete(key);
      polling.add(key);
    },
    ended({ officeCode, terminalName }) {
      const key = keyOf(officeCode, terminalName);
      polling.delete(key);
      const entry = busy.get(key);
      if (entry === undefined) return admit();
      entry.answering = false;
      freeIfIdle(key, entry);
    },
    sent({ officeCode, terminalName, batchId }) {
      const key = keyOf(officeCode, terminalName);
      const answering = busy.get(key)?.answering ?? false;
      busy.set(key, { sinceMs: time.nowMs(), answering, newestBatch: batchId });
    },
    settled({ officeCode, terminalName, batchId }) {
      const key = keyOf(officeCode, terminalName);
      const entry = busy.get(key);
      if (entry?.newestBatch !== batchId) return;
      entry.newestBatch = null;
      if (entry.answering) admit();
      else freeIfIdle(key, entry);
    },
    close() {
      closing.abort();
      waiting.clear();
    },
  };
}
