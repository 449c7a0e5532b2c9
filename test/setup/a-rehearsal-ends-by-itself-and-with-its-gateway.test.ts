/** What decision 0018 promises of a rehearsal that was begun by a button or a system: it has an end, whatever happens. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { addToken } from '../../src/accounts/manage.ts';
import type { Permission } from '../../src/accounts/permissions.ts';
import type { RehearsalReport } from '../../src/cli/rehearsal/child.ts';
import { createRehearsals } from '../../src/cli/rehearsal/keeper.ts';
import { rehearsalFolder } from '../../src/cli/rehearsal/place.ts';
import { parseConfig } from '../../src/config.ts';
import { silentLog } from '../../src/log.ts';
import { readAuditLog } from '../../src/store/audit-log.ts';
import { stopEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { isAlive, signalProcess } from '../../src/store/embedded-process.ts';
import { type ChosenQueue, startChosenQueue } from '../tools/chosen-queue.ts';
import { createTestDatabase } from '../tools/database.ts';
import { childrenOf, commandLineOf } from '../tools/processes.ts';
import { childArguments, programArguments, rootFolder } from '../tools/program.ts';

const database = await createTestDatabase();
const by = { actorKind: 'command', actor: 'uji', requestId: null } as const;
const yaml = JSON.stringify({
  web: { host: '127.0.0.1' },
  offices: [
    {
      code: 'dinkes',
      name: 'Dinas Kesehatan',
      timeZone: 'Asia/Jakarta',
      // Nobody is there: a rehearsal needs no machine of the office.
      terminals: [{ name: 'Lobi', host: '127.0.0.1', port: 9 }],
    },
  ],
});
let folder: string;
let config: string;
let queue: ChosenQueue;
/** Processes of the rehearsal that a test has seen, so that none outlives a test that fails. */
const seen: number[] = [];
let gateway: ChildProcess | undefined;

beforeAll(async () => {
  queue = await startChosenQueue();
  folder = await mkdtemp(join(tmpdir(), 'gerbang-gladi-'));
  // The embedded database runs as a user who must reach it.
  await chmod(folder, 0o755);
  config = join(folder, 'gerbang.yaml');
  await writeFile(config, yaml);
});
afterEach(async () => {
  vi.useRealTimers();
  gateway?.kill('SIGKILL');
  for (const pid of seen.splice(0)) signalProcess(pid, 'SIGKILL');
  await stopEmbeddedPostgres(rehearsalFolder(folder, 'dinkes'));
});
afterAll(async () => {
  await queue.stop();
  await rm(folder, { recursive: true, force: true });
});

