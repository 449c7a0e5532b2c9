/** `gerbang start` as a process of its own, as it is shipped, and what can be done to it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { programArguments, rootFolder } from '../../tools/program.ts';

/** How a process ended. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A gateway that runs, or ran. */
export interface GatewayProcess {
  readonly pid: number;
  readonly ended: Promise<End>;
  hasEnded(): boolean;
  /** What it wrote last, to either stream; at most 64 KiB. */
  said(): string;
  /** Where its page is; waits for it. Rejects when the process ends first. */
  pageUrl(): Promise<string>;
  /** Where consumers subscribe; waits for it. */
  mqttUrl(): Promise<string>;
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL, and gone. */
  kill(): Promise<void>;
  /** SIGTERM, and gone within `withinMs`, or it throws. */
  stop(withinMs?: number): Promise<End>;
  /** Resident memory in MiB; 0 when it has ended. */
  residentMiB(): number;
  /** Open descriptors; 0 when it has ended. */
  descriptors(): number;
}

const keptBytes = 65_536;

/**
 * Starts one.
 *
 * @param config path of its configuration
 * @param variables of its environment beside PATH; `undefined` takes one away
 * @param wrapper a command line in front of it, such as `['prlimit', '--nofile=64']`
 * @param program another version's, compiled
 */
export function startGatewayProcess(
  config: string,
  variables: NodeJS.ProcessEnv,
  wrapper: readonly string[] = [],
  program?: string,
): GatewayProcess {
  const start = ['start', '--config', config];
  const line = [
    ...wrapper,
    process.execPath,
    ...(program === undefined ? programArguments(...start) : [program, ...start]),
  ];
  const [command = process.execPath, ...args] = line;
  const child = spawn(command, args, {
    cwd: rootFolder,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', LOG_LEVEL: 'warn', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return watch(child);
}

function watch(child: ChildProcess): GatewayProcess {
  let text = '';
  let over = false;
  const urls = { page: /(http:\/\/127\.0\.0\.1:\d+)/, mqtt: /(mqtt:\/\/[\w.:@*-]+:\d+)\s*$/m };
  const found = { page: '', mqtt: '' };
  const listen = (bytes: Buffer): void => {
    text = (text + bytes.toString('utf8')).slice(-keptBytes);
    found.page ||= urls.page.exec(text)?.[1] ?? '';
    found.mqtt ||= urls.mqtt.exec(text)?.[1] ?? '';
  };
  child.stdout?.on('data', listen);
  child.stderr?.on('data', listen);
  const ended = new Promise<End>((resolve) => {
    const end = (code: number | null, signal: NodeJS.Signals | null): void => {
      over = true;
      resolve({ code, signal });
    };
    child.once('exit', end);
    child.once('error', () => end(null, null));
  });
  const pid = child.pid ?? 0;
  const urlOf = async (which: 'page' | 'mqtt'): Promise<string> => {
    const lastMs = performance.now() + 600_000;
    while (found[which] === '') {
      if (over) throw new Error(`the gateway ended before it had started:\n${text}`);
      if (performance.now() > lastMs) throw new Error(`the gateway does not start:\n${text}`);
      await sleep(20);
    }
    return found[which];
  };
  const signal = (name: NodeJS.Signals): void => void (over || child.kill(name));
  return {
    pid,
    ended,
    hasEnded: () => over,
    said: () => text,
    pageUrl: () => urlOf('page'),
    mqttUrl: () => urlOf('mqtt'),
    signal,
    async kill() {
      // A frozen process takes SIGKILL too.
      signal('SIGKILL');
      await ended;
    },
    async stop(withinMs = 60_000) {
      signal('SIGTERM');
      const end = await Promise.race([ended, sleep(withinMs, null)]);
      if (end !== null) return end;
      signal('SIGKILL');
      await ended;
      throw new Error(`the gateway was still there ${withinMs} ms after SIGTERM:\n${text}`);
    },
    residentMiB: () => Math.round(numberIn(`/proc/${pid}/status`, /^VmRSS:\s+(\d+) kB/m) / 1_024),
    descriptors: () => countIn(`/proc/${pid}/fd`),
  };
}

function numberIn(file: string, pattern: RegExp): number {
  try {
    return Number(pattern.exec(readFileSync(file, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function countIn(folder: string): number {
  try {
    return readdirSync(folder).length;
  } catch {
    return 0;
  }
}
