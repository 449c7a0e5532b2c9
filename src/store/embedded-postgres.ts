/**
 * A real Postgres server that comes with the npm packages, for machines where `DATABASE_URL` is not set.
 *
 * It listens on 127.0.0.1 only, wants a password, writes every commit to disk, and outlives a killed gateway: the next
 * start finds it by its own `postmaster.pid` and goes on with it. Which gateway a server belongs to is a lock held
 * inside the server, so that no dead process can ever be mistaken for an owner.
 */
import { spawn } from 'node:child_process';
import { open, realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { GerbangError, messageOf } from '../errors.ts';
import { type Account, minimalEnvironment, unreachable } from './embedded-account.ts';
import {
  type DataFolder,
  databaseName,
  ensureCluster,
  ensureGatewayPassword,
  ensurePassword,
  gatewayRole,
  layOut,
  prepareFolder,
  readPassword,
} from './embedded-cluster.ts';
import {
  findPostmaster,
  hasCode,
  removeStalePidFile,
  signalProcess,
  stopPostmaster,
  tailOfLog,
  trimLog,
} from './embedded-process.ts';
import { installRuntime, type Runtime, removeOtherRuntimes } from './embedded-runtime.ts';

export { defaultDataDir } from './embedded-account.ts';

/** A running server. */
export interface EmbeddedPostgres {
  /** Connection string of the owner, a superuser, with the password in it: never log it. Stays valid at a new start. */
  readonly url: string;
  /** The same for the role a gateway works as. */
  readonly gatewayUrl: string;
  readonly port: number;
  /** Ends the server within 3 s and leaves no process. Safe to call twice. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Folder for programs, data, password and log; made when absent. See {@link defaultDataDir}. */
  readonly dataDir: string;
  /** Told in a few words what is being done, for the first start takes seconds. */
  readonly onProgress?: (step: string) => void;
  /** Only for tests: a crash of the machine may then lose the data. */
  readonly fsync?: boolean;
}

/** Recovery after a power cut replays up to a gigabyte of log before the first connection is let in. */
const startDeadlineMs = 120_000;
const maxFailedStarts = 4;
/** How many times a server that died by itself is started again before the gateway gives up on it. */
const maxRevivals = 10;
/** Any fixed number will do: it names "this server belongs to a living gateway" among advisory locks. */
const ownerLock = 4_370_001;

/** Everything needed to start the server, the first time and again. */
interface Site {
  readonly folder: DataFolder;
  readonly account: Account | null;
  readonly runtime: Runtime;
  readonly password: string;
  readonly fsync: boolean;
  readonly onProgress: (step: string) => void;
}

/** A server that answers, and our connection that holds its owner lock. */
interface Owned {
  readonly pid: number;
  readonly port: number;
  readonly keeper: pg.Client;
}

/**
 * Starts the server on `dataDir`, or goes on with the one a killed gateway left running there.
 *
 * @throws GerbangError POSTGRES_BINARIES_MISSING, POSTGRES_UNREACHABLE_FOLDER, POSTGRES_START_FAILED (also when another
 * living gateway uses the folder)
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const onProgress = options.onProgress ?? (() => {});
  const { folder, account } = await prepareFolder(options.dataDir);
  const runtime = await installRuntime(folder.dataDir, account, onProgress);
  const password = await ensurePassword(folder);
  await ensureCluster(folder, account, runtime, password, onProgress);
  await trimLog(folder.logFile);
  const site: Site = { folder, account, runtime, password, fsync: options.fsync ?? true, onProgress };
  const owned = await own(site, await bringUp(site, 0));
  const gatewayPassword = await ensureGatewayPassword(folder);
  await ensureGatewayRole(owned.keeper, gatewayPassword);
  const gatewayUrl = urlOf(owned.port, gatewayPassword, { role: gatewayRole });
  return { ...keepRunning(site, owned), gatewayUrl };
}

/**
 * Where a server on `dataDir` can be reached, for another process such as `gerbang status`.
 *
 * @returns the connection string, or null when none is running there
 * @throws GerbangError POSTGRES_UNREACHABLE_FOLDER when the folder belongs to another user
 */
export async function findEmbeddedPostgres(dataDir: string): Promise<string | null> {
  const folder = layOut(await realpath(dataDir).catch(() => resolve(dataDir)));
  try {
    const running = await findPostmaster(folder.pgdata);
    const password = await readPassword(folder);
    return running?.ready && password !== null ? urlOf(running.port, password) : null;
  } catch (error) {
    throw unreachable(
      folder.dataDir,
      'it belongs to another user; run this command as the one who runs the gateway',
      error,
    );
  }
}

/** Ends the server that a killed process left behind on `dataDir`, if there is one. */
export async function stopEmbeddedPostgres(dataDir: string): Promise<void> {
  const { pgdata } = layOut(await realpath(dataDir).catch(() => resolve(dataDir)));
  const running = await findPostmaster(pgdata);
  if (running !== null) await stopPostmaster(running.pid);
}

function urlOf(port: number, password: string, { role = databaseName, database = databaseName } = {}): string {
  return `postgres://${role}:${password}@127.0.0.1:${port}/${database}`;
}

/** Makes the role a gateway works as, also in a data folder of an older version. What it may do: `roles.ts`. */
async function ensureGatewayRole(owner: pg.Client, password: string): Promise<void> {
  const found = await owner.query('select from pg_roles where rolname = $1', [gatewayRole]);
  if (found.rowCount === 0) await owner.query(`create role ${gatewayRole}`);
  // The password is base64url and needs no quoting; the server keeps only a verifier of it.
  await owner.query(
    `alter role ${gatewayRole} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password '${password}'`,
  );
}

/** Brings the world to "a server answers on this folder", whatever it was before. Port 0 means any free one. */
async function bringUp(site: Site, port: number, isCancelled = () => false): Promise<{ pid: number; port: number }> {
  const { pgdata, logFile } = site.folder;
  const deadline = performance.now() + startDeadlineMs;
  let child: { hasEnded(): boolean } | null = null;
  for (let failedStarts = 0; performance.now() < deadline && !isCancelled(); await delay(50)) {
    const running = await findPostmaster(pgdata);
    if (running) {
      if (running.ready && (await answers(site, running.port))) {
        if (child) await removeOtherRuntimes(site.folder.dataDir, site.runtime.version);
        return running;
      }
    } else if (child === null || child.hasEnded()) {
      if (child !== null) failedStarts += 1;
      // A port taken in between, or a dead server's children not yet gone: both pass by themselves.
      if (failedStarts >= maxFailedStarts) throw startFailed(await tailOfLog(logFile));
      if (failedStarts > 0) await delay(500);
      await removeStalePidFile(pgdata);
      site.onProgress('starting Postgres');
      child = await spawnServer(site, port || (await freePort()));
    }
  }
  throw startFailed(`it did not answer within ${startDeadlineMs / 1000} s`);
}

async function spawnServer(site: Site, port: number): Promise<{ hasEnded(): boolean }> {
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 60,
    shared_buffers: '128MB',
    max_wal_size: '1GB',
    fsync: site.fsync ? 'on' : 'off',
    synchronous_commit: site.fsync ? 'on' : 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    // A failed statement and its DETAIL would put pins into the log.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
    log_line_prefix: '%m [%p] ',
  };
  const log = await open(site.folder.logFile, 'a', 0o600);
  try {
    const args = [
      '-D',
      site.folder.pgdata,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ];
    const child = spawn(site.runtime.postgres, args, {
      cwd: site.folder.dataDir,
      env: minimalEnvironment(),
      // A group of its own: Ctrl-C in the terminal must reach the gateway first, which then stops the server in order.
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      ...site.account,
    });
    let ended = false;
    child.on('error', () => {
      ended = true;
    });
    child.on('exit', () => {
      ended = true;
    });
    return { hasEnded: () => ended };
  } finally {
    await log.close();
  }
}

