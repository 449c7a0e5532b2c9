/** Recomputes the digests of sealed days from the heads of the terminals, and compares them with digests kept elsewhere. */
import type { Kysely } from 'kysely';
import type { KeptDigest } from '../store/digest-text.ts';
import {
  type DayRow,
  dayContent,
  readDayBefore,
  readDaysAfter,
  readFirstDay,
  readSealedDay,
  strangersOf,
} from '../store/evidence-days.ts';
import { dayLine, headOf, noHead } from '../store/evidence-lines.ts';
import type { DayRange } from '../store/evidence-scan.ts';
import type { Tables } from '../store/tables.ts';
import type { FindingList } from './findings.ts';

const dayMs = 86_400_000;

/** What is known of the days. */
export interface DaysResult {
  readonly days: number;
  /** Last sealed day; null when none is. */
  readonly sealedThrough: string | null;
}

/** Verifies the sealed days of a range. */
export async function verifyDays(tx: Kysely<Tables>, range: DayRange, findings: FindingList): Promise<DaysResult> {
  const { fromDay, toDay } = range;
  const before = fromDay === null ? null : await readDayBefore(tx, fromDay);
  const firstDay = await readFirstDay(tx);
  let last: { readonly day: string; readonly digests: readonly Buffer[] } | null =
    before === null ? null : { day: before.day, digests: [before.digest] };
  let days = 0;
  for (;;) {
    const rows = await readDaysAfter(tx, last?.day ?? null);
    for (const row of rows) {
      if (toDay !== null && row.day > toDay) return { days, sealedThrough: last?.day ?? null };
      const expected = last === null ? (firstDay ?? row.day) : dayAfter(last.day);
      // What comes after a hole has nothing to be compared with.
      const priors = expected < row.day ? null : (last?.digests ?? [noHead]);
      if (priors === null) {
        const missing = (Date.parse(row.day) - Date.parse(expected)) / dayMs;
        findings.add({ table: 'evidence_day', what: 'removed', day: expected, rows: missing });
      }
      last = { day: row.day, digests: await verifyDay(tx, row, priors, findings) };
      days += 1;
    }
    if (rows.length === 0) return { days, sealedThrough: last?.day ?? null };
  }
}

/** Returns the digests the next day may follow: where this one was altered, also what it must have been. */
async function verifyDay(
  tx: Kysely<Tables>,
  row: DayRow,
  priors: readonly Buffer[] | null,
  findings: FindingList,
): Promise<Buffer[]> {
  const { day, terminals, batches, digest } = row;
  const stored = { digest: row.content, marks: row.marks };
  const computed = (priors ?? []).map((prior) => headOf(prior, dayLine(day, terminals, batches), stored));
  const followed = priors === null || computed.some((one) => one.equals(digest));
  if (!followed) findings.add({ table: 'evidence_day', what: 'altered', day });
  await verifyDayContent(tx, row, followed, findings);
  return followed ? [digest] : [digest, ...computed];
}

async function verifyDayContent(
  tx: Kysely<Tables>,
  row: DayRow,
  followed: boolean,
  findings: FindingList,
): Promise<void> {
  const { day, terminals, batches } = row;
  const now = await dayContent(tx, day);
  if (now.digest.equals(row.content) && now.terminals === terminals && now.batches === batches) return;
  const strangers = await strangersOf(tx, row);
  for (const serial of strangers) findings.add({ table: 'evidence_batch', what: 'rewritten', serial, day });
  const removed = Math.max(terminals - now.terminals, strangers.length === 0 ? batches - now.batches : 0);
  // A row of the day that was altered itself is told above.
  if (followed && removed > 0) findings.add({ table: 'evidence_batch', what: 'removed', day, rows: removed });
  else if (followed && strangers.length === 0) findings.add({ table: 'evidence_batch', what: 'inserted', day });
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + dayMs).toISOString().slice(0, 10);
}

/** How what is stored compares with digests that were kept elsewhere. */
export interface Comparison {
  /** Days whose digest was kept and is still the same, or is not, or is of a day that is not sealed here. */
  readonly same: readonly string[];
  readonly different: readonly string[];
  readonly unknown: readonly string[];
  /** Last kept day up to which nothing differs; null when the first one differs already. */
  readonly agreesThrough: string | null;
  /** First kept day that differs: what was altered was stored on it or before, and after `agreesThrough`. */
  readonly differsFrom: string | null;
}

/** Compares stored days with kept ones. */
export async function compareDigests(tx: Kysely<Tables>, kept: readonly KeptDigest[]): Promise<Comparison> {
  const groups = { same: [] as string[], different: [] as string[], unknown: [] as string[] };
  for (const { day, digest } of kept.toSorted((a, b) => (a.day < b.day ? -1 : 1))) {
    const stored = await readSealedDay(tx, day);
    const group = stored === null ? 'unknown' : stored.digest.equals(digest) ? 'same' : 'different';
    groups[group].push(day);
  }
  const differsFrom = groups.different[0] ?? null;
  const agreed = groups.same.filter((day) => differsFrom === null || day < differsFrom);
  return { ...groups, differsFrom, agreesThrough: agreed.at(-1) ?? null };
}
