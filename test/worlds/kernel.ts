/**
 * The time and the chance of a world. Everything that waits, waits here; everything that happens is an event at a true
 * instant; and between two events all promises that can go on have gone on. So one seed is one history.
 */
import { createHash } from 'node:crypto';
import { createRandom, type Random } from '../../device-sim/random.ts';

export interface Kernel {
  /** True UTC milliseconds. */
  nowMs(): number;
  /** Does something at a true instant, in the order of scheduling where instants are equal. Returns how to call it off. */
  at(atMs: number, deed: () => void): () => void;
  /** A source of chance of its own for a part of the world. */
  chance(label: string): Random;
  /** A line of the history. Two histories are the same when their digests are. */
  note(actor: string, text: string): void;
  /** A line for whoever watches, and no part of the history. */
  remark(actor: string, text: string): void;
  /** Lets the world run up to a true instant. */
  runUntil(untilMs: number): Promise<void>;
  /** SHA-256 (hex) over the history so far. */
  digest(): string;
  /** Events so far. */
  events(): number;
}

interface Event {
  readonly atMs: number;
  readonly order: number;
  deed: (() => void) | null;
}

/** @param onNote sees every line, for `--trace` */
export function createKernel(seed: number, startMs: number, onNote?: (line: string) => void): Kernel {
  const random = createRandom(seed);
  const hash = createHash('sha256');
  const heap = createHeap();
  let nowMs = startMs;
  let order = 0;
  let events = 0;
  return {
    nowMs: () => nowMs,
    at(atMs, deed) {
      const event: Event = { atMs: Math.max(atMs, nowMs), order: order++, deed };
      heap.push(event);
      return () => {
        event.deed = null;
      };
    },
    chance: (label) => random.fork(label),
    note(actor, text) {
      const line = `${nowMs.toFixed(3)} ${actor} ${text}\n`;
      hash.update(line);
      onNote?.(`${new Date(nowMs).toISOString()} ${actor} ${text}`);
    },
    remark: (actor, text) => onNote?.(`${new Date(nowMs).toISOString()} ${actor}   ${text}`),
    async runUntil(untilMs) {
      for (let event = heap.pop(untilMs); event !== null; event = heap.pop(untilMs)) {
        const { deed } = event;
        if (deed === null) continue;
        nowMs = event.atMs;
        events += 1;
        deed();
        await settled();
      }
      nowMs = untilMs;
    },
    digest: () => hash.copy().digest('hex'),
    events: () => events,
  };
}

/** Resolves once every promise that can go on without time has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** A binary heap, earliest first. */
function createHeap() {
  const heap: Event[] = [];
  const isBefore = (a: Event, b: Event): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
  const at = (index: number): Event => heap[index] as Event;
  const swap = (a: number, b: number): void => {
    const held = at(a);
    heap[a] = at(b);
    heap[b] = held;
  };
  return {
    push(event: Event): void {
      heap.push(event);
      for (let child = heap.length - 1; child > 0; ) {
        const parent = (child - 1) >> 1;
        if (!isBefore(at(child), at(parent))) break;
        swap(child, parent);
        child = parent;
      }
    },
    /** The earliest event, unless it is later than `untilMs`. */
    pop(untilMs: number): Event | null {
      const first = heap[0];
      if (first === undefined || first.atMs > untilMs) return null;
      const last = heap.pop() as Event;
      if (heap.length === 0) return first;
      heap[0] = last;
      for (let parent = 0; ; ) {
        const left = 2 * parent + 1;
        if (left >= heap.length) break;
        const right = left + 1;
        const child = right < heap.length && isBefore(at(right), at(left)) ? right : left;
        if (!isBefore(at(child), at(parent))) break;
        swap(child, parent);
        parent = child;
      }
      return first;
    },
  };
}
