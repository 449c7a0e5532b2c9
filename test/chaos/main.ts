/**
 * `npm run chaos -- [--minutes N] [--seed S] [--queue redis|postgres]`: two gateways on one database, a few terminals, a
 * consumer, and random faults of all of them, several at a time. Then everything is healed, and once it has come to rest
 * the ledger, the database and the consumer must agree. Exit code 1 and the line that repeats the run when they do not; 3
 * when no fault was played at all, as what the run needs did not start.
 */
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { messageOf } from '../../src/errors.ts';
import { programVariable, rootFolder } from '../tools/program.ts';
import { findProgram } from '../tools/redis.ts';
import { openScene, type Scene } from './scene.ts';
import { type Strike, scheduleOf, type Victim } from './schedule.ts';
import { faultsFor, strike } from './strikes.ts';

/** Two runs side by side must not build over each other. */
const buildFolder = `.gerbang/chaos-build-${process.pid}`;
/** The judge looks in between so often. */
const lookEverySeconds = 15;
/** The exit code of a run that judged nothing: it may be tried again without hiding anything. */
const notSetUp = 3;

interface Wishes {
  readonly minutes: number;
  readonly seed: number;
  readonly queue: 'redis' | 'postgres';
}

async function wishes(): Promise<Wishes> {
  const { values } = parseArgs({
    options: { minutes: { type: 'string' }, seed: { type: 'string' }, queue: { type: 'string' } },
  });
  const minutes = Number(values.minutes ?? 2);
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  if (!(minutes > 0) || !Number.isSafeInteger(seed)) throw new Error('--minutes wants a number, --seed a whole one');
  const hasRedis = (await findProgram('redis-server')) !== null;
  if (values.queue === 'redis' && !hasRedis)
    throw new Error('--queue redis needs redis-server: apt-get install redis-server');
  const drawn = hasRedis && seed % 3 !== 0 ? 'redis' : 'postgres';
  return { minutes, seed, queue: values.queue === 'redis' || values.queue === 'postgres' ? values.queue : drawn };
}

/**
 * Strikes as planned; a machine that is slow only spreads them out: what befalls one thing waits until it has recovered
 * from the strike before.
 */
async function play(scene: Scene, plan: readonly Strike[], minutes: number): Promise<void> {
  const startedMs = performance.now();
  const elapsed = (): number => (performance.now() - startedMs) / 1_000;
  const under = new Map<Victim, Promise<void>>();
  let looked = 0;
  for (let next = 0; elapsed() < minutes * 60 || next < plan.length; ) {
    const planned = plan[next];
    if (planned !== undefined && planned.atSeconds <= elapsed()) {
      next += 1;
      const before = under.get(planned.victim) ?? Promise.resolve();
      under.set(
        planned.victim,
        before.then(() => endure(scene, planned)).catch((error: unknown) => failed(scene, planned, error)),
      );
    } else if (Math.floor(elapsed() / lookEverySeconds) > looked) {
      looked = Math.floor(elapsed() / lookEverySeconds);
      await look(scene, `after ${Math.round(elapsed())} s`);
    } else {
      await sleep(100);
    }
  }
  await Promise.all(under.values());
}

/** A strike that could not be done, or not be undone, leaves a run that proves nothing. */
function failed({ complaints }: Scene, { victim, name, atSeconds }: Strike, error: unknown): void {
  complaints.push(`${victim}: ${name} at ${atSeconds} s could not be done or undone: ${messageOf(error)}`);
}

async function endure(scene: Scene, planned: Strike): Promise<void> {
  const heal = await strike(scene, planned);
  await sleep(planned.lastsSeconds * 1_000);
  await heal();
}

/** With the database away there is nothing to look at. */
async function look(scene: Scene, when: string): Promise<void> {
  try {
    await scene.world.mustHoldNow(when);
  } catch (error) {
    if (/\bI\d:/.test(messageOf(error))) throw error;
  }
}

async function run({ minutes, seed, queue }: Wishes, folder: string): Promise<string> {
  const plan = scheduleOf(faultsFor(queue), seed, minutes);
  for (const { atSeconds, victim, name, lastsSeconds } of plan) {
    console.log(
      `${String(atSeconds).padStart(5)} s  ${victim}: ${name}${lastsSeconds > 0 ? ` for ${lastsSeconds} s` : ''}`,
    );
  }
  const scene = await openScene(folder, seed, queue).catch((error: unknown) => {
    process.exitCode = notSetUp;
    throw error;
  });
  try {
    await play(scene, plan, minutes);
    scene.quiet();
    console.log(`all faults healed, ${scene.world.made()} punches made; coming to rest`);
    const seen = await scene.world.mustComeToRest('after all faults were healed');
    if (scene.complaints.length > 0) throw new Error(scene.complaints.slice(0, 5).join('\n'));
    const { residentMiB, descriptors } = scene.peak();
    return `${plan.length} faults, ${seen}, peak ${residentMiB} MiB and ${descriptors} descriptors per gateway`;
  } catch (error) {
    for (const seat of scene.seats)
      console.log(`--- last words of the ${seat.name}:\n${seat.process().said().slice(-4_000)}`);
    for (const complaint of scene.complaints) console.log(complaint);
    throw error;
  } finally {
    await scene.close();
  }
}

const wish = await wishes();
const again = `npm run chaos -- --minutes ${wish.minutes} --seed ${wish.seed} --queue ${wish.queue}`;
console.log(`chaos: ${wish.minutes} min, seed ${wish.seed}, queue in ${wish.queue}`);
const built = spawnSync(process.execPath, [join(rootFolder, 'test/tools/build.mjs'), buildFolder], {
  stdio: 'inherit',
});
if (built.status !== 0) {
  console.log('the program does not compile');
  process.exit(1);
}
process.env[programVariable] = join(rootFolder, buildFolder, 'src/main.js');
const folder = await mkdtemp(join(tmpdir(), 'gerbang-chaos-'));
await chmod(folder, 0o755);
try {
  console.log(`chaos held (seed ${wish.seed}): ${await run(wish, folder)}`);
} catch (error) {
  console.log(`chaos FAILED: ${messageOf(error)}\nto repeat: ${again}`);
  process.exitCode ??= 1;
} finally {
  for (const made of [folder, join(rootFolder, buildFolder)]) await rm(made, { recursive: true, force: true });
}
// Whatever a fault left open must not keep a build waiting.
process.exit();
