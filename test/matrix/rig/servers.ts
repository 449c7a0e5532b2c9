/** Postgres and Redis of one's own, to be killed, frozen, filled and brought back on the same port with the same data. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, open, rename } from 'node:fs/promises';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import pg from 'pg';
import { minimalEnvironment } from '../../../src/store/embedded-account.ts';
import { ensureCluster, ensurePassword, prepareFolder } from '../../../src/store/embedded-cluster.ts';
import { removeStalePidFile } from '../../../src/store/embedded-process.ts';
import { installRuntime } from '../../../src/store/embedded-runtime.ts';
import { setting } from '../../tools/judged.ts';
import { findProgram } from '../../tools/redis.ts';
import { until } from './wait.ts';

/** A server process that comes and goes. */
export interface Server {
  readonly port: number;
  pid(): number;
  /** Sends a signal and, for one that ends it, waits until it is gone. */
  take(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port, or wakes it; does nothing when it runs. */
  bringBack(): Promise<void>;
  isThere(): boolean;
  /** Gone for good. */
  close(): Promise<void>;
}

/** Postgres of one's own. */
export interface OwnPostgres extends Server {
  /** The cluster's folder. */
  readonly pgdata: string;
  url(database: string): string;
  /** Puts a copy of a cluster in the place of this one, which must have been removed. */
  adopt(copy: string): Promise<void>;
  /** Runs statements as the owner of everything, on the maintenance database by default. */
  administer(statements: readonly string[], database?: string): Promise<pg.QueryResult[]>;
}

/** Postgres writes every commit to disk unless told otherwise: a test of an immediate stop must not lose what was said. */
export async function startOwnPostgres(folder: string, settings: Record<string, string> = {}): Promise<OwnPostgres> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  const { folder: paths, account } = await prepareFolder(folder);
  const silent = (): void => undefined;
  const runtime = await installRuntime(paths.dataDir, account, silent);
  const password = await ensurePassword(paths);
  await ensureCluster(paths, account, runtime, password, silent);
  const port = await freePort();
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '100',
    shared_buffers: '32MB',
    ...settings,
  };
  const url = (database: string): string => `postgres://gerbang:${password}@127.0.0.1:${port}/${database}`;
  const server = await cycle({
    port,
    async spawn() {
      await removeStalePidFile(paths.pgdata);
      const log = await open(paths.logFile, 'a', 0o600);
      const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
      const args = ['-D', paths.pgdata, '-p', `${port}`, ...options];
      const stdio: ['ignore', number, number] = ['ignore', log.fd, log.fd];
      const child = spawn(runtime.postgres, args, { cwd: paths.dataDir, env: minimalEnvironment(), stdio, ...account });
      await log.close();
      return child;
    },
    answers: () => asked(url('postgres'), (client) => client.query('select 1').then(() => true)),
    ending: 'SIGQUIT',
  });
  return {
    ...server,
    pgdata: paths.pgdata,
    url,
    async adopt(copy) {
      await rename(copy, paths.pgdata);
      if (account !== null) await promisify(execFile)('chown', ['-R', `${account.uid}:${account.gid}`, paths.pgdata]);
      await chmod(paths.pgdata, 0o700);
    },
    administer: (statements, database = 'postgres') =>
      asked(url(database), async (client) => {
        const results: pg.QueryResult[] = [];
        for (const statement of statements) results.push(await client.query(statement));
        return results;
      }),
  };
}

/**
 * Redis of one's own that writes each command to disk before it answers; null where the machine has none.
 *
 * @param wrapper a command line in front of it, such as `['prlimit', '--fsize=100000']`
 */
export async function startOwnRedis(folder: string, wrapper: readonly string[] = []): Promise<OwnRedis | null> {
  if ((await findProgram('redis-server')) === null) return null;
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  const place = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder];
  const rules = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction'];
  const [command = 'redis-server', ...args] = [...wrapper, 'redis-server', ...place, ...rules];
  const server = await cycle({
    port,
    spawn: async () => spawn(command, args, { stdio: 'ignore' }),
    answers: () => tell(port, (client) => client.ping().then(() => true)),
    ending: 'SIGTERM',
  });
  return {
    ...server,
    url: `redis://127.0.0.1:${port}`,
    folder,
    tell: (work) => tell(port, work),
  };
}

/** Redis of one's own. */
export interface OwnRedis extends Server {
  readonly url: string;
  readonly folder: string;
  tell<T>(work: (client: Redis) => Promise<T>): Promise<T>;
}

interface Life {
  readonly port: number;
  spawn(): Promise<ChildProcess>;
  /** Whether it can be asked; rejects while it cannot. */
  answers(): Promise<boolean>;
  /** Ends it for good without waiting for anybody. */
  readonly ending: NodeJS.Signals;
}

async function cycle(life: Life): Promise<Server> {
  let child = await setting('a server', () => life.spawn());
  const isThere = (): boolean => child.exitCode === null && child.signalCode === null;
  const answers = async (): Promise<void> => {
    await until(
      'the server answers',
      async () => {
        if (!isThere()) child = await life.spawn();
        return life.answers();
      },
      { everyMs: 100 },
    );
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (!isThere()) return;
    const gone = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(signal);
    await gone;
  };
  await setting('a server', answers);
  return {
    port: life.port,
    pid: () => child.pid ?? 0,
    isThere,
    async take(signal) {
      if (signal === 'SIGSTOP' || signal === 'SIGCONT') child.kill(signal);
      else await end(signal);
    },
    async bringBack() {
      child.kill('SIGCONT');
      await answers();
    },
    close: () => end(life.ending),
  };
}

async function asked<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 30_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function tell<T>(port: number, work: (client: Redis) => Promise<T>): Promise<T> {
  const options = { lazyConnect: true, retryStrategy: () => null, connectTimeout: 5_000, commandTimeout: 5_000 };
  const client = new Redis(port, '127.0.0.1', options);
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    client.disconnect();
  }
}

/** A port that nobody listens on right now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
