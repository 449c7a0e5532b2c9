/**
 * One simulated terminal in a process of its own, which counts what goes over its wire.
 *
 * IPC in: a `PollTerminalRequest`. Out: a `PollTerminalAnswer` to each.
 */
import { type Fleet, startFleet } from '../../device-sim/fleet.ts';

export interface StartPollTerminal {
  readonly records: number;
  readonly rttMs: number;
  readonly blockBytes: number;
  readonly blockPauseMs: number;
}

export type PollTerminalRequest =
  | { readonly start: StartPollTerminal }
  /** So many people punch. */
  | { readonly punch: number }
  /** What went over the wire since this was last asked. */
  | { readonly wire: true };

/** Payload bytes of TCP, as the terminal counts them; packet headers of the network are not in them. */
export interface WireCount {
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly requests: number;
}

export type PollTerminalAnswer = { readonly port: number } | { readonly punched: number } | WireCount;

let fleet: Fleet | undefined;

async function start({ records, ...knobs }: StartPollTerminal): Promise<PollTerminalAnswer> {
  const terminals = [{ users: 200, history: records, recordCapacity: 200_000, knobs }];
  fleet = await startFleet({ seed: 7, scenario: { terminals } });
  return { port: fleet.terminals[0]?.port ?? 0 };
}

function punch(count: number): PollTerminalAnswer {
  for (let made = 0; made < count; made += 1) fleet?.terminals[0]?.terminal.punch({ pin: String(1001 + made) });
  return { punched: count };
}

function wire(): PollTerminalAnswer {
  const journal = fleet?.terminals[0]?.terminal.journal;
  const count = { sentBytes: 0, receivedBytes: 0, requests: journal?.requests.length ?? 0 };
  for (const { bytesSent, bytesReceived } of journal?.connections ?? []) {
    count.sentBytes += bytesSent;
    count.receivedBytes += bytesReceived;
  }
  journal?.clear();
  return count;
}

async function answer(request: PollTerminalRequest): Promise<PollTerminalAnswer> {
  if ('start' in request) return start(request.start);
  return 'punch' in request ? punch(request.punch) : wire();
}

process.on('message', (request: PollTerminalRequest) => {
  void answer(request).then((text) => process.send?.(text));
});
process.on('disconnect', () => process.exit(0));
