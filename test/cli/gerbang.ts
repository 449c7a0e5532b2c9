/** The real command line as a child process. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { programArguments, rootFolder } from '../tools/program.ts';

/** How a run ended. `code` is null when a signal killed the process. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `gerbang …` with nothing from our environment but what Node needs. */
export function start(args: readonly string[], env: Record<string, string> = {}): ChildProcessWithoutNullStreams {
  const { PATH = '', HOME = '', TMPDIR } = process.env;
  return spawn(process.execPath, programArguments(...args), {
    cwd: rootFolder,
    env: { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...env },
  });
}

/** Runs `gerbang …` to its end. */
export async function gerbang(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const child = start(args, env);
  child.stdin.end();
  return outcomeOf(child);
}

/** Waits for the end of a started command. */
export async function outcomeOf(child: ChildProcessWithoutNullStreams): Promise<Outcome> {
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code, stdout, stderr };
}

/** Resolves when the child has printed `wanted`; rejects when it ends before. */
export async function printed(child: ChildProcessWithoutNullStreams, wanted: string): Promise<string> {
  let seen = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    seen += String(chunk);
    if (seen.includes(wanted)) return seen;
  }
  throw new Error(`the command ended without printing ${wanted}; it printed: ${seen}`);
}
