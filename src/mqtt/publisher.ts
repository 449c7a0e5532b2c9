/**
 * Publishes what was committed: follows the order of changes, sends its rows, and moves its cursor once the broker has
 * confirmed them. A broker that is away costs nothing but time.
 */
import { randomBytes } from 'node:crypto';
import mqtt, { type IClientOptions, MqttClient } from 'mqtt';
import { crashPoint } from '../crash-points.ts';
import { hideUrlPasswords, type Log } from '../log.ts';
import { readOpenAlerts } from '../store/alerts.ts';
import { readFleet } from '../store/board.ts';
import { mqttConsumer } from '../store/consumers.ts';
import type { Database } from '../store/database.ts';
import { readSealedDay } from '../store/evidence-days.ts';
import { sequenceOutbox } from '../store/outbox.ts';
import { createTurn } from '../store/turn.ts';
import { watchOutbox } from '../store/watch-outbox.ts';
import { type Broker, type BrokerClient, gatewayClientPrefix, startBroker } from './broker.ts';
import { createCompletenessTopics } from './completeness-topics.ts';
import { type FollowMeans, publishNext, rowsInFlight } from './follow.ts';
import { type LinkOptions, type OutgoingMessage, openLink } from './link.ts';
import { alertsMessage, clearedMessage, evidenceMessage, gatewayMessage, terminalMessage } from './messages.ts';
import { createSweeper } from './sweeper.ts';

/** What publishing needs. */
export interface PublisherOptions {
  readonly database: Database;
  readonly log: Log;
  /** Host time in milliseconds UTC. */
  readonly nowMs: () => number;
  /** A broker of one's own: `mqtt://user:password@host:1883`, `mqtts://…`. Without it a broker runs inside. */
  readonly mqttUrl?: string | undefined;
  /** Where the built-in broker listens. Default 127.0.0.1 and a free port. */
  readonly host?: string;
  readonly port?: number;
  /** Who may read the built-in broker. Default: everybody who reaches it. */
  readonly clients?: readonly BrokerClient[];
  /** Told how many rows the broker has confirmed. */
  readonly onPublished?: (rows: number) => void;
  /** How often to look without having been told, in milliseconds. Default 5,000. */
  readonly sweepEveryMs?: number;
  /** Pause before the second attempt to reach the broker, in milliseconds. Default 1,000. */
  readonly firstRetryMs?: number;
}

/** How publishing stands. */
export interface PublisherState {
  /** Where consumers subscribe; passwords hidden. */
  readonly url: string;
  readonly builtIn: boolean;
  readonly connected: boolean;
  /** Why not, in one line; null while connected. */
  readonly trouble: string | null;
  /** Rows confirmed since the start. */
  readonly published: number;
}

/** Running publishing. */
export interface Publisher {
  state(): PublisherState;
  /** Says goodbye and disconnects, within about five seconds. */
  close(): Promise<void>;
}

/** After so many pages the retained states have a turn again, however much waits. */
const pagesPerSweep = 60;
/**
 * Starts publishing. Does not wait for the broker: one that is away is tried again for as long as this runs.
 *
 * @throws GerbangError PORT_TAKEN when the built-in broker's port is taken
 */
export async function startPublisher(options: PublisherOptions): Promise<Publisher> {
  const { database, log, mqttUrl } = options;
  const startedMs = options.nowMs();
  const broker = mqttUrl === undefined ? await startOwnBroker(options) : null;
  const turn = createTurn(database, mqttConsumer);
  const said = new Map<string, string>();
  const days = createCompletenessTopics(database, options.nowMs);
  let published = 0;

  const sweeper = createSweeper(sweep, options.sweepEveryMs ?? 5_000, log);
  const link = openLink({
    open: openerOf(broker, mqttUrl),
    client: clientOptions(broker),
    log,
    firstRetryMs: options.firstRetryMs ?? 1_000,
    onConnected: () => {
      // What a broker keeps may be gone with it: say everything again.
      said.clear();
      days.forget();
      sweeper.soon();
    },
  });
  const watch = watchOutbox(database, sweeper.soon);
  const follow: FollowMeans = {
    database,
    link,
    turn,
    log,
    onPublished(rows) {
      published += rows;
      options.onPublished?.(rows);
    },
  };

  async function sweep(): Promise<void> {
    if (!link.isConnected() || !(await turn.take())) return;
    crashPoint('outbox.before-sweep');
    await publishStates();
    await days.publish(link.publishAll);
    await sequenceOutbox(database.db);
    crashPoint('outbox.after-order');
    for (let page = 0; page < pagesPerSweep; page += 1) {
      if (!(await publishNext(follow))) return;
    }
    sweeper.soon();
  }

  /** What is retained at the broker follows the database; what has not changed is not said again. */
  async function publishStates(): Promise<void> {
    const { machines } = await readFleet(database.db);
    const messages = [
      gatewayMessage('online', startedMs),
      alertsMessage(await readOpenAlerts(database.db)),
      ...[evidenceMessage(await readSealedDay(database.db, null)) ?? []].flat(),
      ...machines.flatMap((machine) => terminalMessage(machine) ?? []),
    ];
    const topics = new Set(messages.map((message) => message.topic));
    const gone = [...said.keys()].filter((topic) => !topics.has(topic)).map(clearedMessage);
    const changed = [...messages, ...gone].filter(({ topic, payload }) => said.get(topic) !== payload);
    for (const page of pagesOf(changed)) await link.publishAll(page);
    for (const { topic, payload } of changed) said.set(topic, payload);
    for (const { topic } of gone) said.delete(topic);
  }

  return {
    state: () => ({
      url: hideUrlPasswords(broker?.url ?? mqttUrl ?? ''),
      builtIn: broker !== null,
      connected: link.isConnected(),
      trouble: link.trouble(),
      published,
    }),
    async close() {
      await Promise.all([sweeper.close(), watch.close(), link.close(gatewayMessage('offline', options.nowMs()))]);
      await turn.release();
      await broker?.close();
    },
  };
}

function startOwnBroker(options: PublisherOptions): Promise<Broker> {
  const { host = '127.0.0.1', port = 0, clients = [], log } = options;
  return startBroker({ host, port, clients, log });
}

function openerOf(broker: Broker | null, mqttUrl: string | undefined): LinkOptions['open'] {
  return (client) => {
    if (broker !== null) return new MqttClient(() => broker.openInside(), client);
    return mqtt.connect(mqttUrl ?? '', client);
  };
}

function clientOptions(broker: Broker | null): IClientOptions {
  const clientId = `${gatewayClientPrefix}${randomBytes(8).toString('hex')}`;
  const { topic, payload, retain } = gatewayMessage('offline', null);
  // The built-in broker dies with the gateway, so a will there would have nobody left to carry it out.
  const will = broker === null ? { will: { topic, payload: Buffer.from(payload), qos: 1 as const, retain } } : {};
  return { clientId, protocolVersion: 4, keepalive: 30, ...will };
}

function pagesOf(messages: readonly OutgoingMessage[]): readonly (readonly OutgoingMessage[])[] {
  const pages: (readonly OutgoingMessage[])[] = [];
  for (let at = 0; at < messages.length; at += rowsInFlight) pages.push(messages.slice(at, at + rowsInFlight));
  return pages;
}
