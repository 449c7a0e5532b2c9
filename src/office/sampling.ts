/**
 * Comparing a terminal's clock with the host's during a session, and what is remembered of it between sessions.
 */
import { burstSizes, planBurst } from '../clock/aim.ts';
import { deviceMsOf } from '../clock/device-time.ts';
import { foldSamples, intersect } from '../clock/offset.ts';
import type { ClockSample, OffsetInterval, SampleKind } from '../clock/sample.ts';
import type { HostClock, TerminalSession } from '../zk/driver.ts';

/** What is remembered of one terminal's clock. Evidence waits here until a batch takes it along. */
export interface ClockMemory {
  /** What all samples since the last step prove; null before the first. */
  readonly offset: OffsetInterval | null;
  /** Samples that no batch has taken yet, oldest first; at most {@link keptSamples}. */
  readonly pending: readonly ClockSample[];
  /** True when the clock jumped since a batch last took samples along. */
  readonly stepped: boolean;
  /** Monotonic time of the last long burst; null before the first. */
  readonly longBurstAtMs: number | null;
}

/** The time of one session. */
export interface SessionTime {
  /** Host time; the same clock the session stamps its readings with. */
  readonly clock: HostClock;
  /** Waits for `ms`, or until `signal` is aborted. Never rejects. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
  /** Ends the session. */
  readonly signal: AbortSignal;
}

/** Nothing known. */
export const unknownClock: ClockMemory = { offset: null, pending: [], stepped: false, longBurstAtMs: null };

/** Samples kept while the database or the queue is away: enough for a straight line through a day of outage. */
export const keptSamples = 64;

const hourMs = 3_600_000;

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
 * kept: evidence does not depend on how the session ended.
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
  const { offset: prior } = holder.clock;
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
      const reading = await session.readClock();
      const deviceMs = deviceMsOf(reading.deviceTime);
      if (deviceMs === null) continue;
      const { sentAtMs, receivedAtMs } = reading;
      samples.push({ sentAtMs, receivedAtMs, deviceMs, kind: burst.kind });
      if (learn(prior, samples).stepped) count = Math.max(count, burstSizes.hourly);
    }
  } finally {
    holder.clock = withSamples(holder.clock, samples);
  }
  return samples;
}

/** The memory after more samples; pure. */
export function withSamples(memory: ClockMemory, samples: readonly ClockSample[]): ClockMemory {
  const { offset, stepped } = learn(memory.offset, samples);
  const pending = thinned([...memory.pending, ...samples]);
  return { ...memory, offset, pending, stepped: memory.stepped || stepped };
}

/** The memory after a batch took these samples along. */
export function withoutSamples(memory: ClockMemory, taken: readonly ClockSample[]): ClockMemory {
  if (taken.length === 0) return memory;
  return { ...memory, pending: memory.pending.filter((sample) => !taken.includes(sample)), stepped: false };
}

function learn(
  prior: OffsetInterval | null,
  samples: readonly ClockSample[],
): { offset: OffsetInterval | null; stepped: boolean } {
  const runs = foldSamples(samples);
  const now = runs.at(-1)?.interval ?? null;
  if (now === null || prior === null) return { offset: now ?? prior, stepped: runs.length > 1 };
  const both = intersect(prior, now);
  if (both.step || runs.length > 1) return { offset: now, stepped: true };
  return { offset: both.interval, stepped: false };
}

/** Every second of the older half is dropped when there are too many: what is left still spans the whole outage. */
function thinned(samples: readonly ClockSample[]): readonly ClockSample[] {
  if (samples.length <= keptSamples) return samples;
  const half = Math.floor(samples.length / 2);
  const older = samples.slice(0, half).filter((_, index) => index % 2 === 0);
  return [...older, ...samples.slice(half)].slice(-keptSamples);
}
