/**
 * Verifies stored evidence: every row against its batch, every batch against the one before it, every day against its
 * digest, and that against what was kept elsewhere. Reads only; memory does not grow with what is stored.
 */
import type { Kysely } from 'kysely';
import type { KeptDigest } from '../store/digest-text.ts';
import { type DayRange, inSnapshot, serialsWithEvidence } from '../store/evidence-scan.ts';
import type { Tables } from '../store/tables.ts';
import { createFindings, type Finding } from './findings.ts';
import { type Comparison, compareDigests, type DaysResult, verifyDays } from './verify-days.ts';
import { type Tally, verifyTerminal } from './verify-terminal.ts';

/** What to verify. */
export interface VerifyOptions extends DayRange {
  /** One terminal; null for all. Days are verified either way. */
  readonly serial: string | null;
  /** Digests kept elsewhere. */
  readonly kept: readonly KeptDigest[];
  readonly onProgress?: (done: { readonly terminals: number; readonly of: number; readonly rows: number }) => void;
}

/** What came of it. */
export interface Verification {
  /** At most a thousand; `count` counts all rows concerned. */
  readonly findings: readonly Finding[];
  readonly count: number;
  readonly terminals: number;
  readonly tally: Tally;
  readonly days: DaysResult;
  readonly comparison: Comparison | null;
}

/** Verifies, in one snapshot of the database. */
export async function verifyEvidence(db: Kysely<Tables>, options: VerifyOptions): Promise<Verification> {
  return inSnapshot(db, (tx) => verifyIn(tx, options));
}

/** The same within a transaction that is open already. */
export async function verifyIn(tx: Kysely<Tables>, options: VerifyOptions): Promise<Verification> {
  const { serial, kept, onProgress, fromDay, toDay } = options;
  const range = { fromDay, toDay };
  const findings = createFindings();
  const tally: Tally = {
    batches: 0,
    punches: 0,
    samples: 0,
    events: 0,
    epochs: 0,
    unchained: { punches: 0, samples: 0, epochs: 0 },
    terminalsWithoutChain: 0,
  };
  const serials = serial === null ? await serialsWithEvidence(tx) : [serial];
  for (const [terminals, one] of serials.entries()) {
    const tell = (): void => {
      const { punches, samples, events } = tally;
      onProgress?.({ terminals, of: serials.length, rows: punches + samples + events });
    };
    await verifyTerminal({ tx, serial: one, range, findings, tally, onProgress: tell });
    tell();
  }
  const days = await verifyDays(tx, range, findings);
  const comparison = kept.length === 0 ? null : await compareDigests(tx, kept);
  return { findings: findings.told, count: findings.count, terminals: serials.length, tally, days, comparison };
}
