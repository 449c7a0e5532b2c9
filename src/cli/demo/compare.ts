/**
 * Postgres against the simulator's ledger: was every true punch stored once, and how far is its corrected time from the
 * truth? Pure; the caller brings both sides.
 */
import type { LedgerEntry } from '../../../device-sim/ledger.ts';

/** One stored row, in the order of its log. */
export interface StoredPunch {
  readonly serial: string;
  readonly rawHex: string;
  readonly occurredAtMs: number;
  readonly earliestMs: number;
  readonly latestMs: number;
  readonly timeStatus: string;
}

/** The last line of `gerbang demo --for`. */
export interface DemoResult {
  readonly made: number;
  readonly stored: number;
  readonly lost: number;
  readonly doubled: number;
  readonly terminals: number;
  readonly offices: number;
  readonly timeErrorMs: { readonly median: number | null; readonly p99: number | null; readonly max: number | null };
  /** Rows by `time_status`, and rows whose truth lies outside their bounds. */
  readonly timeStatus: Readonly<Record<string, number>>;
  readonly outsideBounds: number;
}

/**
 * Pairs stored rows with true punches, terminal by terminal, record by record: the n-th true punch with certain bytes is
 * paired with the n-th stored row with the same bytes. What is left over on one side was lost, on the other doubled.
 */
export function compare(
  ledger: readonly LedgerEntry[],
  stored: readonly StoredPunch[],
  size: { readonly terminals: number; readonly offices: number },
): DemoResult {
  const waiting = new Map<string, LedgerEntry[]>();
  for (const entry of ledger) {
    const key = `${entry.serial} ${entry.recordHex}`;
    const same = waiting.get(key);
    if (same) same.push(entry);
    else waiting.set(key, [entry]);
  }
  const errorsMs: number[] = [];
  const timeStatus: Record<string, number> = {};
  let doubled = 0;
  let outsideBounds = 0;
  for (const row of stored) {
    timeStatus[row.timeStatus] = (timeStatus[row.timeStatus] ?? 0) + 1;
    const truth = waiting.get(`${row.serial} ${row.rawHex}`)?.shift();
    if (truth === undefined) {
      doubled += 1;
      continue;
    }
    errorsMs.push(Math.abs(row.occurredAtMs - truth.trueAtMs));
    if (truth.trueAtMs < row.earliestMs || truth.trueAtMs > row.latestMs) outsideBounds += 1;
  }
  errorsMs.sort((a, b) => a - b);
  return {
    made: ledger.length,
    stored: stored.length,
    lost: [...waiting.values()].reduce((sum, left) => sum + left.length, 0),
    doubled,
    ...size,
    timeErrorMs: { median: at(errorsMs, 0.5), p99: at(errorsMs, 0.99), max: at(errorsMs, 1) },
    timeStatus,
    outsideBounds,
  };
}

/** Nearest rank, in whole milliseconds; null when there is nothing to rank. */
function at(sorted: readonly number[], share: number): number | null {
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  return value === undefined ? null : Math.round(value);
}
