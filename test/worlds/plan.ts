/** What a world is made of: everything a seed decides, before anything happens. */
import type { Random } from '../../device-sim/random.ts';
import { createRandom } from '../../device-sim/random.ts';
import type { OfficeConfig } from '../../src/config.ts';
import type { TerminalPlan, WhenFull } from './terminal.ts';

export const second = 1_000;
export const minute = 60_000;
export const hour = 3_600_000;
export const day = 86_400_000;

/** What befalls a terminal. `forMs`: as long as it lasts. */
export type TerminalTrouble =
  | {
      readonly kind: 'offline' | 'refuses' | 'hangs' | 'drops' | 'short' | 'miscounts' | 'slow';
      readonly forMs: number;
    }
  | { readonly kind: 'hides'; readonly forMs: number; readonly share: number }
  | { readonly kind: 'impostor'; readonly forMs: number; readonly as: 'stranger' | 'neighbour' }
  | { readonly kind: 'restart' | 'clear' | 'reset-clock' }
  | { readonly kind: 'spoil'; readonly share: number }
  | { readonly kind: 'step-clock'; readonly byMs: number }
  | { readonly kind: 'stop-clock'; readonly forMs: number };

/** What befalls a gateway's host, or what all share. */
export type HouseTrouble =
  | { readonly kind: 'crash'; readonly calls: number; readonly when: 'before' | 'after'; readonly downMs: number }
  | { readonly kind: 'freeze' | 'store-away' | 'queue-away' | 'commit-unknown'; readonly forMs: number }
  | { readonly kind: 'flush' | 'stop-and-start' }
  | { readonly kind: 'restore'; readonly ageMs: number }
  | { readonly kind: 'step-host'; readonly byMs: number };

export type Trouble =
  | { readonly atMs: number; readonly terminal: number; readonly trouble: TerminalTrouble }
  | { readonly atMs: number; readonly gateway: number; readonly trouble: HouseTrouble };

export interface WorldPlan {
  readonly seed: number;
  readonly startMs: number;
  /** Troubles happen up to here. */
  readonly troubledUntilMs: number;
  readonly pollEverySeconds: number;
  readonly gateways: number;
  readonly leaseMs: number;
  readonly recordsPerBatch: number;
  readonly queue: { readonly delayMs: number; readonly twice: number; readonly unanswered: number };
  readonly office: Pick<OfficeConfig, 'timeZone' | 'live' | 'rush'> & { readonly setClocks: boolean };
  readonly terminals: readonly TerminalPlan[];
  /** Per terminal, in order of time: when who punches. */
  readonly punches: readonly (readonly { readonly atMs: number; readonly pin: string }[])[];
  readonly troubles: readonly Trouble[];
}

interface Zone {
  readonly timeZone: string;
  readonly minutes: number;
}

const zones: [Zone, ...Zone[]] = [
  // Mostly the one whose arithmetic is cheapest.
  { timeZone: 'UTC', minutes: 0 },
  { timeZone: 'UTC', minutes: 0 },
  { timeZone: 'UTC', minutes: 0 },
  { timeZone: 'Asia/Jakarta', minutes: 420 },
  { timeZone: 'Asia/Makassar', minutes: 480 },
  { timeZone: 'Asia/Jayapura', minutes: 540 },
];

/** The plan of a seed. */
export function planWorld(seed: number): WorldPlan {
  const random = createRandom(seed).fork('plan');
  const zone = random.pick(zones);
  // Mondays and Sundays, mornings and nights.
  const startMs =
    Date.UTC(2026, 10, random.integer(1, 28), random.integer(0, 23), random.integer(0, 59)) + 1000 * random.next();
  const terminals = Array.from({ length: random.pick([2, 2, 2, 2, 2, 3, 4]) }, (_, index) =>
    terminalPlan(random, index, zone.minutes),
  );
  const pollEverySeconds = random.pick([600, 1_800, 3_600]);
  const lastsMs = Math.min(random.pick([10, 14, 24]) * pollEverySeconds * second, 3 * day);
  const troubledUntilMs = startMs + lastsMs;
  const gateways = random.pick([1, 1, 1, 2, 2, 3]);
  return {
    seed,
    startMs,
    troubledUntilMs,
    pollEverySeconds,
    gateways,
    leaseMs: Math.max(minute, random.pick([1, 2]) * pollEverySeconds * second),
    recordsPerBatch: random.pick([10, 25, 2_000]),
    queue: random.chance(0.5)
      ? { delayMs: 0, twice: 0, unanswered: 0 }
      : { delayMs: random.pick([50, 2_000, 90_000]), twice: random.next() * 0.5, unanswered: random.next() * 0.2 },
    office: {
      timeZone: zone.timeZone,
      live: random.chance(0.1),
      rush: random.chance(0.5) ? ['06:45-08:15'] : [],
      setClocks: random.chance(0.4),
    },
    terminals,
    punches: terminals.map((_, index) => punchesOf(random, 1_000 + 100 * index, startMs, lastsMs)),
    troubles: troublesOf(random, { startMs, lastsMs, terminals: terminals.length, gateways, pollEverySeconds }),
  };
}

