/** The secret that locks comm keys, where nobody gave one: made once, readable by this user alone. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GerbangError, messageOf } from '../errors.ts';

/**
 * Reads `secret.key` of the data folder, or makes it.
 *
 * @throws GerbangError CONFIG_UNREADABLE when it is there and cannot be used, or cannot be made
 */
export async function secretOfFolder(dataDir: string): Promise<string> {
  const file = join(dataDir, 'secret.key');
  try {
    await mkdir(dataDir, { recursive: true });
    if (!(await stat(file).catch(() => null))) await make(file);
    if (((await stat(file)).mode & 0o077) !== 0)
      throw new Error('others may read it; allow its owner alone (mode 0600)');
    const secret = (await readFile(file, 'utf8')).trim();
    if (secret.length < 16) throw new Error('it holds no secret');
    return secret;
  } catch (cause) {
    throw new GerbangError(
      'CONFIG_UNREADABLE',
      `Cannot use the secret in ${file}: ${messageOf(cause)}. Put it right, or set GERBANG_SECRET.`,
      { context: { file }, cause },
    );
  }
}

/** Of several that start at once one makes it, and all read that one: it has its name only once all of it is written. */
async function make(file: string): Promise<void> {
  const unnamed = `${file}.${randomBytes(8).toString('hex')}`;
  try {
    await writeFile(unnamed, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx', flush: true });
    await link(unnamed, file).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    });
  } finally {
    await rm(unnamed, { force: true });
  }
}
