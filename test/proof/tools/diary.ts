/**
 * A simulated terminal whose people keep a diary. The diary is written by neither codec: times are texts made from the
 * instants the test chose, ids and modes are the test's own words. What the driver reads must equal it, field by field.
 */
import { serveTerminal, type TerminalServer } from '../../../device-sim/server.ts';
import { createTerminal, type Terminal, type TerminalOptions } from '../../../device-sim/terminal.ts';

/** One punch as the diary tells it, in the words a record of the terminal's layout can hold. */
export interface Deed {
  readonly pin: string;
  /** What the terminal's screen showed, `YYYY-MM-DDTHH:MM:SS`. */
  readonly shown: string;
  readonly verifyMode: number;
  readonly punchState: number;
  readonly workCode: number;
  /** The terminal's index of the person. */
  readonly uid: number;
  /** The simulator's own bytes of it, for comparing evidence with evidence. */
  readonly rawHex: string;
}

/** A terminal with its diary. */
export interface Diarist {
  readonly terminal: Terminal;
  /** Every punch the terminal took since its log was last cleared, oldest first. */
  readonly diary: Deed[];
  /** The next `count` people punch. */
  punch(count: number): void;
}

/** The same on loopback. */
export interface Site extends Diarist {
  readonly server: TerminalServer;
  stop(): Promise<void>;
}

/** Stamps that no clock shows, as the catalogue of faults describes them. */
const strayStamps: Readonly<Record<string, string>> = {
  'impossible-date': '2024-02-31T00:00:00',
  'zero-date': '2000-01-01T00:00:00',
  'future-date': '2133-08-18T06:28:15',
};

/** The stamp that faults put on punch number `attempt`, or null. Such faults must be without chance, or a diary could not know. */
function strayStampOf(faults: TerminalOptions['faults'], attempt: number): string | null {
  for (const { name, after = 0, times = Number.POSITIVE_INFINITY, chance = 1 } of faults ?? []) {
    const text = strayStamps[name];
    if (text === undefined) continue;
    if (chance !== 1) throw new Error(`${name} by chance: nobody could write a diary of that`);
    if (attempt >= after && attempt < after + times) return text;
  }
  return null;
}

/** Every value here survives the 8-byte record, the poorest of all: verify modes 0–2, states 0–7, no work code. */
const verifyModes = [1, 1, 2, 0] as const;
const punchStates = [0, 1, 5, 4, 0, 1, 2, 3] as const;
const smallPins = ['7', '42', '1005', '65535', '101', '99999'] as const;

/** What only the longer layouts can hold. */
const longVerifyModes = [1, 15, 4, 25, 3] as const;
const longPunchStates = [0, 1, 255, 5] as const;
const workCodes = [0, 7, 0x1234_5678, 0xffff_ffff] as const;
const numericPins = [...smallPins, '999111333', '123456789'] as const;
const textPins = [...numericPins, '12345678901234567890ABCD', 'A-17', '000123'] as const;

interface Person {
  readonly pin: string;
  readonly verifyMode: number;
  readonly punchState: number;
  readonly workCode: number;
}

/** Person number `index` of a terminal with this layout. All ids have their first appearance in the first dozen. */
function personAt(index: number, layout: string): Person {
  const at = <T>(list: readonly T[], step: number): T => list[(index * step) % list.length] as T;
  if (layout.startsWith('8')) {
    return { pin: at(smallPins, 1), verifyMode: at(verifyModes, 1), punchState: at(punchStates, 3), workCode: 0 };
  }
  if (layout === '22') return { pin: at(smallPins, 1), verifyMode: 0, punchState: 0, workCode: 0 };
  const pins = layout === '16' ? numericPins : textPins;
  return {
    pin: at(pins, 1),
    verifyMode: at(longVerifyModes, 1),
    punchState: at(longPunchStates, 3),
    workCode: at(workCodes, 1),
  };
}

/** 22:00 on the last of January of a leap year: what follows crosses months of 31, 29, 31 and 30 days. */
const beginsAtMs = Date.parse('2024-01-31T22:00:00.400Z');

/** Seconds from one punch to the next: mostly a queue of people, now and then a night, once in a while weeks. */
function gapSeconds(index: number): number {
  if (index % 97 === 96) return 9 * 86_400 + 3_601;
  if (index % 13 === 12) return 40_007;
  return 1 + ((index * 7) % 59);
}

export interface SiteOptions extends Partial<TerminalOptions> {
  /** Punches made before anybody connects. */
  readonly records?: number;
}

/** A terminal whose clock is right and in UTC, so that diary and screen agree by definition. */
export function writeDiary(options: SiteOptions = {}): Diarist {
  const { records = 0, ...rest } = options;
  let nowMs = beginsAtMs;
  const terminal = createTerminal({
    serial: 'PROOF1',
    seed: 11,
    ...rest,
    now: () => nowMs,
    clock: { zoneOffsetMinutes: 0 },
  });
  const diary: Deed[] = [];
  let attempts = 0;
  // Also punches made by faults while somebody reads are in the diary.
  const { punch } = terminal;
  terminal.punch = (person) => {
    nowMs += gapSeconds(diary.length) * 1000;
    const stray = strayStampOf(options.faults, attempts);
    attempts += 1;
    const entry = punch(person);
    if (entry === undefined) return undefined;
    diary.push({
      pin: person.pin,
      shown: stray ?? new Date(Math.floor(nowMs / 1000) * 1000).toISOString().slice(0, 19),
      verifyMode: person.verifyMode ?? 1,
      punchState: person.punchState ?? 0,
      workCode: person.workCode ?? 0,
      uid: terminal.users.byPin(person.pin)?.uid ?? -1,
      rawHex: entry.recordHex,
    });
    return entry;
  };
  const { clearLog } = terminal;
  terminal.clearLog = () => {
    clearLog();
    diary.length = 0;
  };
  const site = {
    terminal,
    diary,
    punch(count: number) {
      for (let made = 0; made < count; made += 1) terminal.punch(personAt(diary.length, terminal.recordLayout));
    },
  };
  site.punch(records);
  return site;
}

/** Starts one terminal with its diary on a free port. */
export async function openSite(options: SiteOptions = {}): Promise<Site> {
  const site = writeDiary(options);
  const server = await serveTerminal(site.terminal, { host: '127.0.0.1', port: 0 });
  return { ...site, server, stop: () => server.stop() };
}
