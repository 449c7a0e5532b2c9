/** Several real Redis servers: a master with a replica under sentinels, and a cluster. Gone after the test file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll } from 'vitest';

let folder = '';
const running = new Map<number, ChildProcess>();

/** To be awaited at the top of the test file that starts servers: it makes their folder, and ends them after it. */
export async function prepareServers(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'gerbang-redis-'));
  afterAll(async () => {
    for (const port of running.keys()) await kill(port);
    await rm(folder, { recursive: true, force: true });
  });
}

/** Ends the server on a port without a word to anybody. */
export async function kill(port: number): Promise<void> {
  const server = running.get(port);
  running.delete(port);
  if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGKILL');
  await exited;
}

/** Asks one server something. */
export async function ask<T>(port: number, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    client.disconnect();
  }
}

/** A master, its replica and three sentinels that agree after half a second of silence. */
export async function startSentinels(): Promise<{ readonly url: string; master(): Promise<number> }> {
  const [master, replica, ...sentinels] = await freePorts(5);
  if (master === undefined || replica === undefined) throw new Error('no free ports');
  await start(master);
  await start(replica, '--replicaof', '127.0.0.1', String(master));
  for (const port of sentinels) {
    const file = join(folder, `sentinel-${port}.conf`);
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `sentinel monitor gerbang 127.0.0.1 ${master} 2`,
      'sentinel down-after-milliseconds gerbang 1000',
      'sentinel failover-timeout gerbang 4000',
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    await start(port, file, '--sentinel');
  }
  const known = async (port: number): Promise<boolean> => {
    const text = await ask(port, (client) => client.info('sentinel'));
    return text.includes('slaves=1,sentinels=3');
  };
  for (const port of sentinels) await until(() => known(port));
  return {
    url: `redis+sentinel://${sentinels.map((port) => `127.0.0.1:${port}`).join(',')}/gerbang`,
    master: () =>
      ask(sentinels[0] ?? 0, async (client) => {
        const answer: unknown = await client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'gerbang');
        return Array.isArray(answer) ? Number(answer[1]) : 0;
      }),
  };
}

/** Three masters that share the slots. */
export async function startCluster(): Promise<{ readonly url: string; readonly ports: readonly number[] }> {
  const ports = await freePorts(3);
  const last = 16_384;
  for (const port of ports) {
    await start(port, '--cluster-enabled', 'yes', '--cluster-config-file', `nodes-${port}.conf`);
  }
  for (const [at, port] of ports.entries()) {
    const from = Math.floor((last * at) / ports.length);
    const to = Math.floor((last * (at + 1)) / ports.length) - 1;
    await ask(port, (client) => client.call('CLUSTER', 'ADDSLOTSRANGE', from, to));
    if (at > 0) await ask(port, (client) => client.call('CLUSTER', 'MEET', '127.0.0.1', ports[0] ?? 0));
  }
  const agrees = async (port: number): Promise<boolean> => {
    const text: unknown = await ask(port, (client) => client.call('CLUSTER', 'INFO'));
    return typeof text === 'string' && /cluster_state:ok/.test(text) && /cluster_known_nodes:3/.test(text);
  };
  for (const port of ports) await until(() => agrees(port));
  return { url: `redis+cluster://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`, ports };
}

async function start(port: number, ...args: readonly string[]): Promise<void> {
  const isSentinel = args.includes('--sentinel');
  const where = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  // A replica writes what it is sent into a file that a server of a cluster would take for its own.
  where.push('--dbfilename', `dump-${port}.rdb`);
  const all = isSentinel ? args : [...where, '--maxmemory-policy', 'noeviction', ...args];
  running.set(port, spawn('redis-server', all, { stdio: 'ignore', cwd: folder }));
  await until(() => ask(port, (client) => client.ping()).then(Boolean, () => false));
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; !(await isSo()); attempt += 1) {
    if (attempt > 400) throw new Error('the servers do not come together');
    await delay(50);
  }
}

/** Ports that are free, and free ten thousand above, where the servers of a cluster talk to each other. */
async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let attempt = 0; ports.length < count && attempt < 500; attempt += 1) {
    const port = 20_000 + randomInt(12_000);
    const taken = ports.includes(port) || running.has(port);
    if (!taken && (await isFree(port)) && (await isFree(port + 10_000))) ports.push(port);
  }
  if (ports.length < count) throw new Error('no free ports');
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const opened = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (opened) await new Promise((resolve) => server.close(resolve));
  return opened;
}
