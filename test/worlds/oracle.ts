/** What must hold in every world, whatever befell it. Each breach is a sentence. */

import { deviceMsOf } from '../../src/clock/device-time.ts';
import { buildClockModel } from '../../src/clock/model.ts';
import type { ClockEvidence, RecordEvidence } from '../../src/clock/model-types.ts';
import type { ClockSample } from '../../src/clock/sample.ts';
import type { Batch } from '../../src/punch/batch.ts';
import { decodeRecords } from '../../src/zk/records.ts';
import type { Row, Shelf } from './store.ts';
import { layoutOf, strideOf, type WorldTerminal } from './terminal.ts';

/** What a world counted: to see that worlds are not empty. */
export interface Tally {
  stored: number;
  finals: number;
  judged: number;
  /** Punches that were reported lost, by their lower bounds. */
  lost: number;
}

const hexOf = (row: Row): string => row.raw.toString('hex');

function countsOf(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

const rowsOf = (shelf: Shelf | null): Row[] => [...(shelf?.epochs.values() ?? [])].flatMap(({ rows }) => rows);

/** Nothing that nobody wrote, and nothing twice unless it is marked as seen before. */
export function doubled(terminal: WorldTerminal, shelf: Shelf | null): string[] {
  const { serial } = terminal.plan;
  const written = countsOf(terminal.ledger.map(({ hex }) => hex));
  const certain = countsOf(rowsOf(shelf).flatMap((row) => (row.seenInEpoch === null ? [hexOf(row)] : [])));
  const breaches: string[] = [];
  for (const row of rowsOf(shelf)) {
    if (!written.has(hexOf(row)) && !terminal.forged.has(hexOf(row)))
      breaches.push(`${serial}: invented ${hexOf(row)}`);
  }
  for (const [hex, count] of certain) {
    const true_ = written.get(hex) ?? 0;
    if (count > true_ && !terminal.forged.has(hex))
      breaches.push(`${serial}: ${hex} stored ${count} times, made ${true_}`);
  }
  return breaches;
}

/**
 * All that stands on the terminal is stored.
 *
 * @param comparedWhole the whole log was compared since it was last changed in place
 */
export function missing(terminal: WorldTerminal, shelf: Shelf | null, comparedWhole: boolean): string[] {
  const stored = countsOf(rowsOf(shelf).map(hexOf));
  const held = countsOf(terminal.records().map((bytes) => bytes.toString('hex')));
  return [...held].flatMap(([hex, count]) => {
    const found = stored.get(hex) ?? 0;
    if (found >= count || (terminal.forged.has(hex) && !comparedWhole)) return [];
    return [`${terminal.plan.serial}: ${hex} stands ${count} times on the terminal and is stored ${found} times`];
  });
}

/** What one commit may do to what is stored of a terminal. */
export function misstep(before: Shelf | null, after: Shelf | null): string[] {
  if (after === null) return [];
  const { cursor, fence, epochs } = after;
  const breaches: string[] = [];
  const rows = epochs.get(cursor.epoch)?.rows.length ?? 0;
  if (rows !== cursor.next) breaches.push(`${cursor.serial}: cursor at ${cursor.next} with ${rows} rows`);
  if (before === null) return breaches;
  const was = before.cursor;
  const isBack =
    cursor.epoch < was.epoch || (cursor.epoch === was.epoch && (cursor.next < was.next || cursor.base < was.base));
  if (isBack)
    breaches.push(`${cursor.serial}: cursor went back from ${was.epoch}:${was.next} to ${cursor.epoch}:${cursor.next}`);
  if (fence < before.fence) breaches.push(`${cursor.serial}: stored under ${fence} after ${before.fence}`);
  for (const [epoch, { rows: kept }] of before.epochs) {
    const now = epochs.get(epoch)?.rows ?? [];
    if (kept.some((row, index) => now[index] !== row))
      breaches.push(`${cursor.serial}: evidence of epoch ${epoch} changed`);
  }
  return breaches;
}

/**
 * What is stored says up to when the log was read: whoever punched before then, and whose punch was not erased, is stored.
 *
 * @param throughMs true time of that claim
 */
export function untruePromise(terminal: WorldTerminal, shelf: Shelf, throughMs: number): string[] {
  const { cursor } = shelf;
  const present = terminal.ledger.filter(
    ({ madeAtMs, goneAtMs }) => madeAtMs < throughMs && (goneAtMs === null || goneAtMs > throughMs),
  ).length;
  const stored = cursor.next - cursor.base;
  if (present <= stored) return [];
  return [
    `${cursor.serial}: read through ${throughMs} it is said, but ${present} stood there and ${stored} are stored`,
  ];
}

/** What is said to be lost is lost: no more than was, and where an upper bound is named, no less. */
export function overstated(terminal: WorldTerminal, shelf: Shelf, batch: Batch, tally: Tally): string[] {
  const { loss } = batch;
  if (loss === undefined || batch.epoch !== shelf.cursor.epoch || batch.from > 0) return [];
  const stored = countsOf(rowsOf(shelf).map(hexOf));
  const gone = terminal.ledger.filter(({ hex, goneAtMs }) => {
    const left = stored.get(hex) ?? 0;
    stored.set(hex, left - 1);
    // What stands on a machine that was taken away is out of reach, which is all that is said of it.
    return left <= 0 && (loss.kind === 'swapped' || (goneAtMs !== null && goneAtMs <= loss.untilMs));
  }).length;
  tally.lost += loss.atLeast;
  if (loss.atLeast > gone) return [`${shelf.cursor.serial}: ${loss.atLeast} said to be lost, ${gone} are`];
  return [];
}

/** Every `final` row of a terminal holds a true instant at which this record was made. */
export function untrueTimes(terminal: WorldTerminal, shelf: Shelf | null, zone: string, tally: Tally): string[] {
  if (shelf === null) return [];
  const evidence = evidenceOf(terminal, shelf, zone);
  const { times } = buildClockModel(evidence);
  const truths = new Map<string, number[]>();
  for (const { hex, madeAtMs } of terminal.ledger) truths.set(hex, [...(truths.get(hex) ?? []), madeAtMs]);
  return rowsOf(shelf).flatMap((row, index) => {
    const time = times[index];
    const instants = truths.get(hexOf(row)) ?? [];
    if (time?.status !== 'final' || instants.length === 0) return [];
    tally.finals += 1;
    const candidates = instants.filter((atMs) => !isBeyondEvidence(terminal, evidence.samples, atMs));
    if (candidates.length < instants.length) return [];
    tally.judged += 1;
    if (instants.some((atMs) => time.earliestMs <= atMs && atMs <= time.latestMs)) return [];
    const said = `${time.earliestMs}..${time.latestMs} (${time.basis})`;
    return [`${terminal.plan.serial}: ${hexOf(row)} made at ${instants.join(', ')}, final ${said}`];
  });
}

export function evidenceOf({ plan }: WorldTerminal, shelf: Shelf, zone: string): ClockEvidence {
  const layout = layoutOf(plan.layout);
  const records = [...shelf.epochs].flatMap(([epoch, { rows }]) => {
    const decoded = [...decodeRecords(layout, strideOf(plan.layout), Buffer.concat(rows.map(({ raw }) => raw)))];
    return rows.map(({ absentAtMs, presentAtMs }, ordinal): RecordEvidence => {
      const record = decoded[ordinal];
      return {
        epoch,
        ordinal,
        deviceMs: record === undefined ? null : deviceMsOf(record.deviceTime),
        absentAtMs,
        presentAtMs,
      };
    });
  });
  const samples = [...shelf.samples].sort((a, b) => a.sentAtMs - b.sentAtMs);
  const { events } = shelf;
  return {
    samples,
    sets: [...events.sets].sort((a, b) => a.sentAtMs - b.sentAtMs),
    operations: events.operations,
    hostSteps: [...events.hostSteps].sort((a, b) => a.atMs - b.atMs),
    records,
    zone,
  };
}

/**
 * Whether no evidence shows what happened around an instant: between two looks the clock was moved twice or more, or by
 * less than one answer can see, twice between two long bursts. As in test/clock/truth.ts.
 */
function isBeyondEvidence({ clock }: WorldTerminal, samples: readonly ClockSample[], atMs: number): boolean {
  const isLong = ({ kind }: ClockSample): boolean =>
    kind === 'first-contact' || kind === 'hourly' || kind === 'after-set';
  const edges = clock.changes.flatMap((change) => {
    const isSmall = change.kind === 'step' && Math.abs(change.byMs) < 1_500;
    const ends = change.kind === 'stopped' ? [change.atMs, change.atMs + change.forMs] : [change.atMs];
    return ends.map((edgeMs) => ({ edgeMs, isSmall: isSmall || change.kind === 'stopped' || change.kind === 'set' }));
  });
  const between = (looks: readonly ClockSample[], smallOnly: boolean): number => {
    const after = looks.findIndex(({ sentAtMs }) => sentAtMs >= atMs);
    const fromMs = looks[(after < 0 ? looks.length : after) - 1]?.sentAtMs ?? Number.NEGATIVE_INFINITY;
    const untilMs = looks[after]?.receivedAtMs ?? Number.POSITIVE_INFINITY;
    return edges.filter(({ edgeMs, isSmall }) => edgeMs >= fromMs && edgeMs <= untilMs && (isSmall || !smallOnly))
      .length;
  };
  return between(samples, false) > 1 || between(samples.filter(isLong), true) > 1;
}
