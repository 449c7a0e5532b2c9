/** Which faults strike when: all of it follows from the seed. */
import { createRandom, type Random } from '../../device-sim/random.ts';

/** What a fault befalls. Two that befall the same thing never overlap. */
export type Victim = 'first gateway' | 'second gateway' | 'postgres' | 'redis' | 'broker' | 'consumer' | 'terminals';

/** What a fault needs to be drawn. */
export interface FaultKind {
  readonly name: string;
  readonly victims: readonly [Victim, ...Victim[]];
  /** Seconds it may last; `[0, 0]` for one that is over at once. */
  readonly lasts: readonly [number, number];
  /** How often it is drawn beside others. Default 1. */
  readonly weight?: number;
}

/** One fault at one time. */
export interface Strike {
  readonly atSeconds: number;
  readonly name: string;
  readonly victim: Victim;
  readonly lastsSeconds: number;
  /** For whatever else the fault leaves to chance. */
  readonly seed: number;
}

/** Seconds between two strikes, and between two on one victim. */
const gapSeconds = [2, 9] as const;
const recoverSeconds = 6;

/** The strikes of a run, in order. The last one ends before the run does. */
export function scheduleOf(kinds: readonly FaultKind[], seed: number, minutes: number): readonly Strike[] {
  const random = createRandom(seed).fork('schedule');
  const freeAt = new Map<Victim, number>();
  const strikes: Strike[] = [];
  const endSeconds = minutes * 60;
  for (let at = 5; at < endSeconds - 5; at += random.integer(...gapSeconds)) {
    const kind = draw(kinds, random);
    const victim = random.pick(kind.victims);
    const lastsSeconds = Math.min(random.integer(...kind.lasts), endSeconds - at);
    if ((freeAt.get(victim) ?? 0) > at) continue;
    freeAt.set(victim, at + lastsSeconds + recoverSeconds);
    strikes.push({ atSeconds: at, name: kind.name, victim, lastsSeconds, seed: random.integer(0, 2 ** 31) });
  }
  return strikes;
}

function draw(kinds: readonly FaultKind[], random: Random): FaultKind {
  const total = kinds.reduce((sum, { weight = 1 }) => sum + weight, 0);
  let left = random.next() * total;
  for (const kind of kinds) {
    left -= kind.weight ?? 1;
    if (left < 0) return kind;
  }
  throw new RangeError('no faults to draw from');
}
