/**
 * Truth is known by identity, as in `random-histories-…`: a punch is lost when it was made, is not stored, and is not on
 * the terminal any more. Polls come in three kinds: they see nothing, they see the counter, or they read all.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alignWhole } from '../../src/punch/alignment.ts';
import { assessLoss, type CountTally, type Loss, tallied } from '../../src/punch/loss.ts';
import { judged } from '../tools/judged.ts';
import { bytesOf, cursorAt, type ModelPunch, ModelTerminal, stride } from './log-model.ts';

/** Keeps its oldest in place and overwrites them one by one, as a ring log does. */
class RingTerminal extends ModelTerminal {
  private at = 0;
  override punch(sameBytesAsLast: boolean): void {
    if (this.log.length < this.capacity) {
      super.punch(sameBytesAsLast);
      return;
    }
    const full = [...this.log];
    this.log = [];
    super.punch(sameBytesAsLast);
    const [made] = this.log;
    if (made !== undefined) full[this.at % this.capacity] = made;
    this.at += 1;
    this.log = full;
  }
  override clear(): void {
    super.clear();
    this.at = 0;
  }
}

const happening = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('punches' as const), count: fc.integer({ min: 1, max: 30 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('crowd' as const), count: fc.integer({ min: 30, max: 160 }) }),
  },
  { weight: 6, arbitrary: fc.constant({ kind: 'count' as const }) },
  { weight: 4, arbitrary: fc.constant({ kind: 'read' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'clear' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('rollback' as const),
      unread: fc.integer({ min: 0, max: 20 }),
      read: fc.integer({ min: 0, max: 20 }),
      counted: fc.boolean(),
    }),
  },
);

const history = fc.record({
  ring: fc.boolean(),
  capacity: fc.integer({ min: 20, max: 120 }),
  dropAtOnce: fc.integer({ min: 1, max: 40 }),
  repeats: fc.boolean(),
  happenings: fc.array(happening, { minLength: 4, maxLength: 40 }),
});

interface Reading {
  cursor: ReturnType<typeof cursorAt> | null;
  rows: ModelPunch[];
  tally: CountTally | null;
}

/** One whole read, believed at once. Returns what it claims to be lost; null when the log continues. */
function read(reading: Reading, terminal: ModelTerminal): Loss | null {
  const bytes = bytesOf(terminal.log);
  const stored = bytesOf(reading.rows);
  const whole = { layout: 'zk8' as const, strideBytes: stride, totalRecords: terminal.log.length, bytes };
  const { cursor } = reading;
  const tally = tallied(reading.tally, cursor, terminal.log.length);
  const alignment = alignWhole({ cursor, stored, read: whole, confirmedShrink: true });
  if (alignment.kind === 'suspicious') throw new Error('still suspicious after it was confirmed');
  const opens = alignment.kind === 'new-epoch';
  const loss =
    opens && cursor !== null
      ? assessLoss({
          cursor,
          stored,
          read: whole,
          alignment,
          tally,
          recordCapacity: terminal.capacity,
          seenAtMs: 1,
        })
      : null;
  reading.rows = [...terminal.log];
  reading.cursor = cursorAt({ stored: bytes, epoch: alignment.epoch, base: alignment.base, next: alignment.to });
  reading.tally = null;
  return loss;
}

test('never more than was lost, and none where none is said to be', judged, () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(history, ({ ring, capacity, dropAtOnce, repeats, happenings }) => {
      const terminal = ring ? new RingTerminal(capacity, 1) : new ModelTerminal(capacity, dropAtOnce);
      const reading: Reading = { cursor: null, rows: [], tally: null };
      const made = new Map<number, ModelPunch>();
      const known = new Set<number>();
      for (const happened of happenings) {
        const punch = (count: number): void => {
          for (let n = 0; n < count; n += 1) {
            terminal.punch(repeats && n % 3 === 0);
            for (const punch of terminal.log) made.set(punch.identity, punch);
          }
        };
        const count = (): void => {
          reading.tally = tallied(reading.tally, reading.cursor, terminal.log.length);
        };
        const look = (): void => {
          const loss = read(reading, terminal);
          const present = new Set(terminal.log.map(({ identity }) => identity));
          const lost = [...made.keys()].filter((identity) => !known.has(identity) && !present.has(identity));
          // What is gone is gone once: the next claim is about what comes.
          for (const identity of [...present, ...lost]) known.add(identity);
          if (loss === null) return;
          const claim = `${loss.kind} ${loss.atLeast > 0 ? 'some' : 'none'} ${loss.atMost}`;
          seen.set(claim, (seen.get(claim) ?? 0) + 1);
          expect(loss.atLeast, JSON.stringify(loss)).toBeLessThanOrEqual(lost.length);
          if (loss.atMost !== null) expect(lost.length, JSON.stringify(loss)).toBeLessThanOrEqual(loss.atMost);
        };
        if (happened.kind === 'punches' || happened.kind === 'crowd') punch(happened.count);
        else if (happened.kind === 'clear') terminal.clear();
        else if (happened.kind === 'count') count();
        else if (happened.kind === 'rollback' && !ring) {
          // Flash that forgets its newest records, whether they were counted and read or not.
          look();
          punch(happened.unread);
          if (happened.counted) count();
          if (happened.unread + happened.read > 0) terminal.log.splice(-(happened.unread + happened.read));
          look();
        } else if (happened.kind === 'read') look();
      }
    }),
    { numRuns: 2_000 },
  );
  for (const claim of [
    'cleared some null',
    'cleared none null',
    'wrapped none null',
    'wrapped none 0',
    'shrank some null',
  ]) {
    expect(seen.get(claim) ?? 0, claim).toBeGreaterThan(10);
  }
});
