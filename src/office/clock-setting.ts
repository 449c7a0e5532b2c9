/**
 * Setting a terminal's clock, because people look at its screen. Corrections never depend on it.
 *
 * Only when it is enabled, the clock is certainly beyond the threshold, the office is in its quiet hours, and the log was
 * read to its end with nothing unread behind it: a step is harmless only where no record can stand on the wrong side of
 * it (docs/operations.md, "Setting clocks").
 */

import { deviceTimeFromMs } from '../clock/device-time.ts';
import type { OffsetInterval } from '../clock/sample.ts';
import { crashPoint } from '../crash-points.ts';
import type { TerminalSession } from '../zk/driver.ts';
import { type ClockMemory, withSet } from './clock-memory.ts';
import { isDisturbed } from './host-steps.ts';
import { type SessionTime, sampleClock } from './sampling.ts';

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
/** A round trip that is slower says nothing of the way to aim for. */
const longestWayMs = 300;
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
  return isOff(rule, offset, zoneOffsetMs);
}

/** Whether a clock is beyond the threshold, whatever the measurement leaves open. */
export function isOff(
  { whenOffByMs }: Pick<SettingRule, 'whenOffByMs'>,
  { earliestMs, latestMs }: Pick<OffsetInterval, 'earliestMs' | 'latestMs'>,
  zoneOffsetMs: number,
): boolean {
  return earliestMs - zoneOffsetMs > whenOffByMs || latestMs - zoneOffsetMs < -whenOffByMs;
}

/** Minutes after midnight on a wall clock, 0…1439. */
export function minuteOfDay(wallMs: number): number {
  return Math.floor((((wallMs % dayMs) + dayMs) % dayMs) / 60_000);
}

/**
 * Sets the clock to the office's time: samples before, the counter once more, the command, samples after. The set becomes
 * an event of its own, also when no answer came: then it may have been done or not, and the samples tell.
 *
 * @param holder the clock's memory; samples taken here and the set are added to it
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
  const { clock, pause, signal } = time;
  const before = await sampleClock(session, holder, { kind: 'before-set', count: samplesBefore }, time);
  const roundTripMs = Math.min(...before.map(({ sentAtMs, receivedAtMs }) => receivedAtMs - sentAtMs), longestWayMs);
  // The terminal takes whole seconds only: the command leaves so that it arrives as one begins. The counter is asked so
  // shortly before that nobody punches in between.
  const tickMs = Math.ceil((clock.nowMs() + 3 * roundTripMs) / 1_000) * 1_000;
  await pause(tickMs - 2.5 * roundTripMs - clock.nowMs(), signal);
  const { records } = await session.readCounters();
  await pause(tickMs - roundTripMs / 2 - clock.nowMs(), signal);
  const isLate = clock.nowMs() > tickMs + takenWithinMs / 2;
  if (records !== recordsRead || signal.aborted || isDisturbed(clock) || isLate) return 'not-now';
  const deviceMs = tickMs + zoneOffsetMs;
  const sentAtMs = clock.nowMs();
  crashPoint('poll.before-set');
  try {
    await session.setClock(deviceTimeFromMs(deviceMs));
  } finally {
    holder.clock = withSet(holder.clock, { sentAtMs, receivedAtMs: clock.nowMs(), deviceMs });
  }
  crashPoint('poll.after-set');
  await sampleClock(session, holder, { kind: 'after-set', count: samplesAfter }, time);
  const { offset } = holder.clock;
  const took =
    offset !== null &&
    offset.earliestMs - zoneOffsetMs < takenWithinMs &&
    offset.latestMs - zoneOffsetMs > -takenWithinMs;
  return took ? 'set' : 'did-not-take';
}
