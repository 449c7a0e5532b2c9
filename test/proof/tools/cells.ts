/** Which combinations of profile, transport, segmentation, trouble and size are run: all singles, and all pairs of two. */
import type { FaultName } from '../../../device-sim/catalogue.ts';
import type { FaultOptions } from '../../../device-sim/faults.ts';
import { PROFILES } from '../../../device-sim/profiles.ts';
import { createRandom, type Random } from '../../../device-sim/random.ts';
import { type Trouble, troubles, type Wire } from './expected.ts';

/** How the bytes of a healthy answer are cut on TCP. */
export interface Segmentation {
  readonly name: string;
  readonly fault: FaultOptions | null;
  /** Tiny pieces cost a write each. */
  readonly mostRecords?: number;
}

export const segmentations: readonly Segmentation[] = [
  { name: 'as written', fault: null },
  { name: 'byte by byte', fault: { name: 'segment', bytes: 1 }, mostRecords: 26 },
  { name: '7 bytes', fault: { name: 'segment', bytes: 7 }, mostRecords: 128 },
  { name: 'cut in the magic', fault: { name: 'split-frame', bytes: 3, ms: 1 } },
  { name: 'cut in the length', fault: { name: 'split-frame', bytes: 5, ms: 1 } },
  { name: 'cut in the header', fault: { name: 'split-frame', bytes: 12, ms: 1 } },
  { name: 'cut in the data', fault: { name: 'split-frame', bytes: 900, ms: 1 } },
  { name: 'all in one', fault: { name: 'coalesce' } },
  { name: 'cut anew at 1460', fault: { name: 'recut', bytes: 1460 } },
  { name: 'cut anew at 1027', fault: { name: 'recut', bytes: 1027 } },
  { name: 'cut anew at 13', fault: { name: 'recut', bytes: 13 }, mostRecords: 128 },
  { name: 'trickling', fault: { name: 'trickle', ms: 1, times: 4 }, mostRecords: 26 },
];

/** Nothing; one; the last that are inline and the first that are not, for 40 and for 8 bytes; a second range on TCP. */
const sizes = [0, 1, 2, 25, 26, 127, 128, 300, 1640] as const;
const transports = ['tcp', 'udp', 'auto'] as const;
export type Transport = (typeof transports)[number];

/** Segmentations are faults of the catalogue as well. */
export const segmentationFaults: readonly FaultName[] = segmentations.flatMap(({ fault }) =>
  fault ? [fault.name] : [],
);

/** One run. */
export interface Cell {
  readonly profile: string;
  readonly transport: Transport;
  readonly segmentation: Segmentation;
  readonly trouble: Trouble | null;
  readonly records: number;
}

/** One value per axis, by number, so that pairs can be counted: profile, transport, segmentation, trouble, size. */
type Point = readonly number[];

const allTroubles: readonly (Trouble | null)[] = [null, ...troubles];
const extents = [PROFILES.length, transports.length, segmentations.length, allTroubles.length, sizes.length];
const usual: Point = [0, 0, 0, 0, sizes.indexOf(300)];
const [profileAxis, transportAxis, troubleAxis] = [0, 1, 3];

function entryAt<T>(list: readonly T[], at: number | undefined): T {
  const value = list[at ?? -1];
  if (value === undefined) throw new RangeError('not a point of the matrix');
  return value;
}

/** What carries a conversation in the end. */
export function wireOf({ profile, transport }: Pick<Cell, 'profile' | 'transport'>): Wire {
  if (transport !== 'auto') return transport;
  return PROFILES.find(({ name }) => name === profile)?.transport === 'udp' ? 'udp' : 'tcp';
}

function cellAt([profile, transport, segmentation, trouble, size]: Point): Cell {
  return {
    profile: entryAt(PROFILES, profile).name,
    transport: entryAt(transports, transport),
    segmentation: entryAt(segmentations, segmentation),
    trouble: entryAt(allTroubles, trouble),
    records: entryAt(sizes, size),
  };
}

