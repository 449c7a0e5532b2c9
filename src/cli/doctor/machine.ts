/** The computer: Node, memory, open files, the data folder and its disk, the clock. */
import { access, constants, readFile, stat, statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import type { HostError } from '../../host-error.ts';
import { type Check, check } from './report.ts';

const leastMemoryMb = 200;
const leastFiles = 1_024;
const leastFreePercent = 10;
const mostClockErrorMs = 1_000;

/** @param dataDir the folder of the embedded database */
export async function checkMachine(dataDir: string): Promise<readonly Check[]> {
  return [nodeCheck(), await memoryCheck(), await filesCheck(), ...(await folderChecks(dataDir))].flatMap((one) =>
    one === null ? [] : [one],
  );
}

export function checkClock(error: HostError | null): Check {
  if (error === null) return check('clock', 'clockUnknown', 'warn');
  const isOff = error.errorMs > mostClockErrorMs;
  return check('clock', isOff ? 'clockOff' : 'clockOk', isOff ? 'bad' : 'ok', Math.ceil(error.errorMs), error.source);
}

function nodeCheck(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isOld = major < 20 || (major === 20 && minor < 19);
  return check('machine', isOld ? 'nodeOld' : 'nodeOk', isOld ? 'bad' : 'ok', process.versions.node);
}

async function memoryCheck(): Promise<Check> {
  // What the kernel would give to a program, caches included; Node's own number leaves them out.
  const meminfo = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kib = Number(/^MemAvailable:\s+(\d+)/m.exec(meminfo)?.[1]);
  const freeMb = Math.floor(Number.isNaN(kib) ? freemem() / 1e6 : kib / 1_000);
  const isLow = freeMb < leastMemoryMb;
  return check('machine', isLow ? 'memoryLow' : 'memoryOk', isLow ? 'warn' : 'ok', freeMb);
}

async function filesCheck(): Promise<Check | null> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const limit = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1]);
  if (Number.isNaN(limit)) return null;
  const isLow = limit < leastFiles;
  return check('machine', isLow ? 'filesLow' : 'filesOk', isLow ? 'warn' : 'ok', limit);
}

async function folderChecks(dataDir: string): Promise<readonly Check[]> {
  const found = await stat(dataDir).catch(() => null);
  if (found === null) return [check('machine', 'folderMissing', 'ok', dataDir)];
  const isWritable = await access(dataDir, constants.W_OK).then(
    () => true,
    () => false,
  );
  const disk = await statfs(dataDir).catch(() => null);
  const checks = isWritable ? [] : [check('machine', 'folderUnwritable', 'bad', dataDir)];
  if (disk === null || disk.blocks === 0) return checks;
  const percent = Math.floor((disk.bavail / disk.blocks) * 100);
  const isLow = percent < leastFreePercent;
  return [...checks, check('machine', isLow ? 'diskLow' : 'diskOk', isLow ? 'bad' : 'ok', dataDir, percent)];
}
