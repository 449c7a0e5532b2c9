/** A process with a wall clock of its own. */
import { execFile } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '../../tools/redis.ts';

export interface MovedClock {
  /** For the environment of the process. */
  readonly variables: NodeJS.ProcessEnv;
  /** The process's wall clock is this far ahead of the host's from now on. */
  setAhead(ms: number): void;
}

/** Builds what moves it, in `folder`; null without a compiler that works. */
export async function movedClock(folder: string, name = 'clock'): Promise<MovedClock | null> {
  if ((await findProgram('gcc')) === null) return null;
  const library = join(folder, `${name}.so`);
  const args = ['-shared', '-fPIC', '-O1', '-o', library, join(import.meta.dirname, 'clock-shim.c'), '-ldl'];
  const built = await promisify(execFile)('gcc', args).then(
    () => true,
    () => false,
  );
  if (!built) return null;
  const file = join(folder, `${name}.bin`);
  const setAhead = (ms: number): void => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(Math.round(ms)));
    const descriptor = openSync(file, 'a+');
    closeSync(descriptor);
    const inPlace = openSync(file, 'r+');
    writeSync(inPlace, bytes, 0, 8, 0);
    closeSync(inPlace);
  };
  setAhead(0);
  return { variables: { LD_PRELOAD: library, GERBANG_CLOCK_SHIM: file }, setAhead };
}
