/** A terminal's clock against ours, in the time zone of the place where it stands. */
import { Temporal } from 'temporal-polyfill';
import type { DeviceTime } from '../clock/device-time.ts';
import { deviceMsOf } from '../clock/device-time.ts';
import { midpointOf, widthOf } from '../clock/offset.ts';
import type { OffsetInterval } from '../clock/sample.ts';
import { sampleClock, unknownClock } from '../office/sampling.ts';
import type { OpenSession } from './terminal-session.ts';

/** Questions asked, each aimed at the expected tick: they pin the offset to about half a round trip. */
const questions = 8;

const indonesianZones = ['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura'] as const;

/** The offset of a terminal's clock, the zone taken out. */
export interface MeasuredClock {
  /** The terminal's clock minus true time in `timeZone`, in milliseconds; positive is fast. */
  readonly offsetMs: number;
  /** The offset lies within `offsetMs ± boundMs`. */
  readonly boundMs: number;
  readonly earliestMs: number;
  readonly latestMs: number;
  readonly timeZone: string;
  /** True when nobody said where the terminal stands and the nearest Indonesian zone was taken. */
  readonly zoneGuessed: boolean;
  /** UTC, ISO 8601. */
  readonly measuredAt: string;
}

/**
 * Asks the clock.
 *
 * @param timeZone where the terminal stands; null takes the Indonesian zone its clock is nearest to
 * @returns the last reading as it was, and the offset; `clock` is null when the terminal shows a date that does not exist
 */
export async function measureClock(
  open: OpenSession,
  timeZone: string | null,
): Promise<{ deviceTime: DeviceTime | null; clock: MeasuredClock | null }> {
  const { session, clock, signal } = open;
  const { deviceTime } = await session.readClock();
  if (deviceMsOf(deviceTime) === null) return { deviceTime, clock: null };
  const holder = { clock: unknownClock };
  await sampleClock(session, holder, { kind: 'first-contact', count: questions }, clock, signal);
  const interval = holder.clock.offset;
  return { deviceTime, clock: interval === null ? null : inZone(interval, timeZone) };
}

function inZone(interval: OffsetInterval, asked: string | null): MeasuredClock {
  const timeZone = asked ?? nearestZone(interval);
  const zoneMs = zoneOffsetMs(timeZone, interval.atMs);
  const rounded = (ms: number): number => Math.round(ms * 10) / 10;
  return {
    offsetMs: rounded(midpointOf(interval) - zoneMs),
    boundMs: rounded(widthOf(interval) / 2),
    earliestMs: rounded(interval.earliestMs - zoneMs),
    latestMs: rounded(interval.latestMs - zoneMs),
    timeZone,
    zoneGuessed: asked === null,
    measuredAt: new Date(interval.atMs).toISOString(),
  };
}

function nearestZone(interval: OffsetInterval): string {
  const away = (zone: string): number => Math.abs(midpointOf(interval) - zoneOffsetMs(zone, interval.atMs));
  return indonesianZones.reduce<string>((best, zone) => (away(zone) < away(best) ? zone : best), indonesianZones[0]);
}

/** What the zone adds to UTC at that instant, in milliseconds. */
function zoneOffsetMs(timeZone: string, atMs: number): number {
  const instant = Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs));
  return instant.toZonedDateTimeISO(timeZone).offsetNanoseconds / 1_000_000;
}
