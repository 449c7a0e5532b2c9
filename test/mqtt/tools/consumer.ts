/** A consumer as one would write it: real client, QoS 1, everything kept in the order it came. */
import { setTimeout as delay } from 'node:timers/promises';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';

export interface Received {
  readonly topic: string;
  readonly text: string;
  readonly retain: boolean;
  readonly qos: number;
}

export interface Consumer {
  readonly client: MqttClient;
  readonly received: readonly Received[];
  close(): Promise<void>;
}

/** Connects and subscribes; resolves when the broker has granted the subscription. */
export async function consume(url: string, topic: string, options: IClientOptions = {}): Promise<Consumer> {
  const received: Received[] = [];
  const client = await mqtt.connectAsync(url, { reconnectPeriod: 0, connectTimeout: 5_000, ...options });
  client.on('message', (from, payload, { retain, qos }) => {
    received.push({ topic: from, text: payload.toString(), retain, qos });
  });
  const [granted] = await client.subscribeAsync(topic, { qos: 1 });
  if (granted?.qos !== 1) throw new Error(`subscription to ${topic} was not granted`);
  return { client, received, close: () => client.endAsync(true) };
}

/** Waits until something holds; the test's own time limit is the deadline. */
export async function until(holds: () => boolean | Promise<boolean>, everyMs = 20): Promise<void> {
  while (!(await holds())) await delay(everyMs);
}
