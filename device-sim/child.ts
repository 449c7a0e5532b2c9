/**
 * The simulator as a process of its own, for `child_process.fork`: the gateway and its terminals must not share an event
 * loop, or one would measure the other. It ends by itself when the channel to its parent closes.
 */
import { type Fleet, type FleetOptions, startFleet } from './fleet.ts';
import type { LedgerEntry } from './ledger.ts';
import { type PeopleOptions, punchesWithoutEnd, type RunningPeople, runPeople } from './people.ts';

/** What the parent sends. */
export type SimulatorRequest =
  | { type: 'start'; options: Omit<FleetOptions, 'now' | 'speed'> }
  | { type: 'people-start'; people: number; seed: number; terminalsPerOffice?: number; rushMs?: number }
  | { type: 'people-stop' }
  | { type: 'ledger' }
  | { type: 'stop' };

/** What it gets back. */
export type SimulatorReport =
  | { type: 'ready'; terminals: { serial: string; host: string; port: number; profile: string }[] }
  | { type: 'people-started' }
  | { type: 'stopped'; made: number; refused: number }
  /** At most 5000 entries each; `last` on the final one. */
  | { type: 'ledger'; entries: LedgerEntry[]; last: boolean }
  | { type: 'error'; message: string };

const CHUNK = 5_000;

let fleet: Fleet | undefined;
let people: RunningPeople | undefined;

function report(message: SimulatorReport): void {
  if (process.connected) process.send?.(message);
}

function started(): Fleet {
  if (!fleet) throw new Error('Send {type: "start"} first.');
  return fleet;
}

async function start(options: FleetOptions): Promise<void> {
  if (fleet) throw new Error('The simulator has already been started.');
  fleet = await startFleet(options);
  const terminals = fleet.terminals.map(({ serial, host, port, profile }) => ({ serial, host, port, profile }));
  report({ type: 'ready', terminals });
}

function startPeople(options: Omit<PeopleOptions, 'terminals' | 'startMs'>): void {
  const running = started();
  people?.stop();
  const plan = punchesWithoutEnd({ ...options, terminals: running.terminals.length, startMs: running.now() });
  people = runPeople(running, plan);
  report({ type: 'people-started' });
}

function sendLedger(): void {
  const { entries } = started().ledger;
  let at = 0;
  do {
    const chunk = entries.slice(at, at + CHUNK);
    at += CHUNK;
    report({ type: 'ledger', entries: chunk, last: at >= entries.length });
  } while (at < entries.length);
}

async function stop(): Promise<void> {
  people?.stop();
  await fleet?.stop();
  process.exit(0);
}

async function handle(request: SimulatorRequest): Promise<void> {
  switch (request.type) {
    case 'start':
      return start(request.options);
    case 'people-start':
      return startPeople(request);
    case 'people-stop':
      return report({ type: 'stopped', ...(people?.stop() ?? { made: 0, refused: 0 }) });
    case 'ledger':
      return sendLedger();
    case 'stop':
      return stop();
  }
}

process.on('message', (request: SimulatorRequest) => {
  handle(request).catch((error: unknown) => {
    report({ type: 'error', message: error instanceof Error ? error.message : String(error) });
  });
});
process.on('disconnect', () => void stop());
// A Ctrl-C in the terminal window reaches the whole process group; the parent decides when we end.
process.on('SIGINT', () => undefined);
