import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { faultSchema } from './faults.ts';
import { knobsSchema } from './knobs.ts';
import { PROFILES } from './profiles.ts';

const minutesOfZone = z
  .int()
  .min(-14 * 60)
  .max(14 * 60);

const clockSchema = z.strictObject({
  zoneOffsetMinutes: minutesOfZone.optional(),
  offsetMs: z.number().optional(),
  driftPpm: z.number().min(-1_000).max(1_000).optional(),
  wobblePpm: z.number().min(0).max(1_000).optional(),
  wobblePeriodMs: z.number().min(60_000).optional(),
});

const whenFullSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('refuse') }),
  z.strictObject({ kind: z.literal('drop-oldest'), records: z.int().min(1) }),
  z.strictObject({ kind: z.literal('ring') }),
]);

/** What one terminal is; everything left out is chosen from the seed or by the profile. */
const terminalSchema = z.strictObject({
  serial: z.string().min(1).max(32).optional(),
  profile: z.enum(PROFILES.map((profile) => profile.name)).optional(),
  port: z.int().min(0).max(65_535).optional(),
  deviceName: z.string().optional(),
  firmware: z.string().optional(),
  platform: z.string().optional(),
  clock: clockSchema.optional(),
  knobs: z.partialRecord(z.enum(Object.keys(knobsSchema.shape)), z.unknown()).optional(),
  faults: z.array(faultSchema).optional(),
  options: z.record(z.string(), z.string()).optional(),
  recordCapacity: z.int().min(1).max(10_000_000).optional(),
  whenFull: whenFullSchema.optional(),
  /** People enrolled before anybody punches. */
  users: z.int().min(0).max(60_000).optional(),
  /** Records in the log before the simulator starts. */
  history: z.int().min(0).max(10_000_000).optional(),
});

const moment = {
  /** Seconds of simulated time after the start. */
  atSeconds: z.number().min(0).max(2_000_000),
  /** Again and again. */
  everySeconds: z.number().min(0.1).max(2_000_000).optional(),
  /** Position in the fleet, a serial, or all of them. */
  terminal: z.union([z.int().min(0), z.string().min(1)]).default('all'),
};

/** Something that happens to terminals while they run. */
const eventSchema = z.discriminatedUnion('do', [
  z.strictObject({ ...moment, do: z.literal('reset-clock') }),
  z.strictObject({ ...moment, do: z.literal('step-clock'), bySeconds: z.number() }),
  z.strictObject({ ...moment, do: z.literal('stop-clock'), forSeconds: z.number().min(0) }),
  z.strictObject({ ...moment, do: z.literal('offline') }),
  z.strictObject({ ...moment, do: z.literal('online') }),
  z.strictObject({ ...moment, do: z.literal('reboot'), downSeconds: z.number().min(0).default(5) }),
  z.strictObject({ ...moment, do: z.literal('clear-log') }),
  z.strictObject({ ...moment, do: z.literal('set-faults'), faults: z.array(faultSchema) }),
  z.strictObject({ ...moment, do: z.literal('punch'), pin: z.string().min(1).max(24) }),
]);

export const scenarioSchema = z.strictObject({
  description: z.string().optional(),
  /** For every terminal, unless its own entry says otherwise. */
  defaults: terminalSchema.omit({ serial: true, port: true }).optional(),
  terminals: z.array(terminalSchema).max(5_000).default([]),
  events: z.array(eventSchema).max(10_000).default([]),
});

export type ScenarioOptions = z.input<typeof scenarioSchema>;
export type Scenario = z.output<typeof scenarioSchema>;
export type ScenarioTerminal = z.output<typeof terminalSchema>;
export type ScenarioEvent = z.output<typeof eventSchema>;

/**
 * Reads a scenario file.
 *
 * @throws Error that names the file and every fault in it
 */
export function readScenario(file: string): Scenario {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`Cannot read the scenario ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = scenarioSchema.safeParse(json);
  if (!parsed.success) throw new Error(`The scenario ${file} is not valid:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
