/** The clocks of the fleet, worked out from stored evidence alone: all in short, or one with all that a chart shows. */
import { setImmediate as breathe } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { buildClockModel } from '../clock/model.ts';
import type { ClockEvidence, ClockModel, RecordEvidence } from '../clock/model-types.ts';
import type { ClockSample } from '../clock/sample.ts';
import { type ClockPlace, rankClocks, type TerminalClock, terminalClock } from '../explain/terminal-clock.ts';
import { readClockEvents } from '../store/clock-events.ts';
import {
  countContradictions,
  type NamedPunch,
  type PunchBin,
  readPlacedTerminals,
  readPunchBins,
  readRecentRecords,
  readThinnedSamples,
  readUncertainPunches,
} from '../store/clock-looks.ts';
import type { Tables } from '../store/tables.ts';
import { evidenceOf } from './model-evidence.ts';

const dayMs = 86_400_000;
/** How far back a ranking looks, and how much of it is taken per terminal. */
const fleetBounds = {
  days: 7,
  burstHours: 24,
  newestLooks: 60,
  looks: 2_000,
  records: 200,
  events: 500,
  terminalsAtOnce: 25,
} as const;
const chartBounds = {
  /** The shortest stretch drawn. */
  leastMs: 30 * 60_000,
  newestLooks: 60,
  looks: 30_000,
  records: 2_000,
  events: 5_000,
  bins: 180,
  uncertain: 40,
} as const;

/**
 * The clocks of all terminals, or of one office, worst first.
 *
 * @param nowMs milliseconds UTC
 * @throws GerbangError STORE_UNAVAILABLE
 */
export async function watchFleet(
  db: Kysely<Tables>,
  options: { readonly nowMs: number; readonly officeCode?: string | undefined },
): Promise<TerminalClock[]> {
  const { nowMs, officeCode } = options;
  const places = await readPlacedTerminals(db, { officeCode });
  const afterMs = nowMs - fleetBounds.days * dayMs;
  const clocks: TerminalClock[] = [];
  for (let at = 0; at < places.length; at += fleetBounds.terminalsAtOnce) {
    const part = places.slice(at, at + fleetBounds.terminalsAtOnce);
    const serials = part.map(({ serial }) => serial);
    const looks = {
      afterMs,
      untilMs: nowMs,
      burstsAfterMs: nowMs - fleetBounds.burstHours * 3_600_000,
      newest: fleetBounds.newestLooks,
      limit: fleetBounds.looks,
    };
    const samples = await readThinnedSamples(db, serials, looks);
    const records = await readRecentRecords(db, serials, { afterMs, newest: fleetBounds.records });
    const contradictions = await countContradictions(db, serials, afterMs);
    for (const place of part) {
      const evidence = await evidenceAt(db, place, {
        samples: samples.get(place.serial) ?? [],
        records: records.get(place.serial) ?? [],
        range: { afterMs, untilMs: nowMs, limit: fleetBounds.events },
      });
      const found = { nowMs, contradictions: contradictions.get(place.serial) ?? 0 };
      clocks.push(terminalClock(place, evidence, buildClockModel(evidence), found));
      // Whoever else lives in this process is served between two terminals.
      await breathe();
    }
  }
  return rankClocks(clocks);
}

/** One clock over some days. */
export interface WatchedClock {
  readonly clock: TerminalClock;
  readonly evidence: ClockEvidence;
  readonly model: ClockModel;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Punches in equal parts of that time. */
  readonly bins: number;
  readonly punchBins: readonly PunchBin[];
  /** Punches that are neither final nor provisional, the newest. */
  readonly uncertain: readonly NamedPunch[];
}

/**
 * One terminal's clock.
 *
 * @param days how far back
 * @returns null when no such terminal was ever read
 * @throws GerbangError STORE_UNAVAILABLE
 */
export async function watchClock(
  db: Kysely<Tables>,
  serial: string,
  options: { readonly nowMs: number; readonly days: number },
): Promise<WatchedClock | null> {
  const [place] = await readPlacedTerminals(db, { serial });
  if (place === undefined) return null;
  const { nowMs: untilMs, days } = options;
  const afterMs = untilMs - days * dayMs;
  const { newestLooks: newest, looks: limit } = chartBounds;
  const looks = { afterMs, untilMs, burstsAfterMs: afterMs, newest, limit };
  const samples = (await readThinnedSamples(db, [serial], looks)).get(serial) ?? [];
  const records = (await readRecentRecords(db, [serial], { afterMs, newest: chartBounds.records })).get(serial);
  const range = { afterMs, untilMs, limit: chartBounds.events };
  const evidence = await evidenceAt(db, place, { samples, records: records ?? [], range });
  const model = buildClockModel(evidence);
  const contradictions = (await countContradictions(db, [serial], afterMs)).get(serial) ?? 0;
  const { bins } = chartBounds;
  // A terminal that is new does not fill the chart with nothing.
  const fromMs = Math.min(Math.max(afterMs, samples[0]?.sentAtMs ?? afterMs), untilMs - chartBounds.leastMs);
  return {
    clock: terminalClock(place, evidence, model, { nowMs: untilMs, contradictions }),
    evidence,
    model,
    fromMs,
    untilMs,
    bins,
    punchBins: await readPunchBins(db, serial, { fromMs, untilMs, bins }),
    uncertain: await readUncertainPunches(db, serial, { fromMs, untilMs, limit: chartBounds.uncertain }),
  };
}

async function evidenceAt(
  db: Kysely<Tables>,
  { serial, timeZone }: ClockPlace,
  known: {
    readonly samples: readonly ClockSample[];
    readonly records: readonly RecordEvidence[];
    readonly range: { readonly afterMs: number; readonly untilMs: number; readonly limit: number };
  },
): Promise<ClockEvidence> {
  const events = await readClockEvents(db, serial, known.range);
  return evidenceOf({ samples: known.samples, events }, known.records, timeZone);
}
