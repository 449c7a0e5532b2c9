/**
 * One connection to a broker that is looked after: opened, lost, opened again with growing pauses.
 *
 * Every attempt uses a fresh client. The library's own reconnect would send again what was in flight, while the outbox,
 * which is the truth, sends it again anyway.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { IClientOptions, MqttClient } from 'mqtt';
import { GerbangError, messageOf } from '../errors.ts';
import type { Log } from '../log.ts';

/** What is sent: always at QoS 1. */
export interface OutgoingMessage {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

/** How to reach the broker and what to do when it is reached. */
export interface LinkOptions {
  /** Opens a client with these options; may throw. */
  readonly open: (options: IClientOptions) => MqttClient;
  /** Client options that stay the same: client id, will. */
  readonly client: IClientOptions;
  readonly log: Log;
  /** Called after each new connection. */
  readonly onConnected: () => void;
  /** Pause before the second attempt; doubles up to 60 s. Default 1,000. */
  readonly firstRetryMs?: number;
}

/** A connection that is looked after. */
export interface BrokerLink {
  isConnected(): boolean;
  /** Why there is no connection, in one line; null while there is one. */
  trouble(): string | null;
  /**
   * Sends messages in their order and waits until the broker has confirmed all of them.
   *
   * @throws GerbangError MQTT_UNAVAILABLE when the broker is away, goes away, or does not confirm in time; any number of
   *   the messages may have arrived
   */
  publishAll(messages: readonly OutgoingMessage[]): Promise<void>;
  /** Disconnects in order, at most 2 s; a last message may be given. */
  close(farewell?: OutgoingMessage): Promise<void>;
}

const connectWithinMs = 10_000;
const confirmWithinMs = 30_000;
const closeWithinMs = 2_000;
const maxRetryMs = 60_000;

/** Starts looking after a connection; returns at once. */
export function openLink(options: LinkOptions): BrokerLink {
  const closing = new AbortController();
  let client: MqttClient | null = null;
  let trouble: string | null = 'not connected yet';

  async function keepConnected(): Promise<void> {
    let attempt = 0;
    while (!closing.signal.aborted) {
      try {
        const opened = await connect(options, closing.signal);
        attempt = 0;
        trouble = null;
        client = opened;
        options.log.info('mqtt broker connected');
        options.onConnected();
        await closed(opened);
        trouble = 'the connection was lost';
      } catch (error) {
        trouble = messageOf(error);
      }
      client = null;
      if (closing.signal.aborted) return;
      options.log.warn({ reason: trouble, attempt }, 'mqtt broker away: the outbox keeps what is to be published');
      const pauseMs = Math.min(maxRetryMs, (options.firstRetryMs ?? 1_000) * 2 ** Math.min(attempt, 10));
      attempt += 1;
      // Half fixed, half by chance: gateways that lost one broker together must not all return in the same instant.
      await sleep(pauseMs * (0.5 + Math.random() / 2), undefined, { signal: closing.signal }).catch(() => {});
    }
  }
  const done = keepConnected();

  async function publishAll(messages: readonly OutgoingMessage[]): Promise<void> {
    if (client === null) throw unavailable(trouble ?? 'not connected');
    const current = client;
    const deadline = setTimeout(() => current.end(true), confirmWithinMs);
    try {
      await Promise.all(messages.map((message) => publishOne(current, message)));
    } finally {
      clearTimeout(deadline);
    }
  }

  return {
    isConnected: () => client !== null,
    trouble: () => trouble,
    publishAll,
    async close(farewell) {
      const current = client;
      if (current !== null && farewell !== undefined) await within(closeWithinMs, publishAll([farewell]));
      closing.abort();
      if (current !== null) await within(closeWithinMs, current.endAsync());
      // A broker that does not answer the goodbye must not keep the gateway from stopping.
      current?.stream.destroy();
      await done;
    },
  };
}

function publishOne(client: MqttClient, { topic, payload, retain }: OutgoingMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    client.publish(topic, payload, { qos: 1, retain }, (error) => {
      if (error) reject(unavailable(error.message));
      else resolve();
    });
  });
}

/** Opens one connection, or fails within the deadline. */
function connect(options: LinkOptions, signal: AbortSignal): Promise<MqttClient> {
  return new Promise((resolve, reject) => {
    const client = options.open({
      ...options.client,
      reconnectPeriod: 0,
      connectTimeout: connectWithinMs,
      clean: true,
    });
    const settle = (error: Error | null): void => {
      clearTimeout(deadline);
      signal.removeEventListener('abort', onAbort);
      if (error === null) {
        resolve(client);
      } else {
        client.end(true);
        reject(error);
      }
    };
    const onAbort = (): void => settle(new Error('closing'));
    const deadline = setTimeout(() => settle(new Error('no answer in time')), connectWithinMs);
    signal.addEventListener('abort', onAbort, { once: true });
    // Stays attached: an 'error' that nobody listens to would end the process.
    client.on('error', settle);
    client.once('close', () => settle(new Error('the broker closed the connection')));
    client.once('connect', () => settle(null));
  });
}

function closed(client: MqttClient): Promise<void> {
  return new Promise((resolve) => {
    if (!client.connected) return resolve();
    client.once('close', () => resolve());
  });
}

function unavailable(reason: string): GerbangError {
  const advice = 'Check MQTT_URL and the broker; nothing is lost, the outbox waits.';
  return new GerbangError('MQTT_UNAVAILABLE', `The MQTT broker does not take messages. ${advice}`, {
    context: { reason },
  });
}

/** Waits for a courtesy, but not for long. */
async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  const limit = new AbortController();
  await Promise.race([work.catch(() => {}), sleep(limitMs, undefined, { signal: limit.signal }).catch(() => {})]);
  limit.abort();
}
