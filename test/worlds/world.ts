/** A world: a plan played to its end, watched at every commit and judged when it has come to rest. */
import type { OfficeConfig } from '../../src/config.ts';
import { isGerbangError } from '../../src/errors.ts';
import type { Batch } from '../../src/punch/batch.ts';
import { startWorldGateway, type Town, type WorldGateway } from './gateway.ts';
import { createKernel, type Kernel } from './kernel.ts';
import { doubled, missing, misstep, overstated, type Tally, untruePromise, untrueTimes } from './oracle.ts';
import { day, hour, minute, second, type WorldPlan } from './plan.ts';
import { createWorldQueue } from './queue.ts';
import { createWorldStore, type WorldStore } from './store.ts';
import { createWorldTerminal, type WorldTerminal } from './terminal.ts';
import { befall } from './troubles.ts';

export interface Outcome {
  readonly seed: number;
  /** What was broken; empty where all held. */
  readonly breaches: readonly string[];
  /** Over the whole history. */
  readonly digest: string;
  readonly events: number;
  readonly tally: Tally;
  /** Every batch that was handed to the store, in order, and what came of it: a code where it was refused. */
  readonly batches: readonly { readonly batch: Batch; readonly outcome: string }[];
  readonly store: WorldStore;
}

/** A world as its troubles find it. */
export interface Scene {
  readonly plan: WorldPlan;
  readonly town: Town;
  readonly terminals: readonly WorldTerminal[];
  /** By number; replaced when one is started anew. */
  readonly gateways: WorldGateway[];
  /** Starts gateway `index` anew, and ends the one before it. */
  restart(index: number): void;
  /** Sets the database back to how it was so long ago. */
  restore(ageMs: number): void;
}

/** What is watched while a world goes on. */
interface Watch {
  readonly breaches: string[];
  readonly tally: Tally;
  readonly batches: { batch: Batch; outcome: string }[];
  readonly backups: { readonly atMs: number; readonly restore: () => void }[];
  isRestored: boolean;
}

const mostBreaches = 3;

/** @param onNote sees the whole history */
export async function playWorld(plan: WorldPlan, onNote?: (line: string) => void): Promise<Outcome> {
  const kernel = createKernel(plan.seed, plan.startMs, onNote);
  const tally: Tally = { stored: 0, finals: 0, judged: 0, lost: 0 };
  const watch: Watch = { breaches: [], tally, batches: [], backups: [], isRestored: false };
  const scene = createScene(plan, kernel, watch, onNote !== undefined);
  const { store, queue } = scene.town;
  setOut(scene);
  await kernel.runUntil(plan.startMs + 0.6 * (plan.troubledUntilMs - plan.startMs));
  look(scene, watch);
  await kernel.runUntil(plan.troubledUntilMs);
  queue.manners = { delayMs: 0, twice: 0, unanswered: 0 };
  await kernel.runUntil(plan.troubledUntilMs + calmMs(plan));
  look(scene, watch);
  judgeRest(scene, watch, false);
  if (scene.terminals.some(({ forged }) => forged.size > 0)) {
    await settle(scene);
    look(scene, watch);
    judgeRest(scene, watch, true);
  }
  const malformed = queue.setAside.filter(({ code }) => code === 'BATCH_MALFORMED');
  note(
    kernel,
    watch,
    malformed.map(({ batch }) => `${batch.serial}: a batch of ours is malformed`),
  );
  const { breaches, batches } = watch;
  return { seed: plan.seed, breaches, digest: kernel.digest(), events: kernel.events(), tally, batches, store };
}

function note(kernel: Kernel, { breaches }: Watch, found: readonly string[]): void {
  for (const text of found) kernel.note('oracle', text);
  breaches.push(...found.slice(0, Math.max(0, mostBreaches - breaches.length)));
}

