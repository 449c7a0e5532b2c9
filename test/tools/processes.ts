/** Processes as Linux tells of them, as is everything these tests run on. */
import { readdirSync, readFileSync } from 'node:fs';

/** What a process has started itself and what still runs of it. */
export function childrenOf(parent: number): number[] {
  return readdirSync(`/proc/${parent}/task`)
    .flatMap((task) => readFileSync(`/proc/${parent}/task/${task}/children`, 'utf8').split(' '))
    .map(Number)
    .filter((pid) => pid > 0);
}

/** Its program and arguments; empty when it is gone. */
export function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
