/**
 * Setting a terminal's clock, because people look at its screen. Corrections never depend on it.
 *
 * Only when it is enabled, the clock is certainly beyond the threshold, the office is in its quiet hours, and the log was
 * read to its end with nothing unread behind it: a step is harmless only where no record can stand on the wrong side of
 * it (docs/operations.md, "Setting clocks").
 */
import { crashPoint } from '../crash-points.ts';
import { type DeviceTime, deviceTimeFromMs } from '../clock/device-time.ts';
import type { OffsetInterval } from '../clock/sample.ts';
import type { TerminalSession } from '../zk/driver.ts';
import { type ClockMemory, type SessionTime, sampleClock } from './sampling.ts';

/** When a clock may be set, as the office wants it. */
export interface SettingRule {
  readonly set: boolean;
  readonly whenOffByMs: number;
  /** True at a minute of the office's day when its clocks may be set. */
  isQuiet(minuteOfDay: number): boolean;
}

/** What became of a try to set a clock. */
export type SettingResult =
  /** A punch came in between, or the terminal does not count its records: another night. */
  | 'not-now'
  | 'set'
  /** It took the command and shows another time all the same. */
  | 'did-not-take';

const dayMs = 86_400_000;
/** After a set the clock shows whole seconds of our making: two of them cover the link and the terminal's own delay. */
const takenWithinMs = 2_000;
const samplesBefore = 2;
const samplesAfter = 8;

/**
 * Whether the clock should be set now. Pure.
 *
 * @param offset what is known of the offset, the zone included; null when nothing is
 * @param zoneOffsetMs what the office's zone adds to UTC at `utcMs`
 * @returns true only when every offset that fits the evidence lies beyond the threshold
 */
export function shouldSetClock(
  rule: SettingRule,
  offset: OffsetInterval | null,
  utcMs: number,
  zoneOffsetMs: number,
): boolean {
  if (!rule.set || offset === null) return false;
  if (!rule.isQuiet(minuteOfDay(utcMs + zoneOffsetMs))) return false;
  const { earliestMs, latestMs } = offset;
  return earliestMs - zoneOffsetMs > rule.whenOffByMs || latestMs - zoneOffsetMs < -rule.whenOffByMs;
}

/** Minutes after midnight on a wall clock, 0…1439. */
export function minuteOfDay(wallMs: number): number {
  return Math.floor((((wallMs % dayMs) + dayMs) % dayMs) / 60_000);
}

/**
 * Sets the clock to the office's time: samples before, the counter once more, the command, samples after.
 *
 * @param holder the clock's memory; samples taken here are added to it
 * @param recordsRead the counter's value when the log was last read to its end
 * @throws GerbangError when the terminal does not answer
 */
export async function setClock(
  session: TerminalSession,
  holder: { clock: ClockMemory },
  recordsRead: number,
  zoneOffsetMs: number,
  time: SessionTime,
): Promise<SettingResult> {
  await sampleClock(session, holder, { kind: 'before-set', count: samplesBefore }, time);
  const { records } = await session.readCounters();
  if (records !== recordsRead || time.signal.aborted) return 'not-now';
  crashPoint('poll.before-set');
  await session.setClock(await nextSecond(zoneOffsetMs, time));
  crashPoint('poll.after-set');
  // What was known of the offset ended with the step we made ourselves.
  holder.clock = { ...holder.clock, offset: null, stepped: true };
  await sampleClock(session, holder, { kind: 'after-set', count: samplesAfter }, time);
  const { offset } = holder.clock;
  const took =
    offset !== null &&
    offset.earliestMs - zoneOffsetMs < takenWithinMs &&
    offset.latestMs - zoneOffsetMs > -takenWithinMs;
  return took ? 'set' : 'did-not-take';
}

/** Waits for the office's clock to tick: a terminal takes whole seconds only. */
async function nextSecond(zoneOffsetMs: number, { clock, pause, signal }: SessionTime): Promise<DeviceTime> {
  const nowMs = clock.nowMs();
  const tickMs = Math.ceil(nowMs / 1_000) * 1_000;
  await pause(tickMs - nowMs, signal);
  return deviceTimeFromMs(tickMs + zoneOffsetMs);
}
