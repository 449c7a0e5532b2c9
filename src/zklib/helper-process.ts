/**
 * The library's process as the gateway sees it: every question has a deadline, and however that process ends, it is a
 * coded error here and nothing else.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GerbangError } from '../errors.ts';
import type { WireTap } from '../zk/driver.ts';
import type { Packet } from '../zk/packet.ts';
import type { OpenRequest, ReadRequest, Report, Request, Result } from './messages.ts';
import { createPlaces } from './places.ts';

/** Starting the process, and the library's slowness in noticing its own deadlines. */
const graceMs = 10_000;
/** The library waits up to 2 s for the reply to EXIT. */
const exitWithinMs = 3500;

/** What a session does with the library. One request at a time. */
export interface Helper {
  open(request: Omit<OpenRequest, 'kind' | 'tapped'>): Promise<Packet>;
  ask(command: number, payload: Uint8Array, timeoutMs: number): Promise<Packet>;
  read(request: Omit<ReadRequest, 'kind'>, onProgress?: OnProgress): Promise<Uint8Array>;
  /** Bytes that have arrived since the connection began, as of the last answer. */
  bytesRead(): number;
  /** Says goodbye to the terminal and ends the process. Never throws; later calls wait for the first. */
  end(): Promise<void>;
}

type OnProgress = (receivedBytes: number, expectedBytes: number) => void;

/** The request under way. */
interface Pending {
  readonly asked: Request['kind'];
  readonly onProgress: OnProgress | undefined;
  settle(result: Result): void;
  fail(error: GerbangError): void;
}

const places = createPlaces();

/**
 * Starts a process with the library in it.
 *
 * @param sessionTimeoutMs after so long it is ended, whatever it does; and the longest wait for a place
 * @throws GerbangError READ_TOO_SLOW when no place became free in that time
 */
export async function startHelper(sessionTimeoutMs: number, tap: WireTap | undefined): Promise<Helper> {
  const giveBack = await places.take(sessionTimeoutMs);
  try {
    const folder = await mkdtemp(join(tmpdir(), 'gerbang-zklib-'));
    const child = spawn(folder);
    const started = child.pid !== undefined;
    const exited = started ? new Promise((resolve) => child.once('exit', resolve)) : Promise.resolve();
    const gone = exited.then(() => {
      giveBack();
      return rm(folder, { recursive: true, force: true }).catch(() => {});
    });
    return new LibraryProcess(child, gone, sessionTimeoutMs, tap);
  } catch (error) {
    giveBack();
    throw error;
  }
}

function spawn(folder: string): ChildProcess {
  // Under tsx the sources run as they are, installed they run compiled; the child is the file beside us either way.
  const fromSource = import.meta.url.endsWith('.ts');
  return fork(new URL(`./child.${fromSource ? 'ts' : 'js'}`, import.meta.url), {
    cwd: folder,
    // Our own flags may name files relative to our folder, and our environment holds passwords.
    execArgv: fromSource ? ['--import', import.meta.resolve('tsx')] : [],
    env: { TMPDIR: tmpdir() },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  });
}

/** One process. */
class LibraryProcess implements Helper {
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  readonly #sessionTimeoutMs: number;
  readonly #sessionTimer: NodeJS.Timeout;
  readonly #tap: WireTap | undefined;
  #pending: Pending | null = null;
  #bytesRead = 0;
  #over: GerbangError | null = null;
  #ending: Promise<void> | null = null;