function createScene(plan: WorldPlan, kernel: Kernel, watch: Watch, traceLogs: boolean): Scene {
  const terminals = plan.terminals.map((terminal) => createWorldTerminal(kernel, terminal));
  const store = createWorldStore(() => kernel.nowMs());
  const queue = createWorldQueue(kernel, kernel.chance('queue'));
  queue.manners = plan.queue;
  const gateways: WorldGateway[] = [];
  const keepsBackups = plan.troubles.some(({ trouble }) => trouble.kind === 'restore');
  const town: Town = {
    kernel,
    store,
    queue,
    terminals: new Map(terminals.map((terminal, index) => [hostOf(index), terminal])),
    ways: { storeAway: false, commitUnknown: 0 },
    recordsPerBatch: plan.recordsPerBatch,
    leaseMs: plan.leaseMs,
    traceLogs,
    apply(batch) {
      if (keepsBackups) watch.backups.push({ atMs: kernel.nowMs(), restore: store.backup() });
      const entry = { batch, outcome: 'applied' };
      watch.batches.push(entry);
      const before = store.shelfOf(batch.serial);
      try {
        entry.outcome = store.apply(batch);
      } catch (error) {
        entry.outcome = isGerbangError(error) ? error.code : 'broke';
        throw error;
      }
      watch.tally.stored += batch.to - batch.from;
      const terminal = terminals.find(({ plan: { serial } }) => serial === batch.serial);
      note(kernel, watch, misstep(before, store.shelfOf(batch.serial)));
      if (terminal === undefined) note(kernel, watch, [`${batch.serial}: a stranger was stored`]);
      else judgeBatch(batch, terminal, town, plan, watch);
    },
    onOpen(terminal, life) {
      // What was on its way when it froze goes on when it thaws: the fence is for that, not the lease.
      const isDazed = kernel.nowMs() - life.thawedAtMs() < minute;
      const holder = store.holderOf(`${hostOf(terminals.indexOf(terminal))}:4370`);
      if (watch.isRestored || isDazed || holder === life.name) return;
      note(kernel, watch, [
        `${terminal.plan.serial}: ${life.name} talks to it, and ${holder ?? 'nobody'} has the lease`,
      ]);
    },
    onEnd(place, { error }) {
      if (error?.code === 'INTERNAL') note(kernel, watch, [`${place.terminalName}: poll broke: ${error.message}`]);
    },
  };
  let started = 0;
  const restart = (index: number): void => {
    gateways[index]?.life.kill();
    started += 1;
    const name = `G${index}.${started}`;
    gateways[index] = startWorldGateway(town, name, [officeOf(plan, plan.pollEverySeconds)], kernel.chance(name));
  };
  const restore = (ageMs: number): void => {
    watch.isRestored = true;
    const backup = watch.backups.findLast(({ atMs }) => atMs <= kernel.nowMs() - ageMs) ?? watch.backups[0];
    backup?.restore();
  };
  return { plan, town, terminals, gateways, restart, restore };
}

/** What a stored batch says must be true. */
function judgeBatch(
  batch: Batch,
  terminal: WorldTerminal,
  { kernel, store }: Town,
  plan: WorldPlan,
  watch: Watch,
): void {
  const shelf = store.shelfOf(batch.serial);
  if (shelf === null || movesHosts(plan) || terminal.everHid() || terminal.forged.size > 0) return;
  const { readThroughMs } = batch;
  const isNews = readThroughMs !== null && readThroughMs === shelf.cursor.readThroughMs;
  if (isNews) note(kernel, watch, untruePromise(terminal, shelf, readThroughMs));
  if (!watch.isRestored) note(kernel, watch, overstated(terminal, shelf, batch, watch.tally));
}

/** Host time is not true time where hosts are moved, so nothing can be held against it. */
const movesHosts = ({ troubles }: WorldPlan): boolean => troubles.some(({ trouble }) => trouble.kind === 'step-host');

