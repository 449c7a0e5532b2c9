/** Alerts: what the gateway knows beside the database, the channels of the configuration, and the sign of life. */
import { statfs } from 'node:fs/promises';
import type { WatchedFacts } from '../alerts/conditions.ts';
import { startHeartbeat } from '../alerts/heartbeat.ts';
import { sendMail } from '../alerts/mail.ts';
import { type LiveChannel, startAlertWatch } from '../alerts/watch.ts';
import { formatDeviceTime } from '../clock/device-time.ts';
import { wallTimeIn, zoneLabel, zoneOffsetMs } from '../clock/zone.ts';
import { type Config, isQuiet, parseQuietHours } from '../config.ts';
import type { Log } from '../log.ts';
import { minuteOfDay } from '../office/clock-setting.ts';
import type { BatchQueue } from '../queue/producer.ts';
import type { Database } from '../store/database.ts';
import { readHosts } from '../store/hosts.ts';
import { post } from '../webhooks/post.ts';
import { signatureOf } from '../webhooks/signature.ts';
import type { HostTime } from './host-time.ts';

/** What watching needs from the gateway. */
export interface AlertMeans {
  readonly config: Config;
  readonly database: Database;
  readonly queue: BatchQueue;
  readonly hostTime: HostTime;
  /** Folders whose disks must not fill up. */
  readonly folders: readonly string[];
  readonly log: Log;
}

/** A gateway that is silent for so long did not just miss a beat. */
const goneAfterMs = 60_000;
const answerWithinMs = 15_000;

/** Starts watching. Call what it returns to end it. */
export function watchAlerts(means: AlertMeans): () => Promise<void> {
  const { config, database, log } = means;
  const { alerts } = config;
  const stopping = new AbortController();
  const windows = alerts.quietHours === '' ? [] : (parseQuietHours(alerts.quietHours) ?? []);
  const minuteAt = (atMs: number): number => minuteOfDay(atMs + zoneOffsetMs(alerts.timeZone, atMs));
  const watch = startAlertWatch({
    database,
    log: log.child({ part: 'alerts' }),
    nowMs: () => Date.now(),
    rules: {
      silentMs: alerts.silentMinutes * 60_000,
      clockOffMs: alerts.clockOffSeconds * 1_000,
      logFullShare: alerts.logFullPercent / 100,
      diskFreeShare: alerts.diskFreePercent / 100,
    },
    channels: channelsOf(config, stopping.signal),
    gatherMs: alerts.gatherSeconds * 1_000,
    lang: alerts.language,
    isQuiet: (atMs) => isQuiet(windows, minuteAt(atMs)),
    timeText: (atMs) =>
      `${formatDeviceTime(wallTimeIn(alerts.timeZone, atMs)).replace('T', ' ')} ${zoneLabel(alerts.timeZone, atMs)}`,
    page: alerts.pageAddress ?? null,
    surroundings: () => surroundingsOf(means),
  });
  const stopBeating =
    alerts.heartbeatUrl === undefined
      ? async () => {}
      : startHeartbeat(
          alerts.heartbeatUrl,
          async () => (await readHosts(database.db)).length >= 0,
          log.child({ part: 'alerts' }),
        );
  return async () => {
    stopping.abort();
    await Promise.all([watch.close(), stopBeating()]);
  };
}

function channelsOf({ alerts }: Config, signal: AbortSignal): readonly LiveChannel[] {
  const mails = alerts.mail.map(
    (target): LiveChannel => ({
      ...commonOf('mail', target),
      send: ({ id, body }) => sendMail(target, { id, subject: String(body.subject), text: String(body.text) }),
    }),
  );
  const hooks = alerts.webhooks.map(
    (target): LiveChannel => ({
      ...commonOf('webhook', target),
      async send({ id, body }) {
        const content = Buffer.from(JSON.stringify({ type: 'alerts', ...body }));
        const timestamp = Math.floor(Date.now() / 1_000);
        const headers = {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': signatureOf(target.secret, id, timestamp, content),
        };
        const outcome = await post({ url: target.url, headers, body: content, withinMs: answerWithinMs, signal });
        return outcome.kind === 'failed' ? outcome.reason : null;
      },
    }),
  );
  return [...mails, ...hooks];
}

function commonOf(
  kind: string,
  { name, minSeverity, offices }: { name: string; minSeverity: 'warning' | 'critical'; offices: readonly string[] },
) {
  return { name: `${kind}:${name}`, minSeverity, offices: offices.length === 0 ? null : offices };
}

async function surroundingsOf({
  queue,
  database,
  config,
  hostTime,
  folders,
}: AlertMeans): Promise<Pick<WatchedFacts, 'queue' | 'disk' | 'goneHosts' | 'hostErrorMs'>> {
  const depth = await queue.depth().catch(() => null);
  const hosts = await readHosts(database.db);
  return {
    queue: depth === null ? null : { depth, most: config.queue.maxWaiting, lastStoredMs: null },
    disk: await tightestDisk(folders),
    goneHosts: goneOf(hosts),
    hostErrorMs: hostTime.error()?.errorMs ?? null,
  };
}

/** A process that died and was started again under the same host name is not gone. */
function goneOf(hosts: Awaited<ReturnType<typeof readHosts>>) {
  const alive = new Set(hosts.filter(({ silentMs }) => silentMs <= goneAfterMs).map(({ hostName }) => hostName));
  return hosts
    .filter(({ silentMs, hostName }) => silentMs > goneAfterMs && !alive.has(hostName))
    .map(({ hostName, silentMs }) => ({ name: hostName, silentMs }));
}

/** The disk with the smallest free share; null when none of the folders can be asked. */
export async function tightestDisk(folders: readonly string[]): Promise<WatchedFacts['disk']> {
  const found = await Promise.all(folders.map((folder) => statfs(folder).catch(() => null)));
  const disks = found.flatMap((disk) =>
    disk === null || disk.blocks === 0
      ? []
      : [{ freeShare: disk.bavail / disk.blocks, freeBytes: disk.bavail * disk.bsize }],
  );
  return disks.sort((a, b) => a.freeShare - b.freeShare)[0] ?? null;
}
