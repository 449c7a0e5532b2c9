/**
 * Clocks: how well a few questions pin an offset, against the simulated truth; and how long it takes to work out a
 * million punches again.
 */
import { createHash } from 'node:crypto';
import { buildClockModel } from '../src/clock/model.ts';
import type { ClockEvidence, RecordTime } from '../src/clock/model-types.ts';
import { disagreements, modelDigest, revisionOf } from '../src/clock/versions.ts';
import { ask, type Manner, type Outcome } from '../test/clock/questions.ts';
import { seeded } from '../test/clock/random.ts';
import { type Event, play } from '../test/clock/truth.ts';
import { benchRecompute } from './recompute.ts';
import { median, printTable, quantile, whole } from './report.ts';

const runsPerCell = 2_000;
const links = [
  { name: '3 ms', roundTripMs: 3, tailShare: 0.05 },
  { name: '25 ms', roundTripMs: 25, tailShare: 0.1 },
  { name: '60 ms', roundTripMs: 60, tailShare: 0.1 },
  { name: '300 ms', roundTripMs: 300, tailShare: 0.1 },
] as const;
const counts = [1, 2, 4, 8, 12] as const;

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const terminals = 100;
const worlds = 10;
const punchesEach = 10_000;

/** Runs the bench and prints its tables. */
export async function benchClock(): Promise<void> {
  benchQuestions();
  benchRebuild();
  benchLongLog();
  await benchRecompute(
    Array.from({ length: worlds }, (_, index) => monthOf(index + 1)),
    terminals,
  );
}

function benchQuestions(): void {
  const rows: string[][] = [
    ['link · questions', 'error ms', 'bound ms', 'outside', 'asked at random: error', 'bound', 'outside'],
  ];
  for (const link of links) {
    const random = seeded(link.roundTripMs);
    const outcomes = (count: number, manner: Manner): Outcome[] =>
      Array.from({ length: runsPerCell }, () => ask(random, link, count, manner));
    const plain = outcomes(1, 'random').map(({ plainErrorMs }) => plainErrorMs);
    rows.push([`${link.name} · one reading, its middle`, three(plain), 'none', '-', '', '', '']);
    for (const count of counts) {
      rows.push([
        `${link.name} · ${count}`,
        ...columns(outcomes(count, 'directed')),
        ...columns(outcomes(count, 'random')),
      ]);
    }
  }
  printTable(
    `Offset of a clock that shows whole seconds · median / p99 / max of ${whole(runsPerCell)} runs each`,
    rows,
  );
  console.log(
    '\n  bound: half the width of the proven interval. The limit is half a round trip. Drift up to ±200 ppm, ways of' +
      '\n  uneven length, 5 to 10 % of replies up to eight round trips late. outside: truth not in the interval.',
  );
}

function columns(outcomes: readonly Outcome[]): string[] {
  const outside = outcomes.filter((outcome) => outcome.outside).length;
  return [
    three(outcomes.map(({ errorMs }) => errorMs)),
    three(outcomes.map(({ boundMs }) => boundMs)),
    outside === 0 ? '0' : `${outside} WRONG`,
  ];
}

function three(values: readonly number[]): string {
  return [median(values), quantile(values, 0.99), Math.max(...values)].map((value) => value.toFixed(1)).join(' / ');
}

/** A month of one terminal, polled every five minutes but for a night now and then, moved and set some times. */
function monthOf(seed: number): ClockEvidence {
  const random = seeded(seed);
  const startMs = Date.UTC(2026, 10, 1);
  const nights = new Set(Array.from({ length: 4 }, () => Math.floor(random() * 30)));
  const polls = Array.from(
    { length: (30 * dayMs) / (5 * minuteMs) },
    (_, index) => startMs + index * 5 * minuteMs,
  ).filter((atMs) => !(nights.has(Math.floor((atMs - startMs) / dayMs)) && (atMs - startMs) % dayMs > 12 * hourMs));
  const events = Array.from({ length: 6 }, (_, index): Event => {
    const atMs = startMs + random() * 30 * dayMs;
    return index < 4 ? { kind: 'set', atMs, takes: true } : { kind: 'move', atMs, byMs: (random() - 0.5) * 2 * hourMs };
  });
  const punches = Array.from({ length: punchesEach }, () => Math.round(startMs + random() * 30 * dayMs));
  return play({
    seed,
    startMs,
    zone: 'Asia/Jakarta',
    zoneHours: 7,
    fastMs: (random() - 0.5) * 60_000,
    driftPpm: (random() - 0.5) * 80,
    wobblePpm: 5,
    roundTripMs: 25,
    polls,
    events,
    punches,
    cachedForMs: 0,
    live: false,
    operationLog: false,
    hostErrorMs: 0,
  }).evidence;
}