  constructor(child: ChildProcess, gone: Promise<void>, sessionTimeoutMs: number, tap: WireTap | undefined) {
    this.#child = child;
    this.#sessionTimeoutMs = sessionTimeoutMs;
    this.#tap = tap;
    this.#sessionTimer = setTimeout(() => this.#kill(sessionOver(sessionTimeoutMs)), sessionTimeoutMs);
    this.#sessionTimer.unref();
    child.on('message', (report: Report) => this.#onReport(report));
    child.on('error', (error) => this.#lose(processGone(this.#pending?.asked, error)));
    this.#gone = gone.then(() => {
      clearTimeout(this.#sessionTimer);
      this.#lose(processGone(this.#pending?.asked));
    });
  }

  open(request: Omit<OpenRequest, 'kind' | 'tapped'>): Promise<Packet> {
    const { connectTimeoutMs, replyTimeoutMs } = request;
    const tapped = this.#tap !== undefined;
    return this.#answerTo({ kind: 'open', ...request, tapped }, connectTimeoutMs + replyTimeoutMs);
  }

  ask(command: number, payload: Uint8Array, timeoutMs: number): Promise<Packet> {
    return this.#answerTo({ kind: 'ask', command, payload, timeoutMs }, timeoutMs);
  }

  async read(request: Omit<ReadRequest, 'kind'>, onProgress?: OnProgress): Promise<Uint8Array> {
    // How long the data may take is the session's bound.
    const result = await this.#request({ kind: 'read', ...request }, this.#sessionTimeoutMs, onProgress);
    if (result.kind !== 'dataset') throw errorIn(result);
    this.#bytesRead = result.bytesRead;
    return result.bytes;
  }

  bytesRead(): number {
    return this.#bytesRead;
  }

  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    this.#lose(new GerbangError('NET_CLOSED', 'The session was closed while a request was under way.'));
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), exitWithinMs);
    if (this.#child.connected) this.#child.send({ kind: 'close' } satisfies Request, () => {});
    else this.#child.kill('SIGKILL');
    await this.#gone;
    clearTimeout(timer);
  }

  async #answerTo(request: Request, withinMs: number): Promise<Packet> {
    const result = await this.#request(request, withinMs);
    if (result.kind !== 'answer') throw errorIn(result);
    this.#bytesRead = result.bytesRead;
    return result.packet;
  }

  #request(request: Request, withinMs: number, onProgress?: OnProgress): Promise<Result> {
    if (this.#over !== null) return Promise.reject(this.#over);
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#pending = null;
      };
      const timer = setTimeout(() => this.#kill(processStuck(withinMs)), withinMs + graceMs);
      this.#pending = {
        asked: request.kind,
        onProgress,
        settle(result) {
          finish();
          resolve(result);
        },
        fail(error) {
          finish();
          reject(error);
        },
      };
      this.#child.send(request, (error) => {
        if (error) this.#lose(processGone(request.kind, error));
      });
    });
  }

  #onReport(report: Report): void {
    if (report.kind === 'packet') this.#tap?.[report.direction](report.bytes);
    else if (report.kind === 'progress') this.#pending?.onProgress?.(report.receivedBytes, report.expectedBytes);
    else this.#pending?.settle(report);
  }

  #kill(why: GerbangError): void {
    this.#lose(why);
    this.#child.kill('SIGKILL');
  }

  /** The first reason stays the reason. */
  #lose(error: GerbangError): void {
    this.#over ??= error;
    this.#pending?.fail(this.#over);
  }
}

function errorIn(result: Result): GerbangError {
  if (result.kind !== 'failed')
    return new GerbangError('INTERNAL', 'The process of node-zklib answered another question.');
  const { code, message, context } = result;
  return new GerbangError(code, message, { context });
}

/** It is meant to survive whatever the library does, so this is the system's doing: out of memory, or killed by hand. */
function processGone(asked: Request['kind'] | undefined, cause?: Error): GerbangError {
  return new GerbangError(
    asked === 'read' ? 'READ_INCOMPLETE' : 'NET_CLOSED',
    'The process that holds node-zklib ended before it answered. Nothing was stored; try again, and if this repeats, use driver: zk.',
    cause === undefined ? {} : { cause },
  );
}

function processStuck(withinMs: number): GerbangError {
  return new GerbangError(
    'ZK_NO_REPLY',
    'The process that holds node-zklib did not answer in time and was ended. Try again; if this repeats, use driver: zk.',
    { context: { withinMs } },
  );
}

function sessionOver(sessionTimeoutMs: number): GerbangError {
  return new GerbangError(
    'READ_TOO_SLOW',
    'The session with the terminal took longer than allowed. Check the line to this office, or use driver: zk, which reads only what is new.',
    { context: { sessionTimeoutMs } },
  );
}
