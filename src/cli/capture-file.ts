/** Files that only their owner may read: captures, and logs whose form is not known. */
import { type FileHandle, open } from 'node:fs/promises';
import { GerbangError, messageOf } from '../errors.ts';
import { probeWords } from '../words/probe.ts';
import { createCapture } from '../zk/capture.ts';
import type { WireTap } from '../zk/driver.ts';
import type { Cli } from './cli.ts';
import type { TargetOptions } from './target.ts';

const ownerOnly = 0o600;

/**
 * Does the work with a tap on the wire, and writes what it heard whether the work succeeds or not: the capture of a
 * failure is the one that is wanted.
 *
 * @throws GerbangError USAGE_INVALID, before the terminal is touched, when the file cannot be written
 */
export async function withCapture<T>(
  cli: Cli,
  { capture: path, unredacted = false }: Pick<TargetOptions, 'capture' | 'unredacted'>,
  work: (tap: WireTap | undefined) => Promise<T>,
): Promise<T> {
  if (path === undefined) return work(undefined);
  const file = await openPrivate(path);
  try {
    const capture = createCapture(() => performance.now(), { unredacted });
    try {
      return await work(capture);
    } finally {
      await file.writeFile(capture.text());
      const said = cli.say(unredacted ? probeWords.captureShows : probeWords.captureHides);
      cli.stderr.write(`${cli.say(probeWords.captured)} ${path}. ${said}\n`);
    }
  } finally {
    await file.close();
  }
}

/**
 * Opens a file for writing that nobody else may read, also where it was there already with other rights.
 *
 * @throws GerbangError USAGE_INVALID
 */
export async function openPrivate(path: string): Promise<FileHandle> {
  try {
    const file = await open(path, 'w', ownerOnly);
    await file.chmod(ownerOnly);
    return file;
  } catch (cause) {
    throw new GerbangError('USAGE_INVALID', `Cannot write ${path}: ${messageOf(cause)}. Choose another file.`, {
      context: { file: path },
      cause,
    });
  }
}
