/** Child processes of the benches, each question with a deadline. */

import { fork } from 'node:child_process';
import { nextMessage } from './next-message.ts';
import type { StartTerminal, TerminalAnswer, TerminalRequest } from './terminal.ts';

const answerWithinMs = 120_000;

/** A terminal in another process. */
export interface PeerTerminal {
  readonly port: number;
  readonly rawPort: number;
  punch(count: number): Promise<void>;
  stop(): void;
}

/** Starts a terminal with so many records. */
export async function startPeerTerminal(options: StartTerminal): Promise<PeerTerminal> {
  const child = fork(new URL('./terminal.ts', import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ask = async (request: TerminalRequest): Promise<TerminalAnswer> => {
    const answer = nextMessage<TerminalAnswer>(child, answerWithinMs);
    child.send(request);
    return answer;
  };
  const ready = await ask({ start: options });
  if (!('port' in ready)) throw new Error('the terminal did not say where it listens');
  return {
    ...ready,
    punch: async (count) => {
      await ask({ punch: count });
    },
    stop: () => child.kill('SIGKILL'),
  };
}

/** What a foreign client found, or how it failed. */
export type ForeignResult = { readonly ms: number; readonly records: number } | { readonly error: string };

/** Lets a client of the field read the whole log in a process of its own. */
export async function readWithForeignClient(library: string, port: number): Promise<ForeignResult> {
  const child = fork(new URL('./foreign-client.cjs', import.meta.url), [library, '127.0.0.1', String(port)], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
  });
  try {
    return await nextMessage<ForeignResult>(child, answerWithinMs);
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  } finally {
    child.kill('SIGKILL');
  }
}
