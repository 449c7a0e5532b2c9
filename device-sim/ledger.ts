import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';

/** One true punch: what a person did, and what the terminal wrote of it. */
export type LedgerEntry = {
  serial: string;
  /** Counts the punches of one terminal from 0, never again from 0: clearing the log does not reset it. */
  sequence: number;
  /** True UTC instant. */
  trueAtMs: number;
  pin: string;
  recordHex: string;
};

/** The log of a terminal was cleared after `sequence` punches had been made. */
export type LedgerClear = { serial: string; sequence: number; trueAtMs: number; cleared: true };

export type LedgerLine = LedgerEntry | LedgerClear;

/**
 * What truly happened, whatever the terminals later show of it. With a file, each line is on disk before the punch is
 * visible on the wire, so a killed simulator starts again with the logs it had.
 */
export type Ledger = {
  readonly entries: readonly LedgerEntry[];
  entriesOf(serial: string): readonly LedgerEntry[];
  /** Punches and clears of one terminal in the order they happened. */
  historyOf(serial: string): readonly LedgerLine[];
  add(line: LedgerLine): void;
  close(): void;
};

/**
 * @param options.file NDJSON, one line per punch or clear; read back if it exists, a torn last line is ignored
 */
export function openLedger(options: { file?: string | undefined } = {}): Ledger {
  const entries: LedgerEntry[] = [];
  const history = new Map<string, LedgerLine[]>();

  function remember(line: LedgerLine): void {
    if (!('cleared' in line)) entries.push(line);
    const own = history.get(line.serial);
    if (own) own.push(line);
    else history.set(line.serial, [line]);
  }

  let descriptor: number | undefined;
  if (options.file !== undefined) {
    const kept = readLedgerFile(options.file);
    for (const line of kept.lines) remember(line);
    descriptor = openSync(options.file, 'a');
    if (kept.torn) writeSync(descriptor, '\n');
  }

  return {
    entries,
    entriesOf: (serial) => (history.get(serial) ?? []).filter((line): line is LedgerEntry => !('cleared' in line)),
    historyOf: (serial) => history.get(serial) ?? [],
    add(line) {
      if (descriptor !== undefined) writeSync(descriptor, `${JSON.stringify(line)}\n`);
      remember(line);
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

function readLedgerFile(file: string): { lines: LedgerLine[]; torn: boolean } {
  if (!existsSync(file)) return { lines: [], torn: false };
  const text = readFileSync(file, 'utf8');
  const lines: LedgerLine[] = [];
  for (const row of text.split('\n')) {
    const line = parseLine(row);
    if (line) lines.push(line);
  }
  return { lines, torn: text.length > 0 && !text.endsWith('\n') };
}

/** Our own file, but a kill may have torn a line: whatever is not a whole line is left out. */
function parseLine(row: string): LedgerLine | undefined {
  if (!row.endsWith('}')) return undefined;
  try {
    const line = JSON.parse(row) as LedgerLine;
    return typeof line.serial === 'string' && typeof line.sequence === 'number' ? line : undefined;
  } catch {
    return undefined;
  }
}