function benchRebuild(): void {
  const months = Array.from({ length: worlds }, (_, index) => monthOf(index + 1));
  const samples = (terminals / worlds) * months.reduce((sum, { samples: list }) => sum + list.length, 0);
  const first = rebuild(months, terminals);
  const second = rebuild(months, terminals);
  // The last day of evidence is what was learnt between the third and the fourth.
  const untilMs = Date.UTC(2026, 10, 30);
  const earlier = months.map((month) => ({
    ...month,
    samples: month.samples.filter(({ receivedAtMs }) => receivedAtMs < untilMs),
    sets: month.sets.filter(({ receivedAtMs }) => receivedAtMs < untilMs),
    records: month.records.filter(({ presentAtMs }) => presentAtMs < untilMs),
  }));
  const before = rebuild(earlier, worlds);
  const after = rebuild(months, worlds);
  const known = after.times.filter((_, index) => (after.presentAtMs[index] ?? untilMs) < untilMs);
  const changes = before.times.map((time, index) => revisionOf(time, known[index] ?? time));
  const row = (name: string, ms: number, count: number, note: string): string[] => [
    name,
    (ms / 1_000).toFixed(1),
    whole(count / (ms / 1_000)),
    note,
  ];
  const digestedAtMs = performance.now();
  for (let index = 0; index < terminals; index += 1) modelDigest(months[index % worlds] ?? months[0] ?? monthOf(1));
  const digestMs = performance.now() - digestedAtMs;
  const title = `Working a million punches out again · ${terminals} terminals (${worlds} different ones), a month, ${whole(samples)} samples`;
  printTable(title, [
    ['', 'seconds', 'punches/s', 'rows that differ'],
    row('fingerprints of the evidence', digestMs, terminals * punchesEach, ''),
    row('first time', first.ms, terminals * punchesEach, ''),
    row('again, nothing learnt', second.ms, terminals * punchesEach, first.digest === second.digest ? '0' : 'SOME'),
    row(
      `a tenth of it, a day of samples later`,
      after.ms,
      worlds * punchesEach,
      `${whole(changes.filter(({ changed }) => changed).length)}, ${whole(changes.filter(({ tell }) => tell !== null).length)} to be told, ` +
        `${disagreements(before.times, known).length} disagree`,
    ),
  ]);
}

interface Rebuilt {
  readonly ms: number;
  readonly digest: string;
  /** Of each different month once. */
  readonly times: RecordTime[];
  readonly presentAtMs: number[];
}

function rebuild(months: readonly ClockEvidence[], count: number): Rebuilt {
  const hash = createHash('sha256');
  const times: RecordTime[] = [];
  const presentAtMs: number[] = [];
  let ms = 0;
  for (let index = 0; index < count; index += 1) {
    const month = months[index % months.length];
    if (month === undefined) break;
    const startedMs = performance.now();
    const model = buildClockModel(month);
    ms += performance.now() - startedMs;
    if (index >= months.length) continue;
    hash.update(JSON.stringify(model));
    for (const time of model.times) times.push(time);
    for (const record of month.records) presentAtMs.push(record.presentAtMs);
  }
  return { ms, digest: hash.digest('hex'), times, presentAtMs };
}

/** The first contact with a terminal whose log is full, and whose clock was set back a hundred times in it. */
function benchLongLog(): void {
  const { samples, zone } = monthOf(1);
  const presentAtMs = samples[12]?.receivedAtMs ?? 0;
  const records = Array.from({ length: 100_000 }, (_, ordinal) => ({
    epoch: 1,
    ordinal,
    deviceMs:
      Math.floor(
        (presentAtMs + 7 * hourMs - (100_000 - ordinal) * minuteMs - (ordinal % 1_000 === 0 ? hourMs : 0)) / 1_000,
      ) * 1_000,
    absentAtMs: null,
    presentAtMs,
  }));
  const startedMs = performance.now();
  const { times } = buildClockModel({
    samples: samples.slice(0, 14),
    sets: [],
    operations: [],
    hostSteps: [],
    records,
    zone,
  });
  const ms = performance.now() - startedMs;
  printTable('One read of 100,000 records, out of order in 100 places', [
    ['', 'seconds', 'punches/s', 'corrected'],
    [
      '',
      (ms / 1_000).toFixed(1),
      whole(records.length / (ms / 1_000)),
      whole(times.filter(({ status }) => status === 'provisional').length),
    ],
  ]);
}
