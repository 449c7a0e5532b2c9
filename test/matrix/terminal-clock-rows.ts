/** Rows 31 to 36: clocks of terminals. Days pass between polls; the ledger knows when each punch truly was made. */
import { sql } from 'kysely';
import { buildClockModel } from '../../src/clock/model.ts';
import type { ClockModel } from '../../src/clock/model-types.ts';
import { loadEvidence } from '../../src/ingest/model-evidence.ts';
import { readLastSeq } from '../../src/store/clock-models.ts';
import { type Door, day, hour, minute, openSite, type Site, second, zone } from './rig/site.ts';
import type { MatrixRow, RowContext } from './row.ts';

type OneDoor = Site & { readonly door: Door };

/** Somebody punches and the terminal is polled, so often, so far apart. */
async function live(site: Site, polls: number, everyMs: number): Promise<void> {
  for (let poll = 0; poll < polls; poll += 1) {
    site.pass(everyMs / 2);
    for (const { terminal } of site.doors) terminal.punch({ pin: String(1_001 + (poll % 20)) });
    site.pass(everyMs / 2);
    for (const door of site.doors) await door.pollUntilDone();
  }
}

/** How many rows have which status. */
async function statuses({ db }: Site): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ status: string; count: number }>`
    select time_status as status, count(*)::int as count from attendance_time group by 1 order by 1`.execute(db);
  return new Map(rows.map(({ status, count }) => [status, count]));
}

async function inWords(site: Site): Promise<string> {
  return [...(await statuses(site))].map(([status, count]) => `${count} ${status}`).join(', ');
}

/** The model of all that is stored of a terminal. */
async function modelOf({ db }: Site, { serial }: Door): Promise<ClockModel> {
  const throughSeq = await readLastSeq(db, serial);
  const everything = { samplesAfterMs: Number.NEGATIVE_INFINITY, samplesUntilMs: Number.POSITIVE_INFINITY };
  const { rows } = await sql<{ epoch: number; next: number }>`
    select epoch, max(ordinal)::int + 1 as next from punch where terminal_serial = ${serial} group by 1`.execute(db);
  const [last] = rows;
  if (last === undefined) throw new Error('nothing is stored');
  const { evidence } = await loadEvidence(db, {
    serial,
    ...everything,
    throughSeq,
    zone,
    epoch: last.epoch,
    from: 0,
    to: last.next,
  });
  return buildClockModel(evidence);
}

async function mustKnow(site: OneDoor, kind: string): Promise<void> {
  const { steps, troubles } = await modelOf(site, site.door);
  const names = [...steps.map((step) => step.kind), ...troubles.map((trouble) => trouble.kind)];
  if (!names.some((name) => name === kind))
    throw new Error(`${kind} is not named, but ${names.join(', ') || 'nothing'}`);
}

async function drifting(context: RowContext): Promise<string> {
  const clocks = [100, -100, 60].map((driftPpm, at) => ({
    zoneOffsetMinutes: 420,
    offsetMs: 5_000 * at,
    driftPpm,
    wobblePpm: at === 2 ? 8 : 0,
  }));
  const site = await openSite(context, { terminals: 3, scenario: { terminals: clocks.map((clock) => ({ clock })) } });
  await live(site, 12, 20 * minute);
  // A night without a poll, and the day after.
  site.pass(10 * hour);
  await live(site, 6, hour);
  await site.mustBeWhole('100 millionths fast and slow, and a room that warms up');
  const finals = (await statuses(site)).get('final') ?? 0;
  if (finals < 30) throw new Error(`only ${finals} times are final`);
  return `${await inWords(site)}, all bounds hold`;
}

const steps = [5 * second, -5 * second, 90 * second, -hour, 3 * hour, -20 * day, 365 * day, -365 * day];

async function stepped(context: RowContext): Promise<string> {
  const site = await openSite(context, { scenario: { defaults: { history: 5 } } });
  await live(site, 3, 10 * minute);
  for (const byMs of steps) {
    // While it is polled every few minutes.
    site.door.terminal.stepClock(byMs);
    await live(site, 2, 10 * minute);
    await site.mustBeWhole(`moved by ${byMs} ms while polled`);
    // In a night in which nobody could reach it: punches before, and after.
    site.pass(3 * hour);
    site.door.terminal.punch({ pin: '1001' });
    site.pass(hour);
    site.door.terminal.stepClock(-byMs);
    site.pass(hour);
    site.door.terminal.punch({ pin: '1002' });
    site.pass(3 * hour);
    await live(site, 2, 10 * minute);
    await site.mustBeWhole(`moved by ${-byMs} ms in the night`);
  }
  const unsure = [...(await statuses(site))]
    .filter(([status]) => status !== 'final')
    .reduce((sum, [, n]) => sum + n, 0);
  if (unsure === 0) throw new Error('a clock that was moved in the night, and everything is final');
  return `${2 * steps.length} steps: ${await inWords(site)}`;
}

