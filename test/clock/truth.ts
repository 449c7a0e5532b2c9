/**
 * A true world for clocks: time passes, a terminal's clock runs a little wrong, is moved, reset, stopped or frozen, people
 * punch, and a gateway looks in now and then, asking as the production code asks. It knows the truth, and hands the code
 * under test only what a gateway sees.
 *
 * All instants are true UTC milliseconds unless they are called host times.
 */
import { burstSizes, planBurst } from '../../src/clock/aim.ts';
import type {
  ClockEvidence,
  HostClockStep,
  OperationEntry,
  RecordEvidence,
  SetEvent,
} from '../../src/clock/model-types.ts';
import type { ClockSample, SampleKind } from '../../src/clock/sample.ts';
import {
  hasNews,
  unknownClock,
  withLastReleased,
  withoutTaken,
  withReleased,
  withSamples,
  withSet,
} from '../../src/office/clock-memory.ts';
import { seeded } from './random.ts';

/** What happens to the terminal's clock, or around it. */
export type Event =
  | { readonly kind: 'move'; readonly atMs: number; readonly byMs: number }
  /** A power cut with a dead coin cell: the clock starts again at 2000-01-01 when the power comes back. */
  | { readonly kind: 'reset'; readonly atMs: number }
  /** The clock stands still. */
  | { readonly kind: 'stop'; readonly atMs: number; readonly forMs: number }
  /** The display, the log and every answer keep one value, while the clock inside runs on. */
  | { readonly kind: 'freeze'; readonly atMs: number; readonly forMs: number }
  /** The gateway sets the clock to the office's time, behind a complete read. */
  | { readonly kind: 'set'; readonly atMs: number; readonly takes: boolean }
  /** The gateway's own clock jumps. */
  | { readonly kind: 'host-step'; readonly atMs: number; readonly byMs: number }
  | { readonly kind: 'clear-log'; readonly atMs: number };

export interface WorldPlan {
  readonly seed: number;
  readonly startMs: number;
  /** Hours the zone adds to UTC. */
  readonly zoneHours: number;
  readonly zone: string;
  /** Terminal's clock minus true time in that zone, at the start. */
  readonly fastMs: number;
  readonly driftPpm: number;
  /** Swing of the rate around `driftPpm` within a day, as a room's temperature makes it. */
  readonly wobblePpm: number;
  readonly roundTripMs: number;
  /** When the gateway looks in. Nothing is reachable between. */
  readonly polls: readonly number[];
  readonly events: readonly Event[];
  readonly punches: readonly number[];
  /** Answers come from a reading that is renewed so often; 0 for a live clock. */
  readonly cachedForMs: number;
  /** The gateway hears live events while it is connected, within a minute of a poll. */
  readonly live: boolean;
  /** The operation log is read in every poll. */
  readonly operationLog: boolean;
  /** The gateway's clock is wrong by at most this much, and its system says so. */
  readonly hostErrorMs: number;
}

export interface World {
  /** With every answer there was. */
  readonly evidence: ClockEvidence;
  /** With those answers only that the poller would not hold back. */
  readonly storedEvidence: ClockEvidence;
  /** Per record of the evidence, the host time at which it was truly made. */
  readonly truthMs: readonly number[];
}

