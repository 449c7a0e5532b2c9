/** Whole conversations of the real driver with simulated terminals, their answers disturbed on the way. */
import { decodePacket } from '../../device-sim/codec/packet.ts';
import type { Random } from '../../device-sim/random.ts';
import { formatDeviceTime } from '../../src/clock/device-time.ts';
import { isGerbangError } from '../../src/errors.ts';
import type { HostClock, LogRead, TerminalSession, TerminalTarget } from '../../src/zk/driver.ts';
import type { QuirkName } from '../../src/zk/quirks.ts';
import { decodeRecords } from '../../src/zk/records.ts';
import { difference } from '../proof/tools/compare.ts';
import type { World } from './worlds.ts';

/** How one conversation ended. */
export interface Ending {
  readonly mutated: number;
  /** `the ledger`, `a lie believed`, or an error code. */
  readonly outcome: string;
  /** What must never happen, in words with a transcript; null when all is well. */
  readonly fault: string | null;
}

const clock = { nowMs: () => Date.parse('2024-12-01T00:00:00Z') };

/** What went over a line. */
export interface LineRecord {
  mutated: number;
  /**
   * Commands during whose exchange a packet arrived with a right checksum that the terminal never wrote. Nobody can see
   * through such a lie about the log itself; a lie about anything else must not change the log. Live events, which
   * nobody stores, are no lies.
   */
  readonly lies: Set<number>;
  /** Requests and arrivals in hex, newest last; for vectors. */
  readonly transcript: string[];
}

/** A disturbed line to a world. */
export interface Line {
  readonly record: LineRecord;
  open(target: Omit<TerminalTarget, 'host' | 'port'>, clock: HostClock): Promise<TerminalSession>;
  close(): Promise<void>;
}

/** Lays a line of some kind. */
export type LayLine = (options: {
  readonly kind: 'tcp' | 'udp';
  readonly world: World;
  readonly random: Random;
  /** Probability that an answer is disturbed. */
  readonly boldness: number;
  /** What does not come stays away: the driver's own time-outs must end it. Else the line is closed. */
  readonly patient: boolean;
}) => Promise<Line>;

/**
 * Converses once. Everything that happens follows from `random`, but for the driver's own time-outs.
 *
 * @param replyTimeoutMs how long the driver waits; short, because on a line in memory nothing comes late
 */
export async function converseOnce(
  world: World,
  random: Random,
  layLine: LayLine,
  replyTimeoutMs: number,
): Promise<Ending> {
  const kind = world.terminal.profile.transport === 'udp' || random.chance(0.2) ? 'udp' : 'tcp';
  // Datagrams are repeated by the clock; on a stream most dead ends are closed, or every one would cost a time-out.
  const patient = kind === 'udp' || random.chance(0.03);
  const boldness = random.pick([0.05, 0.15, 0.3, 0.6]);
  const line = await layLine({ kind, world, random, boldness, patient });
  const { record } = line;
  const target: Omit<TerminalTarget, 'host' | 'port'> = {
    transport: kind,
    commKey: world.commKey,
    replyTimeoutMs,
    prepareTimeoutMs: replyTimeoutMs,
    sessionTimeoutMs: 5000,
    quirks: random.chance(0.1) ? [random.pick<QuirkName>(['readDirectly', 'smallChunks'])] : [],
  };
  try {
    const wrong = await converse(world, random, () => line.open(target, clock));
    const outcome = wrong === null ? 'the ledger' : 'a lie believed';
    const isExcused = wrong === null || wrong.about.some((command) => record.lies.has(command));
    const fault = isExcused ? null : `difference without a lie: ${wrong?.text}`;
    return { mutated: record.mutated, outcome, fault: told(fault, world, record.transcript) };
  } catch (error) {
    const isCoded = isGerbangError(error) && error.code !== 'INTERNAL';
    const fault = isCoded ? null : `thrown: ${error instanceof Error ? error.stack : String(error)}`;
    const outcome = isGerbangError(error) ? error.code : 'uncoded';
    return { mutated: record.mutated, outcome, fault: told(fault, world, record.transcript) };
  } finally {
    await line.close();
  }
}

function told(fault: string | null, world: World, transcript: readonly string[]): string | null {
  return fault === null ? null : `${world.name}: ${fault}\n${transcript.join('\n')}`;
}

/** Something that came back and is not true, and the commands by which it was asked for. */
interface Untruth {
  readonly text: string;
  readonly about: readonly number[];
}

const aboutLog = [1503, 1504, 13, 9];
const someDay = { year: 2024, month: 3, day: 1, hour: 8, minute: 0, second: 0 };

/** Null when everything that came back is true, else the first thing that is not. */
async function converse(world: World, random: Random, open: () => Promise<TerminalSession>): Promise<Untruth | null> {
  const session = await open();
  try {
    if (random.chance(0.15)) {
      await session.listen(
        () => undefined,
        () => undefined,
      );
    }
    if (random.chance(0.5)) {
      const { serial } = await session.identify();
      if (serial !== world.terminal.serial) return { text: `serial ${serial}`, about: [11] };
    }
    if (random.chance(0.3)) {
      const shown = new Date(world.terminal.shownMs()).toISOString().slice(0, 19);
      const told = formatDeviceTime((await session.readClock()).deviceTime);
      if (told !== shown) return { text: `clock ${told}`, about: [201] };
    }
    if (random.chance(0.05)) await session.probeTimeFilter(someDay, someDay);
    const whole = await session.readLog();
    const wrong = await judge(session, whole, world);
    if (wrong !== null) return { text: wrong, about: aboutLog };
    if (whole.totalRecords === 0 || random.chance(0.4)) return null;
    const { layout, strideBytes, totalRecords } = whole;
    const tail = await session.readTail({ layout, strideBytes, firstIndex: Math.max(0, totalRecords - 3) });
    const wrongTail = tail === null ? null : await judge(session, tail, world);
    return wrongTail === null ? null : { text: `tail: ${wrongTail}`, about: aboutLog };
  } finally {
    await session.close();
  }
}

async function judge(session: TerminalSession, read: LogRead, world: World): Promise<string | null> {
  if (read.bytes.length !== (read.totalRecords - read.firstIndex) * read.strideBytes)
    return 'bytes and counts disagree';
  // Whatever was believed must at least be readable.
  for (const record of decodeRecords(read.layout, read.strideBytes, read.bytes)) formatDeviceTime(record.deviceTime);
  const pins = read.layout === 'zk8' ? await session.readPins() : undefined;
  return difference(read, pins, world.diary.slice(read.firstIndex), read.firstIndex);
}

/** Keeps the book of lies for one line. */
export function createWitness(lies: Set<number>): {
  asked(packet: Uint8Array): void;
  wrote(packet: Buffer): void;
  arrived(packet: Uint8Array): void;
} {
  const written = new Set<string>();
  let command = 0;
  return {
    asked(packet) {
      const code = Buffer.from(packet).readUInt16LE(0);
      // Acknowledgements of events ask for nothing.
      if (code !== 2000) command = code;
    },
    wrote: (packet) => void written.add(packet.toString('latin1')),
    arrived(packet) {
      const bytes = Buffer.from(packet);
      const sound = decodePacket(bytes);
      if (sound !== undefined && sound.code !== 500 && !written.has(bytes.toString('latin1'))) lies.add(command);
    },
  };
}
