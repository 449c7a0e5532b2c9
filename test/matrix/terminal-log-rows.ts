/** Rows 23 to 30: what a terminal writes, drops, alters and pretends to be. */
import { sql } from 'kysely';
import { verifyEvidence } from '../../src/evidence/verify.ts';
import { readGaps } from '../../src/store/gaps.ts';
import { day, minute, openSite, type Site, second } from './rig/site.ts';
import type { MatrixRow, RowContext } from './row.ts';

interface StoredRow {
  readonly epoch: number;
  readonly ordinal: number;
  readonly hex: string;
  readonly pin: string;
  readonly suspect: string | null;
  readonly status: string;
  readonly isPossible: boolean;
  readonly earliestMs: number;
  readonly latestMs: number;
}

async function rowsOf({ db }: Pick<Site, 'db'>, serial: string): Promise<readonly StoredRow[]> {
  const { rows } = await sql<StoredRow>`
    select p.epoch, p.ordinal, encode(p.raw, 'hex') as hex, p.pin, t.suspect, t.time_status as status,
           p.device_time is not null as "isPossible", t.earliest as "earliestMs", t.latest as "latestMs"
    from punch p join attendance_time t using (terminal_serial, epoch, ordinal)
    where p.terminal_serial = ${serial} order by p.epoch, p.ordinal`.execute(db);
  return rows;
}

/** @throws Error naming what differs */
function mustEqual(found: unknown, expected: unknown, what: string): void {
  const [is, ought] = [JSON.stringify(found), JSON.stringify(expected)];
  if (is !== ought) throw new Error(`${what}: ${is.slice(0, 400)} instead of ${ought.slice(0, 400)}`);
}

/** Where a log did not simply go on the chain of evidence holds all the same, and the cursor never went back. */
async function mustBeProven({ db }: Site): Promise<void> {
  const { count, findings } = await verifyEvidence(db, { fromDay: null, toDay: null, serial: null, kept: [] });
  mustEqual([count, findings[0]], [0, undefined], 'the chain of evidence');
  const { rows } = await sql`select what from matrix.violation`.execute(db);
  mustEqual(rows, [], 'the cursor');
}

/** 24 bytes that end nowhere, that steer a terminal window, that are a page, a formula, no text at all. */
const hostilePins = [
  'A\0B',
  '\u00ed\u00a0\u0080',
  '\u001b[2J\u001b[31m',
  '<script>alert(1)</script',
  "=cmd|' /C calc'!A0",
  '012345678901234567890123',
  '\u0085\u009b\u00ff',
  "'; drop table punch; --",
];

async function hostileText(context: RowContext): Promise<string> {
  const site = await openSite(context);
  for (const pin of hostilePins) site.door.terminal.punch({ pin });
  await site.door.pollUntilDone();
  await site.mustBeWhole('hostile ids');
  const rows = await rowsOf(site, site.door.serial);
  const unsafe = rows.filter(({ pin }) => /[\p{Cc}\p{Cs}]/u.test(pin));
  mustEqual([rows.length, unsafe.length], [hostilePins.length, 0], 'ids');
  return `${rows.length} ids kept byte for byte, shown without a control character`;
}

async function impossibleDates(context: RowContext): Promise<string> {
  const site = await openSite(context, { scenario: { defaults: { history: 20 } } });
  await site.door.pollUntilDone();
  site.pass(minute);
  site.door.terminal.setFaults([{ name: 'impossible-date', times: 3 }]);
  for (let made = 0; made < 5; made += 1) site.door.terminal.punch({ pin: String(1_001 + made) });
  site.pass(16 * minute);
  await site.door.pollUntilDone();
  await site.mustBeWhole('31 February');
  const rows = (await rowsOf(site, site.door.serial)).slice(20);
  mustEqual(
    rows.filter((row) => !row.isPossible && row.status === 'uncorrectable').length,
    3,
    'records without a date',
  );
  const truth = site.fleet.ledger.entriesOf(site.door.serial).slice(20);
  const outside = rows.filter(({ earliestMs, latestMs }, at) => {
    const atMs = truth[at]?.trueAtMs ?? Number.NaN;
    return !(earliestMs <= atMs && atMs <= latestMs);
  });
  mustEqual(outside, [], 'bounds from arrival');
  return '3 impossible dates kept, bounded by when they arrived';
}