/** What must hold at any time. */
function look({ plan, town, terminals }: Scene, watch: Watch): void {
  for (const terminal of terminals) {
    const shelf = town.store.shelfOf(terminal.plan.serial);
    note(town.kernel, watch, doubled(terminal, shelf));
    if (!movesHosts(plan)) note(town.kernel, watch, untrueTimes(terminal, shelf, plan.office.timeZone, watch.tally));
  }
}

/** What must hold once nothing befalls the world any more. */
function judgeRest({ town, terminals, gateways }: Scene, watch: Watch, comparedWhole: boolean): void {
  for (const [index, terminal] of terminals.entries()) {
    const { serial, whenFull, capacity } = terminal.plan;
    // A log that overwrites itself in place is refused, by name, until a person acts.
    if (whenFull === 'ring' && terminal.ledger.length > capacity) continue;
    note(town.kernel, watch, missing(terminal, town.store.shelfOf(serial), comparedWhole));
    const states = gateways
      .flatMap((gateway) => gateway.states())
      .filter((state) => state.terminalName === nameOf(index));
    if (states.some(({ state }) => state === 'ok')) continue;
    note(town.kernel, watch, [
      `${serial}: in the end ${states.map((state) => state.errorCode ?? state.state).join(', ')}`,
    ]);
  }
}

/** Long enough for every wait that troubles can leave behind: an unstable log is watched for an hour, a claim lasts one. */
function calmMs({ pollEverySeconds }: WorldPlan): number {
  return 2 * hour + 4 * pollEverySeconds * second;
}

/** What people do and what befalls them is on its way; the gateways start. */
function setOut(scene: Scene): void {
  const { plan, terminals } = scene;
  const { kernel } = scene.town;
  for (const [index, punches] of plan.punches.entries()) {
    const terminal = terminals[index];
    for (const { atMs, pin } of punches) kernel.at(atMs, () => terminal?.punch(pin));
    // Life goes on when the troubles are over.
    const lastPin = String(1_050 + 100 * index);
    for (const share of [0.1, 0.2, 0.3]) kernel.at(plan.troubledUntilMs + share * hour, () => terminal?.punch(lastPin));
  }
  for (let index = 0; index < plan.gateways; index += 1) {
    kernel.at(plan.startMs + index * minute, () => scene.restart(index));
  }
  for (const trouble of plan.troubles) kernel.at(trouble.atMs, () => befall(trouble, scene));
}

/** A day and more with one gateway, so that every log is compared whole once. */
async function settle({ plan, town, gateways }: Scene): Promise<void> {
  const { kernel } = town;
  for (const { life } of gateways) life.kill();
  const last = startWorldGateway(town, 'G-last', [officeOf(plan, 7_200)], kernel.chance('last'));
  gateways.splice(0, gateways.length, last);
  await kernel.runUntil(kernel.nowMs() + day + 4 * hour);
}

const hostOf = (index: number): string => `terminal-${index}`;
const nameOf = (index: number): string => `Mesin ${index}`;

function officeOf(plan: WorldPlan, pollEverySeconds: number): OfficeConfig {
  const { timeZone, live, rush, setClocks } = plan.office;
  const impersonated = new Set(
    plan.troubles.flatMap((one) => ('terminal' in one && one.trouble.kind === 'impostor' ? [one.terminal] : [])),
  );
  return {
    code: 'dunia',
    name: 'Dunia',
    timeZone,
    pollEverySeconds,
    live,
    rush,
    relevantUntil: '24:00',
    reportSilentAfterHours: 24,
    searchRange: [],
    clock: { set: setClocks, whenOffBySeconds: 10, quietHours: '00:00-05:00,11:00-13:00' },
    terminals: plan.terminals.map(({ serial }, index) => ({
      name: nameOf(index),
      host: hostOf(index),
      port: 4370,
      driver: 'zk',
      transport: 'tcp',
      quirks: [],
      // A stranger that is met first would be learnt in its place.
      ...(impersonated.has(index) ? { serial } : {}),
    })),
  };
}
