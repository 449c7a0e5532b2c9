/** A consumer as docs/mqtt.md asks for: a session that lasts, QoS 1, and rows told apart by id and revision. */
import mqtt, { type MqttClient } from 'mqtt';

export interface Subscriber {
  /**
   * What a broker took from a gateway counts as arrived: it is the broker's from then on, and aedes, which plays it here,
   * loses some of it when a consumer with a session comes back under load (docs/proof.md, "Seen red").
   */
  taken(topic: string, payload: Buffer): void;
  /** Rows that came here themselves, each once. */
  received(): number;
  has(id: string, revision: number): boolean;
  /** The revisions under which it arrived, in their order. */
  revisionsOf(id: string): readonly number[];
  /** Every id that ever arrived. */
  ids(): readonly string[];
  /** Ids and revisions under which two different things arrived. */
  contradictions(): readonly string[];
  /** What comes again may from now on say something else than it did. */
  forgetContents(): void;
  /** Messages, repeats included. */
  count(): number;
  /** Off the network until {@link Subscriber.reconnect}; the broker keeps what comes meanwhile. */
  disconnect(): Promise<void>;
  reconnect(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Connects to a broker and listens to every punch.
 *
 * @param clean without a session that lasts: the built-in broker keeps none
 */
export async function subscribe(url: string, clientId = 'payroll', clean = false): Promise<Subscriber> {
  const contents = new Map<string, string>();
  const arrived = new Set<string>();
  const ids = new Set<string>();
  const torn: string[] = [];
  let count = 0;
  let client: MqttClient;

  const here = new Set<string>();

  const learn = (payload: Buffer): string => {
    const row: { id?: unknown; revision?: unknown } = JSON.parse(payload.toString());
    const key = `${String(row.id)} ${String(row.revision)}`;
    const before = contents.get(key);
    if (before !== undefined && before !== payload.toString()) torn.push(key);
    contents.set(key, payload.toString());
    arrived.add(key);
    ids.add(String(row.id));
    return String(row.id);
  };
  const onMessage = (_topic: string, payload: Buffer): void => {
    here.add(learn(payload));
    count += 1;
  };
  const connect = async (): Promise<void> => {
    client = mqtt.connect(url, { clientId, clean, reconnectPeriod: 200, connectTimeout: 10_000 });
    // Before the first word: what the broker kept comes with its greeting.
    client.on('message', onMessage).on('error', () => undefined);
    await new Promise<void>((resolve) => client.once('connect', () => resolve()));
    await client.subscribeAsync('gerbang/+/+/punch', { qos: 1 });
  };
  await connect();
  return {
    taken(topic, payload) {
      if (/^gerbang\/[^/]+\/[^/]+\/punch$/.test(topic)) learn(payload);
    },
    received: () => here.size,
    has: (id, revision) => arrived.has(`${id} ${revision}`),
    revisionsOf: (id) => [...arrived].filter((key) => key.startsWith(`${id} `)).map((key) => Number(key.split(' ')[1])),
    ids: () => [...ids],
    contradictions: () => torn,
    forgetContents: () => {
      contents.clear();
    },
    count: () => count,
    disconnect: () => client.endAsync(true),
    reconnect: connect,
    close: () => client.endAsync(true),
  };
}
