/** Comparing a terminal's clock with the host's during a session. */
import { burstSizes, planBurst } from '../clock/aim.ts';
import { deviceMsOf } from '../clock/device-time.ts';
import type { ClockSample, SampleKind } from '../clock/sample.ts';
import type { TerminalSession } from '../zk/driver.ts';
import { type ClockMemory, learn, withSamples } from './clock-memory.ts';
import { isDisturbed } from './host-steps.ts';
import type { PollClock } from './means.ts';

/** The time of one session. */
export interface SessionTime {
  /** Host time; the same clock the session stamps its readings with. */
  readonly clock: PollClock;
  /** Waits for `ms`, or until `signal` is aborted. Never rejects. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
  /** Ends the session. */
  readonly signal: AbortSignal;
  /** How far the host may be from UTC now, in milliseconds; null, or left out, where nobody knows. */
  hostErrorMs?(): number | null;
}

const hourMs = 3_600_000;
/** A clock that jumps at every look does not answer with its time; asking it at length each time teaches nothing. */
const restlessFrom = 3;

/**
 * The long burst that is due in this poll, at first contact and hourly; null in between.
 *
 * It comes after the records are on their way: it takes seconds, and a punch must not wait for it.
 */
export function longBurstDue(
  memory: ClockMemory,
  monotonicMs: number,
  bursts: { readonly firstContact: number; readonly hourly: number },
): { kind: SampleKind; count: number } | null {
  if (memory.longBurstAtMs === null) return { kind: 'first-contact', count: bursts.firstContact };
  if (monotonicMs - memory.longBurstAtMs >= hourMs) return { kind: 'hourly', count: bursts.hourly };
  return null;
}

/**
 * Asks the clock `count` times, each question aimed at the expected tick. When the answers contradict what was known,
 * the clock was moved: it is asked on until the new offset is as well known as after an hourly burst.
 *
 * An answer that names an impossible date proves nothing and counts as asked. Answers that came before a failure are
 * kept: evidence does not depend on how the session ended. An answer that came after the host's own clock was moved is on
 * no known scale; it is dropped, and nothing more is asked.
 *
 * @param holder its `clock` is replaced by the memory with the new samples
 * @param burst.earlier answers of the same poll that the new questions complete: together they prove both sides of a tick
 * @returns the new answers
 * @throws GerbangError when the terminal does not answer
 */
export async function sampleClock(
  session: TerminalSession,
  holder: { clock: ClockMemory },
  burst: { readonly kind: SampleKind; readonly count: number; readonly earlier?: readonly ClockSample[] },
  time: SessionTime,
): Promise<readonly ClockSample[]> {
  const { clock, signal } = time;
  const { offset: prior, restless } = holder.clock;
  const samples: ClockSample[] = [];
  const earlier = burst.earlier ?? [];
  let count = burst.count;
  try {
    for (let asked = 0; asked < count && !signal.aborted; asked += 1) {
      const plan = planBurst({
        prior,
        samples: [...earlier, ...samples],
        count: earlier.length + count,
        nowMs: clock.nowMs(),
      });
      if (plan === null) break;
      await time.pause(plan.delayMs, signal);
      const { deviceTime, sentAtMs, receivedAtMs } = await session.readClock();
      if (isDisturbed(clock)) break;
      const deviceMs = deviceMsOf(deviceTime);
      if (deviceMs === null) continue;
      const hostErrorMs = time.hostErrorMs?.() ?? null;
      const known = hostErrorMs === null ? {} : { hostErrorMs };
      samples.push({ sentAtMs, receivedAtMs, deviceMs, kind: burst.kind, ...known });
      if (restless < restlessFrom && learn(prior, samples).stepped) count = Math.max(count, burstSizes.hourly);
    }
  } finally {
    holder.clock = withSamples(holder.clock, samples);
  }
  return samples;
}
