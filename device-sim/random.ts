/** A seeded source of chance. The same seed gives the same world. */
export type Random = {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [from, to]. */
  integer(from: number, to: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** Normally distributed around 0 with deviation 1. */
  normal(): number;
  pick<T>(from: readonly [T, ...T[]]): T;
  /** An independent source: adding draws to one never shifts another. */
  fork(label: string): Random;
};

function hash(text: string): number {
  let value = 0x811c_9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x0100_0193) >>> 0;
  return value;
}

/** The mulberry32 generator: 32 bits of state, enough for worlds that only need to be repeatable. */
export function createRandom(seed: number | string): Random {
  const origin = typeof seed === 'number' ? seed >>> 0 : hash(seed);
  let state = origin;

  function next(): number {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  const integer = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));

  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (from) => from[integer(0, from.length - 1)] ?? from[0],
    fork: (label) => createRandom(hash(`${origin}/${label}`)),
  };
}
