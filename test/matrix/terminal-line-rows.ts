/** Rows 16 to 22: the line to a terminal, and what comes over it. */
import type { FaultOptions } from '../../device-sim/faults.ts';
import { type Door, minute, openSite, type Site, second } from './rig/site.ts';
import type { MatrixRow, RowContext } from './row.ts';

const preparing = 1503;
const reading = 1504;

/** People punch, the line is cut at another byte each time; then it is whole. */
async function cutEverywhere(context: RowContext): Promise<string> {
  const site = await openSite(context, { scenario: { defaults: { history: 150 } } });
  const { door } = site;
  // The first look says how many bytes a whole conversation has; a log of 150 records is most of them.
  const wholeBytes = 8_000;
  const ends = new Map<string, number>();
  for (let tries = 0; tries < 30; tries += 1) {
    const cutBy = tries % 2 === 0 ? 'fin' : 'reset';
    door.line.manners = { cutAfterBytes: 1 + Math.floor(context.random() * wholeBytes), cutBy };
    if (tries % 4 === 0) door.terminal.punch({ pin: String(1_001 + (tries % 20)) });
    const end = await door.poll();
    ends.set(end, (ends.get(end) ?? 0) + 1);
    await site.mustHold(`cut at byte ${door.line.manners.cutAfterBytes} by ${cutBy}`);
    site.pass(16 * minute);
  }
  if ((ends.get('NET_CLOSED') ?? 0) < 5) throw new Error(`hardly any line was cut: ${[...ends].join(' ')}`);
  return comeToRest(site, `30 cuts, ${ends.get('NET_CLOSED')} of them in the conversation`);
}

/** The line is well again: all of it is read, in the epoch it always was. */
async function comeToRest(site: Site & { door: Door }, what: string): Promise<string> {
  const { door } = site;
  door.line.manners = {};
  door.patience = {};
  door.terminal.setFaults([]);
  site.pass(16 * minute);
  await door.pollUntilDone();
  await site.mustBeWhole(what);
  return `${what}; ${site.fleet.ledger.entries.length} punches stored once`;
}

/**
 * Each fault strikes while there is something new to read, so often; nothing wrong is stored meanwhile, and all of it
 * afterwards.
 */
async function sufferAll(context: RowContext, faults: readonly FaultOptions[], patience = {}): Promise<string> {
  const site = await openSite(context, { scenario: { defaults: { history: 60 } } });
  const { door } = site;
  await door.pollUntilDone();
  const ends: string[] = [];
  for (const fault of faults) {
    door.terminal.fillLog({ count: 5, everyMs: second });
    door.terminal.setFaults([fault]);
    door.patience = patience;
    // Read whole, and from its end.
    for (let polls = 0; polls < 2; polls += 1) {
      ends.push(await door.poll());
      await site.mustHold(`${fault.name}: ${ends.at(-1)}`);
      site.pass(polls === 0 ? minute : 26 * 60 * minute);
    }
    door.terminal.setFaults([]);
    door.patience = {};
    await door.pollUntilDone();
    await site.mustBeWhole(`after ${fault.name}`);
    site.pass(16 * minute);
  }
  return comeToRest(site, `${faults.length} ways, polls ended ${summary(ends)}`);
}

async function foreignReplies(context: RowContext): Promise<string> {
  const said = await sufferAll(
    context,
    [
      { name: 'stale-reply' },
      { name: 'foreign-reply' },
      { name: 'duplicate-reply', after: 9, times: 1 },
      { name: 'duplicate-reply' },
      { name: 'inserted-event' },
      { name: 'forget-session', command: 50 },
    ],
    { replyTimeoutMs: 500 },
  );
  if (said.includes('SERIAL')) throw new Error(`an answer to another question was taken for the serial: ${said}`);
  return said;
}

function summary(ends: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const end of ends) counts.set(end, (counts.get(end) ?? 0) + 1);
  return [...counts].map(([end, count]) => `${count} × ${end}`).join(', ');
}

async function inPieces(context: RowContext): Promise<string> {
  const site = await openSite(context, { scenario: { defaults: { history: 60 } } });
  for (const pieceBytes of [1, 3, 7, 1_000]) {
    site.door.line.manners = { pieceBytes };
    site.door.terminal.fillLog({ count: 5, everyMs: second });
    await site.door.pollUntilDone();
    await site.mustBeWhole(`in pieces of ${pieceBytes}`);
    site.pass(26 * 60 * minute);
  }
  site.door.terminal.setFaults([{ name: 'coalesce' }]);
  site.door.terminal.fillLog({ count: 5, everyMs: second });
  await site.door.pollUntilDone();
  return comeToRest(site, 'in pieces of 1, 3, 7 and 1,000 bytes, and all in one');
}

