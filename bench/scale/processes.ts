/** The processes of the scale bench, and what the system says about them. */

import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { nextMessage } from '../peers/next-message.ts';
import type { FleetAnswer, FleetRequest } from './fleet-process.ts';
import type { GatewayStart } from './gateway-process.ts';

const answerWithinMs = 20 * 60_000;
const root = fileURLToPath(new URL('../..', import.meta.url));
const compiled = 'dist/bench';

/** Compiles what runs in processes of its own: gateways in use are compiled, and a compiler in their memory is not theirs. */
export function compileProcesses(): void {
  const args = ['test/tools/build.mjs', compiled, 'tsconfig.bench.json'];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('the bench was not compiled');
}

function forkCompiled(name: string): ChildProcess {
  // `GERBANG_PROFILE=/tmp/p npm run bench -- scale --only polling` leaves profiles of both there.
  const { GERBANG_PROFILE: folder } = process.env;
  const profiled = folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=5000'];
  return fork(`${root}${compiled}/bench/scale/${name}.js`, { execArgv: ['--expose-gc', ...profiled] });
}

/** A fleet in another process. */
export interface FarFleet {
  readonly ports: readonly number[];
  punch(perSecond: number, forMs: number): Promise<number>;
  fill(records: number): Promise<void>;
  network(state: 'offline' | 'online'): Promise<void>;
  truth(): Promise<Extract<FleetAnswer, { truth: unknown }>['truth']>;
  stop(): void;
}

/** Starts terminals with so many records each. */
export async function startFarFleet(terminals: number, history: number, people = 20): Promise<FarFleet> {
  const child = forkCompiled('fleet-process');
  const ask = async (request: FleetRequest): Promise<FleetAnswer> => {
    const answer = nextMessage<FleetAnswer>(child, answerWithinMs);
    child.send(request);
    return answer;
  };
  const ready = await ask({ start: { terminals, history, people } });
  if (!('ports' in ready)) throw new Error('the fleet did not say where it listens');
  return {
    ports: ready.ports,
    async punch(perSecond, forMs) {
      const answer = await ask({ punch: { perSecond, forMs } });
      return 'made' in answer ? answer.made : 0;
    },
    fill: async (records) => void (await ask({ fill: records })),
    network: async (state) => void (await ask({ network: state })),
    async truth() {
      const answer = await ask({ truth: true });
      return 'truth' in answer ? answer.truth : [];
    },
    stop: () => void child.kill('SIGKILL'),
  };
}

/** A gateway in another process. */
export interface FarGateway {
  readonly page: string;
  /** Processor time used so far, in milliseconds. */
  cpuMs(): number;
  /** Memory now and at its highest, in bytes. */
  memory(): { readonly nowBytes: number; readonly peakBytes: number };
  depth(): Promise<number>;
  /** Bytes of the heap that are in use after everything unused was thrown away. */
  heapBytes(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a gateway. */
export async function startFarGateway(start: GatewayStart): Promise<FarGateway> {
  const child = forkCompiled('gateway-process');
  const ready = nextMessage<{ page: string }>(child, answerWithinMs);
  child.send(start);
  const { page } = await ready;
  return {
    page,
    cpuMs: () => cpuMsOf(child.pid ?? 0),
    memory: () => memoryOf(child.pid ?? 0),
    async depth() {
      const answer = nextMessage<{ depth: number }>(child, answerWithinMs);
      child.send('depth');
      return (await answer).depth;
    },
    async heapBytes() {
      const answer = nextMessage<{ heap: number }>(child, answerWithinMs);
      child.send('heap');
      return (await answer).heap;
    },
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

/** Processor time of a process, user and system, from the kernel. Clock ticks are hundredths of a second on Linux. */
export function cpuMsOf(pid: number): number {
  const [, rest = ''] = /^\d+ \(.*\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
  const fields = rest.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function memoryOf(pid: number): { nowBytes: number; peakBytes: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytesOf = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1_024;
  return { nowBytes: bytesOf('VmRSS'), peakBytes: bytesOf('VmHWM') };
}
