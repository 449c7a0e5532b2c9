/** What a terminal can do beyond what every terminal can. A refusal is an answer; only silence leaves it unknown. */
import { type DeviceTime, deviceMsOf, deviceTimeFromMs } from '../clock/device-time.ts';
import { isGerbangError } from '../errors.ts';
import type { TerminalSession, TimeFilterProbe } from '../zk/driver.ts';

/** What was found; null is "not asked" or "no answer". */
export interface Abilities {
  readonly userRecordBytes: number | null;
  readonly liveEvents: boolean | null;
  readonly timeFilter: TimeFilterProbe | null;
}

const minuteMs = 60_000;

/**
 * Asks for them.
 *
 * @param lastPunch a time at which the log has a record: only there does "nothing" from a time filter mean anything;
 * null when none is known, and then the filter is not asked
 */
export async function examineAbilities(session: TerminalSession, lastPunch: DeviceTime | null): Promise<Abilities> {
  const userRecordBytes = await unlessRefused(() => session.readUserRecordBytes());
  const window = windowAround(lastPunch);
  const timeFilter = window === null ? null : await unlessRefused(() => session.probeTimeFilter(...window));
  // Last: from here on events may come between replies.
  return { userRecordBytes, timeFilter, liveEvents: await takesListeners(session) };
}

async function takesListeners(session: TerminalSession): Promise<boolean | null> {
  try {
    await session.listen(
      () => {},
      () => {},
    );
    return true;
  } catch (error) {
    if (isGerbangError(error, 'ZK_REFUSED', 'ZK_UNSUPPORTED')) return false;
    return nothing(error);
  }
}

function windowAround(time: DeviceTime | null): [DeviceTime, DeviceTime] | null {
  const atMs = time === null ? null : deviceMsOf(time);
  return atMs === null ? null : [deviceTimeFromMs(atMs - minuteMs), deviceTimeFromMs(atMs + minuteMs)];
}

async function unlessRefused<T>(ask: () => Promise<T>): Promise<T | null> {
  return ask().catch(nothing);
}

function nothing(error: unknown): null {
  if (isGerbangError(error)) return null;
  throw error;
}
