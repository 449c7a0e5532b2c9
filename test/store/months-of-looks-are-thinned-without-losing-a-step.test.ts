import { beforeAll, expect, test } from 'vitest';
import { buildClockModel } from '../../src/clock/model.ts';
import type { ClockSample, SampleKind } from '../../src/clock/sample.ts';
import { readThinnedSamples } from '../../src/store/clock-looks.ts';
import { insertClockSamples } from '../../src/store/clock-samples.ts';
import { registerOffice, registerTerminal } from '../../src/store/terminals.ts';
import { createTestDatabase } from '../tools/database.ts';

const database = await createTestDatabase();
const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];
const jakartaMs = 7 * hourMs;
const startMs = Date.UTC(2026, 2, 2);
const untilMs = startMs + 5 * dayMs;
/** Set back by twenty minutes for ten, on the second day, between two bursts. */
const [movedMs, backMs] = [startMs + dayMs + 7 * hourMs + 22 * minuteMs, startMs + dayMs + 7 * hourMs + 34 * minuteMs];
const range = { afterMs: startMs - 1, untilMs, burstsAfterMs: untilMs - dayMs, newest: 60, limit: 2_000 };

function look(sentAtMs: number, kind: SampleKind, aheadMs: number): ClockSample {
  const shownMs = sentAtMs + 12 + jakartaMs + aheadMs;
  return { sentAtMs, receivedAtMs: sentAtMs + 25, deviceMs: Math.floor(shownMs / 1_000) * 1_000, kind };
}

/** One look in five minutes, a burst each hour. */
function looks(aheadMs: (atMs: number) => number): ClockSample[] {
  const found: ClockSample[] = [];
  for (let atMs = startMs; atMs < untilMs; atMs += 5 * minuteMs) {
    found.push(look(atMs, 'before-read', aheadMs(atMs)));
    if ((atMs - startMs) % hourMs !== 0) continue;
    for (let asked = 1; asked < 8; asked += 1) found.push(look(atMs + asked * 1_125, 'hourly', aheadMs(atMs)));
  }
  return found;
}

beforeAll(async () => {
  await registerOffice(database.db, { code: 'kominfo', name: 'Dinas Kominfo', timeZone: 'Asia/Jakarta' });
  const store = async (serial: string, samples: readonly ClockSample[]): Promise<void> => {
    await registerTerminal(database.db, { serial, officeCode: 'kominfo', name: serial });
    await insertClockSamples(database.db, serial, samples, () => jakartaMs, 1);
  };
  await store(
    'STEADY',
    looks((atMs) => (atMs - startMs) * 0.00004),
  );
  await store(
    'MOVED',
    looks((atMs) => (atMs > movedMs && atMs < backMs ? -20 * minuteMs : 0)),
  );
});

test('a quiet week is a day of bursts and the newest looks', async () => {
  const thinned = (await readThinnedSamples(database.db, ['STEADY'], range)).get('STEADY') ?? [];
  expect(thinned.length).toBeLessThan(24 * 7 + 61);
  expect(thinned.at(-1)?.sentAtMs).toBe(untilMs - 5 * minuteMs);
});

test('a clock set there and back between two bursts is seen all the same', async () => {
  const thinned = (await readThinnedSamples(database.db, ['STEADY', 'MOVED'], range)).get('MOVED') ?? [];
  expect(thinned.length).toBeLessThan(400);
  expect(thinned.filter(({ sentAtMs }) => sentAtMs > movedMs && sentAtMs < backMs)).toHaveLength(2);
  expect(thinned).toEqual([...thinned].sort((a, b) => a.sentAtMs - b.sentAtMs));
  const none = { sets: [], operations: [], hostSteps: [], records: [] };
  const { steps, troubles } = buildClockModel({ samples: thinned, ...none, zone: 'Asia/Jakarta' });
  expect(steps.map(({ kind }) => kind)).toEqual(['moved', 'set-by-other']);
  expect(troubles.map(({ kind }) => kind)).toContain('there-and-back');
});

test('a step across an hour, between two that agree with themselves, is seen by what they say together', async () => {
  const atMs = startMs + 2 * dayMs;
  await registerTerminal(database.db, { serial: 'HOUR', officeCode: 'kominfo', name: 'HOUR' });
  await insertClockSamples(
    database.db,
    'HOUR',
    looks((ms) => (ms < atMs ? 0 : 90_000)),
    () => jakartaMs,
    1,
  );
  const thinned = (await readThinnedSamples(database.db, ['HOUR'], range)).get('HOUR') ?? [];
  expect(thinned.some(({ sentAtMs }) => sentAtMs < atMs && sentAtMs > atMs - hourMs)).toBe(true);
  expect(thinned.some(({ sentAtMs }) => sentAtMs >= atMs && sentAtMs < atMs + hourMs)).toBe(true);
});

test('a clock that contradicts itself all the time does not fill the memory', async () => {
  await registerTerminal(database.db, { serial: 'WILD', officeCode: 'kominfo', name: 'WILD' });
  const wild = looks((atMs) => (Math.round(atMs / (5 * minuteMs)) % 2) * 40_000);
  await insertClockSamples(database.db, 'WILD', wild, () => jakartaMs, 1);
  const thinned = (await readThinnedSamples(database.db, ['WILD'], { ...range, limit: 300 })).get('WILD') ?? [];
  expect(thinned).toHaveLength(300);
  expect(thinned.at(-1)?.sentAtMs).toBe(untilMs - 5 * minuteMs);
});
