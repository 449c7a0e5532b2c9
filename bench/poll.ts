/**
 * The steady poll of a terminal that holds 100,000 records, over round trips from a LAN to a satellite: time, bytes on the
 * wire and CPU of one poll, beside the clients of the field on the same terminal in the same run.
 *
 * A count that is not the terminal's is marked *wrong*: fast and wrong is wrong.
 */
import { openPollingOffice } from './peers/poll-office.ts';
import {
  type ForeignPoll,
  pollWithNpmClient,
  pollWithPyzk,
  startWatchedTerminal,
  type WatchedTerminal,
} from './peers/poll-peers.ts';
import { median, printTable, spread, whole } from './report.ts';

const records = 100_000;
const newPunches = 5;
const roundTripsMs = [1, 20, 60, 300] as const;
const polls = 7;

/** A pace both npm clients can follow while the machine is quiet: they lose what arrives in one segment. Real terminals pause about 20 ms. */
const pace = { blockBytes: 1008, blockPauseMs: 4 } as const;

/** What one poll cost. */
interface Cost {
  readonly ms: number;
  readonly cpuMs: number;
  readonly inBytes: number;
  readonly outBytes: number;
  readonly requests: number;
}

/** Runs the bench and prints a table for each round trip. */
export async function benchPoll(): Promise<void> {
  const pyzk = process.env.PYZK_PATH;
  for (const rttMs of roundTripsMs) {
    const terminal = await startWatchedTerminal({ records, rttMs, ...pace });
    try {
      printTable(`One poll of a terminal with ${whole(records)} records · round trip ${rttMs} ms`, [
        ['client', 'ms: median (min–max)', 'bytes in', 'bytes out', 'requests', 'CPU ms', 'records'],
        ...(await ourPolls(terminal)),
        ...(await foreignPolls(terminal, pyzk)),
      ]);
    } finally {
      terminal.stop();
    }
  }
  console.log(
    `\n  Terminals send blocks of ${pace.blockBytes} bytes, ${pace.blockPauseMs} ms apart, which the npm clients can follow on a quiet machine. Gerbang's polls ask` +
      '\n  for serial, clock and counters, too; the wait for the tick of the clock, up to a second without traffic, is left out.' +
      '\n  Its CPU is that of a warm process, median; the others are the first poll of theirs. Punch to row: bench `live`.',
  );
  if (pyzk === undefined) console.log('  pyzk was not measured: set PYZK_PATH to a checkout of it.');
}

async function ourPolls(terminal: WatchedTerminal): Promise<string[][]> {
  const office = openPollingOffice(terminal.port);
  const measure = async (): Promise<Cost> => {
    await terminal.wire();
    const [startedMs, before] = [performance.now(), process.cpuUsage()];
    await office.poll();
    const [ms, { user, system }] = [performance.now() - startedMs, process.cpuUsage(before)];
    const { sentBytes, receivedBytes, requests } = await terminal.wire();
    return { ms, cpuMs: (user + system) / 1000, inBytes: sentBytes, outBytes: receivedBytes, requests };
  };
  const series = async (before: () => Promise<void>): Promise<Cost[]> => {
    const costs: Cost[] = [];
    for (let poll = 0; poll < polls; poll += 1) {
      await before();
      costs.push(await measure());
    }
    return costs;
  };
  try {
    const first = await measure();
    const news = await series(() => terminal.punch(newPunches));
    const found = office.stored();
    const idle = await series(async () => undefined);
    return [
      line('Gerbang, first contact: all of it', [first], verdict(Math.min(found, records), records)),
      line(`Gerbang, ${newPunches} new`, news, verdict((found - records) / polls, newPunches)),
      line('Gerbang, nothing new', idle, verdict(office.stored() - found, 0)),
    ];
  } finally {
    office.stop();
  }
}

async function foreignPolls(terminal: WatchedTerminal, pyzk: string | undefined): Promise<string[][]> {
  const held = records + polls * newPunches;
  const clients: (readonly [name: string, poll: () => Promise<ForeignPoll>])[] = [
    ['node-zklib', () => pollWithNpmClient('node-zklib', terminal.port)],
    ['zkteco-js', () => pollWithNpmClient('zkteco-js', terminal.port)],
  ];
  if (pyzk !== undefined) clients.push(['pyzk', () => pollWithPyzk(pyzk, terminal.port)]);
  const lines: string[][] = [];
  for (const [name, poll] of clients) {
    await terminal.wire();
    const result = await poll();
    const { sentBytes, receivedBytes, requests } = await terminal.wire();
    if ('error' in result) {
      lines.push([name, '-', whole(sentBytes), whole(receivedBytes), whole(requests), '-', `FAILED: ${result.error}`]);
      continue;
    }
    const { ms, cpuMs } = result;
    const cost = { ms, cpuMs, inBytes: sentBytes, outBytes: receivedBytes, requests };
    lines.push(line(name, [cost], verdict(result.records, held)));
  }
  return lines;
}

function line(name: string, costs: readonly Cost[], found: string): string[] {
  const middle = (pick: (cost: Cost) => number): number => median(costs.map(pick));
  return [
    name,
    costs.length === 1 ? whole(middle(({ ms }) => ms)) : spread(costs.map(({ ms }) => ms)),
    whole(middle(({ inBytes }) => inBytes)),
    whole(middle(({ outBytes }) => outBytes)),
    whole(middle(({ requests }) => requests)),
    middle(({ cpuMs }) => cpuMs).toFixed(1),
    found,
  ];
}

function verdict(found: number, expected: number): string {
  return found === expected ? whole(found) : `${whole(found)} WRONG`;
}
