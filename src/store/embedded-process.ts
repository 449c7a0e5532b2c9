/** The server as a process of the operating system: where it is, whether it lives, how it ends, what it said. */
import { open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** What Postgres itself writes to `postmaster.pid`: the one record of where a running server is. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/** How long each way of asking the server to stop may take, in milliseconds: what the gateway leaves of its 10 s. */
const stopSteps = [
  // Fast shutdown: open transactions are rolled back, the last checkpoint is written.
  { signal: 'SIGINT', waitMs: 2_000 },
  // Immediate: recovery runs at the next start, nothing committed is lost.
  { signal: 'SIGQUIT', waitMs: 500 },
  { signal: 'SIGKILL', waitMs: 500 },
] as const;

const maxLogBytes = 4 * 1024 * 1024;

/** The server that runs on `pgdata`, or null. A file left behind by a server that died counts as none. */
export async function findPostmaster(pgdata: string): Promise<Postmaster | null> {
  const text = await readFile(join(pgdata, 'postmaster.pid'), 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return '';
    throw error;
  });
  // pid, data folder, start time, port, socket folder, listen address, shared memory, status: one per line.
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !(await isServerOf(pid, pgdata))) return null;
  return { pid, port: Number(lines[3] ?? 0), ready: (lines[7] ?? '').trim() === 'ready' };
}

/**
 * Removes a `postmaster.pid` whose server is gone.
 *
 * Postgres does that itself unless the number has since been given to another process of the same user, which after a
 * power cut is likely enough: the same machine boots in the same order.
 */
export async function removeStalePidFile(pgdata: string): Promise<void> {
  if ((await findPostmaster(pgdata)) === null) await rm(join(pgdata, 'postmaster.pid'), { force: true });
}

/** True while the process runs; a dead child that nobody has collected yet does not count. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!hasCode(error, 'EPERM')) return false;
  }
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // "pid (name) state …": the name may hold spaces and brackets, so the state is found from the last bracket.
  const state = status.slice(status.lastIndexOf(')') + 2, status.lastIndexOf(')') + 3);
  return state !== 'Z' && state !== 'X';
}

/** Ends the server, more firmly at each step, and returns when it is gone. */
export async function stopPostmaster(pid: number): Promise<void> {
  for (const { signal, waitMs } of stopSteps) {
    if (!signalProcess(pid, signal)) return;
    const deadline = performance.now() + waitMs;
    while (performance.now() < deadline) {
      if (!(await isAlive(pid))) return;
      await delay(20);
    }
  }
}

/** Sends a signal; false when there is no such process any more. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** The last lines the server wrote, for an error message. */
export async function tailOfLog(logFile: string): Promise<string> {
  const lines = (await readEnd(logFile, 4_096).catch(() => Buffer.alloc(0))).toString('utf8').trim().split('\n');
  return lines.slice(-5).join(' | ');
}

/**
 * Keeps the server's log within bounds: what is too much goes to `<file>.1`, cut to the limit.
 *
 * The server appends to the open file by itself, so that it can outlive this process; the file is emptied, not replaced.
 */
export async function trimLog(logFile: string): Promise<void> {
  const size = (await stat(logFile).catch(() => null))?.size ?? 0;
  if (size <= maxLogBytes) return;
  await writeFile(`${logFile}.1`, await readEnd(logFile, maxLogBytes), { mode: 0o600 });
  const file = await open(logFile, 'r+');
  await file.truncate(0).finally(() => file.close());
}

async function readEnd(path: string, bytes: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const length = Math.min(size, bytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function isServerOf(pid: number, pgdata: string): Promise<boolean> {
  if (!(await isAlive(pid))) return false;
  if (process.platform !== 'linux') return true;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.split('\0').includes(pgdata);
}

/** True for a system error with this code, such as ENOENT. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
