/** Simulated terminals in a process of their own, told by messages what to do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fleet, startFleet } from '../../device-sim/fleet.ts';

/** What the bench asks of the fleet. */
export type FleetRequest =
  | { readonly start: { readonly terminals: number; readonly history: number; readonly people: number } }
  /** Punches at random terminals, evenly spread over so many milliseconds. */
  | { readonly punch: { readonly perSecond: number; readonly forMs: number } }
  /** So many more records on every terminal, of the days before. */
  | { readonly fill: number }
  | { readonly network: 'offline' | 'online' }
  /** True instants of all punches since `punch` was asked for first. */
  | { readonly truth: true };

/** What it answers, one answer per request. */
export type FleetAnswer =
  | { readonly ports: readonly number[] }
  | { readonly made: number }
  | { readonly truth: readonly (readonly [serial: string, ordinal: number, atMs: number])[] }
  | { readonly done: true };

let fleet: Fleet | undefined;
let firstPunchMs = Number.POSITIVE_INFINITY;

async function answer(request: FleetRequest): Promise<FleetAnswer> {
  if ('start' in request) {
    const { terminals, history, people } = request.start;
    // All alike and well: what is measured is the gateway, not what terminals do to it.
    fleet = await startFleet({ terminals, seed: 4, scenario: { defaults: { history, users: people } } });
    return { ports: fleet.terminals.map(({ port }) => port) };
  }
  if (fleet === undefined) throw new Error('the fleet was not started');
  if ('punch' in request) return { made: await punch(fleet, request.punch) };
  if ('fill' in request) {
    for (const { terminal } of fleet.terminals) terminal.fillLog({ count: request.fill });
    return { done: true };
  }
  if ('network' in request) {
    for (const one of fleet.terminals) await (request.network === 'offline' ? one.offline() : one.online());
    return { done: true };
  }
  const since = fleet.ledger.entries.filter(({ trueAtMs }) => trueAtMs >= firstPunchMs);
  return { truth: since.map(({ serial, sequence, trueAtMs }) => [serial, sequence, trueAtMs] as const) };
}

async function punch(
  { terminals }: Fleet,
  { perSecond, forMs }: { perSecond: number; forMs: number },
): Promise<number> {
  const startedMs = performance.now();
  firstPunchMs = Math.min(firstPunchMs, Date.now());
  let made = 0;
  for (let elapsedMs = 0; elapsedMs < forMs; elapsedMs = performance.now() - startedMs) {
    for (const due = Math.floor((elapsedMs * perSecond) / 1_000); made < due; made += 1) {
      // A stride that shares no factor with any fleet size used here visits all terminals evenly.
      const one = terminals[(made * 7_919) % terminals.length];
      const pins = one?.terminal.users.pins() ?? [];
      one?.terminal.punch({ pin: pins[made % pins.length] ?? '1' });
    }
    await sleep(10);
  }
  return made;
}

process.on('message', (request: FleetRequest) => {
  void answer(request).then((reply) => process.send?.(reply));
});