async function restarted(context: RowContext): Promise<string> {
  const site = await openSite(context, { scenario: { defaults: { history: 5 } } });
  await live(site, 3, 10 * minute);
  // Once, between two polls.
  site.pass(2 * minute);
  site.door.terminal.resetClock();
  site.pass(minute);
  site.door.terminal.punch({ pin: '1001' });
  await live(site, 2, 10 * minute);
  await site.mustBeWhole('restarted once');
  await mustKnow(site, 'reset-2000');
  // Twice while nobody looked: the same person first at the door, at the same second of the year 2000.
  site.pass(2 * hour);
  for (let times = 0; times < 2; times += 1) {
    site.door.terminal.resetClock();
    site.pass(35 * second);
    site.door.terminal.punch({ pin: '1002' });
    site.pass(2 * hour);
  }
  await live(site, 2, 10 * minute);
  await site.mustBeWhole('restarted twice in one outage');
  return await inWords(site);
}

async function sameSecondAgain(context: RowContext): Promise<string> {
  const site = await openSite(context, { scenario: { defaults: { history: 5 } } });
  await live(site, 2, 10 * minute);
  const { terminal } = site.door;
  // Early in a second, so that it lasts for both punches however slow the machine is.
  site.pass(second - (terminal.shownMs() % second));
  const secondMs = Math.floor(terminal.shownMs() / second) * second;
  const first = terminal.punch({ pin: '1001' });
  site.pass(10 * minute);
  await site.door.pollUntilDone();
  // The clock is set back by as long as has passed since.
  terminal.stepClock(secondMs - terminal.shownMs());
  const again = terminal.punch({ pin: '1001' });
  if (first === undefined || again?.recordHex !== first.recordHex) throw new Error('the two records differ');
  await live(site, 2, 10 * minute);
  await site.mustBeWhole('the same second again');
  return 'two equal records of one person and one second, both stored, both timed';
}

async function zonePushed(context: RowContext): Promise<string> {
  const site = await openSite(context, { scenario: { defaults: { history: 5 } } });
  await live(site, 3, 10 * minute);
  site.door.terminal.stepClock(hour);
  await live(site, 2, 10 * minute);
  site.door.terminal.stepClock(hour);
  await live(site, 2, 10 * minute);
  await site.mustBeWhole('another zone was pushed');
  await mustKnow(site, 'zone-change');
  await mustKnow(site, 'zone-mistake');
  return `${await inWords(site)}; named zone-change and zone-mistake`;
}

async function cachedTime(context: RowContext): Promise<string> {
  const site = await openSite(context, {
    scenario: { defaults: { history: 5, knobs: { timeCachedMs: 45_000 } } },
  });
  await live(site, 30, 2 * minute);
  await site.mustHold('answers that are up to 45 s old');
  await mustKnow(site, 'cached-clock');
  await site.mustBeWhole('answers that are up to 45 s old');
  return `${await inWords(site)}; named cached-clock`;
}

export const clockRows: readonly MatrixRow[] = [
  {
    number: 31,
    fault: 'clocks 100 millionths fast and slow, a rate that swings with the room',
    expected: 'the truth lies inside the bounds of every final time',
    run: drifting,
    heldBy: [{ file: 'test/clock/whatever-happens-final-times-contain-the-truth.test.ts' }],
  },
  {
    number: 32,
    fault: 'clocks moved by five seconds to a year, while polled and in a night out of reach',
    expected: 'found and placed, or called unsure; never wrong in silence',
    run: stepped,
  },
  {
    number: 33,
    fault: 'a clock restarts in the year 2000, once between two polls, twice in one outage',
    expected: 'one look at it corrects the first; the second is unsure where it must be',
    run: restarted,
  },
  {
    number: 34,
    fault: 'the clock is set back and the same person punches in the same second again',
    expected: 'both are stored, each with its own time',
    run: sameSecondAgain,
  },
  {
    number: 35,
    fault: 'a whole hour is pushed, then another',
    expected: 'named as a change of zone; times hold',
    run: zonePushed,
  },
  {
    number: 36,
    fault: 'the terminal answers with a time that it read up to 45 s ago',
    expected: 'found out; no final time is wrong',
    run: cachedTime,
  },
];
