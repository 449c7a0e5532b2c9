/** Runs one cell of the matrix: a terminal, our driver, and a verdict. */
import { createHash } from 'node:crypto';
import type { FaultName } from '../../../device-sim/catalogue.ts';
import type { FaultOptions } from '../../../device-sim/faults.ts';
import type { Terminal } from '../../../device-sim/terminal.ts';
import { formatDeviceTime } from '../../../src/clock/device-time.ts';
import { isGerbangError } from '../../../src/errors.ts';
import { verifySerial } from '../../../src/office/identity.ts';
import type { LogRead, TerminalSession, TerminalTarget } from '../../../src/zk/driver.ts';
import { openTerminal } from '../../../src/zk/terminal.ts';
import { type Cell, segmentationFaults, wireOf } from './cells.ts';
import { difference } from './compare.ts';
import { openSite, type Site } from './diary.ts';
import { type Outcome, ofProfile, type Trouble, troubles, type Wire } from './expected.ts';

/** How a cell ended. */
export interface Verdict {
  readonly cell: Cell;
  /** Null when it ended as it may; else what was wrong. */
  readonly wrong: string | null;
  readonly outcome: string;
  /** Faults that struck, those of the profile included and segmentation left out. */
  readonly struck: readonly FaultName[];
}

export function nameOf({ profile, transport, segmentation, trouble, records }: Cell): string {
  return `${profile} · ${transport} · ${segmentation.name} · ${trouble?.name ?? 'no trouble'} · ${records} records`;
}

/** Plays the cell through. Never throws: what is thrown without a code is a wrong outcome. */
export async function runCell(cell: Cell): Promise<Verdict> {
  const { profile, segmentation, trouble, records } = cell;
  const faults = [segmentation.fault, trouble?.fault].filter((fault): fault is FaultOptions => fault != null);
  const seed = createHash('sha256').update(nameOf(cell)).digest().readUInt32LE(0);
  const site = await openSite({ profile, records, faults, seed });
  const struck = watchFaults(site.terminal);
  const seen: Seen = { wire: null, struck };
  let outcome: string;
  try {
    outcome = (await converse(site, cell, seen)) ?? 'the ledger';
  } catch (error) {
    outcome = isGerbangError(error) ? error.code : `uncoded: ${error instanceof Error ? error.stack : String(error)}`;
  } finally {
    await site.stop();
  }
  return { cell, wrong: isExplained(cell, outcome, seen) ? null : outcome, outcome, struck: [...seen.struck] };
}

/** What the conversation let us see of itself. */
interface Seen {
  /** What carried it in the end; null when it was never opened. */
  wire: Wire | null;
  /** Faults that had struck before it was closed. */
  struck: ReadonlySet<FaultName>;
}

/** Notes which faults strike from here on; those at punches before are the diary's business. */
function watchFaults(terminal: Terminal): Set<FaultName> {
  const struck = new Set<FaultName>();
  const { faults } = terminal;
  terminal.faults = {
    peek: (name) => faults.peek(name),
    strike(name, command) {
      const fault = faults.strike(name, command);
      if (fault !== undefined && !segmentationFaults.includes(name)) struck.add(name);
      return fault;
    },
  };
  return struck;
}

/** An error is explained by a fault that struck; the ledger by every fault that struck leaving it whole. */
function isExplained(cell: Cell, outcome: string, { wire, struck }: Seen): boolean {
  const own = ofProfile(cell.profile);
  const rows = [...struck].map((name) => allowed(name, cell.trouble)[wire ?? wireOf(cell)] ?? ['the ledger']);
  // Where neither transport got an answer, `auto` reports what TCP met.
  if (wire === null && cell.transport === 'auto' && wireOf(cell) === 'udp') rows.push(['the ledger', 'NET_REFUSED']);
  if (rows.some((row) => row.includes(outcome as Outcome) && outcome !== 'the ledger')) return true;
  return own.includes(outcome as Outcome) && (outcome !== 'the ledger' || rows.every((row) => row.includes(outcome)));
}

function allowed(struck: FaultName, planned: Trouble | null): Trouble {
  const row = planned?.fault.name === struck ? planned : troubles.find(({ fault }) => fault.name === struck);
  if (row === undefined) throw new Error(`${struck} has no row in expected.ts`);
  return row;
}

const shortMs = { replyTimeoutMs: 2500, prepareTimeoutMs: 2500 };
const longMs = { replyTimeoutMs: 30_000, prepareTimeoutMs: 30_000 };

/** The whole conversation; null when everything was as the diary has it, else the first difference. */
async function converse(site: Site, { transport, trouble, records }: Cell, seen: Seen): Promise<string | null> {
  const { host, port } = site.server;
  const waits = trouble?.endsInSilence ? shortMs : longMs;
  const target: TerminalTarget = { host, port, transport, sessionTimeoutMs: 50_000, ...waits };
  const session = await openTerminal(target, { nowMs: Date.now });
  seen.wire = session.transport;
  try {
    if (trouble?.live) {
      await session.listen(
        () => undefined,
        () => undefined,
      );
      site.punch(2);
    }
    const { serial } = await session.identify();
    verifySerial(serial, 'PROOF1', () => null);
    const shown = new Date(site.terminal.shownMs()).toISOString().slice(0, 19);
    const { deviceTime } = await session.readClock();
    if (formatDeviceTime(deviceTime) !== shown) return `clock ${formatDeviceTime(deviceTime)}, it shows ${shown}`;
    const before = site.diary.length;
    const whole = await session.readLog();
    const wrong = await compare(session, whole, site, before);
    if (wrong !== null || records === 0 || whole.totalRecords === 0) return wrong;
    return await readOn(session, whole, site);
  } finally {
    // What befalls EXIT and its answer befalls no reading.
    seen.struck = new Set(seen.struck);
    await session.close();
  }
}

/** People go on punching; the end of the log is read, or all of it where the terminal gives no end. */
async function readOn(session: TerminalSession, whole: LogRead, site: Site): Promise<string | null> {
  site.punch(3);
  const before = site.diary.length;
  const { layout, strideBytes, totalRecords } = whole;
  const tail = await session.readTail({ layout, strideBytes, firstIndex: Math.max(0, totalRecords - 2) });
  const wrong = await compare(session, tail ?? (await session.readLog()), site, before);
  return wrong === null ? null : `${tail === null ? 'second read' : 'tail'}: ${wrong}`;
}

/** @param before punches made before the read began; more may have come while it ran */
async function compare(session: TerminalSession, read: LogRead, site: Site, before: number): Promise<string | null> {
  const pins = read.layout === 'zk8' ? await session.readPins() : undefined;
  const { diary } = site;
  // Cleared meanwhile: nothing is left to be read.
  const least = Math.min(before, diary.length);
  if (read.totalRecords < least || read.totalRecords > diary.length) {
    return `${read.totalRecords} records, the diary has ${least} to ${diary.length}`;
  }
  return difference(read, pins, diary.slice(read.firstIndex, read.totalRecords), read.firstIndex);
}