/** `gerbang start`, as soon as its pages are there. */
async function startGateway(): Promise<{ readonly process: ChildProcess; readonly url: string }> {
  const started = spawn(process.execPath, programArguments('start', '--config', config), {
    cwd: rootFolder,
    env: {
      ...process.env,
      DATABASE_URL: database.url,
      REDIS_URL: queue.redisUrl ?? '',
      PORT: '0',
      GERBANG_DATA_DIR: folder,
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  gateway = started;
  let said = '';
  for await (const chunk of started.stderr.iterator({ destroyOnReturn: false })) {
    said += String(chunk);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
    if (url === undefined) continue;
    started.stderr.resume();
    return { process: started, url };
  }
  throw new Error(`the gateway ended: ${said}`);
}

async function system(name: string, scopes: readonly Permission[], officeCode: string | null = null): Promise<string> {
  const secret = await addToken(database.db, by, { name, scopes, officeCode, validDays: null });
  if (secret === null) throw new Error(`${name} is taken`);
  return secret;
}

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly rehearsal: Readonly<Record<string, unknown>> | null | undefined;
}

/** `/setup/rehearsal` of a gateway, as a system asks it. */
function rehearsalOf(url: string, token: string) {
  return async (method: 'GET' | 'POST' | 'DELETE', body?: unknown): Promise<Answer> => {
    const response = await fetch(`${url}/api/v1/setup/rehearsal`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { type, rehearsal } = (await response.json()) as { type?: string; rehearsal?: Answer['rehearsal'] };
    return { status: response.status, type, rehearsal };
  };
}

const patience = { timeout: 150_000, interval: 250 };
const wish = { office: 'dinkes', people: 5, minutes: 30 };

/** The process of the rehearsal and those it has started: its database and its machines. */
function worldBeneath(parent: number | undefined): number[] {
  const [child] = childrenOf(parent ?? 0).filter((pid) => commandLineOf(pid).includes('rehearsal/child'));
  if (child === undefined) throw new Error('no rehearsal runs');
  const world = [child, ...childrenOf(child)];
  seen.push(...world);
  expect(world.filter((pid) => /postgres|device-sim/.test(commandLineOf(pid)))).toHaveLength(2);
  return world;
}

async function alive(pids: readonly number[]): Promise<string[]> {
  const states = await Promise.all(pids.map(async (pid) => ({ pid, lives: await isAlive(pid) })));
  return states.filter(({ lives }) => lives).map(({ pid }) => commandLineOf(pid).replaceAll('\0', ' '));
}

test('a system begins a rehearsal, one at a time, and ends it', { timeout: 400_000 }, async () => {
  const { process: running, url } = await startGateway();
  const ask = rehearsalOf(url, await system('penata', ['setup.change']));
  expect(await ask('GET')).toMatchObject({ status: 200, rehearsal: null });
  expect(await ask('POST', { ...wish, office: 'tidak-ada' })).toMatchObject({
    status: 404,
    type: 'urn:gerbang:problem:no-such-office',
  });
  expect((await ask('POST', { ...wish, minutes: 121 })).status).toBe(422);
  expect((await ask('POST', { ...wish, port: 1 })).status).toBe(422);
  const reader = rehearsalOf(url, await system('pembaca', ['board.view']));
  const ofOne = rehearsalOf(url, await system('satu-opd', ['setup.change'], 'dinkes'));
  for (const method of ['GET', 'POST', 'DELETE'] as const) {
    const body = method === 'POST' ? wish : undefined;
    expect([(await reader(method, body)).status, (await ofOne(method, body)).status]).toEqual([403, 404]);
  }
  expect(await ask('GET')).toMatchObject({ rehearsal: null });

  const begun = await ask('POST', wish);
  expect(begun).toMatchObject({
    status: 202,
    rehearsal: { office: 'dinkes', phase: 'starting', by: 'penata', people: 5, port: null },
  });
  const { startedAt, endsAt } = begun.rehearsal ?? {};
  expect(Date.parse(String(endsAt)) - Date.parse(String(startedAt))).toBe(30 * 60_000);
  expect(await ask('POST', wish)).toMatchObject({ status: 409, type: 'urn:gerbang:problem:rehearsal-busy' });
  await expect.poll(async () => (await ask('GET')).rehearsal?.phase, patience).toBe('running');
  const { port } = (await ask('GET')).rehearsal ?? {};
  const page = `http://127.0.0.1:${port}/healthz`;
  expect((await fetch(page)).status).toBe(200);
  expect(await ask('POST', wish)).toMatchObject({ status: 409 });

  const world = worldBeneath(running.pid);
  expect(await ask('DELETE')).toMatchObject({ status: 202, rehearsal: { phase: 'stopping' } });
  await expect.poll(async () => (await ask('GET')).rehearsal, patience).toMatchObject({ phase: 'ended', port: null });
  expect(await alive(world)).toEqual([]);
  await expect(fetch(page)).rejects.toThrow();
  // Done already: nothing is ended, and nothing is noted.
  expect(await ask('DELETE')).toMatchObject({ status: 202, rehearsal: { phase: 'ended' } });
  const entries = await readAuditLog(database.db, { beforeId: null, limit: 50 });
  const noted = entries.filter(({ action }) => action.startsWith('setup.rehearsal'));
  expect(noted.map(({ action, actor, subject }) => [action, actor, subject])).toEqual([
    ['setup.rehearsal-stop', 'penata', 'dinkes'],
    ['setup.rehearsal-start', 'penata', 'dinkes'],
  ]);
});

test.each([
  ['told to stop', 'SIGTERM'],
  ['killed', 'SIGKILL'],
] as const)('a gateway that is %s takes its rehearsal with it', { timeout: 400_000 }, async (_how, signal) => {
  const { process: running, url } = await startGateway();
  const ask = rehearsalOf(url, await system(`penata ${signal}`, ['setup.change']));
  expect((await ask('POST', wish)).status).toBe(202);
  await expect.poll(async () => (await ask('GET')).rehearsal?.phase, patience).toBe('running');
  const world = worldBeneath(running.pid);
  const gone = once(running, 'exit');
  running.kill(signal);
  await gone;
  await expect.poll(() => alive(world), { timeout: 30_000, interval: 100 }).toEqual([]);
});

const [office] = parseConfig(yaml, {}).offices;
if (office === undefined) throw new Error('no office');

test('a rehearsal that nobody ends is over when its time is', { timeout: 300_000 }, async () => {
  const [file = '', ...loader] = childArguments('src/cli/rehearsal/child.ts').reverse();
  const child = fork(file, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: loader.reverse() });
  seen.push(child.pid ?? 0);
  const reports: RehearsalReport[] = [];
  child.on('message', (report: RehearsalReport) => reports.push(report));
  const options = { office, dataDir: folder, host: '127.0.0.1', port: 0, people: 1, lang: 'id' };
  child.send({ type: 'start', options, forMs: 8_000 });
  // Nothing else is said to it, and the channel stays open.
  const ended = await Promise.race([once(child, 'exit'), sleep(120_000)]);
  expect(ended).toEqual([0, null]);
  expect(reports.filter(({ type }) => type === 'failed')).toEqual([]);
});

test('its keeper ends it in time too, and what does not end is killed', { timeout: 400_000 }, async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const keeper = createRehearsals({ dataDir: folder, host: '127.0.0.1', port: 0, lang: 'id' }, silentLog());
  const until = async (phase: string): Promise<void> => {
    for (let waited = 0; waited < 600 && keeper.now()?.phase !== phase; waited += 1) await sleep(250);
    expect(keeper.now()?.phase).toBe(phase);
  };
  const begin = async (): Promise<number[]> => {
    expect(keeper.start(office, { people: 1, minutes: 1, by: 'uji' })).toBe(true);
    await until('running');
    return worldBeneath(process.pid);
  };
  const first = await begin();
  vi.advanceTimersByTime(59_000);
  expect(keeper.now()?.phase).toBe('running');
  vi.advanceTimersByTime(1_000);
  expect(keeper.now()?.phase).toBe('stopping');
  await until('ended');
  expect(await alive(first)).toEqual([]);

  // Neither it nor its database or machines are there afterwards.
  const second = await begin();
  signalProcess(second[0] ?? 0, 'SIGSTOP');
  expect(keeper.stop()).toBe(true);
  vi.advanceTimersByTime(15_000);
  await until('ended');
  await expect.poll(() => alive(second), patience).toEqual([]);
});
