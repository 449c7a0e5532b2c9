/**
 * Which user the embedded Postgres runs as, and whether that user can reach its folder.
 *
 * Postgres refuses to run as root. Started by root, the gateway runs it as `nobody`, a user every system has, or as the
 * owner of an existing cluster; started by anybody else, as that user.
 */
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { GerbangError } from '../errors.ts';

/** A user of the system by number, in the shape that `child_process` takes. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The folder for everything the gateway keeps on disk: `GERBANG_DATA_DIR`, else `/var/lib/gerbang` for root, else
 * `gerbang` in `XDG_DATA_HOME` or `~/.local/share`.
 */
export function defaultDataDir(environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment.GERBANG_DATA_DIR;
  if (chosen) return chosen;
  if (process.getuid?.() === 0) return '/var/lib/gerbang';
  return join(environment.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'gerbang');
}

/**
 * The user to run the server as; null means the current one.
 *
 * @param pgdata the cluster's folder, which need not exist yet
 * @throws GerbangError POSTGRES_START_FAILED when root finds no user to hand over to
 */
export async function serverAccount(pgdata: string): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  const owner = await stat(pgdata).catch(() => null);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const fields = passwd
    .split('\n')
    .find((line) => line.startsWith('nobody:'))
    ?.split(':');
  const uid = Number(fields?.[2]);
  const gid = Number(fields?.[3]);
  if (Number.isInteger(uid) && Number.isInteger(gid) && uid > 0) return { uid, gid };
  throw new GerbangError(
    'POSTGRES_START_FAILED',
    'Postgres does not run as root and /etc/passwd has no user "nobody" to run it as. Start Gerbang as an ordinary user, or set DATABASE_URL.',
  );
}

/**
 * Proves that `account` can enter `dataDir`: every folder on the way must let it pass.
 *
 * @param dataDir absolute path; folders that do not exist yet are passed over
 * @throws GerbangError POSTGRES_UNREACHABLE_FOLDER naming the first folder that does not
 */
export async function assertReachable(dataDir: string, account: Account | null): Promise<void> {
  if (account === null) return;
  const folders: string[] = [];
  for (let folder = dataDir; ; folder = dirname(folder)) {
    folders.unshift(folder);
    if (folder === dirname(folder)) break;
  }
  for (const folder of folders) {
    const found = await stat(folder).catch(() => null);
    if (found === null) continue;
    const { mode, uid, gid } = found;
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) throw unreachable(folder, `user ${account.uid}, which runs Postgres, may not enter it`);
  }
}

/** POSTGRES_UNREACHABLE_FOLDER, in one wording for every cause. */
export function unreachable(folder: string, why: string, cause?: unknown): GerbangError {
  return new GerbangError(
    'POSTGRES_UNREACHABLE_FOLDER',
    `The folder ${folder} cannot be used for the embedded Postgres: ${why}. Set GERBANG_DATA_DIR to a folder outside of private homes, or DATABASE_URL to a server of your own.`,
    { context: { folder }, cause },
  );
}

/** The environment for Postgres programs: none of the caller's `PG…` and locale variables may change what they do. */
export function minimalEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
}