async function slowLine(context: RowContext): Promise<string> {
  const site = await openSite(context, { scenario: { defaults: { history: 700 } } });
  site.door.line.manners = { delayMs: 75, jitterMs: 150, pieceBytes: 512, bytesPerSecond: 8_000 };
  // 28 KB take twice as long as any answer may keep silent.
  site.door.patience = { replyTimeoutMs: 1_500 };
  await site.door.pollUntilDone();
  await site.mustBeWhole('300 ms there and back, 64 kbit/s');
  return comeToRest(site, '300 ms there and back with jitter, 64 kbit/s');
}

async function lyingSizes(context: RowContext): Promise<string> {
  const before = process.memoryUsage().arrayBuffers;
  const said = await sufferAll(context, [
    { name: 'huge-length', after: 3 },
    { name: 'huge-size' },
    { name: 'overlong-transfer' },
    { name: 'lying-prefix' },
    { name: 'ragged-log' },
    { name: 'count-ahead', bytes: 1_000_000 },
    { name: 'refuse', command: preparing, code: 2001 },
  ]);
  const grownMiB = (process.memoryUsage().arrayBuffers - before) / 2 ** 20;
  if (grownMiB > 256) throw new Error(`${grownMiB} MiB were taken on the word of a terminal that announced 4 GiB`);
  return said;
}

async function endless(context: RowContext): Promise<string> {
  const site = await openSite(context, { scenario: { defaults: { history: 60 } } });
  // Either limit alone must be enough: that of an answer, and that of the whole session.
  const limits = [{ replyTimeoutMs: 400 }, { replyTimeoutMs: 60_000, sessionTimeoutMs: 2_000 }];
  const ends: string[] = [];
  for (const limit of limits) {
    site.door.patience = limit;
    site.door.line.manners = { pieceBytes: 1, bytesPerSecond: 10 };
    ends.push(await site.door.poll());
    await site.mustHold('ten bytes a second');
    site.pass(16 * minute);
  }
  mustBe(ends, 'ZK_NO_REPLY', 'READ_TOO_SLOW');
  site.door.line.manners = {};
  site.door.patience = {};
  await site.door.pollUntilDone();
  site.door.terminal.punch({ pin: '1001' });
  site.door.terminal.setFaults([{ name: 'endless-data', command: reading }]);
  site.door.patience = { replyTimeoutMs: 20_000 };
  ends.push(await site.door.poll());
  // They come behind an answer that was whole: it is taken, and they are passed over until the line is closed.
  mustBe(ends, 'ZK_NO_REPLY', 'READ_TOO_SLOW', 'done');
  await site.mustHold('data without end');
  return comeToRest(site, `ended ${ends.join(', ')}`);
}

function mustBe(ends: readonly string[], ...expected: readonly string[]): void {
  if (ends.join() !== expected.join())
    throw new Error(`polls ended ${ends.join(', ')} instead of ${expected.join(', ')}`);
}

export const lineRows: readonly MatrixRow[] = [
  {
    number: 16,
    fault: 'FIN or reset at any byte of a conversation',
    expected: 'nothing half-read is stored, the epoch stays, the next poll reads all',
    run: cutEverywhere,
    heldBy: [{ file: 'test/proof/every-cell-of-the-matrix.test.ts' }],
  },
  {
    number: 17,
    fault: 'a transfer, or one range of it, is cut short and acknowledged all the same; the count is wrong',
    expected: 'an incomplete read is an error: nothing shrinks, nothing moves',
    run: (context) =>
      sufferAll(
        context,
        [
          { name: 'truncated-transfer' },
          { name: 'truncated-transfer', command: reading, times: 1 },
          { name: 'lose-block' },
          { name: 'count-behind' },
          { name: 'count-ahead' },
        ],
        { replyTimeoutMs: 500 },
      ),
  },
  {
    number: 18,
    fault: 'segments of one byte, of three, of seven; everything in one',
    expected: 'the same bytes',
    run: inPieces,
    heldBy: [{ file: 'test/zk/any-segmentation-gives-the-same-frames.test.ts' }],
  },
  {
    number: 19,
    fault: '300 ms there and back, jitter, 64 kbit/s',
    expected: 'it is read; no deadline is too short for it',
    run: slowLine,
  },
  {
    number: 20,
    fault: 'replies that are stale, foreign, doubled, or of a forgotten session',
    expected: 'passed over, or the session ends; never taken for data',
    run: foreignReplies,
  },
  {
    number: 21,
    fault: 'sizes of 4 GiB, too long, not whole records; a count of a million',
    expected: 'refused by name, and no memory taken on their word',
    run: lyingSizes,
    heldBy: [{ file: 'test/fuzz/disturbed-conversations-end-well.test.ts' }],
  },
  {
    number: 22,
    fault: 'ten bytes a second; data without end',
    expected: 'the session ends at its limits',
    run: endless,
  },
];
