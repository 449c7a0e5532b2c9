/** The data of the embedded Postgres: made once, by one atomic rename, and found again at every later start. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, link, mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { GerbangError, messageOf } from '../errors.ts';
import { type Account, assertReachable, minimalEnvironment, serverAccount, unreachable } from './embedded-account.ts';
import { hasCode } from './embedded-process.ts';
import type { Runtime } from './embedded-runtime.ts';

/** The role that owns everything in the embedded server, and the database it keeps it in. */
export const databaseName = 'gerbang';

/** The role a gateway works as in the embedded server: it can add evidence and change none (`roles.ts`). */
export const gatewayRole = 'gerbang_gateway';

/** Paths inside a data folder. */
export interface DataFolder {
  readonly dataDir: string;
  readonly pgdata: string;
  /** Of the owner, and of the gateway's own role. */
  readonly passwordFile: string;
  readonly gatewayPasswordFile: string;
  readonly logFile: string;
}

/** The layout of a data folder; `dataDir` must be absolute and without links. */
export function layOut(dataDir: string): DataFolder {
  return {
    dataDir,
    pgdata: join(dataDir, 'pgdata'),
    passwordFile: join(dataDir, 'postgres-password'),
    gatewayPasswordFile: join(dataDir, 'gateway-password'),
    logFile: join(dataDir, 'postgres.log'),
  };
}

/**
 * Creates the folder where needed and proves that the server's user can enter it.
 *
 * @throws GerbangError POSTGRES_UNREACHABLE_FOLDER
 */
export async function prepareFolder(dataDir: string): Promise<{ folder: DataFolder; account: Account | null }> {
  try {
    const wanted = resolve(dataDir);
    await assertReachable(wanted, await serverAccount(join(wanted, 'pgdata')));
    // Folders made here let others pass whatever the umask; what is private inside has its own mode.
    const firstMade = await mkdir(wanted, { recursive: true });
    if (firstMade) for (let at = wanted; at.startsWith(firstMade); at = resolve(at, '..')) await chmod(at, 0o755);
    const folder = layOut(await realpath(wanted));
    const account = await serverAccount(folder.pgdata);
    await assertReachable(folder.dataDir, account);
    return { folder, account };
  } catch (error) {
    if (error instanceof GerbangError) throw error;
    throw unreachable(dataDir, messageOf(error), error);
  }
}

/**
 * The password of the server's owner. Whoever comes first writes it; everybody else reads it.
 *
 * @throws GerbangError POSTGRES_START_FAILED when the data is there but its password is not
 */
export async function ensurePassword(folder: DataFolder): Promise<string> {
  if ((await readPassword(folder)) === null && (await exists(folder.pgdata))) {
    throw new GerbangError(
      'POSTGRES_START_FAILED',
      `The database in ${folder.pgdata} exists but its password file ${folder.passwordFile} is gone. Put the file back from a backup; without it the data cannot be opened by Gerbang.`,
    );
  }
  return ensureSecret(folder, folder.passwordFile);
}

/** The password of the gateway's own role. It may be lost: the owner sets the next one. */
export async function ensureGatewayPassword(folder: DataFolder): Promise<string> {
  return ensureSecret(folder, folder.gatewayPasswordFile);
}

async function ensureSecret(folder: DataFolder, file: string): Promise<string> {
  if ((await readSecret(file)) === null) {
    const draft = `${file}.${randomBytes(4).toString('hex')}`;
    await writeFile(draft, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' });
    try {
      // A link appears whole and never replaces another: two first starts agree on one password.
      await link(draft, file);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    } finally {
      await rm(draft, { force: true });
    }
  }
  const secret = await readSecret(file);
  if (secret === null) throw unreachable(folder.dataDir, 'the password file cannot be kept in it');
  return secret;
}

/** The owner's password, or null when there is none yet. */
export async function readPassword(folder: DataFolder): Promise<string | null> {
  return readSecret(folder.passwordFile);
}

async function readSecret(file: string): Promise<string | null> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return '';
    throw error;
  });
  return text.trim() || null;
}

/**
 * Creates the cluster unless it exists: locale C, UTF-8, one role, password needed on every connection.
 *
 * @throws GerbangError POSTGRES_START_FAILED, also for data of another major version
 */
export async function ensureCluster(
  folder: DataFolder,
  account: Account | null,
  runtime: Runtime,
  password: string,
  onProgress: (step: string) => void,
): Promise<void> {
  const found = await readFile(join(folder.pgdata, 'PG_VERSION'), 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return null;
    throw unreachable(folder.pgdata, 'it belongs to another user', error);
  });
  if (found === null) {
    onProgress(`creating the database in ${folder.pgdata}`);
    await createCluster(folder, account, runtime, password);
  } else if (found.trim() !== runtime.major) {
    throw new GerbangError(
      'POSTGRES_START_FAILED',
      `The data in ${folder.pgdata} was written by Postgres ${found.trim()}, this Gerbang brings ${runtime.major}. Run the Gerbang version that wrote it, or move the data to a server of your own with pg_upgrade and set DATABASE_URL.`,
      { context: { found: found.trim(), brought: runtime.major } },
    );
  }
}

async function createCluster(
  folder: DataFolder,
  account: Account | null,
  runtime: Runtime,
  password: string,
): Promise<void> {
  const halfName = /^pgdata\.half-/;
  for (const name of await readdir(folder.dataDir)) {
    // Left by a start that was killed while creating; one that is creating right now has a fresher one.
    const path = join(folder.dataDir, name);
    const age = halfName.test(name) ? Date.now() - (await stat(path)).mtimeMs : 0;
    if (age > 600_000) await rm(path, { recursive: true, force: true });
  }
  const half = join(folder.dataDir, `pgdata.half-${randomBytes(4).toString('hex')}`);
  const passwordCopy = join(half, 'password');
  const cluster = join(half, 'pgdata');
  try {
    for (const path of [half, cluster]) await mkdir(path, { mode: 0o700 });
    // initdb reads the password as the server's user, who may not read the gateway's own file.
    await writeFile(passwordCopy, password, { mode: 0o600 });
    if (account) for (const path of [half, cluster, passwordCopy]) await chown(path, account.uid, account.gid);
    await promisify(execFile)(
      runtime.initdb,
      [
        '-D',
        cluster,
        '-U',
        databaseName,
        '--locale=C',
        '--encoding=UTF8',
        '--auth=scram-sha-256',
        '--pwfile',
        passwordCopy,
      ],
      { cwd: half, env: minimalEnvironment(), timeout: 120_000, ...account },
    );
    await rename(cluster, folder.pgdata);
  } catch (cause) {
    // Another start was faster: its cluster carries the same password.
    if (hasCode(cause, 'ENOTEMPTY') || hasCode(cause, 'EEXIST')) return;
    throw new GerbangError(
      'POSTGRES_START_FAILED',
      `The database could not be created in ${folder.dataDir}: ${messageOf(cause).trim().split('\n').slice(-3).join(' ')}`,
      { cause },
    );
  } finally {
    await rm(half, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
