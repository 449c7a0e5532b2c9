/**
 * Looks, judges, keeps and tells. One gateway at a time does it; another goes on where it died, because everything that was
 * decided stands in the database.
 */
import { isStoreAway } from '../errors.ts';
import type { Log } from '../log.ts';
import { readAlertFacts } from '../store/alert-facts.ts';
import {
  applyVerdict,
  nextMessage,
  noteDelivery,
  pruneAlerts,
  readOpenAlerts,
  readTellable,
  sendNotice,
} from '../store/alerts.ts';
import type { Database } from '../store/database.ts';
import { createTurn } from '../store/turn.ts';
import type { Lang } from '../words/language.ts';
import { type AlertRules, conditionsOf, type WatchedFacts } from './conditions.ts';
import { noticeOf } from './message.ts';
import { type Channel, judge, noticesFor, type Seen } from './patience.ts';

/** A channel that can be sent to. */
export interface LiveChannel extends Channel {
  /** @returns null when it was taken, else a short reason without secrets */
  send(message: { readonly id: string; readonly body: Readonly<Record<string, unknown>> }): Promise<string | null>;
}

/** What watching needs. */
export interface AlertWatchOptions {
  readonly database: Database;
  readonly log: Log;
  /** Host time in milliseconds UTC. */
  readonly nowMs: () => number;
  readonly rules: AlertRules;
  readonly channels: readonly LiveChannel[];
  readonly gatherMs: number;
  readonly lang: Lang;
  readonly isQuiet: (atMs: number) => boolean;
  readonly timeText: (atMs: number) => string;
  readonly page: string | null;
  /** What the database does not know. */
  readonly surroundings: () => Promise<Pick<WatchedFacts, 'queue' | 'disk' | 'goneHosts' | 'hostErrorMs'>>;
  /** Default 30,000. */
  readonly lookEveryMs?: number;
}

/** Running watch. */
export interface AlertWatch {
  /** Looks now; for tests and for a page that was just acted on. */
  look(): Promise<void>;
  close(): Promise<void>;
}

/** Starts looking. The first look comes after one pause: a fleet that is just being read for the first time is not silent. */
export function startAlertWatch(options: AlertWatchOptions): AlertWatch {
  const { database, log, channels } = options;
  const turn = createTurn(database, 'alerts');
  let seen: ReadonlyMap<string, Seen> = new Map();
  let running = Promise.resolve();
  let closed = false;
  let looks = 0;

  async function lookOnce(): Promise<void> {
    if (closed || !(await turn.take())) return;
    const nowMs = options.nowMs();
    const verdict = judge(
      conditionsOf(await gather(options, nowMs), options.rules),
      await openKeys(database),
      seen,
      nowMs,
    );
    seen = verdict.seen;
    await applyVerdict(database.db, verdict);
    for (const channel of channels) await tell(channel, options);
    for (const channel of channels) await deliver(channel, options, () => closed);
    looks += 1;
    if (looks % 1_000 === 0) await pruneAlerts(database.db);
  }

  const look = (): Promise<void> => {
    running = running.then(lookOnce).catch((err: unknown) => {
      if (!isStoreAway(err)) log.error({ err }, 'alerts not looked after');
    });
    return running;
  };
  const timer = setInterval(() => void look(), options.lookEveryMs ?? 30_000);
  timer.unref();
  return {
    look,
    async close() {
      closed = true;
      clearInterval(timer);
      await running;
      await turn.release();
    },
  };
}

async function gather({ database, surroundings }: AlertWatchOptions, nowMs: number): Promise<WatchedFacts> {
  const [stored, around] = await Promise.all([readAlertFacts(database.db), surroundings()]);
  const { lastStoredMs, setAside, setAsideMs, ...rest } = stored;
  return {
    nowMs,
    ...rest,
    ...around,
    queue: around.queue === null ? null : { ...around.queue, lastStoredMs },
    setAside: setAsideMs === null ? null : { count: setAside, lastMs: setAsideMs },
  };
}

async function openKeys({ db }: Database): Promise<ReadonlySet<string>> {
  return new Set((await readOpenAlerts(db)).map(({ key }) => key));
}

async function tell(channel: LiveChannel, options: AlertWatchOptions): Promise<void> {
  const { database, gatherMs, lang, timeText, page } = options;
  const nowMs = options.nowMs();
  const alerts = await readTellable(database.db, channel.name);
  const { opened, closed } = noticesFor(channel, alerts, gatherMs, nowMs, options.isQuiet(nowMs));
  if (opened.length + closed.length === 0) return;
  await sendNotice(database.db, {
    channel: channel.name,
    body: { ...noticeOf(opened, closed, { lang, time: timeText, page }) },
    opened: opened.map(({ alertId }) => alertId),
    closed: closed.map(({ alertId }) => alertId),
  });
}

/** What is due, oldest first; a channel that does not take one is left alone until the next look. */
async function deliver(
  channel: LiveChannel,
  { database, log }: AlertWatchOptions,
  isClosed: () => boolean,
): Promise<void> {
  for (let sent = 0; sent < 20 && !isClosed(); sent += 1) {
    const message = await nextMessage(database.db, channel.name);
    if (message === null) return;
    const failure = await channel.send({ id: `alert-${message.messageId}`, body: message.body });
    await noteDelivery(database.db, message.messageId, failure);
    if (failure === null) continue;
    log.warn(
      { channel: channel.name, reason: failure, attempt: message.attempts + 1 },
      'alert not delivered: it is repeated',
    );
    return;
  }
}
