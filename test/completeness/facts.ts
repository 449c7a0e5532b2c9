/** Facts about a day, made up for tests of the judgement: Kominfo in Jakarta (UTC+7) on 2 March 2026. */
import type { DayFacts } from '../../src/completeness/judge.ts';
import type { GapRow } from '../../src/store/gaps.ts';
import type { Stay } from '../../src/store/stays.ts';

export const hourMs = 3_600_000;
/** Midnight in Jakarta at the beginning of 2 March 2026: 17:00 UTC the day before. */
export const midnightMs = Date.UTC(2026, 2, 1, 17);
export const nextMidnightMs = midnightMs + 24 * hourMs;

export function stayOf(given: Partial<Stay> = {}): Stay {
  return {
    stayId: 1,
    officeCode: 'kominfo',
    terminalName: 'Lobi',
    serial: 'ABC123',
    fromMs: midnightMs - 30 * 24 * hourMs,
    untilMs: null,
    firstReadMs: midnightMs - 30 * 24 * hourMs,
    readThroughMs: nextMidnightMs + 60_000,
    state: 'ok',
    errorCode: null,
    counted: 500,
    stored: 500,
    ...given,
  };
}

export function gapOf(given: Partial<GapRow> = {}): GapRow {
  return {
    gapId: 1,
    serial: 'ABC123',
    epoch: 2,
    kind: 'cleared',
    officeCode: 'kominfo',
    terminalName: 'Lobi',
    atLeast: 37,
    atMost: null,
    ground: 'unwatched',
    sinceMs: midnightMs + 8 * hourMs,
    untilMs: midnightMs + 9 * hourMs,
    stored: 463,
    counted: 37,
    found: 0,
    foundAtMs: midnightMs + 9 * hourMs,
    reachedAtMs: null,
    ...given,
  };
}

export function factsOf(given: Partial<DayFacts> = {}): DayFacts {
  return {
    officeCode: 'kominfo',
    day: '2026-03-02',
    startMs: midnightMs,
    endMs: nextMidnightMs,
    relevantEndMs: nextMidnightMs,
    nowMs: nextMidnightMs + 2 * hourMs,
    watchedSinceMs: midnightMs - 30 * 24 * hourMs,
    stays: [stayOf()],
    gaps: [],
    counts: { records: 500, notFinal: 0, afterClose: 0, content: '7' },
    ...given,
  };
}
