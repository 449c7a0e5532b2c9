import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { defaultDataDir } from '../../src/store/embedded-account.ts';
import { ensurePassword, layOut } from '../../src/store/embedded-cluster.ts';
import {
  type EmbeddedPostgres,
  findEmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/store/embedded-postgres.ts';
import { findPostmaster, isAlive } from '../../src/store/embedded-process.ts';
import { childArguments, rootFolder } from '../tools/program.ts';
import { makeReadableCopy } from '../tools/readable-copy.ts';

const isRoot = process.getuid?.() === 0;
const folders: string[] = [];
const dataDir = await newFolder();
const running = new Set<EmbeddedPostgres>();
const gateways = new Set<ChildProcess>();

afterEach(async () => {
  for (const gateway of gateways) gateway.kill('SIGKILL');
  gateways.clear();
  for (const postgres of running) await postgres.stop();
  running.clear();
});
afterAll(async () => {
  const left = await findPostmaster(join(dataDir, 'pgdata'));
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  expect(left).toBeNull();
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gerbang-embedded-'));
  folders.push(folder);
  await chmod(folder, 0o755);
  return folder;
}

async function start(folder = dataDir): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir: folder, fsync: false });
  running.add(postgres);
  return postgres;
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Another process with its own server on `folder`; resolves once it has printed where. */
async function startGateway(folder: string, stranger?: { uid: number; clone: string }) {
  const program = 'test/tools/embedded-gateway.ts';
  // A stranger cannot read what was compiled in our folder.
  const words = stranger === undefined ? childArguments(program) : ['--import', 'tsx', program];
  const gateway = spawn(process.execPath, [...words, folder], {
    cwd: stranger?.clone ?? rootFolder,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, as a shell gives each command, so that a test can press Ctrl-C.
    detached: true,
    ...(stranger
      ? { uid: stranger.uid, gid: stranger.uid, env: { PATH: process.env.PATH, TMPDIR: dirname(folder) } }
      : {}),
  });
  gateways.add(gateway);
  let said = '';
  gateway.stderr?.on('data', (text) => {
    said += text;
  });
  const failed = once(gateway, 'exit').then(() => Promise.reject(new Error(said)));
  failed.catch(() => {});
  const [line] = await Promise.race([once(gateway.stdout ?? gateway, 'data'), failed]);
  return { gateway, url: String(line).trim() };
}

/** Waits until the server on `folder` is gone; bounded by the test's own time limit. */
async function isGone(folder: string): Promise<boolean> {
  while (await findPostmaster(join(folder, 'pgdata'))) await delay(50);
  return true;
}

