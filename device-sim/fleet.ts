import { type Ledger, openLedger } from './ledger.ts';
import { createRandom, type Random } from './random.ts';
import { type ScenarioOptions, type ScenarioTerminal, scenarioSchema } from './scenario.ts';
import { serveTerminal, type TerminalServer } from './server.ts';
import { readState, writeState } from './state-file.ts';
import { createTerminal, type Terminal, type TerminalOptions } from './terminal.ts';
import { startTimeline } from './timeline.ts';

export type FleetOptions = {
  /** How many; a longer list in the scenario wins. Default 1. */
  terminals?: number;
  /** Terminal n listens on `basePort + n`; 0 (default) takes free ports. */
  basePort?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** The same seed gives the same terminals, clocks and faults. Default 1. */
  seed?: number;
  scenario?: ScenarioOptions;
  /** Truth is kept here as NDJSON; the logs are rebuilt from it at the next start. */
  ledgerFile?: string;
  /** Clocks are kept here. */
  stateFile?: string;
  /** True UTC milliseconds. Default: the host's clock. */
  now?: () => number;
  /** How much faster than real time `now` runs; timelines follow it. Default 1. */
  speed?: number;
};

/** One terminal of a fleet: what it is, where it listens, and its plug. */
export type FleetTerminal = Pick<TerminalServer, 'offline' | 'online' | 'reboot' | 'host'> & {
  readonly index: number;
  readonly serial: string;
  readonly port: number;
  readonly profile: string;
  readonly terminal: Terminal;
};

export type Fleet = {
  readonly terminals: readonly FleetTerminal[];
  readonly ledger: Ledger;
  readonly now: () => number;
  readonly speed: number;
  stop(): Promise<void>;
};

/**
 * Starts simulated terminals and keeps them going until `stop`.
 *
 * @throws Error when a port is taken or the scenario is not valid
 */
export async function startFleet(options: FleetOptions = {}): Promise<Fleet> {
  const scenario = scenarioSchema.parse(options.scenario ?? {});
  const now = options.now ?? Date.now;
  const random = createRandom(options.seed ?? 1);
  const ledger = openLedger({ file: options.ledgerFile });
  const kept = readState(options.stateFile);
  const count = Math.max(options.terminals ?? 1, scenario.terminals.length);
  const models: Terminal[] = [];
  const saveState = (): void => {
    writeState(options.stateFile, { clocks: Object.fromEntries(models.map((model) => [model.serial, model.clock])) });
  };
  const running: FleetTerminal[] = [];
  const servers: TerminalServer[] = [];

  async function stopServers(): Promise<void> {
    await Promise.all(servers.map((server) => server.stop()));
    ledger.close();
  }

  try {
    for (let index = 0; index < count; index += 1) {
      const wanted = { ...scenario.defaults, ...scenario.terminals[index] };
      const built = buildTerminal(wanted, { index, now, random: random.fork(`terminal ${index}`), ledger });
      const clockState = kept?.clocks[built.serial];
      const terminal = createTerminal({
        ...built,
        ...(clockState ? { clockState } : {}),
        onClockChange: saveState,
      });
      const history = (wanted.history ?? 0) - ledger.historyOf(terminal.serial).length;
      if (history > 0) terminal.fillLog({ count: history });
      models.push(terminal);
      const port = wanted.port ?? (options.basePort ? options.basePort + index : 0);
      const server = await serveTerminal(terminal, { host: options.host ?? '127.0.0.1', port });
      servers.push(server);
      running.push(fleetTerminal(index, terminal, server));
    }
  } catch (error) {
    await stopServers();
    throw error;
  }
  saveState();
  const speed = options.speed ?? 1;
  const timeline = startTimeline(scenario.events, running, speed);
  return {
    terminals: running,
    ledger,
    now,
    speed,
    async stop() {
      timeline.stop();
      saveState();
      await stopServers();
    },
  };
}

function fleetTerminal(index: number, terminal: Terminal, server: TerminalServer): FleetTerminal {
  return {
    index,
    serial: terminal.serial,
    host: server.host,
    get port() {
      return server.port;
    },
    profile: terminal.profile.name,
    terminal,
    offline: server.offline,
    online: server.online,
    reboot: server.reboot,
  };
}

type Place = { index: number; now: () => number; random: Random; ledger: Ledger };

/** Fills in from the seed what the scenario leaves open: serial, model, and a clock that is minutes off. */
function buildTerminal(wanted: ScenarioTerminal, place: Place): TerminalOptions & { serial: string } {
  const { index, now, random, ledger } = place;
  const prefix = random.pick(['AEWD', 'BOCK', 'CGKK', 'CJDE', 'OIN7']);
  const made = `${prefix}${random.integer(17, 23)}${random.integer(10, 53)}${String(index).padStart(5, '0')}`;
  const offsetMs = Math.round(random.normal() * 90_000);
  const driftPpm = Math.round((random.next() * 2 - 1) * 600) / 10;
  const { users = 0, history: _history, port: _port, clock, serial = made, ...rest } = wanted;
  return {
    ...definedOf(rest),
    serial,
    now,
    ledger,
    seed: random.integer(0, 0xffff_ffff),
    clock: { offsetMs: Math.max(-300_000, Math.min(300_000, offsetMs)), driftPpm, ...definedOf(clock ?? {}) },
    users: Array.from({ length: users }, (_, at) => ({ pin: String(1001 + at) })),
  };
}

/** Leaves out keys whose value is undefined, so that they do not hide a default. */
function definedOf<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
