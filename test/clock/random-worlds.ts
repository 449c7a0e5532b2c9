/** Worlds drawn by lot from a seed: every kind of clock, link, outage and tampering, in any mixture. */
import { seeded } from './random.ts';
import type { Event, WorldPlan } from './truth.ts';

const second = 1_000;
const minute = 60_000;
const hour = 3_600_000;
const day = 86_400_000;

const zones = [
  { zone: 'Asia/Jakarta', zoneHours: 7 },
  { zone: 'Asia/Makassar', zoneHours: 8 },
  { zone: 'Asia/Jayapura', zoneHours: 9 },
] as const;

/** What a world is mostly about. */
export type Theme = 'steady' | 'moved' | 'twice' | 'reset' | 'stopped' | 'set' | 'offline' | 'odd';
export const themes: readonly Theme[] = ['steady', 'moved', 'twice', 'reset', 'stopped', 'set', 'offline', 'odd'];

/** A plan; the same for the same seed. */
export function randomPlan(seed: number, theme: Theme): WorldPlan {
  const random = seeded(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const between = (low: number, high: number): number => low + random() * (high - low);
  const startMs = Date.UTC(2026, 10, 2) + Math.floor(random() * 30) * day + Math.floor(random() * hour);
  const lengthMs = pick([hour, 3 * hour, 12 * hour, 2 * day]);
  const mostPolls = pick([20, 60, 120]);
  const everyMs = Math.max(pick([30 * second, minute, 5 * minute]), lengthMs / mostPolls);
  const outages = Array.from({ length: theme === 'offline' ? 2 : random() < 0.4 ? 1 : 0 }, () => {
    const fromMs = startMs + random() * lengthMs;
    return { fromMs, untilMs: fromMs + between(0.05, 0.7) * lengthMs };
  });
  const polls: number[] = [];
  for (let atMs = startMs + between(0, everyMs); atMs < startMs + lengthMs; atMs += everyMs * between(0.9, 1.1)) {
    if (!outages.some(({ fromMs, untilMs }) => atMs > fromMs && atMs < untilMs)) polls.push(atMs);
  }
  const eventCount =
    theme === 'steady' ? 0 : theme === 'twice' ? 2 + Math.floor(random() * 2) : 1 + Math.floor(random() * 1.5);
  const outage = outages[0];
  const eventAt = (): number =>
    outage !== undefined && random() < 0.6
      ? between(outage.fromMs, Math.min(outage.untilMs, startMs + lengthMs))
      : startMs + random() * lengthMs;
  const size = (): number => {
    const sign = random() < 0.5 ? -1 : 1;
    return Math.round(sign * 10 ** between(1.5, pick([4, 6, 7.5, 10.5])));
  };
  const event = (): Event => {
    const atMs = eventAt();
    if (theme === 'reset') return { kind: 'reset', atMs };
    if (theme === 'stopped') return { kind: 'stop', atMs, forMs: between(second, 0.3 * lengthMs) };
    if (theme === 'set') return { kind: 'set', atMs, takes: random() < 0.9 };
    if (theme !== 'odd') return { kind: 'move', atMs, byMs: size() };
    const odd = Math.floor(random() * 5);
    if (odd === 0) return { kind: 'freeze', atMs, forMs: between(minute, 0.3 * lengthMs) };
    if (odd === 1) return { kind: 'host-step', atMs, byMs: Math.round(between(-1, 1) * 10 ** between(2, 6.5)) };
    if (odd === 2) return { kind: 'clear-log', atMs };
    return { kind: 'move', atMs, byMs: Math.round(between(-20, 20)) * 15 * minute };
  };
  const events = Array.from({ length: eventCount }, event);
  const moved = events[0];
  if (theme === 'twice' && moved?.kind === 'move' && random() < 0.4) {
    const away = between(minute, 0.2 * lengthMs);
    events.push({
      kind: 'move',
      atMs: moved.atMs + away,
      byMs: -moved.byMs + (random() < 0.5 ? 0 : Math.round(between(-5, 5) * second)),
    });
  }
  const punchCount = 2 + Math.floor(random() * 80);
  const punches = Array.from({ length: punchCount }, () => {
    const near = pick(events);
    const atMs =
      near !== undefined && random() < 0.4
        ? near.atMs + between(-2, 2) * minute
        : startMs + between(-0.1, 1) * lengthMs;
    return Math.round(atMs);
  });
  return {
    seed,
    startMs,
    ...pick(zones),
    fastMs: Math.round(between(-1, 1) * 10 ** between(1, 6)),
    driftPpm: between(-1, 1) * pick([5, 30, 100, 200]),
    wobblePpm: between(0, 8),
    roundTripMs: pick([3, 25, 25, 60, 300]),
    polls,
    events,
    punches: [...new Set(punches)],
    cachedForMs:
      theme === 'odd' && random() < 0.3 && !events.some(({ kind }) => kind === 'freeze')
        ? pick([2, 5, 20]) * second
        : 0,
    live: random() < 0.3,
    operationLog: random() < 0.5,
    hostErrorMs: random() < 0.2 ? between(1, 80) : 0,
  };
}
