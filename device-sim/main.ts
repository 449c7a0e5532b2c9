import { CATALOGUE } from './catalogue.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { punchesWithoutEnd, runPeople } from './people.ts';
import { PROFILES } from './profiles.ts';
import { readScenario, type ScenarioOptions } from './scenario.ts';

export type SimulatorOptions = {
  terminals?: number;
  /** 0 or nothing: free ports. */
  basePort?: number;
  host?: string;
  seed?: number;
  /** Path of a scenario file. */
  scenario?: string;
  /** People who punch all day long; 0 (default) for none. */
  people?: number;
  /** Keeps truth and clocks for the next start. */
  ledgerFile?: string;
  stateFile?: string;
  /** How many times faster than real time the simulated world runs. */
  speed?: number;
};

/** The lines of `gerbang sim --list`: every profile and every fault with what it does. */
export function listSimulator(): string[] {
  const width = Math.max(...[...PROFILES, ...CATALOGUE].map((one) => one.name.length));
  return [
    'Profiles',
    ...PROFILES.map((profile) => `  ${profile.name.padEnd(width)}  ${profile.description}`),
    ...(
      [
        ['bytes', 'Faults of bytes on their way'],
        ['packets', 'Faults of packets'],
        ['device', 'Faults of the device itself'],
      ] as const
    ).flatMap(([level, title]) => [
      title,
      ...CATALOGUE.filter((fault) => fault.level === level).map(
        (fault) => `  ${fault.name.padEnd(width)}  ${fault.description}`,
      ),
    ]),
  ];
}

/**
 * Starts the simulator for `gerbang sim`: one line per terminal through `print`, then it runs until `stop`.
 *
 * @throws Error when a port is taken or the scenario file is not valid
 */
export async function runSimulator(
  options: SimulatorOptions,
  print: (line: string) => void = console.log,
): Promise<{ fleet: Fleet; stop(): Promise<void> }> {
  const { scenario: file, people = 0, speed = 1, ...rest } = options;
  const scenario: ScenarioOptions | undefined = file === undefined ? undefined : readScenario(file);
  const fleet = await startFleet({
    ...rest,
    ...(scenario ? { scenario } : {}),
    speed,
    now: fasterNow(speed),
  });
  for (const { serial, host, port, profile } of fleet.terminals) print(`${serial}  ${host}:${port}  ${profile}`);
  const walking =
    people > 0
      ? runPeople(
          fleet,
          punchesWithoutEnd({
            people,
            terminals: fleet.terminals.length,
            seed: options.seed ?? 1,
            startMs: fleet.now(),
            rushMs: 45 * 60_000,
          }),
        )
      : undefined;
  return {
    fleet,
    async stop() {
      walking?.stop();
      await fleet.stop();
    },
  };
}

/** True time that runs `speed` times as fast as the host's, from now on. */
export function fasterNow(speed: number): () => number {
  if (speed === 1) return Date.now;
  const startMs = Date.now();
  return () => startMs + (Date.now() - startMs) * speed;
}