describe('the embedded Postgres', () => {
  test('starts in an empty folder and finds its data at the second start', async () => {
    const first = await start();
    expect(await findEmbeddedPostgres(dataDir)).toBe(first.url);
    await query(first.url, 'create table kept (n int); insert into kept values (42)');
    await first.stop();
    expect(await findEmbeddedPostgres(dataDir)).toBeNull();
    const second = await start();
    expect(await query(second.url, 'select n from kept')).toEqual([{ n: 42 }]);
  });

  test('listens on loopback only, wants the password, and keeps it from others', async () => {
    const { url } = await start();
    const settings = await query(
      url,
      `select name, setting from pg_settings where name in ('listen_addresses', 'unix_socket_directories',
       'password_encryption', 'TimeZone', 'lc_messages', 'server_encoding', 'max_connections') order by name`,
    );
    expect(Object.fromEntries(settings.map((row) => [row.name, row.setting]))).toEqual({
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      password_encryption: 'scram-sha-256',
      TimeZone: 'UTC',
      lc_messages: 'C',
      server_encoding: 'UTF8',
      max_connections: '60',
    });
    const stranger = new URL(url);
    stranger.password = 'guessed';
    await expect(query(stranger.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    for (const name of ['postgres-password', 'postgres.log']) {
      expect((await stat(join(dataDir, name))).mode & 0o777, name).toBe(0o600);
    }
  });

  test('keeps statements and row contents out of its log', async () => {
    const { url } = await start();
    await query(url, `create table if not exists named (pin text primary key)`);
    const twice = query(url, `insert into named values ('pin-8817'), ('pin-8817')`);
    await expect(twice).rejects.toMatchObject({ code: '23505' });
    const log = await readFile(join(dataDir, 'postgres.log'), 'utf8');
    expect(log).toContain('duplicate key value');
    expect(log).not.toContain('pin-8817');
  });

  test('is taken over from a gateway that was killed, not started twice', async () => {
    const { gateway, url } = await startGateway(dataDir);
    await query(url, 'create table if not exists orphaned (n int)');
    const before = await findPostmaster(join(dataDir, 'pgdata'));
    gateway.kill('SIGKILL');
    await once(gateway, 'exit');
    const adopted = await start();
    expect(adopted.url).toBe(url);
    expect((await findPostmaster(join(dataDir, 'pgdata')))?.pid).toBe(before?.pid);
    await adopted.stop();
    expect(await isAlive(before?.pid ?? 0)).toBe(false);
  });

  test('is refused to a second living gateway, which leaves the first alone', async () => {
    const first = await start();
    const second = startEmbeddedPostgres({ dataDir, fsync: false });
    await expect(second).rejects.toMatchObject({
      code: 'POSTGRES_START_FAILED',
      message: expect.stringContaining('GERBANG_DATA_DIR'),
    });
    expect(await query(first.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('two first starts at once in one empty folder end with one server and one owner', async () => {
    const folder = await newFolder();
    const outcomes = await Promise.allSettled([start(folder), start(folder)]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
    for (const postgres of running) {
      expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
      await postgres.stop();
    }
  });

  test('has one password, however many first starts make one up at once', async () => {
    const folder = layOut(await newFolder());
    const passwords = await Promise.all(Array.from({ length: 20 }, () => ensurePassword(folder)));
    expect(new Set(passwords).size).toBe(1);
    expect(await readdir(folder.dataDir)).toEqual(['postgres-password']);
  });

  test('starts over a stale pid file, even one that names a living stranger', async () => {
    const pidFile = join(dataDir, 'pgdata', 'postmaster.pid');
    for (const pid of [process.pid, 4_194_303]) {
      await writeFile(pidFile, `${pid}\n${dataDir}/pgdata\n1700000000\n5432\n\n127.0.0.1\n   1 2\nready   \n`);
      expect(await findEmbeddedPostgres(dataDir)).toBeNull();
      const postgres = await start();
      expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
      await postgres.stop();
    }
  });

  test('is started again under the same address when it dies by itself', async () => {
    const { url } = await start();
    const before = await findPostmaster(join(dataDir, 'pgdata'));
    process.kill(before?.pid ?? 0, 'SIGKILL');
    let after = before;
    while (!after?.ready || after.pid === before?.pid) {
      await delay(50);
      after = await findPostmaster(join(dataDir, 'pgdata'));
    }
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('survives Ctrl-C until the gateway stops it, and ends when the gateway just exits', async () => {
    const { gateway, url } = await startGateway(dataDir);
    const before = await findPostmaster(join(dataDir, 'pgdata'));
    process.kill(-(gateway.pid ?? 0), 'SIGINT');
    await delay(300);
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    // The same server, not one that was started again.
    expect((await findPostmaster(join(dataDir, 'pgdata')))?.pid).toBe(before?.pid);
    gateway.kill('SIGUSR2');
    expect(await once(gateway, 'exit')).toEqual([7, null]);
    expect(await isGone(dataDir)).toBe(true);
  });

  test('stops on request and then nothing keeps the gateway alive', async () => {
    const { gateway } = await startGateway(dataDir);
    gateway.kill('SIGTERM');
    expect(await once(gateway, 'exit')).toEqual([0, null]);
    expect(await findEmbeddedPostgres(dataDir)).toBeNull();
  });

  test('says so when the data was written by another major version', async () => {
    const versionFile = join(dataDir, 'pgdata', 'PG_VERSION');
    const written = await readFile(versionFile, 'utf8');
    await writeFile(versionFile, '12\n');
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
      code: 'POSTGRES_START_FAILED',
      context: { found: '12', brought: '18' },
    });
    await writeFile(versionFile, written);
  });

  test('is not opened with a new password when the password file is lost', async () => {
    const file = join(dataDir, 'postgres-password');
    const password = await readFile(file, 'utf8');
    await rm(file);
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({ code: 'POSTGRES_START_FAILED' });
    await writeFile(file, password, { mode: 0o600 });
  });
});

describe('the user who runs the embedded Postgres', () => {
  test('must reach the folder: the first closed folder on the way is named', async (context) => {
    if (!isRoot) context.skip('only root starts Postgres as another user');
    const home = await newFolder();
    const closed = join(home, 'closed');
    await mkdir(join(closed, 'inside'), { recursive: true });
    await chmod(closed, 0o700);
    // Through a link as well: what counts is where the folder really is.
    await symlink(join(closed, 'inside'), join(home, 'link'));
    for (const folder of [join(closed, 'inside'), join(closed, 'new', 'er'), join(home, 'link')]) {
      await expect(startEmbeddedPostgres({ dataDir: folder })).rejects.toMatchObject({
        code: 'POSTGRES_UNREACHABLE_FOLDER',
        message: expect.stringContaining('GERBANG_DATA_DIR'),
        context: { folder: closed },
      });
    }
  });

  test('is never root', async (context) => {
    if (!isRoot) context.skip('only root starts Postgres as another user');
    await start();
    const found = await findPostmaster(join(dataDir, 'pgdata'));
    const status = await readFile(`/proc/${found?.pid}/status`, 'utf8');
    expect(status).toMatch(/^Uid:\t65534\t65534\t65534/m);
    expect(status).toMatch(/^Groups:\s*(65534\s*)?$/m);
  });

  test('is oneself when one is an ordinary user', async (context) => {
    if (!isRoot) context.skip('every other test here already runs as an ordinary user');
    const folder = await newFolder();
    const clone = join(folder, 'clone');
    await makeReadableCopy(clone, ['tsx', 'pg', 'embedded-postgres']);
    const own = join(folder, 'own');
    await mkdir(own);
    await chown(own, 65_534, 65_534);
    const { gateway, url } = await startGateway(join(own, 'data'), { uid: 65_534, clone });
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect((await stat(join(own, 'data', 'pgdata'))).uid).toBe(65_534);
    gateway.kill('SIGTERM');
    expect(await once(gateway, 'exit')).toEqual([0, null]);
  });

  test('finds the data folder in the environment, else where the system keeps such things', () => {
    expect(defaultDataDir({ GERBANG_DATA_DIR: '/srv/gerbang' })).toBe('/srv/gerbang');
    if (isRoot) expect(defaultDataDir({})).toBe('/var/lib/gerbang');
    else expect(defaultDataDir({ XDG_DATA_HOME: '/home/a/.data' })).toBe('/home/a/.data/gerbang');
  });
});