/** Combinations that mean something: a transport the profile has, a fault the wire has, a size the cutting bears. */
function isPossible(point: Point): boolean {
  const cell = cellAt(point);
  const offered = entryAt(PROFILES, point[profileAxis]).transport;
  if (offered !== 'both' && cell.transport !== 'auto' && cell.transport !== offered) return false;
  const wire = wireOf(cell);
  if (wire === 'udp' && cell.segmentation.fault !== null) return false;
  const { trouble, segmentation } = cell;
  const inTinyPieces = segmentation.mostRecords !== undefined;
  if (cell.records > (segmentation.mostRecords ?? Number.POSITIVE_INFINITY)) return false;
  // Short time-outs and a thousand writes for one answer: a busy machine would decide how it ends.
  if (trouble?.endsInSilence && inTinyPieces) return false;
  return trouble === null || (trouble[wire] !== undefined && (trouble.shows?.(cell.records) ?? true));
}

/** All cells of one seed, in random order: short and long ones mix. */
export function cellsOf(seed: number): Cell[] {
  const random = createRandom(seed);
  const covered = new Set<string>();
  const chosen = new Map<string, Point>();
  const take = (point: Point): void => {
    chosen.set(point.join(), point);
    for (const pair of pairsOf(point)) covered.add(pair);
  };
  for (const point of singles()) if (isPossible(point)) take(point);
  for (const [axis, other] of axisPairs()) {
    for (let value = 0; value < (extents[axis] ?? 0); value += 1) {
      for (let against = 0; against < (extents[other] ?? 0); against += 1) {
        if (covered.has(pairKey(axis, value, other, against))) continue;
        const best = richestPoint(random, covered, axis, value, other, against);
        if (best !== null) take(best);
      }
    }
  }
  return shuffled([...chosen.values()], random).map(cellAt);
}

/** Every value once beside an ordinary colour terminal on TCP with 300 records, and every trouble once over UDP. */
function* singles(): Generator<Point> {
  for (const [axis, extent] of extents.entries()) {
    for (let value = 0; value < extent; value += 1) yield usual.with(axis, value);
  }
  const overUdp = usual.with(transportAxis, transports.indexOf('udp'));
  for (let trouble = 0; trouble < allTroubles.length; trouble += 1) yield overUdp.with(troubleAxis, trouble);
  for (const [profile, { transport }] of PROFILES.entries()) {
    if (transport === 'udp') yield overUdp.with(profileAxis, profile);
  }
}

function* axisPairs(): Generator<readonly [number, number]> {
  for (let axis = 0; axis < extents.length; axis += 1) {
    for (let other = axis + 1; other < extents.length; other += 1) yield [axis, other];
  }
}

const pairKey = (axis: number, value: number, other: number, against: number): string =>
  `${axis}:${value} ${other}:${against}`;

function* pairsOf(point: Point): Generator<string> {
  for (const [axis, other] of axisPairs()) yield pairKey(axis, point[axis] ?? 0, other, point[other] ?? 0);
}

/** Of some random points with this pair, the one that covers most pairs not seen yet; null when none is possible. */
function richestPoint(
  random: Random,
  covered: ReadonlySet<string>,
  ...[axis, value, other, against]: readonly [number, number, number, number]
): Point | null {
  let best: Point | null = null;
  let bestNew = 0;
  for (let tried = 0; tried < 60; tried += 1) {
    const point = extents
      .map((extent) => random.integer(0, extent - 1))
      .with(axis, value)
      .with(other, against);
    if (entryAt(allTroubles, point[troubleAxis])?.heavy || !isPossible(point)) continue;
    const fresh = [...pairsOf(point)].filter((pair) => !covered.has(pair)).length;
    if (fresh > bestNew) [best, bestNew] = [point, fresh];
  }
  return best;
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  return list
    .map((value) => ({ value, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}