const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** Plays a plan to its end. */
export function play(plan: WorldPlan): World {
  const random = seeded(plan.seed);
  const events = [...plan.events].sort((a, b) => a.atMs - b.atMs);
  const wall = wallClock(plan, events);
  const shown = (atMs: number): number => Math.floor(wall(atMs) / 1_000) * 1_000;
  const answered = (atMs: number): number =>
    shown(plan.cachedForMs > 0 ? Math.floor(atMs / plan.cachedForMs) * plan.cachedForMs : atMs);
  const hostErrorMs = plan.hostErrorMs === 0 ? 0 : (random() * 2 - 1) * plan.hostErrorMs;
  const host = (atMs: number): number =>
    events.reduce(
      (sum, event) => (event.kind === 'host-step' && event.atMs <= atMs ? sum + event.byMs : sum),
      atMs + hostErrorMs,
    );

  const samples: ClockSample[] = [];
  const sent: ClockSample[] = [];
  const sets: SetEvent[] = [];
  const records: RecordEvidence[] = [];
  const operations: OperationEntry[] = [];
  const truthMs: number[] = [];
  const log: { readonly atMs: number; readonly deviceMs: number }[] = [];
  const written = operationsOf(plan, events, shown, random);
  let memory = unknownClock;
  let [epoch, stored, next, heardFrom] = [1, 0, 0, Number.NEGATIVE_INFINITY];
  let absentAtMs: number | null = null;
  let operationsAbsentMs: number | null = null;
  let operationsRead = 0;
  let longBurstMs = Number.NEGATIVE_INFINITY;

  const punches = [...plan.punches].sort((a, b) => a - b);
  const clears = events.filter(({ kind }) => kind === 'clear-log');
  const roundTrip = (): number => plan.roundTripMs * (0.9 + random() * 0.3 + (random() < 0.1 ? random() * 8 : 0));

  /** Asks the clock; returns when it is done. */
  const burst = (kind: SampleKind, count: number, fromMs: number): number => {
    const taken: ClockSample[] = [];
    let nowMs = fromMs;
    let wanted = count;
    for (let asked = 0; asked < wanted; asked += 1) {
      const planned = planBurst({ prior: memory.offset, samples: taken, count: wanted, nowMs: host(nowMs) });
      const sentMs = nowMs + (planned?.delayMs ?? 0);
      nowMs = sentMs + roundTrip();
      const readMs = sentMs + (nowMs - sentMs) * (0.1 + random() * 0.8);
      const error = plan.hostErrorMs === 0 ? {} : { hostErrorMs: plan.hostErrorMs };
      const sample = { sentAtMs: host(sentMs), receivedAtMs: host(nowMs), deviceMs: answered(readMs), kind, ...error };
      taken.push(sample);
      samples.push(sample);
      // A clock that turns out to have been moved is asked on.
      if (!memory.stepped && withSamples(memory, taken).stepped) wanted = Math.max(wanted, burstSizes.hourly);
    }
    memory = withSamples({ ...memory, stepped: false }, taken);
    return nowMs;
  };

  /** A batch takes along what the poller would send with it: quiet looks are held back. */
  const send = (count: number): void => {
    sent.push(...memory.pending);
    memory = withoutTaken(memory, { samples: memory.pending, events: memory.events, records: count });
  };
  let sentMs = Number.NEGATIVE_INFINITY;
  /** What a poll sends when no records took it along. */
  const sendEvidence = (nowMs: number): void => {
    if (memory.lookOwed) memory = withReleased(memory);
    else if (nowMs + 60_000 - sentMs > 600_000) memory = withLastReleased(memory);
    if (!hasNews(memory)) return;
    send(0);
    sentMs = nowMs;
  };

  /** What people did up to now stands in the log. */
  const writeLog = (untilMs: number): void => {
    for (let atMs = punches[next]; atMs !== undefined && atMs <= untilMs; atMs = punches[next]) {
      const cleared = clears.find(
        (clear) => clear.atMs > (log.at(-1)?.atMs ?? plan.startMs) && clear.atMs <= (atMs ?? 0),
      );
      if (cleared !== undefined) [log.length, stored, epoch, absentAtMs] = [0, 0, epoch + 1, null];
      log.push({ atMs, deviceMs: shown(atMs) });
      next += 1;
    }
  };

  /** Reads what is new in the log, as a poll does. */
  const poll = (fromMs: number): number => {
    let nowMs = burst('before-read', 1, fromMs);
    const preparedMs = nowMs + roundTrip();
    // A punch made while the log is being read is in this read or in the next one.
    const readMs = preparedMs + roundTrip();
    nowMs = readMs + roundTrip();
    writeLog(readMs);
    const fresh = log.slice(stored);
    for (const [index, { atMs, deviceMs }] of fresh.entries()) {
      const isHeard = plan.live && atMs >= heardFrom && heardFrom > Number.NEGATIVE_INFINITY;
      const heardAtMs = isHeard ? host(Math.min(atMs + 200 + random() * 1_500, nowMs)) : null;
      const ordinal = stored + index;
      records.push({ epoch, ordinal, deviceMs, absentAtMs, presentAtMs: host(nowMs), heardAtMs });
      // What the host would have shown, had it been right about UTC.
      truthMs.push(host(atMs) - hostErrorMs);
    }
    stored = log.length;
    absentAtMs = host(preparedMs);
    if (fresh.length > 0) {
      nowMs = burst('after-read', 1, nowMs);
      memory = withReleased(memory);
      send(fresh.length);
      sentMs = nowMs;
    }
    if (plan.operationLog) {
      nowMs += roundTrip();
      for (const entry of written.slice(operationsRead).filter(({ atMs }) => atMs <= nowMs)) {
        operations.push({ ...entry.seen, absentAtMs: operationsAbsentMs, presentAtMs: host(nowMs) });
        operationsRead += 1;
      }
      operationsAbsentMs = host(nowMs - roundTrip());
    }
    if (nowMs - longBurstMs >= hourMs) {
      const isFirst = longBurstMs === Number.NEGATIVE_INFINITY;
      nowMs = burst(isFirst ? 'first-contact' : 'hourly', isFirst ? burstSizes.firstContact : burstSizes.hourly, nowMs);
      longBurstMs = nowMs;
    }
    sendEvidence(nowMs);
    heardFrom = nowMs;
    return nowMs;
  };

  const visits = [
    ...plan.polls.map((atMs) => ({ atMs, set: null })),
    ...events.flatMap((event) => (event.kind === 'set' ? [{ atMs: event.atMs - 10_000, set: event }] : [])),
  ].sort((a, b) => a.atMs - b.atMs);
  let doneMs = Number.NEGATIVE_INFINITY;
  for (const { atMs, set } of visits) {
    if (atMs > doneMs + 61_000) heardFrom = Number.NEGATIVE_INFINITY;
    doneMs = poll(Math.max(atMs, doneMs + 100));
    if (set === null) continue;
    burst('before-set', 2, doneMs);
    const receivedAtMs = host(set.atMs + plan.roundTripMs);
    sets.push({
      sentAtMs: host(set.atMs - 1),
      receivedAtMs,
      deviceMs: Math.floor(set.atMs / 1_000) * 1_000 + plan.zoneHours * hourMs,
    });
    memory = withSet(memory, { sentAtMs: host(set.atMs - 1), receivedAtMs, deviceMs: 0 });
    doneMs = burst('after-set', 8, set.atMs + plan.roundTripMs + 1);
    sendEvidence(doneMs);
  }

  // As a database gives them back: by the host's own time.
  samples.sort((a, b) => a.sentAtMs - b.sentAtMs);
  sent.sort((a, b) => a.sentAtMs - b.sentAtMs);
  const hostSteps = events.flatMap((event): HostClockStep[] =>
    event.kind === 'host-step' ? [{ atMs: host(event.atMs) - event.byMs, byMs: event.byMs }] : [],
  );
  const evidence = { samples, sets, operations, hostSteps, records, zone: plan.zone };
  return { truthMs, evidence, storedEvidence: { ...evidence, samples: sent } };
}

