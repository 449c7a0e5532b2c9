/**
 * Named places on the path of a punch where a test can make the process die, freeze or stand still, and nothing else: what
 * is left behind there is what a power cut would leave.
 *
 * Off unless `GERBANG_CRASH_AT` is set, and then read once. Set it in tests only (docs/proof.md, "Crash points"):
 * `NAME`, `NAME:3` for the third time the process passes there, `NAME:3:freeze`, `NAME:3:block=45000`.
 */
import { writeSync } from 'node:fs';

/** The places, in the order in which a punch meets them. */
export const crashPoints = [
  // One poll, beginning with the lease.
  'lease.after-acquire',
  'lease.after-renew',
  'poll.begin',
  'poll.session-open',
  'poll.before-read',
  'poll.after-read',
  'poll.before-enqueue',
  'poll.after-enqueue',
  'poll.remembered',
  'poll.before-set',
  'poll.after-set',
  'poll.before-close',
  // One batch, from the queue into the database.
  'queue.after-take',
  'ingest.after-lock',
  'ingest.after-judge',
  'ingest.after-punches',
  'ingest.after-evidence',
  'ingest.after-attendance',
  'ingest.after-outbox',
  'ingest.before-commit',
  'ingest.after-commit',
  // One sweep of the outbox.
  'outbox.before-sweep',
  'outbox.after-order',
  'outbox.before-publish',
  'outbox.after-confirm',
  'outbox.after-move',
  // One page for one receiver of webhooks.
  'webhook.after-hold',
  'webhook.after-answer',
  'webhook.after-move',
] as const;

/** One of {@link crashPoints}. */
export type CrashPoint = (typeof crashPoints)[number];

type Deed = () => void;

interface Armed {
  readonly point: CrashPoint;
  readonly deed: Deed;
  /** How often it is still passed unharmed, plus one. */
  left: number;
}

/** SIGKILL cannot be caught: nothing is closed, flushed or given back. */
const kill: Deed = () => void process.kill(process.pid, 'SIGKILL');
/** As a pause of a virtual machine; the test wakes it with SIGCONT. */
const freeze: Deed = () => void process.kill(process.pid, 'SIGSTOP');
/** As a loop that never yields, without heating the room. */
const block = (ms: number): Deed => {
  return () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
};

const armed = arm(process.env.GERBANG_CRASH_AT);

/** Passes a place. Does nothing in production. */
export function crashPoint(point: CrashPoint): void {
  if (armed === null || armed.point !== point) return;
  armed.left -= 1;
  if (armed.left !== 0) return;
  // Not the log: it may hold lines back, and whoever waits for this one must not wait longer.
  writeSync(2, `crash point ${point}\n`);
  armed.deed();
}

/** @throws RangeError for a text that arms nothing: a test that crashes nowhere proves nothing */
function arm(wish: string | undefined): Armed | null {
  if (wish === undefined || wish === '') return null;
  const [, name, times = '1', deed = 'kill', ms = '0'] =
    /^([a-z.-]+)(?::(\d+))?(?::(kill|freeze|block)(?:=(\d+))?)?$/.exec(wish) ?? [];
  const point = crashPoints.find((known) => known === name);
  if (point === undefined) throw new RangeError(`GERBANG_CRASH_AT names no crash point: ${wish}`);
  return { point, left: Number(times), deed: deed === 'freeze' ? freeze : deed === 'block' ? block(Number(ms)) : kill };
}
