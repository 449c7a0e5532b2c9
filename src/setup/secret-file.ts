/** The secret that locks comm keys, where nobody gave one: made once, readable by this user alone. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
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
    // Of two that start at once one makes it, and both read it.
    await writeFile(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' }).catch(
      (error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      },
    );
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
