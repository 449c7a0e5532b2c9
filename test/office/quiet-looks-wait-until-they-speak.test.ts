import { expect, test } from 'vitest';
import type { ClockSample } from '../../src/clock/sample.ts';
import { type Paper, paperTerminal } from './tools/paper-terminal.ts';

const samplesOf = (paper: Paper): ClockSample[] => paper.world.shelf.enqueued.flatMap(({ samples }) => samples);
const minute = 60_000;

/** Polls once a minute, doing something before each. */
async function minutes(paper: Paper, count: number, before: (index: number) => void = () => undefined): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const dueMs = paper.nowMs() + minute;
    before(index);
    await paper.poll();
    paper.wait(dueMs - paper.nowMs());
  }
}

/** A terminal with a short log that was read and measured at length. */
async function settled(options: Parameters<typeof paperTerminal>[0] = {}): Promise<Paper> {
  const paper = paperTerminal({ clock: { offsetMs: -95_000, driftPpm: 12 }, ...options });
  for (let index = 0; index < 20; index += 1) {
    paper.punch();
    paper.wait(1_000);
  }
  await minutes(paper, 2);
  return paper;
}

test('a day of quiet polls stores a look every ten minutes and a burst every hour, not all of 1,700', {
  timeout: 120_000,
}, async () => {
  const paper = await settled();
  // In the hour after records more is told.
  await minutes(paper, 70);
  const [asked, stored] = [paper.asked.clock, samplesOf(paper).length];
  await minutes(paper, 1_440);
  const looked = paper.asked.clock - asked;
  const kept = samplesOf(paper).slice(stored);
  expect(looked).toBeGreaterThan(1_600);
  // 24 bursts of 8 questions, and at most one look in ten minutes.
  const inBursts = kept.filter(({ kind }) => kind === 'hourly').length;
  expect([23 * 8, 24 * 8]).toContain(inBursts);
  expect(kept.length).toBeLessThanOrEqual(24 * 8 + 144 + 10);
  const gaps = kept.map(({ sentAtMs }, index) => sentAtMs - (kept[index - 1]?.sentAtMs ?? sentAtMs));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(11 * minute);
});

test('records take the last quiet look along, and the one after them', async () => {
  const paper = await settled();
  await minutes(paper, 5);
  const lastQuietMs = paper.memory.clock.held.at(-1)?.sentAtMs ?? 0;
  expect(samplesOf(paper).map(({ sentAtMs }) => sentAtMs)).not.toContain(lastQuietMs);
  const punchedMs = paper.nowMs();
  await minutes(paper, 1, () => paper.punch());
  const batch = paper.world.shelf.enqueued.at(-1);
  expect(batch).toMatchObject({ from: 20, to: 21 });
  const sent = batch?.samples ?? [];
  expect(sent.map(({ sentAtMs }) => sentAtMs)).toContain(lastQuietMs);
  expect(lastQuietMs).toBeLessThan(punchedMs);
  expect(lastQuietMs).toBeGreaterThan(punchedMs - 1.1 * minute);
  expect(sent.at(-1)?.kind).toBe('after-read');
  expect(sent.at(-1)?.sentAtMs).toBeGreaterThanOrEqual(batch?.bracket.presentAtMs ?? Number.POSITIVE_INFINITY);
  // In the order in which they were taken, whatever was held back.
  expect(sent.map(({ sentAtMs }) => sentAtMs)).toEqual(sent.map(({ sentAtMs }) => sentAtMs).sort((a, b) => a - b));
});

test('a clock that was moved is told at once, with the last look before, also where nothing can be read', async () => {
  let isFree = true;
  const paper = await settled({ polled: { takeWholeRead: () => (isFree ? () => undefined : null) } });
  await minutes(paper, 4);
  isFree = false;
  const lastQuietMs = paper.memory.clock.held.at(-1)?.sentAtMs ?? 0;
  const before = paper.world.shelf.enqueued.length;
  await minutes(paper, 1, () => paper.clock.changes.push({ kind: 'step', atMs: paper.nowMs(), byMs: 90_000 }));
  const sent = paper.world.shelf.enqueued.slice(before).flatMap(({ samples }) => samples);
  expect(sent[0]?.sentAtMs).toBeLessThanOrEqual(lastQuietMs);
  expect(sent.map(({ sentAtMs }) => sentAtMs)).toContain(lastQuietMs);
  expect(sent.filter(({ sentAtMs }) => sentAtMs > lastQuietMs).length).toBeGreaterThanOrEqual(8);
});

test('a look that makes much more known is no quiet one', async () => {
  const paper = paperTerminal({ clock: { offsetMs: 400 }, polled: { isRush: () => true } });
  paper.punch();
  await minutes(paper, 1);
  // After a day out of reach the offset is known to twenty seconds; one look makes it one.
  paper.wait(24 * 60 * minute);
  const before = samplesOf(paper).length;
  await minutes(paper, 1);
  expect(samplesOf(paper).length).toBeGreaterThan(before);
});

test('a clock that never agrees with itself is not asked at length at every poll', async () => {
  const paper = await settled();
  const asked = paper.asked.clock;
  // It jumps ahead by three seconds before each look.
  await minutes(paper, 30, () => paper.clock.changes.push({ kind: 'step', atMs: paper.nowMs(), byMs: 3_000 }));
  expect(paper.asked.clock - asked).toBeLessThan(4 * 8 + 30 * 2 + 8);
});

test('while the database is away what is held is bounded, and nothing is lost of what is not quiet', {
  timeout: 120_000,
}, async () => {
  const paper = await settled();
  paper.world.shelf.ways.queueAway = true;
  await minutes(paper, 600);
  const { held, pending } = paper.memory.clock;
  expect(held.length).toBeLessThanOrEqual(64);
  expect(pending.length).toBeLessThanOrEqual(64);
  paper.world.shelf.ways.queueAway = false;
  const before = samplesOf(paper).length;
  await minutes(paper, 1);
  expect(samplesOf(paper).length - before).toBeGreaterThanOrEqual(pending.length);
});

test("the host's own error widens every look, where the system tells it", async () => {
  const paper = await settled();
  expect(samplesOf(paper).some((sample) => 'hostErrorMs' in sample)).toBe(false);
  const exactMs = widthOf(paper);
  paper.ways.hostErrorMs = 40;
  const before = samplesOf(paper).length;
  await minutes(paper, 62);
  const known = samplesOf(paper).slice(before);
  expect(known.length).toBeGreaterThan(8);
  expect(known.slice(2).every(({ hostErrorMs }) => hostErrorMs === 40)).toBe(true);
  expect(widthOf(paper)).toBeGreaterThan(exactMs + 40);
});

function widthOf({ memory }: Paper): number {
  const { offset } = memory.clock;
  return offset === null ? Number.NaN : offset.latestMs - offset.earliestMs;
}
