import type { Fleet } from './fleet.ts';
import { createRandom, type Random } from './random.ts';

/** One thing one person will do. */
export type PlannedPunch = {
  /** True UTC instant. */
  atMs: number;
  terminalIndex: number;
  pin: string;
  verifyMode: number;
  punchState: number;
};

export type PeopleOptions = {
  /** How many people. */
  people: number;
  /** How many terminals they have. */
  terminals: number;
  /** Terminals that share an entrance: a person who does not use the usual one uses another of these. Default 4. */
  terminalsPerOffice?: number;
  seed: number;
  /** When the morning begins. */
  startMs: number;
  /** How long the rush in takes; the morning of a real office is 45 minutes. Default 45 s, for a demo. */
  rushMs?: number;
};

type Person = { pin: string; home: number; other: number; verifyMode: number; keys: boolean };

/** Share of people who press twice because the first beep was not heard. */
const TWICE = 0.06;
/** Share of punches made at another terminal than the usual one. */
const ELSEWHERE = 0.04;
/** A person walks out and in again about this often, in rushes. */
const RUSHES_BETWEEN_WALKS = 6;
/** People queue: a terminal needs this long from one face or finger to the next. */
const TURN_MS = 1_300;

/** A morning pressed into seconds has quicker people, or the queue would be longer than the morning. */
function turnMsOf({ rushMs = 45_000, terminals, people }: PeopleOptions): number {
  return Math.min(TURN_MS, (rushMs * terminals) / (2 * Math.max(1, people)));
}

/**
 * The morning: everybody comes in once, most of them around the middle of it, some twice within seconds.
 *
 * @returns sorted by time
 */
export function planPunches(options: PeopleOptions): PlannedPunch[] {
  const random = createRandom(options.seed).fork('people');
  const rushMs = options.rushMs ?? 45_000;
  const plan = peopleOf(options, random).flatMap((person) => {
    const arrival = options.startMs + rushMs * bell(random);
    return visit(person, arrival, 0, rushMs, random);
  });
  return inTurn(
    plan.sort((a, b) => a.atMs - b.atMs),
    turnMsOf(options),
    new Map(),
  ).sort((a, b) => a.atMs - b.atMs);
}

/** Whoever comes to a terminal in use waits. `freeAtMs`: when each terminal is free again; kept from call to call. */
function inTurn(plan: readonly PlannedPunch[], turnMs: number, freeAtMs: Map<number, number>): PlannedPunch[] {
  return plan.map((punch) => {
    const atMs = Math.max(punch.atMs, freeAtMs.get(punch.terminalIndex) ?? punch.atMs);
    freeAtMs.set(punch.terminalIndex, atMs + turnMs);
    return { ...punch, atMs };
  });
}

/**
 * The morning, and then the day: people go out and come back for as long as one reads on. Sorted by time, without end.
 */
export function* punchesWithoutEnd(options: PeopleOptions): Generator<PlannedPunch> {
  yield* planPunches(options);
  const rushMs = options.rushMs ?? 45_000;
  const random = createRandom(options.seed).fork('day');
  const people = peopleOf(options, createRandom(options.seed).fork('people'));
  const everyMs = (rushMs * RUSHES_BETWEEN_WALKS) / Math.max(1, people.length);
  const inside = people.map(() => true);
  const soon: PlannedPunch[] = [];
  const freeAtMs = new Map<number, number>();
  let atMs = options.startMs + rushMs;
  while (people.length > 0) {
    atMs += -Math.log(1 - random.next()) * everyMs;
    const who = random.integer(0, people.length - 1);
    const person = people[who];
    if (!person) return;
    soon.push(...inTurn(visit(person, atMs, inside[who] ? 1 : 0, rushMs, random), turnMsOf(options), freeAtMs));
    inside[who] = !inside[who];
    soon.sort((a, b) => a.atMs - b.atMs);
    while (soon[0] && soon[0].atMs <= atMs) yield soon.shift() as PlannedPunch;
  }
}

/** Who they are: a pin, a usual terminal, a way to be recognised. */
function peopleOf(options: PeopleOptions, random: Random): Person[] {
  const perOffice = Math.min(options.terminalsPerOffice ?? 4, options.terminals);
  return Array.from({ length: options.people }, (_, at) => {
    const home = at % options.terminals;
    const office = Math.floor(home / perOffice) * perOffice;
    const size = Math.min(perOffice, options.terminals - office);
    const other = size > 1 ? office + ((home - office + random.integer(1, size - 1)) % size) : home;
    return {
      pin: String(1001 + at),
      home,
      other,
      verifyMode: random.chance(0.7) ? 1 : random.chance(0.8) ? 15 : 4,
      keys: random.chance(0.5),
    };
  });
}

/** One person at the door: usually once, sometimes again within seconds. */
function visit(person: Person, atMs: number, direction: 0 | 1, rushMs: number, random: Random): PlannedPunch[] {
  const at = Math.round(atMs);
  const punch: PlannedPunch = {
    atMs: at,
    terminalIndex: random.chance(ELSEWHERE) ? person.other : person.home,
    pin: person.pin,
    verifyMode: person.verifyMode,
    // Half of the people never press a state key: the terminal writes check-in.
    punchState: person.keys ? direction : 0,
  };
  if (!random.chance(TWICE)) return [punch];
  const againMs = Math.min(random.integer(TURN_MS, 4_000), rushMs / 10);
  return [punch, { ...punch, atMs: Math.round(at + againMs) }];
}

/** In [0, 1], most likely around a little after the middle. */
function bell(random: Random): number {
  return Math.max(0, Math.min(1, 0.55 + random.normal() * 0.17));
}

export type RunningPeople = {
  /** Punches the terminals took. */
  readonly made: number;
  /** Punches they refused: log full, or disabled by a client. */
  readonly refused: number;
  /** Nobody punches any more once this has returned. */
  stop(): { made: number; refused: number };
  /** Resolves when the plan is at its end or was stopped. */
  readonly finished: Promise<void>;
};

/** Plays a plan on a fleet, each punch at its time by the fleet's clock. */
export function runPeople(fleet: Fleet, plan: Iterable<PlannedPunch>): RunningPeople {
  const coming = plan[Symbol.iterator]();
  let next = coming.next();
  let timer: NodeJS.Timeout | undefined;
  let made = 0;
  let refused = 0;
  let stopped = false;
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });

  function play(): void {
    while (!stopped && !next.done && next.value.atMs <= fleet.now()) {
      const { terminalIndex, atMs: _atMs, ...punch } = next.value;
      if (fleet.terminals[terminalIndex]?.terminal.punch(punch)) made += 1;
      else refused += 1;
      next = coming.next();
    }
    if (stopped) return;
    if (next.done) finish();
    else timer = setTimeout(play, Math.min(60_000, Math.max(1, (next.value.atMs - fleet.now()) / fleet.speed)));
  }

  play();
  return {
    get made() {
      return made;
    },
    get refused() {
      return refused;
    },
    finished,
    stop() {
      stopped = true;
      clearTimeout(timer);
      finish();
      return { made, refused };
    },
  };
}
