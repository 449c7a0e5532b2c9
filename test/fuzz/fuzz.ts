/** The fuzz as a whole: lanes, their shares of the frames, and what a run found. */
import { createRandom, type Random } from '../../device-sim/random.ts';
import { createSessions, type Sessions } from '../../device-sim/session.ts';
import { decodeOnce, recordAll } from './codec-lane.ts';
import { converseOnce, type Ending } from './driver-lane.ts';
import { layInMemory } from './memory-link.ts';
import { askOnce } from './simulator-lane.ts';
import { layOverSockets } from './socket-line.ts';
import { createWorlds, type World } from './worlds.ts';

/** Lanes, the share of the mutated frames each carries, and how many conversations it has at once. */
const lanes = {
  codec: { share: 0.6, atOnce: 1 },
  simulator: { share: 0.24, atOnce: 1 },
  driver: { share: 0.15, atOnce: 64 },
  sockets: { share: 0.01, atOnce: 16 },
} as const;
export type Lane = keyof typeof lanes;
export const laneNames: readonly Lane[] = ['codec', 'simulator', 'driver', 'sockets'];

export interface FuzzOptions {
  /** Mutated frames, over all lanes. */
  readonly frames: number;
  readonly seed: string;
  /** Called now and then with the frames so far. */
  readonly onProgress?: (frames: number) => void;
}

/** Something that must never happen, and how to see it again. */
export interface Finding {
  readonly lane: Lane;
  readonly index: number;
  readonly text: string;
}

export interface LaneReport {
  readonly lane: Lane;
  readonly frames: number;
  readonly conversations: number;
  readonly seconds: number;
  /** How many conversations ended how. */
  readonly outcomes: ReadonlyMap<string, number>;
}

export interface FuzzReport {
  readonly lanes: readonly LaneReport[];
  readonly findings: readonly Finding[];
}

/** Conversations after which the terminals are made anew: a simulator remembers every clock setting for ever. */
const worldsLast = 5000;
/** A run that found this much has found enough. */
const mostFindings = 5;

/** Runs all lanes one after the other. */
export async function fuzz({ frames, seed, onProgress }: FuzzOptions): Promise<FuzzReport> {
  const reports: LaneReport[] = [];
  const findings: Finding[] = [];
  let before = 0;
  for (const lane of laneNames) {
    const report = await runLane(lane, frames * lanes[lane].share, seed, findings, (sofar) =>
      onProgress?.(before + sofar),
    );
    before += report.frames;
    reports.push(report);
  }
  return { lanes: reports, findings };
}

async function runLane(
  lane: Lane,
  frames: number,
  seed: string,
  findings: Finding[],
  onProgress: (frames: number) => void,
): Promise<LaneReport> {
  const startedMs = performance.now();
  const outcomes = new Map<string, number>();
  let done = 0;
  let next = 0;
  let play = await playerOf(lane);
  async function work(): Promise<void> {
    while (done < frames && findings.length < mostFindings) {
      const index = next;
      next += 1;
      if (index > 0 && index % worldsLast === 0) play = await playerOf(lane);
      const { mutated, outcome, fault } = await play(index, seed);
      done += mutated;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (fault !== null) findings.push({ lane, index, text: fault });
      if (index % 500 === 0) {
        onProgress(done);
        // Lanes without a wait of their own let the rest of the process breathe.
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }
  await Promise.all(Array.from({ length: lanes[lane].atOnce }, work));
  return { lane, frames: done, conversations: next, seconds: (performance.now() - startedMs) / 1000, outcomes };
}

/** Plays conversation number `index` of a lane. The same seed and index give the same conversation. */
type Player = (index: number, seed: string) => Promise<Ending>;

async function playerOf(lane: Lane): Promise<Player> {
  const worlds = createWorlds();
  const randomOf = (index: number, seed: string): Random => createRandom(`${seed}/${lane}/${index}`);
  if (lane === 'codec') {
    const recordings = await recordAll(worlds, createRandom('recordings'));
    return async (index, seed) => {
      const random = randomOf(index, seed);
      return decodeOnce(random.pick(recordings), random);
    };
  }
  if (lane === 'simulator') {
    // One table per terminal, as in life: clients that vanish leave their sessions to those that come after.
    const doors = worlds.map((world) => ({ world, sessions: createSessions(world.terminal) }));
    return async (index, seed) => askAndCheck(doors, randomOf(index, seed), index);
  }
  return async (index, seed) => {
    const random = randomOf(index, seed);
    if (lane === 'driver') return converseOnce(random.pick(worlds), random, layInMemory, 40);
    return converseOnce(random.pick(worlds), random, layOverSockets, 250);
  };
}

interface Door {
  readonly world: World;
  readonly sessions: Sessions;
}

/** Asks, and now and then looks whether the terminal still holds what people did. */
async function askAndCheck(doors: readonly Door[], random: Random, index: number): Promise<Ending> {
  const door = doors[random.integer(0, doors.length - 1)];
  if (door === undefined) throw new Error('no terminals');
  const { world, sessions } = door;
  const ending = askOnce(world, sessions, random);
  if (ending.fault !== null || index % 50 !== 0) return ending;
  const log = world.terminal.log.snapshot();
  const written = world.diary.map(({ rawHex }) => rawHex).join('');
  const held = log.read(4, log.sizeBytes - 4).toString('hex');
  return held === written ? ending : { ...ending, fault: `${world.name}: the log is not what people did any more` };
}

/** One conversation again, for a closer look. */
export async function playAgain(lane: Lane, index: number, seed: string): Promise<Ending> {
  return (await playerOf(lane))(index, seed);
}