async function answers(site: Site, port: number): Promise<boolean> {
  const client = newClient(urlOf(port, site.password, { database: 'postgres' }));
  try {
    await client.connect();
    const found = await client.query('select from pg_database where datname = $1', [databaseName]);
    if (found.rowCount === 0) {
      await client.query(`create database ${databaseName}`).catch((error: unknown) => {
        // 42P04 and 23505: another start made it this moment.
        if (!hasCode(error, '42P04') && !hasCode(error, '23505')) throw error;
      });
    }
    return true;
  } catch (error) {
    if (hasCode(error, '28P01')) throw startFailed(`it refuses the password in ${site.folder.passwordFile}`);
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Takes the owner lock, waiting a moment for the connection of a gateway that was just killed to be noticed. */
async function own(site: Site, server: { pid: number; port: number }): Promise<Owned> {
  const keeper = newClient(urlOf(server.port, site.password));
  await keeper.connect();
  for (let attempt = 0; attempt < 30; attempt += 1) {
    const { rows } = await keeper.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [ownerLock]);
    if (rows[0]?.mine) return { ...server, keeper };
    await delay(100);
  }
  await keeper.end();
  throw new GerbangError(
    'POSTGRES_START_FAILED',
    `Another Gerbang runs on ${site.folder.dataDir}. Stop it, or give this one a folder of its own with GERBANG_DATA_DIR.`,
    { context: { folder: site.folder.dataDir } },
  );
}

/** Holds on to the server: starts it again should it die, ends it with the process, ends it on request. */
function keepRunning(site: Site, first: Owned): Omit<EmbeddedPostgres, 'gatewayUrl'> {
  let owned = first;
  let stopping = false;
  let revivals = 0;
  let reviving: Promise<void> = Promise.resolve();
  let aliveSince = performance.now();
  const { port } = first;

  const revive = async (): Promise<void> => {
    if (performance.now() - aliveSince > 600_000) revivals = 0;
    while (!stopping && revivals < maxRevivals) {
      revivals += 1;
      await delay(Math.min(100 * 2 ** revivals, 10_000));
      try {
        owned = await own(site, await bringUp(site, port, () => stopping));
        aliveSince = performance.now();
        owned.keeper.once('end', onLost);
        return;
      } catch (error) {
        if (!stopping) site.onProgress(`Postgres ended and could not be started again: ${messageOf(error)}`);
      }
    }
  };
  const onLost = (): void => {
    if (!stopping) reviving = revive();
  };
  // All that an exiting process can still do: ask. The server ends in order by itself.
  const onExit = (): void => void signalProcess(owned.pid, 'SIGINT');
  const trimming = setInterval(() => void trimLog(site.folder.logFile).catch(() => {}), 60_000);
  trimming.unref();
  owned.keeper.once('end', onLost);
  process.on('exit', onExit);

  const stop = async (): Promise<void> => {
    stopping = true;
    clearInterval(trimming);
    await Promise.race([reviving, delay(1_000)]);
    await Promise.race([owned.keeper.end().catch(() => {}), delay(500)]);
    const running = await findPostmaster(site.folder.pgdata).catch(() => null);
    await stopPostmaster(running?.pid ?? owned.pid);
    process.off('exit', onExit);
  };
  let stopped: Promise<void> | null = null;
  return {
    url: urlOf(port, site.password),
    port,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

function newClient(connectionString: string): pg.Client {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: 5_000,
    application_name: 'gerbang keeper',
  });
  // Losing the server is noticed by the connection's end; without a listener the error would end the process.
  client.on('error', () => {});
  return client;
}

/** A port nobody listens on right now. Should another process be faster, the start is tried again with the next one. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', done);
  });
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw startFailed('no free port on 127.0.0.1');
  return address.port;
}

function startFailed(why: string): GerbangError {
  return new GerbangError(
    'POSTGRES_START_FAILED',
    `The embedded Postgres did not start: ${why}. Its log is postgres.log in the data folder; a server of your own can be named in DATABASE_URL.`,
  );
}
