/**
 * Random weeks of an office: people punch, machines are read or not, cleared, overwritten, taken away. Punches are known
 * by identity, which nothing under test can see; a day that is called complete must have all of its punches stored.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeDay } from '../../src/completeness/judge.ts';
import { alignWhole } from '../../src/punch/alignment.ts';
import { assessLoss, mayHaveLost, tallied } from '../../src/punch/loss.ts';
import type { GapRow } from '../../src/store/gaps.ts';
import { bytesOf, cursorAt, ModelTerminal, stride } from '../punch/log-model.ts';
import { judged } from '../tools/judged.ts';
import { factsOf, gapOf, hourMs, midnightMs, stayOf } from './facts.ts';

const dayMs = 24 * hourMs;
const days = 5;

const happening = fc.record({
  kind: fc.oneof(
    { weight: 10, arbitrary: fc.constant('punches' as const) },
    { weight: 12, arbitrary: fc.constant('read' as const) },
    { weight: 1, arbitrary: fc.constant('clear' as const) },
    { weight: 1, arbitrary: fc.constant('crowd' as const) },
    { weight: 1, arbitrary: fc.constant('leave' as const) },
  ),
  atMs: fc.integer({ min: 0, max: days * dayMs }),
  terminal: fc.integer({ min: 0, max: 2 }),
});

/** One machine in the office, all that was written and stored of it, and what the gateway knows. */
class Machine {
  readonly terminal: ModelTerminal;
  readonly name: string;
  /** When each punch was made, by identity, and which are stored. */
  readonly made = new Map<number, number>();
  readonly stored = new Set<number>();
  readonly gaps: GapRow[] = [];
  leftMs: number | null = null;
  firstReadMs: number | null = null;
  private cursor: ReturnType<typeof cursorAt> | null = null;
  private image: Uint8Array = new Uint8Array(0);

  constructor(name: string, capacity: number, dropAtOnce: number) {
    this.name = name;
    this.terminal = new ModelTerminal(capacity, dropAtOnce);
  }

  punch(atMs: number, count: number): void {
    for (let n = 0; n < count; n += 1) {
      this.terminal.punch(false);
      const made = this.terminal.log.at(-1);
      if (made !== undefined) this.made.set(made.identity, atMs);
    }
  }

  /** What a poller does: the whole log, believed at once. */
  read(atMs: number): void {
    if (this.leftMs !== null) return;
    this.firstReadMs ??= atMs;
    const { log, capacity } = this.terminal;
    const bytes = bytesOf(log);
    const whole = { layout: 'zk8' as const, strideBytes: stride, totalRecords: log.length, bytes };
    const { cursor, image: stored } = this;
    const alignment = alignWhole({ cursor, stored, read: whole, confirmedShrink: true });
    if (alignment.kind === 'suspicious') throw new Error('still suspicious after it was confirmed');
    if (cursor !== null && mayHaveLost(alignment, cursor, whole, capacity)) {
      const tally = tallied(null, cursor, log.length);
      const loss = assessLoss({
        cursor,
        stored,
        read: whole,
        alignment,
        tally,
        recordCapacity: capacity,
        seenAtMs: atMs,
      });
      const { sinceMs, ...claim } = loss;
      this.gaps.push(gapOf({ ...claim, sinceMs: sinceMs ?? Number.NEGATIVE_INFINITY, terminalName: this.name }));
    }
    for (const { identity } of log) this.stored.add(identity);
    this.image = bytes;
    this.cursor = cursorAt({
      stored: bytes,
      epoch: alignment.epoch,
      base: alignment.base,
      next: alignment.to,
      readThroughMs: atMs,
    });
  }

  stay(stayId: number) {
    const { readThroughMs = null } = this.cursor ?? {};
    const state = this.leftMs === null ? ('ok' as const) : null;
    const { firstReadMs } = this;
    return stayOf({ stayId, terminalName: this.name, firstReadMs, readThroughMs, untilMs: this.leftMs, state });
  }

  /** Somebody clears it. An empty log that is filled and cleared between two reads leaves no trace: the known limit. */
  clear(): void {
    if (this.image.length > 0) this.terminal.clear();
  }

  /** Punches of a stretch of time that are not stored, made while it stood in the office. */
  missing(fromMs: number, toMs: number): number {
    const leftMs = this.leftMs ?? Number.POSITIVE_INFINITY;
    return [...this.made].filter(
      ([identity, atMs]) => atMs >= fromMs && atMs < toMs && atMs < leftMs && !this.stored.has(identity),
    ).length;
  }
}

test('whatever happened in the week', judged, () => {
  let complete = 0;
  let completeBesideGaps = 0;
  let withheld = 0;
  const week = fc.record({
    capacity: fc.integer({ min: 15, max: 80 }),
    // No terminal drops more than half of its log at once.
    dropAtOnce: fc.integer({ min: 1, max: 7 }),
    happenings: fc.array(happening, { minLength: 10, maxLength: 120 }),
  });
  fc.assert(
    fc.property(week, ({ capacity, dropAtOnce, happenings }) => {
      const machines = ['A', 'B', 'C'].map((name) => new Machine(name, capacity, dropAtOnce));
      const inOrder = [...happenings].sort((a, b) => a.atMs - b.atMs);
      for (const { kind, atMs, terminal } of inOrder) {
        const machine = machines[terminal];
        if (machine === undefined) continue;
        const nowMs = midnightMs + atMs;
        if (kind === 'punches') machine.punch(nowMs, 3);
        else if (kind === 'crowd') machine.punch(nowMs, 90);
        else if (kind === 'clear') machine.clear();
        else if (kind === 'leave') machine.leftMs ??= nowMs;
        else machine.read(nowMs);
        // Judged at every moment, not only at the end: it must never have been said.
        if (kind !== 'read') continue;
        for (let day = 0; day < days; day += 1) {
          const startMs = midnightMs + day * dayMs;
          const endMs = startMs + dayMs;
          if (startMs > nowMs) break;
          const gaps = machines.flatMap((one) => one.gaps);
          const stays = machines.map((one, at) => one.stay(at));
          const { state } = judgeDay(factsOf({ startMs, endMs, relevantEndMs: endMs, nowMs, stays, gaps }));
          const missing = machines.reduce((sum, one) => sum + one.missing(startMs, Math.min(endMs, nowMs)), 0);
          if (state === 'complete') {
            expect(missing, `day ${day} at ${atMs}`).toBe(0);
            complete += 1;
            completeBesideGaps += gaps.length > 0 ? 1 : 0;
          } else if (missing > 0) withheld += 1;
        }
      }
    }),
    { numRuns: 400 },
  );
  // The weeks must have had both kinds of days, or the property has proven less than it says.
  expect(complete).toBeGreaterThan(100);
  expect(completeBesideGaps).toBeGreaterThan(20);
  expect(withheld).toBeGreaterThan(100);
});
