/** Keeps the rehearsal of this host: a child process, one at a time, that ends by itself and with the gateway. */
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../log.ts';
import { rehearsalLimits as most, type Rehearsal, type RehearsalPort } from '../../web/setup/port.ts';
import type { RehearsalReport, RehearsalRequest } from './child.ts';
import { rehearsalFolder } from './place.ts';
import type { RehearsalOptions } from './run.ts';

const readyWithinMs = 180_000;
const stopWithinMs = 15_000;
const closeWithinMs = 2_000;
/** All that a child needs of our environment; nothing in it is a secret. */
const passedOn = ['PATH', 'HOME', 'USER', 'LANG', 'TZ', 'TMPDIR', 'XDG_DATA_HOME'];

export interface RehearsalKeeper extends RehearsalPort {
  /** Ends the one that is going on. */
  close(): Promise<void>;
}

export function createRehearsals(
  place: Pick<RehearsalOptions, 'dataDir' | 'host' | 'port' | 'lang'>,
  log: Log,
): RehearsalKeeper {
  let state: Rehearsal | null = null;
  let child: Child | null = null;

  const note = (change: Partial<Rehearsal>): void => {
    if (state !== null) state = { ...state, ...change };
  };
  function hear(message: RehearsalReport): void {
    if (message.type === 'failed') note({ phase: 'failed', errorCode: message.code });
    else if (state?.phase === 'starting') note({ phase: 'running', ...placesOf(message) });
  }
  async function onGone(exitCode: number | null): Promise<void> {
    // Killed, by us or by a host short of memory: it could not end its database itself.
    if (exitCode === null && state !== null) await endDatabase(rehearsalFolder(place.dataDir, state.officeCode), log);
    child = null;
    const isOwn = state?.phase === 'stopping' || (state?.phase === 'running' && exitCode === 0);
    note(isOwn ? { phase: 'ended' } : { phase: 'failed', errorCode: state?.errorCode ?? 'INTERNAL' });
    note({ page: null, link: null });
    log.info({ office: state?.officeCode, exitCode }, 'rehearsal ended');
  }
  function end(): void {
    if (child !== null && state?.phase !== 'failed') note({ phase: 'stopping' });
    child?.end();
  }

  return {
    now: () => state,
    start(office, wish) {
      if (child !== null) return false;
      const forMs = Math.min(Math.max(1, wish.minutes), most.minutes) * 60_000;
      const people = Math.min(Math.max(1, wish.people), most.people);
      const startedAtMs = Date.now();
      const { code: officeCode, name: officeName } = office;
      const begun = { officeCode, officeName, by: wish.by, people, startedAtMs, endsAtMs: startedAtMs + forMs };
      state = { ...begun, phase: 'starting', page: null, link: null, errorCode: null };
      // Where its machines really stand, and their keys, are none of a rehearsal's business.
      const terminals = office.terminals.map(({ commKey: _commKey, ...rest }) => rest);
      const options = { ...place, office: { ...office, terminals }, people };
      const isReady = (): boolean => state?.phase !== 'starting';
      const onLate = (): void => {
        note({ phase: 'failed', errorCode: 'INTERNAL' });
        end();
      };
      log.info({ office: officeCode, people }, 'rehearsal begun');
      child = startChild({ type: 'start', options, forMs }, { hear, onGone, onOver: end, isReady, onLate }, log);
      return true;
    },
    stop() {
      if (child === null || state?.phase === 'stopping') return false;
      end();
      return true;
    },
    async close() {
      const gone = child?.gone;
      end();
      // It goes on ending when the channel to us is closed; a gateway that stops does not wait for that.
      await Promise.race([gone, sleep(closeWithinMs, undefined, { ref: false })]);
    },
  };
}

function placesOf(message: Extract<RehearsalReport, { type: 'running' }>): Pick<Rehearsal, 'page' | 'link'> {
  const { hostname, port } = new URL(message.pageUrl);
  const link = message.firstLink === null ? null : new URL(message.firstLink);
  return { page: { host: hostname, port: Number(port) }, link: link && `${link.pathname}${link.search}` };
}

async function endDatabase(dataDir: string, log: Log): Promise<void> {
  const { stopEmbeddedPostgres } = await import('../../store/embedded-postgres.ts');
  await stopEmbeddedPostgres(dataDir).catch((err) => log.error({ err }, 'the database of a rehearsal did not end'));
}

interface Child {
  readonly gone: Promise<void>;
  /** Asks it to end, and sees to it that it does. */
  end(): void;
}

interface ChildHooks {
  hear(message: RehearsalReport): void;
  onGone(exitCode: number | null): Promise<void>;
  /** Its time is over. */
  onOver(): void;
  isReady(): boolean;
  /** It did not come up in time. */
  onLate(): void;
}

function startChild(request: Extract<RehearsalRequest, { type: 'start' }>, hooks: ChildHooks, log: Log): Child {
  const child = forkChild();
  child.on('message', hooks.hear);
  child.on('error', (err) => log.error({ err }, 'the rehearsal cannot be started'));
  const late = setTimeout(() => hooks.isReady() || hooks.onLate(), readyWithinMs);
  const over = setTimeout(hooks.onOver, request.forMs);
  let kill: NodeJS.Timeout | undefined;
  const gone = new Promise<void>((resolve) => {
    child.once('close', (exitCode) => {
      for (const timer of [late, over, kill]) clearTimeout(timer);
      void hooks.onGone(exitCode).finally(resolve);
    });
  });
  child.send(request, (err) => err && log.error({ err }, 'the rehearsal cannot be started'));
  return {
    gone,
    end() {
      if (child.connected) child.send({ type: 'stop' } satisfies RehearsalRequest, () => undefined);
      kill ??= setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
    },
  };
}

function forkChild(): ChildProcess {
  // Under tsx the sources run as they are, installed they run compiled; the child is the file beside us either way.
  const isSource = import.meta.url.endsWith('.ts');
  const loader = isSource ? ['--import', import.meta.resolve('tsx')] : [];
  const env = Object.fromEntries(passedOn.flatMap((name) => (name in process.env ? [[name, process.env[name]]] : [])));
  return fork(new URL(`./child.${isSource ? 'ts' : 'js'}`, import.meta.url), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: loader,
    env,
  });
}
