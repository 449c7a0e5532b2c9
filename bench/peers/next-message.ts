/** The next message of a child process, with a deadline. */
import type { ChildProcess } from 'node:child_process';

/** @throws Error when nothing comes within `withinMs`, or the process dies first */
export function nextMessage<T>(child: ChildProcess, withinMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), withinMs);
    const onExit = (code: number | null): void => {
      clearTimeout(timer);
      reject(new Error(`process died (exit ${code})`));
    };
    child.once('exit', onExit);
    child.once('message', (message) => {
      clearTimeout(timer);
      child.off('exit', onExit);
      resolve(message as T);
    });
  });
}
