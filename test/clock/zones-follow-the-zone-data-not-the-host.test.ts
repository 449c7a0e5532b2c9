import { afterEach, describe, expect, test, vi } from 'vitest';
import { deviceMsOf } from '../../src/clock/device-time.ts';
import { dayOf, dayRange, isKnownZone, wallTimeIn, zoneLabel, zoneOffsetMs } from '../../src/clock/zone.ts';

const hour = 3_600_000;

afterEach(() => vi.unstubAllEnvs());

// The host stands anywhere; the answers are the office's.
describe.each(['UTC', 'Asia/Jayapura', 'America/New_York'])('on a host in %s', (host) => {
  const onHost = (name: string, check: () => void): void => {
    test(name, () => {
      vi.stubEnv('TZ', host);
      // Proof that the host's zone did change: noon of January UTC as its own clock shows it.
      const shown = { UTC: 12, 'Asia/Jayapura': 21, 'America/New_York': 7 }[host];
      expect(new Date(Date.UTC(2026, 0, 15, 12)).getHours()).toBe(shown);
      check();
    });
  };

  onHost('the four zones of Indonesia have their offsets and names, all year', () => {
    for (const utcMs of [Date.UTC(2026, 0, 15), Date.UTC(2026, 6, 15)]) {
      expect(zoneOffsetMs('Asia/Jakarta', utcMs)).toBe(7 * hour);
      expect(zoneOffsetMs('Asia/Pontianak', utcMs)).toBe(7 * hour);
      expect(zoneOffsetMs('Asia/Makassar', utcMs)).toBe(8 * hour);
      expect(zoneOffsetMs('Asia/Jayapura', utcMs)).toBe(9 * hour);
    }
    expect(['Jakarta', 'Pontianak', 'Makassar', 'Jayapura'].map((city) => zoneLabel(`Asia/${city}`))).toEqual([
      'WIB',
      'WIB',
      'WITA',
      'WIT',
    ]);
  });

  onHost('a wall clock shows the local time, cut to the second', () => {
    const shown = wallTimeIn('Asia/Jayapura', Date.UTC(2026, 10, 1, 22, 29, 59, 999) + 0.7);
    expect(shown).toEqual({ year: 2026, month: 11, day: 2, hour: 7, minute: 29, second: 59 });
    expect(deviceMsOf(shown)).toBe(Date.UTC(2026, 10, 2, 7, 29, 59));
  });

  onHost('the day is the local one', () => {
    expect(dayOf('Asia/Jayapura', Date.UTC(2026, 10, 1, 15))).toBe('2026-11-02');
    expect(dayOf('Asia/Jakarta', Date.UTC(2026, 10, 1, 15))).toBe('2026-11-01');
    expect(dayRange('Asia/Jayapura', '2026-11-02')).toEqual({
      fromMs: Date.UTC(2026, 10, 1, 15),
      toMs: Date.UTC(2026, 10, 2, 15),
    });
  });

  onHost('daylight saving makes days of 23 and 25 hours', () => {
    const spring = dayRange('Europe/Berlin', '2026-03-29');
    expect(spring).toEqual({ fromMs: Date.UTC(2026, 2, 28, 23), toMs: Date.UTC(2026, 2, 29, 22) });
    const autumn = dayRange('Europe/Berlin', '2026-10-25');
    expect((autumn.toMs - autumn.fromMs) / hour).toBe(25);
    expect(zoneOffsetMs('Europe/Berlin', Date.UTC(2026, 2, 29, 0, 59, 59, 999))).toBe(hour);
    expect(zoneOffsetMs('Europe/Berlin', Date.UTC(2026, 2, 29, 1))).toBe(2 * hour);
    expect(zoneLabel('America/New_York', Date.UTC(2026, 0, 15))).toBe('EST');
    expect(zoneLabel('America/New_York', Date.UTC(2026, 6, 15))).toBe('EDT');
  });

  onHost('a day that begins at one in the morning begins there', () => {
    // Lebanon puts its clocks forward at midnight: 29 March 2026 begins at 01:00, which is 22:00 UTC.
    expect(dayRange('Asia/Beirut', '2026-03-29').fromMs).toBe(Date.UTC(2026, 2, 28, 22));
    expect(wallTimeIn('Asia/Beirut', Date.UTC(2026, 2, 28, 22))).toMatchObject({ day: 29, hour: 1 });
  });

  onHost('a quarter-hour zone and the time before 1970 are right too', () => {
    expect(zoneOffsetMs('Asia/Kathmandu', Date.UTC(2026, 0, 1))).toBe(5.75 * hour);
    expect(dayOf('Asia/Jakarta', -1)).toBe('1970-01-01');
    expect(wallTimeIn('UTC', -1)).toMatchObject({ year: 1969, month: 12, day: 31, second: 59 });
  });
});

test('only names of the zone database are zones', () => {
  expect(['Asia/Jakarta', 'Asia/Jayapura', 'Etc/GMT-7', 'UTC'].map(isKnownZone)).toEqual([true, true, true, true]);
  expect(['', 'WIB', 'Asia/Jakart', '+07:00', '-09:00', 'Asia/Jakarta[x]', '../UTC'].map(isKnownZone)).toEqual(
    Array(7).fill(false),
  );
});

test('a name in another case means the same zone', () => {
  expect(zoneLabel('asia/makassar')).toBe('WITA');
});

test('a zone or a day that does not exist is refused', () => {
  expect(() => zoneOffsetMs('Asia/Nowhere', 0)).toThrow(RangeError);
  expect(() => dayRange('Asia/Jakarta', '2026-02-30')).toThrow(RangeError);
  expect(() => dayRange('Asia/Jakarta', 'today')).toThrow(RangeError);
});

test('more zones than are kept still get their names', () => {
  for (const zone of Intl.supportedValuesOf('timeZone').slice(0, 100)) expect(zoneLabel(zone)).not.toBe('');
  expect(zoneLabel('America/New_York')).toBe('EST');
});

test('an offset is the right one on both sides of a change, in whatever order it is asked for', () => {
  const hour = 3_600_000;
  // Central European summer time began on 29 March 2026 at 01:00 UTC and ends on 25 October 2026 at 01:00 UTC.
  const begins = Date.UTC(2026, 2, 29, 1);
  const ends = Date.UTC(2026, 9, 25, 1);
  const asked = [begins, begins - 1, begins + 0.5, ends - 0.5, ends, begins - 0.5, ends - 1, begins, ends + 1];
  const summer = asked.map((atMs) => atMs >= begins && atMs < ends);
  expect(asked.map((atMs) => zoneOffsetMs('Europe/Berlin', atMs))).toEqual(summer.map((is) => (is ? 2 * hour : hour)));
  expect(asked.map((atMs) => zoneOffsetMs('Asia/Jakarta', atMs))).toEqual(asked.map(() => 7 * hour));
});
