import { expect, test } from 'vitest';
import { resetClock, setClock, wallAt } from '../../device-sim/clock.ts';
import { explainError } from '../../src/words/errors.ts';
import { midnightMs, type Paper, paperTerminal } from './tools/paper-terminal.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const jakartaMs = 7 * hour;
/** Days of polls are seconds of work, and on a crowded machine many of them. */
const simulated = { timeout: 120_000 };
const everyMs = 20 * minute;

/** Clocks are set between midnight and five. */
const atNight = { set: true, whenOffByMs: 10_000, isQuiet: (minuteOfDay: number) => minuteOfDay < 300 };

function nightly(clock: Parameters<typeof paperTerminal>[0] = {}): Paper {
  const paper = paperTerminal({ ...clock, polled: { settingRule: atNight, pollEveryMs: everyMs } });
  paper.punch();
  return paper;
}

/** Polls three times an hour, with a punch in the morning of each day, and returns the codes of the notices. */
async function days(paper: Paper, count: number): Promise<(string | null)[]> {
  const codes: (string | null)[] = [];
  const untilMs = paper.nowMs() + count * day;
  let punched = -1;
  while (paper.nowMs() < untilMs) {
    const today = Math.floor((paper.nowMs() - midnightMs) / day);
    if (today !== punched && (paper.nowMs() - midnightMs) % day > 7 * hour) {
      paper.punch();
      punched = today;
    }
    const dueMs = paper.nowMs() + everyMs;
    const { end, error } = await paper.poll();
    expect(end).toBe('done');
    codes.push(error?.code ?? null);
    paper.wait(dueMs - paper.nowMs());
  }
  return codes;
}

const setsOf = (paper: Paper) => paper.world.shelf.enqueued.flatMap(({ events }) => events?.sets ?? []);
/** How far the terminal truly is from the office's time. */
const offMs = ({ clock, nowMs }: Paper): number => wallAt(clock, nowMs()) - nowMs() - jakartaMs;

test(
  'a clock that is off is set in the night, once, and the set is an event with what was written',
  simulated,
  async () => {
    const paper = nightly({ clock: { offsetMs: -120_000 }, startMs: midnightMs + 8 * hour });
    expect(new Set(await days(paper, 0.5))).toEqual(new Set([null]));
    expect(paper.asked.set).toBe(0);
    await days(paper, 1);
    expect(paper.asked.set).toBe(1);
    expect(Math.abs(offMs(paper))).toBeLessThan(20);
    const [set, ...others] = setsOf(paper);
    expect(others).toEqual([]);
    expect((set?.receivedAtMs ?? 0) - (set?.sentAtMs ?? 0)).toBeCloseTo(20, 3);
    // The second that was written begins within the round trip.
    const wantedMs = (set?.deviceMs ?? 0) - jakartaMs;
    expect(wantedMs % 1_000).toBe(0);
    expect(wantedMs).toBeGreaterThanOrEqual(set?.sentAtMs ?? Number.POSITIVE_INFINITY);
    expect(wantedMs).toBeLessThanOrEqual(set?.receivedAtMs ?? 0);
  },
);

test('over a slow link the second begins as it was written, too', simulated, async () => {
  const paper = nightly({ clock: { offsetMs: -120_000 }, roundTripMs: 300 });
  await days(paper, 0.2);
  expect(paper.asked.set).toBe(1);
  expect(Math.abs(offMs(paper))).toBeLessThan(20);
});

test('the set travels although its answer never came', simulated, async () => {
  const paper = nightly({ clock: { offsetMs: -120_000 } });
  paper.ways.breaksAtSet = true;
  await expect(paper.poll()).rejects.toMatchObject({ code: 'NET_CLOSED' });
  paper.ways.breaksAtSet = false;
  paper.wait(minute);
  await paper.poll();
  expect(setsOf(paper)).toHaveLength(1);
  // It may have been done: the next poll does not do it again at once.
  expect(paper.asked.set).toBe(1);
});

test(
  'a dead coin cell is set after the first loss; after the second a person is asked for, until the clock is right',
  simulated,
  async () => {
    const paper = nightly();
    await days(paper, 1);
    resetClock(paper.clock, paper.nowMs() + 8 * hour);
    await days(paper, 2);
    expect(paper.asked.set).toBe(1);
    resetClock(paper.clock, paper.nowMs() + 8 * hour);
    await days(paper, 2);
    const reads = paper.world.shelf.enqueued.filter(({ from, to }) => from < to).length;
    const codes = await days(paper, 1);
    expect(new Set(codes)).toEqual(new Set(['TERMINAL_CLOCK_BATTERY']));
    expect(paper.asked.set).toBe(1);
    // Punches go on being read.
    expect(paper.world.shelf.enqueued.filter(({ from, to }) => from < to)).toHaveLength(reads + 1);
    for (const lang of ['en', 'id'] as const) {
      const { next } = explainError({ code: 'TERMINAL_CLOCK_BATTERY' }, lang);
      expect(next).toMatch(lang === 'en' ? /coin cell/ : /baterai jam/);
    }

    // A gateway that was restarted knows it from what is stored.
    paper.forget();
    const restarted = await days(paper, 1);
    expect(restarted.slice(1).filter((code) => code !== 'TERMINAL_CLOCK_BATTERY')).toEqual([]);
    expect(paper.asked.set).toBe(1);

    // Somebody has changed the cell and put the clock right.
    setClock(paper.clock, paper.nowMs(), paper.nowMs() + jakartaMs);
    const repaired = await days(paper, 0.5);
    expect(new Set(repaired.slice(1))).toEqual(new Set([null]));
    expect(paper.asked.set).toBe(1);
  },
);

test(
  'a crystal that runs away by more than 50 millionths is not set again and again; one of 40 is',
  simulated,
  async () => {
    const bad = nightly({ clock: { driftPpm: 90, offsetMs: 9_000 } });
    await days(bad, 3);
    const sets = bad.asked.set;
    const codes = await days(bad, 2);
    expect(codes.at(-1)).toBe('TERMINAL_CLOCK_CRYSTAL');
    expect(bad.asked.set).toBe(sets);
    expect(sets).toBeLessThanOrEqual(1);
    const sound = nightly({ clock: { driftPpm: 40, offsetMs: 9_000 } });
    expect(new Set(await days(sound, 5))).toEqual(new Set([null]));
    expect(sound.asked.set).toBe(2);
  },
);

test(
  'a terminal that does not take its time is tried twice, and left alone after a restart too',
  simulated,
  async () => {
    const paper = nightly({ clock: { offsetMs: -120_000 } });
    paper.ways.ignoresSet = true;
    await days(paper, 3);
    expect(paper.asked.set).toBe(2);
    paper.forget();
    const codes = await days(paper, 1);
    expect(codes.at(-1)).toBe('TERMINAL_CLOCK_UNSETTABLE');
    expect(paper.asked.set).toBe(2);
  },
);

test('a terminal that refuses to be set is read as ever', simulated, async () => {
  const paper = nightly({ clock: { offsetMs: -120_000 } });
  paper.ways.refusesSet = true;
  const codes = await days(paper, 3);
  expect(codes.at(-1)).toBe('TERMINAL_CLOCK_UNSETTABLE');
  expect(paper.asked.set).toBe(2);
  expect(paper.world.shelf.recordsOf('PAPER1')).toHaveLength(4);
});