/** What the clock inside shows, with its fraction of a second. */
function wallClock(plan: WorldPlan, events: readonly Event[]): (atMs: number) => number {
  const advance = (fromMs: number, toMs: number): number => {
    const angle = (atMs: number): number => (2 * Math.PI * (atMs - plan.startMs)) / dayMs;
    const swing = (plan.wobblePpm / 1e6) * (dayMs / (2 * Math.PI)) * (Math.cos(angle(fromMs)) - Math.cos(angle(toMs)));
    return (toMs - fromMs) * (1 + plan.driftPpm / 1e6) + swing;
  };
  const changes = events.filter((event) => ['move', 'reset', 'stop', 'set'].includes(event.kind));
  const inside = (atMs: number): number => {
    let [fromMs, wallMs] = [plan.startMs, plan.startMs + plan.zoneHours * hourMs + plan.fastMs];
    for (const event of changes) {
      if (event.atMs > atMs) break;
      wallMs += advance(fromMs, Math.max(fromMs, event.atMs));
      fromMs = Math.max(fromMs, event.atMs);
      if (event.kind === 'move') wallMs += event.byMs;
      if (event.kind === 'reset') wallMs = Date.UTC(2000, 0, 1);
      if (event.kind === 'set' && event.takes)
        wallMs = Math.floor(event.atMs / 1_000) * 1_000 + plan.zoneHours * hourMs;
      if (event.kind === 'stop') fromMs = Math.min(atMs, event.atMs + event.forMs);
    }
    return wallMs + advance(fromMs, Math.max(fromMs, atMs));
  };
  const freezes = events.filter((event) => event.kind === 'freeze');
  return (atMs) => {
    const freeze = freezes.find((event) => event.atMs <= atMs && atMs < event.atMs + event.forMs);
    // Before the first change the clock is run backwards.
    return atMs < plan.startMs ? inside(plan.startMs) - advance(atMs, plan.startMs) : inside(freeze?.atMs ?? atMs);
  };
}

