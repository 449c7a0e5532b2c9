/** Clients of the field, each in a process of its own with a deadline. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The two that most Node programs for these terminals are built on. */
export const foreignLibraries = ['node-zklib', 'zkteco-js'] as const;
export type ForeignLibrary = (typeof foreignLibraries)[number];

/**
 * Pace at which both work: one frame per segment, with the pause real terminals make. They lose what arrives together, so
 * on a busy machine even this is too fast now and then; `bestLog` asks again.
 */
export const pace = { blockBytes: 1008, blockPauseMs: 20 } as const;

/** A record as a foreign client tells it; node-zklib drops verify mode and state. */
export interface ForeignRecord {
  readonly uid: number;
  readonly pin: string;
  readonly shown: string;
  readonly verifyMode?: number;
  readonly punchState?: number;
}

export type Said<T> = { readonly done: T } | { readonly failed: string };

/** What a client reported, step by step; a step it did not reach is missing. */
export interface ForeignAnswers {
  readonly connect?: Said<true>;
  readonly log?: Said<{ readonly records: readonly ForeignRecord[]; readonly error: string | null }>;
  readonly users?: Said<readonly { uid: number; pin: string; name: string; role: number; cardno: number }[]>;
  readonly info?: Said<{ userCounts: number; logCounts: number; logCapacity: number }>;
  readonly free?: Said<{ replyCode: number }>;
  readonly live?: Said<{ pin: string; shown: string }>;
}

/** How the process ended when it did not answer. */
export interface ForeignDeath {
  readonly exitCode: number | null;
  readonly stderr: string;
}

const answerWithinMs = 60_000;
const program = fileURLToPath(new URL('./foreign-client.cjs', import.meta.url));

/**
 * Lets a client do something with the terminal at `port` of loopback.
 *
 * @param timeoutMs the client's own time-out; node-zklib waits 10 s for data whatever it is told
 */
export async function runForeign(
  library: ForeignLibrary,
  port: number,
  steps: readonly (keyof ForeignAnswers)[],
  timeoutMs = 5000,
): Promise<ForeignAnswers | ForeignDeath> {
  const child = fork(program, [library, String(port), String(timeoutMs), ...steps], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
    env: { ...process.env, TZ: 'UTC' },
  });
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr = (stderr + String(chunk)).slice(-4000);
  });
  try {
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${library} did not answer; stderr: ${stderr}`)), answerWithinMs);
      const settle = (outcome: ForeignAnswers | ForeignDeath): void => {
        clearTimeout(timer);
        resolve(outcome);
      };
      child.once('message', (answers: ForeignAnswers) => settle(answers));
      // After "exit" stderr may still hold the last words; "close" comes behind them.
      child.once('close', (exitCode) => settle({ exitCode, stderr }));
    });
  } finally {
    child.kill('SIGKILL');
  }
}

/** The answers of a client that lived. */
export async function answersOf(...run: Parameters<typeof runForeign>): Promise<ForeignAnswers> {
  const outcome = await runForeign(...run);
  if ('exitCode' in outcome) throw new Error(`${run[0]} died (${outcome.exitCode}): ${outcome.stderr}`);
  return outcome;
}

/** The outcome of a step that the client itself called a success. */
export function done<T>(said: Said<T> | undefined): T {
  if (said === undefined) throw new Error('the client did not get this far');
  if ('failed' in said) throw new Error(`the client reported a failure: ${said.failed}`);
  return said.done;
}

/** Reads of one log, until the client has found as many records as it can be expected to find. */
export interface ForeignLog {
  readonly records: readonly ForeignRecord[];
  readonly error: string | null;
  /** All tries in order: how many records each returned. */
  readonly counts: readonly number[];
}

const tries = 12;

/**
 * What a client makes of a log at best: it is asked again when segments ran together on the way and it lost records.
 *
 * @param expected records after which nothing better can come
 */
export async function bestLog(
  library: ForeignLibrary,
  port: number,
  expected: number,
  timeoutMs?: number,
): Promise<ForeignLog> {
  const counts: number[] = [];
  let best: ForeignLog | null = null;
  while (counts.length < tries && (best === null || best.records.length < expected)) {
    const { log } = await answersOf(library, port, ['log'], timeoutMs);
    const { records, error } = done(log);
    counts.push(records.length);
    if (best === null || records.length > best.records.length) best = { records, error, counts };
  }
  if (best === null) throw new Error('not asked even once');
  return best;
}