async function punchMeanwhile(context: RowContext): Promise<string> {
  const site = await openSite(context, { scenario: { defaults: { history: 40 } } });
  let late = 0;
  for (const name of [
    'punch-after-count',
    'punch-after-prepare',
    'punch-after-count',
    'punch-after-prepare',
  ] as const) {
    site.door.terminal.setFaults([{ name, times: 1 }]);
    site.door.terminal.punch({ pin: '1001' });
    await site.door.pollUntilDone();
    await site.mustHold(`${name}`);
    late += 1;
    site.pass(16 * minute);
  }
  await site.door.pollUntilDone();
  await site.mustBeWhole('punches while the log is read');
  return `${late} punches during a read, each stored once`;
}

async function equalRecords(context: RowContext): Promise<string> {
  const site = await openSite(context, { scenario: { defaults: { history: 50 } } });
  const atMs = site.nowMs() - minute;
  // The same finger in the same second, twice and four times: also across what an overlap covers.
  for (const count of [2, 1, 4, 40]) {
    for (let made = 0; made < count; made += 1) site.door.terminal.fillLog({ count: 1, untilMs: atMs });
    await site.door.pollUntilDone();
    site.pass(16 * minute);
  }
  await site.mustBeWhole('equal records');
  const rows = await rowsOf(site, site.door.serial);
  const kinds = new Set(rows.map(({ hex }) => hex)).size;
  if (kinds > rows.length - 46) throw new Error(`only ${rows.length - kinds} records were equal`);
  return `${rows.length} rows of ${kinds} contents`;
}

async function wrapped(context: RowContext): Promise<string> {
  const dropping = { recordCapacity: 200, whenFull: { kind: 'drop-oldest', records: 50 } } as const;
  const site = await openSite(context, { scenario: { defaults: { history: 200, ...dropping } } });
  const { door, fleet } = site;
  await door.pollUntilDone();
  // Fifty are dropped and fifty written: the counter stands where it stood.
  door.terminal.fillLog({ count: 50, everyMs: second });
  site.pass(16 * minute);
  await door.pollUntilDone();
  await site.mustBeWhole('the oldest were dropped behind what was read');
  // More than the log holds, before anybody looks: some are gone for good.
  site.pass(16 * minute);
  door.terminal.fillLog({ count: 430, everyMs: second });
  const held = door.terminal.log.records().map((record) => record.toString('hex'));
  site.pass(day);
  await door.pollUntilDone();
  const rows = await rowsOf(site, door.serial);
  const stored = new Set(rows.map(({ hex }) => hex));
  mustEqual(
    held.filter((hex) => !stored.has(hex)),
    [],
    'records that stand on the terminal',
  );
  const made = fleet.ledger.entriesOf(door.serial);
  const lost = made.filter(({ recordHex }) => !stored.has(recordHex)).length;
  const [gap, ...more] = await readGaps(site.db, {});
  if (gap === undefined || more.length > 0) throw new Error(`${more.length + (gap ? 1 : 0)} gaps noted instead of 1`);
  if (lost === 0 || gap.atLeast > lost) throw new Error(`${lost} lost, at least ${gap.atLeast} said to be`);
  await mustBeProven(site);
  return `${lost} lost of ${made.length}; noted: ${gap.kind}, at least ${gap.atLeast}`;
}

async function cleared(context: RowContext): Promise<string> {
  const site = await openSite(context, { scenario: { defaults: { history: 60 } } });
  const { door } = site;
  await door.pollUntilDone();
  site.pass(16 * minute);
  door.terminal.punch({ pin: '1003' });
  door.terminal.clearLog();
  site.pass(minute);
  door.terminal.fillLog({ count: 7, everyMs: second });
  await door.pollUntilDone();
  door.terminal.punch({ pin: '1002' });
  site.pass(16 * minute);
  await door.pollUntilDone();
  const rows = await rowsOf(site, door.serial);
  const made = site.fleet.ledger.entriesOf(door.serial).map(({ recordHex }) => recordHex);
  mustEqual(
    rows.map(({ hex }) => hex),
    made.filter((_, at) => at !== 60),
    'all but what was cleared unread',
  );
  mustEqual(rows.filter(({ epoch }) => epoch === 2).length, 8, 'records of the new epoch');
  const gaps = await readGaps(site.db, {});
  mustEqual(
    gaps.map(({ kind }) => kind),
    ['cleared'],
    'gaps',
  );
  await mustBeProven(site);
  return `60 and 8 rows in two epochs; noted: cleared, at least ${gaps[0]?.atLeast}`;
}