function terminalPlan(random: Random, index: number, zoneOffsetMinutes: number): TerminalPlan {
  const whenFull: WhenFull = random.pick(['refuse', 'refuse', { dropOldest: random.integer(1, 40) }, 'ring']);
  const isSmall = random.chance(whenFull === 'ring' ? 0.3 : 0.5);
  return {
    serial: `W${index}${random.integer(100, 999)}`,
    layout: random.pick(['40', '40', '40', '49', '16', '8']),
    capacity: isSmall ? random.integer(30, 120) : 10_000,
    whenFull,
    refusesTails: random.chance(0.15),
    countsNothing: random.chance(0.1),
    hasLiveEvents: random.chance(0.7),
    clock: {
      zoneOffsetMinutes,
      offsetMs: random.chance(0.7) ? random.integer(-90_000, 90_000) : 60_000 * random.integer(-600, 600),
      driftPpm: random.integer(-80, 80),
      wobblePpm: random.chance(0.5) ? random.integer(0, 8) : 0,
    },
    roundTripMs: random.pick([2, 20, 120, 600]),
    recordMs: random.pick([0.1, 2, 20]),
  };
}

/** A few people at a door: rushes, stragglers, two in one second, the same finger twice. */
function punchesOf(
  random: Random,
  firstPin: number,
  startMs: number,
  lastsMs: number,
): { atMs: number; pin: string }[] {
  const people = random.integer(1, 12);
  const punches: { atMs: number; pin: string }[] = [];
  // Before the world begins the log is not empty.
  for (let left = random.pick([0, 3, 40, 90]); left > 0; left -= 1) {
    punches.push({ atMs: startMs, pin: String(firstPin + random.integer(0, people)) });
  }
  const count = random.pick([5, 30, 80]);
  const rushes = Array.from({ length: 3 }, () => startMs + random.next() * lastsMs);
  for (let left = count; left > 0; left -= 1) {
    const inRush = random.chance(0.5);
    const atMs = inRush
      ? random.pick(rushes as [number, ...number[]]) + random.next() * 10 * minute
      : startMs + random.next() * lastsMs;
    const pin = String(firstPin + random.integer(0, people));
    punches.push({ atMs, pin });
    if (random.chance(0.05)) punches.push({ atMs: atMs + random.integer(0, 900), pin });
  }
  return punches.sort((a, b) => a.atMs - b.atMs);
}

interface Stage {
  readonly startMs: number;
  readonly lastsMs: number;
  readonly terminals: number;
  readonly gateways: number;
  readonly pollEverySeconds: number;
}

function troublesOf(random: Random, stage: Stage): Trouble[] {
  const { startMs, lastsMs, terminals, gateways, pollEverySeconds } = stage;
  const somePollsMs = (): number => (0.2 + 8 * random.next() * random.next()) * pollEverySeconds * second;
  const when = (): number => startMs + random.next() * lastsMs;
  const troubles: Trouble[] = [];
  for (let left = random.integer(0, 4 * terminals); left > 0; left -= 1) {
    const terminal = random.integer(0, terminals - 1);
    troubles.push({ atMs: when(), terminal, trouble: terminalTrouble(random, somePollsMs()) });
  }
  for (let left = random.integer(0, 8); left > 0; left -= 1) {
    const gateway = random.integer(0, gateways - 1);
    troubles.push({ atMs: when(), gateway, trouble: houseTrouble(random, somePollsMs()) });
  }
  return troubles.sort((a, b) => a.atMs - b.atMs);
}

function terminalTrouble(random: Random, forMs: number): TerminalTrouble {
  const kind = random.pick([
    'offline',
    'refuses',
    'hangs',
    'drops',
    'short',
    'miscounts',
    'slow',
    'hides',
    'impostor',
    'restart',
    'clear',
    'spoil',
    'step-clock',
    'step-clock',
    'reset-clock',
    'stop-clock',
  ] as const);
  switch (kind) {
    case 'hides':
      return { kind, forMs, share: random.pick([0, random.next()]) };
    case 'impostor':
      return { kind, forMs, as: random.pick(['stranger', 'neighbour']) };
    case 'spoil':
      return { kind, share: random.next() };
    case 'step-clock':
      return { kind, byMs: random.pick([-1, 1]) * random.pick([5 * second, 90 * second, hour, 3 * hour, 40 * day]) };
    case 'stop-clock':
      return { kind, forMs };
    case 'restart':
    case 'clear':
    case 'reset-clock':
      return { kind };
    default:
      return { kind, forMs };
  }
}

function houseTrouble(random: Random, forMs: number): HouseTrouble {
  const kind = random.pick([
    'crash',
    'crash',
    'crash',
    'freeze',
    'store-away',
    'queue-away',
    'commit-unknown',
    'flush',
    'stop-and-start',
    'restore',
    'step-host',
  ] as const);
  switch (kind) {
    case 'crash':
      return { kind, calls: random.integer(1, 40), when: random.pick(['before', 'after']), downMs: forMs };
    case 'restore':
      return { kind, ageMs: random.next() * 20 * forMs };
    case 'step-host':
      return { kind, byMs: random.pick([-1, 1]) * random.pick([2 * second, 5 * minute, hour]) };
    case 'flush':
    case 'stop-and-start':
      return { kind };
    default:
      return { kind, forMs };
  }
}
