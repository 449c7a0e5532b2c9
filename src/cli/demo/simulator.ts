/**
 * The simulated fleet as a child process. Gateway and terminals must not share an event loop: each would measure the
 * other, and a real terminal never waits for the gateway's garbage collection.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { SimulatorReport, SimulatorRequest } from '../../../device-sim/child.ts';
import type { LedgerEntry } from '../../../device-sim/ledger.ts';
import { GerbangError } from '../../errors.ts';
import type { PlacedTerminal } from './world.ts';

type StartOptions = Extract<SimulatorRequest, { type: 'start' }>['options'];
type PeopleOptions = Omit<Extract<SimulatorRequest, { type: 'people-start' }>, 'type'>;

/** The fleet as the demo sees it. Every question has a deadline. */
export interface SimulatedFleet {
  readonly terminals: readonly PlacedTerminal[];
  startPeople(options: PeopleOptions): Promise<void>;
  /** @returns punches the terminals took, and punches they refused */
  stopPeople(): Promise<{ readonly made: number; readonly refused: number }>;
  /** What truly happened, whole. */
  readLedger(): Promise<readonly LedgerEntry[]>;
  /** Resolves when the process is gone. */
  stop(): Promise<void>;
}

const answerWithinMs = 60_000;
const stopWithinMs = 4_000;

/**
 * Starts the fleet.
 *
 * @throws GerbangError INTERNAL when the child process fails or does not answer in time
 */
export async function startSimulatedFleet(options: StartOptions): Promise<SimulatedFleet> {
  // Under tsx the sources run as they are, installed they run compiled; the child is the file beside us either way.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const child = fork(new URL(`../../../device-sim/child.${extension}`, import.meta.url), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ready = await ask(child, { type: 'start', options }, 'ready');
  return {
    terminals: ready.terminals,
    startPeople: async (people) => {
      await ask(child, { type: 'people-start', ...people }, 'people-started');
    },
    stopPeople: async () => {
      const { made, refused } = await ask(child, { type: 'people-stop' }, 'stopped');
      return { made, refused };
    },
    readLedger: () => collectLedger(child),
    stop: () => stopChild(child),
  };
}

/** One question, one answer; the waiter stands before the question is sent. */
function ask<Type extends SimulatorReport['type']>(
  child: ChildProcess,
  request: SimulatorRequest,
  answer: Type,
): Promise<Extract<SimulatorReport, { type: Type }>> {
  return listen(child, request, (report, settle) => {
    if (report.type === answer) settle(report as Extract<SimulatorReport, { type: Type }>);
  });
}

function collectLedger(child: ChildProcess): Promise<readonly LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  return listen(child, { type: 'ledger' }, (report, settle) => {
    if (report.type !== 'ledger') return;
    entries.push(...report.entries);
    if (report.last) settle(entries);
  });
}

function listen<Answer>(
  child: ChildProcess,
  request: SimulatorRequest,
  onReport: (report: SimulatorReport, settle: (answer: Answer) => void) => void,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      end();
      reject(new GerbangError('INTERNAL', `The simulated terminals failed: ${why}. Start the demo again.`));
    };
    const timer = setTimeout(() => fail('no answer in time'), answerWithinMs);
    const onExit = (): void => fail('their process ended');
    const onMessage = (report: SimulatorReport): void => {
      if (report.type === 'error') {
        fail(report.message);
        return;
      }
      onReport(report, (answer) => {
        end();
        resolve(answer);
      });
    };
    const end = (): void => {
      clearTimeout(timer);
      child.off('exit', onExit);
      child.off('message', onMessage);
    };
    child.on('exit', onExit);
    child.on('message', onMessage);
    child.send(request, (error) => {
      if (error) fail(error.message);
    });
  });
}

function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    if (child.connected) child.send({ type: 'stop' } satisfies SimulatorRequest, () => undefined);
    else child.kill('SIGKILL');
  });
}
