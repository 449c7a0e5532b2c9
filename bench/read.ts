/**
 * Reading a log: whole and its end, beside the clients of the field and the plain copy of the same bytes.
 *
 * One simulator, one run, alternating order. A count that is not the terminal's is marked *wrong*: fast and wrong is wrong.
 */
import { connect } from 'node:net';
import { createHostClock } from '../src/host-clock.ts';
import type { LogRead, TerminalSession } from '../src/zk/driver.ts';
import { openTerminal } from '../src/zk/terminal.ts';
import { type ForeignResult, type PeerTerminal, readWithForeignClient, startPeerTerminal } from './peers/start.ts';
import { median, printTable, spread, whole } from './report.ts';

const overlapRecords = 32;
const newRecords = 5;
const foreignClients = ['node-zklib', 'zkteco-js'] as const;
const chunkBytes = 65_472;

interface Setting {
  readonly name: string;
  readonly blockBytes: number;
  readonly blockPauseMs: number;
  readonly repeats: number;
}

const settings: readonly Setting[] = [
  {
    name: 'blocks of 65,528 bytes, no pause (colour terminal on a LAN)',
    blockBytes: 65_528,
    blockPauseMs: 0,
    repeats: 7,
  },
  {
    name: 'blocks of 1,008 bytes, 1 ms apart (slower than that on real ones)',
    blockBytes: 1008,
    blockPauseMs: 1,
    repeats: 1,
  },
];

/** Runs the bench and prints its tables. */
export async function benchRead(): Promise<void> {
  for (const setting of settings) {
    const rows: string[][] = [
      ['records · client', 'ms: median (min–max)', '× raw stream', '× raw chunks', 'bytes in', 'count'],
    ];
    for (const records of [1_000, 10_000, 100_000]) rows.push(...(await measure(records, setting)));
    printTable(`Reading a log · ${setting.name} · ${setting.repeats} repeats`, rows);
  }
  console.log(
    '\n  raw stream: the same bytes in one answer over a plain socket. raw chunks: the same bytes, asked for in the same' +
      '\n  65,472-byte steps, one in flight, as the protocol wants. Neither has frames, checksums or a terminal behind it.',
  );
}

async function measure(records: number, setting: Setting): Promise<string[][]> {
  const terminal = await startPeerTerminal({ records, ...setting });
  try {
    const bytes = records * 40 + 4;
    const rawStreamMs: number[] = [];
    const rawChunksMs: number[] = [];
    const ourMs: number[] = [];
    const foreign = new Map<string, ForeignResult[]>(foreignClients.map((name) => [name, []]));
    let read: LogRead | undefined;
    await ourFullRead(terminal);
    for (let repeat = 0; repeat < setting.repeats; repeat += 1) {
      rawStreamMs.push(await rawCopy(terminal.rawPort, bytes, bytes));
      rawChunksMs.push(await rawCopy(terminal.rawPort, bytes, chunkBytes));
      const ours = await ourFullRead(terminal);
      ourMs.push(ours.ms);
      read = ours.read;
      for (const name of repeat < 3 ? foreignClients : []) {
        foreign.get(name)?.push(await readWithForeignClient(name, terminal.port));
      }
    }
    const limits = { stream: median(rawStreamMs), chunks: median(rawChunksMs) };
    const line = (name: string, ms: readonly number[], bytesIn: string, count: string): string[] => [
      `${whole(records)} · ${name}`,
      spread(ms, 2),
      (median(ms) / limits.stream).toFixed(2),
      (median(ms) / limits.chunks).toFixed(2),
      bytesIn,
      count,
    ];
    const tail = await ourTailReads(terminal, records, setting.repeats);
    return [
      line('raw stream', rawStreamMs, whole(bytes), ''),
      line('raw chunks', rawChunksMs, whole(bytes), ''),
      line('Gerbang, whole', ourMs, whole(read?.bytesReceived ?? 0), verdict(read?.totalRecords ?? 0, records)),
      line(`Gerbang, tail of ${newRecords} new`, tail.ms, whole(tail.bytes), verdict(tail.found, newRecords)),
      ...foreignClients.map((name) => foreignLine(name, foreign.get(name) ?? [], records, line)),
    ];
  } finally {
    terminal.stop();
  }
}

function verdict(found: number, expected: number): string {
  return found === expected ? whole(found) : `${whole(found)} WRONG`;
}

function foreignLine(
  name: string,
  results: readonly ForeignResult[],
  records: number,
  line: (name: string, ms: readonly number[], bytesIn: string, count: string) => string[],
): string[] {
  const read = results.filter((result) => 'ms' in result);
  const failed = results.find((result) => 'error' in result);
  if (read.length === 0 || failed !== undefined) {
    return [`${whole(records)} · ${name}`, '-', '-', '-', '-', `WRONG: ${(failed?.error ?? 'no answer').slice(0, 40)}`];
  }
  const worst = read.find((result) => result.records !== records) ?? read[0];
  return line(
    name,
    read.map((result) => result.ms),
    '-',
    verdict(worst?.records ?? 0, records),
  );
}

async function withSession<T>(terminal: PeerTerminal, work: (session: TerminalSession) => Promise<T>): Promise<T> {
  const session = await openTerminal({ host: '127.0.0.1', port: terminal.port }, createHostClock());
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** As the foreign clients are timed: connecting included, closing not. */
async function ourFullRead(terminal: PeerTerminal): Promise<{ ms: number; read: LogRead }> {
  const startedMs = performance.now();
  return withSession(terminal, async (session) => {
    const read = await session.readLog();
    return { ms: performance.now() - startedMs, read };
  });
}

async function ourTailReads(
  terminal: PeerTerminal,
  records: number,
  repeats: number,
): Promise<{ ms: number[]; bytes: number; found: number }> {
  const ms: number[] = [];
  let bytes = 0;
  let found = 0;
  let stored = records;
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    await terminal.punch(newRecords);
    const startedMs = performance.now();
    await withSession(terminal, async (session) => {
      const firstIndex = stored - overlapRecords;
      const read = await session.readTail({ layout: 'zk40', strideBytes: 40, firstIndex });
      ms.push(performance.now() - startedMs);
      bytes = read?.bytesReceived ?? 0;
      found = read === null ? -1 : read.totalRecords - stored;
    });
    stored += newRecords;
  }
  return { ms, bytes, found };
}

/** Asks a plain socket for `bytes` bytes, `stepBytes` at a time, one step in flight, into one buffer. */
function rawCopy(port: number, bytes: number, stepBytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedMs = performance.now();
    const into = Buffer.allocUnsafe(bytes);
    let filled = 0;
    let asked = 0;
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const ask = (): void => {
      const request = Buffer.alloc(4);
      request.writeUInt32LE(Math.min(stepBytes, bytes - asked));
      asked += request.readUInt32LE();
      socket.write(request);
    };
    socket.on('connect', ask);
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      filled += chunk.copy(into, filled);
      if (filled === bytes) {
        resolve(performance.now() - startedMs);
        socket.destroy();
      } else if (filled === asked) ask();
    });
  });
}