/** The terminal writes a set with the old time or with the new one, whichever its firmware does. */
function operationsOf(
  plan: WorldPlan,
  events: readonly Event[],
  shown: (atMs: number) => number,
  random: () => number,
): { readonly atMs: number; readonly seen: Pick<OperationEntry, 'operation' | 'deviceMs'> }[] {
  const beforeMs = plan.operationLog && random() < 0.5 ? -1 : 0;
  return events.flatMap(({ kind, atMs }) => {
    if (kind === 'move' || kind === 'set') return [{ atMs, seen: { operation: 21, deviceMs: shown(atMs + beforeMs) } }];
    return kind === 'reset' || kind === 'stop' ? [{ atMs, seen: { operation: 0, deviceMs: shown(atMs) } }] : [];
  });
}

/**
 * Whether the evidence cannot show what happened around a record, so that nothing can be demanded of its bounds: between
 * two looks the clock was moved twice or more; or by less than a second each time, which one answer sees from one side
 * only, between two long bursts of questions; or the terminal hands out old readings, and too few to be caught at it.
 */
export function isBeyondEvidence(plan: WorldPlan, world: World, index: number, isKnownToBeCached: boolean): boolean {
  if (plan.cachedForMs > 0 && !isKnownToBeCached) return true;
  const truthMs = world.truthMs[index] ?? 0;
  const { samples } = world.evidence;
  const changesBetween = (looks: readonly ClockSample[], counts: (event: Event) => boolean): number => {
    const after = looks.findIndex(({ sentAtMs }) => sentAtMs >= truthMs);
    const fromMs = looks[(after < 0 ? looks.length : after) - 1]?.sentAtMs ?? Number.NEGATIVE_INFINITY;
    const untilMs = looks[after]?.receivedAtMs ?? Number.POSITIVE_INFINITY;
    const changes = plan.events.filter(counts).flatMap((event) => {
      if (event.kind === 'clear-log' || event.kind === 'host-step') return [];
      return event.kind === 'stop' || event.kind === 'freeze' ? [event.atMs, event.atMs + event.forMs] : [event.atMs];
    });
    return changes.filter((atMs) => atMs >= fromMs && atMs <= untilMs).length;
  };
  const isLong = ({ kind }: ClockSample): boolean =>
    kind === 'first-contact' || kind === 'hourly' || kind === 'after-set';
  const isSmall = (event: Event): boolean => 'byMs' in event && Math.abs(event.byMs) < 1_500;
  return changesBetween(samples, () => true) > 1 || changesBetween(samples.filter(isLong), isSmall) > 1;
}
