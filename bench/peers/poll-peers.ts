/** The processes of the poll bench, each question with a deadline. */

import { execFile, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { nextMessage } from './next-message.ts';
import type { PollTerminalAnswer, PollTerminalRequest, StartPollTerminal, WireCount } from './poll-terminal.ts';

const answerWithinMs = 300_000;

/** A terminal in another process. */
export interface WatchedTerminal {
  readonly port: number;
  punch(count: number): Promise<void>;
  /** What went over the wire since this was last asked. */
  wire(): Promise<WireCount>;
  stop(): void;
}

/** Starts a terminal that counts its bytes. */
export async function startWatchedTerminal(options: StartPollTerminal): Promise<WatchedTerminal> {
  const child = fork(new URL('./poll-terminal.ts', import.meta.url), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ask = async (request: PollTerminalRequest): Promise<PollTerminalAnswer> => {
    const answer = nextMessage<PollTerminalAnswer>(child, answerWithinMs);
    child.send(request);
    return answer;
  };
  const ready = await ask({ start: options });
  if (!('port' in ready)) throw new Error('the terminal did not say where it listens');
  return {
    port: ready.port,
    punch: async (count) => void (await ask({ punch: count })),
    async wire() {
      const count = await ask({ wire: true });
      if (!('sentBytes' in count)) throw new Error('the terminal did not say what went over its wire');
      return count;
    },
    stop: () => child.kill('SIGKILL'),
  };
}

/** What a poll cost a client and found, or how it failed. */
export type ForeignPoll =
  | { readonly ms: number; readonly cpuMs: number; readonly records: number; readonly note?: string | null }
  | { readonly error: string };

/** One poll with an npm client in a process of its own. */
export async function pollWithNpmClient(library: string, port: number): Promise<ForeignPoll> {
  const child = fork(new URL('./poll-client.cjs', import.meta.url), [library, String(port)], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
  });
  try {
    return await nextMessage<ForeignPoll>(child, answerWithinMs);
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  } finally {
    child.kill('SIGKILL');
  }
}

/**
 * One poll with pyzk.
 *
 * @param checkout folder of a pyzk checkout, the one that holds `zk/`
 */
export async function pollWithPyzk(checkout: string, port: number): Promise<ForeignPoll> {
  const script = fileURLToPath(new URL('./poll-pyzk.py', import.meta.url));
  const env = { ...process.env, PYTHONPATH: checkout };
  try {
    const { stdout } = await promisify(execFile)('python3', [script, String(port)], { env, timeout: answerWithinMs });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
