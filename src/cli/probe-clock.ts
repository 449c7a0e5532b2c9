/** A terminal's clock against ours, in the time zone of the place where it stands. */
import { setTimeout as delay } from 'node:timers/promises';
import { planBurst } from '../clock/aim.ts';
import type { DeviceTime } from '../clock/device-time.ts';
import { deviceMsOf } from '../clock/device-time.ts';
import { foldSamples, midpointOf, widthOf } from '../clock/offset.ts';
import type { ClockSample, OffsetInterval } from '../clock/sample.ts';
import { zoneOffsetMs } from '../clock/zone.ts';
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
  const samples: ClockSample[] = [];
  let shown: DeviceTime | null = null;
  for (;;) {
    const plan = planBurst({ prior: null, samples, count: questions, nowMs: clock.nowMs() });
    if (plan === null) break;
    await delay(plan.delayMs, undefined, { signal }).catch(() => undefined);
    const { deviceTime, sentAtMs, receivedAtMs } = await session.readClock();
    shown = deviceTime;
    const deviceMs = deviceMsOf(deviceTime);
    if (deviceMs === null) return { deviceTime, clock: null };
    samples.push({ sentAtMs, receivedAtMs, deviceMs, kind: 'first-contact' });
  }
  const interval = foldSamples(samples).at(-1)?.interval;
  return { deviceTime: shown, clock: interval === undefined ? null : inZone(interval, timeZone) };
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