async function altered(context: RowContext): Promise<string> {
  const site = await openSite(context, { scenario: { defaults: { history: 60 } } });
  const { door } = site;
  await door.pollUntilDone();
  door.terminal.log.spoil(20, 5);
  const altered = door.terminal.log.records()[20]?.toString('hex');
  // Far behind the end that is compared in between: the daily verification finds it.
  site.pass(26 * 60 * minute);
  await door.pollUntilDone();
  const rows = await rowsOf(site, door.serial);
  const made = site.fleet.ledger.entriesOf(door.serial).map(({ recordHex }) => recordHex);
  const image = (epoch: number): string[] => rows.filter((row) => row.epoch === epoch).map(({ hex }) => hex);
  mustEqual(image(1), made, 'what was read first');
  mustEqual(image(2), made.with(20, altered ?? ''), 'what stands there now');
  mustEqual(rows.filter(({ suspect }) => suspect === 'seen-in-epoch-1').length, 59, 'marked as seen before');
  await mustBeProven(site);
  return 'both images kept, 59 records marked as seen before';
}

async function swapped(context: RowContext): Promise<string> {
  const site = await openSite(context, { terminals: 2, scenario: { defaults: { history: 30 } } });
  const [door, other] = site.doors;
  if (door === undefined || other === undefined) throw new Error('two terminals');
  await door.pollUntilDone();
  await other.pollUntilDone();
  door.terminal.setFaults([{ name: 'impostor' }]);
  door.terminal.punch({ pin: '1001' });
  site.pass(2 * 60 * minute);
  mustEqual(await door.poll(), 'TERMINAL_SERIAL_MISMATCH', 'another machine');
  await site.mustHold('another machine stands there');
  door.terminal.setFaults([]);
  site.pass(minute);
  await door.pollUntilDone();
  await site.mustBeWhole('the machine is back');
  return twice(context, site);
}

/** The same serial answers at two doors: both are set aside, and nothing of the second is stored. */
async function twice(context: RowContext, before: Site): Promise<string> {
  const scenario = {
    terminals: [
      { serial: 'TWIN1', history: 20 },
      { serial: 'TWIN1', history: 35 },
    ],
  };
  const site = await openSite(context, { terminals: 2, scenario });
  const [first, second] = site.doors;
  if (first === undefined || second === undefined) throw new Error('two terminals');
  await first.pollUntilDone();
  const ends = [await second.poll(), await first.poll()];
  mustEqual(ends, ['TERMINAL_SERIAL_DUPLICATE', 'TERMINAL_SERIAL_DUPLICATE'], 'one serial at two doors');
  mustEqual((await rowsOf(site, 'TWIN1')).length, 20, 'rows under that serial');
  return `a stranger and a twin set aside, ${before.fleet.ledger.entries.length} punches stored once`;
}

export const logRows: readonly MatrixRow[] = [
  {
    number: 23,
    fault: 'NUL, half of a surrogate, ESC, markup, a formula, SQL and 24 bytes without an end in a user id',
    expected: 'kept byte for byte, shown harmless, no queue stumbles',
    run: hostileText,
    heldBy: [{ file: 'test/web/nothing-reaches-a-page-unescaped.test.ts' }],
  },
  {
    number: 24,
    fault: '31 February',
    expected: 'kept as written; its time is when it arrived',
    run: impossibleDates,
  },
  {
    number: 25,
    fault: 'a punch after the count, and one while the log is read',
    expected: 'stored once, by this poll or the next',
    run: punchMeanwhile,
  },
  {
    number: 26,
    fault: 'records that are equal byte for byte, two, four and forty of them',
    expected: 'each is stored',
    run: equalRecords,
  },
  {
    number: 27,
    fault: 'the oldest records dropped, the count unchanged; then everything that was read, and more',
    expected: 'what is left is stored once; what went unread is a gap with a lower bound that is true',
    run: wrapped,
  },
  {
    number: 28,
    fault: 'the log is cleared, with a punch in it that nobody had read',
    expected: 'a new epoch, its records stored, the gap noted',
    run: cleared,
  },
  {
    number: 29,
    fault: 'a record altered in the middle of the log',
    expected: 'found by the daily verification; both images kept, what repeats is marked',
    run: altered,
  },
  {
    number: 30,
    fault: 'another machine at the same address; the same serial at two',
    expected: 'set aside by name; nothing is stored under the wrong one',
    run: swapped,
  },
];
