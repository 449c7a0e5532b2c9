/** Row 39: strangers at the built-in MQTT broker. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import mqtt from 'mqtt';
import type { GatewayProcess } from './rig/gateway.ts';
import { until } from './rig/wait.ts';
import { makeWorld } from './rig/world.ts';
import type { MatrixRow, RowContext } from './row.ts';

const MiB = 2 ** 20;
/** Of the process that runs the broker, over what it had; it also polls, stores and publishes meanwhile. */
const mayGrowMiB = 96;
/** What each stranger sends of the 256 MB it announces, if it is let. */
const eachSendsBytes = 64 * MiB;
const strangers = 500;

async function hostileMqtt(context: RowContext): Promise<string> {
  const database = await context.database();
  const world = await makeWorld({ ...context, database, history: 200, consumer: false });
  const gateway = world.start({ MQTT_URL: '' });
  const url = await gateway.mqttUrl();
  const port = Number(new URL(url).port);
  const reader = await readAll(context, url);
  await until('all is stored', async () => (await world.stored()) === world.made());
  const memory = watchMemory(context, gateway);

  await Promise.all(Array.from({ length: 4 }, () => announceMuch(port)));
  const crowd = await Promise.all(Array.from({ length: strangers }, () => stranger(port)));
  world.punch(100);
  await until('the crowd is sent away', () => crowd.every(({ closed }) => closed));
  const forged = await forge(url);
  const before = reader.rows.size;
  world.punch(100);
  await until('all is stored', async () => (await world.stored()) === world.made());
  await until('the reader has it', () => reader.rows.size >= Math.max(before, 400));
  const late = await mqtt.connectAsync(url, { clientId: 'late', reconnectPeriod: 0 });
  await late.endAsync(true);

  await world.mustComeToRest('after the strangers');
  if (gateway.hasEnded()) throw new Error(`the gateway ended: ${gateway.said()}`);
  if (reader.forged.length > 0) throw new Error(`forged words reached a reader: ${reader.forged.join(' ')}`);
  const grownMiB = memory.peakMiB() - memory.firstMiB;
  if (grownMiB > mayGrowMiB) throw new Error(`memory grew by ${grownMiB} MiB over ${memory.firstMiB}`);
  return `4 × 256 MB announced, ${strangers} sockets, ${forged} forgeries refused; memory stayed within ${mayGrowMiB} MiB`;
}

/** A reader of everything that is said. */
async function readAll(context: RowContext, url: string) {
  const rows = new Set<string>();
  const forged: string[] = [];
  const client = await mqtt.connectAsync(url, { clientId: 'reader', reconnectPeriod: 0 });
  client.on('error', () => undefined);
  client.on('message', (topic, payload) => {
    const text = payload.toString();
    if (text.includes('forged')) forged.push(topic);
    if (topic.endsWith('/punch')) rows.add(String(JSON.parse(text).id));
  });
  await client.subscribeAsync('gerbang/#', { qos: 1 });
  context.onEnd(() => client.endAsync(true));
  return { rows, forged };
}

function watchMemory(context: RowContext, gateway: GatewayProcess) {
  const firstMiB = gateway.residentMiB();
  let peakMiB = firstMiB;
  const look = setInterval(() => {
    peakMiB = Math.max(peakMiB, gateway.residentMiB());
  }, 50);
  context.onEnd(() => clearInterval(look));
  return { firstMiB, peakMiB: () => peakMiB };
}

async function stranger(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  // Whoever is turned away at once has been connected as well, or has been refused.
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => undefined);
  return socket;
}

/** CONNECT with a remaining length of 268,435,455 (MQTT 3.1.1, section 2.2.3), and then as much as is taken. */
async function announceMuch(port: number): Promise<void> {
  const socket = await stranger(port);
  const chunk = Buffer.alloc(64 * 1_024, 0x41);
  socket.write(Buffer.from('10ffffff7f', 'hex'));
  for (let sent = 0; sent < eachSendsBytes && !socket.destroyed; sent += chunk.length) {
    if (!socket.write(chunk)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined);
  }
  await until('the stranger is cut off', () => socket.closed);
}

/** Words that are not the gateway's: to a topic of 101 levels, to a row's topic, and as a last will. @returns how many */
async function forge(url: string): Promise<number> {
  const deep = ['gerbang', ...Array.from({ length: 100 }, (_, at) => `${at}`)].join('/');
  for (const topic of [deep, 'gerbang/opd0/LOBI/punch']) {
    const forger = await mqtt.connectAsync(url, { reconnectPeriod: 0 });
    forger.on('error', () => undefined);
    const gone = new Promise<void>((resolve) => forger.once('close', () => resolve()));
    forger.publish(topic, '{"forged":true}', { qos: 0 });
    // Where it is let in, nobody hangs up: the reader tells what came of it.
    await Promise.race([gone, sleep(3_000)]);
    forger.end(true);
  }
  const curious = await mqtt.connectAsync(url, { reconnectPeriod: 0 });
  curious.on('error', () => undefined);
  const granted = await curious.subscribeAsync(deep).then(
    (grants) => grants.some(({ qos }) => qos < 128),
    () => false,
  );
  if (granted) throw new Error('a subscription of 101 levels was granted');
  await curious.endAsync(true);
  const will = { topic: 'gerbang/gateway/status', payload: Buffer.from('forged'), qos: 1 as const, retain: true };
  const dying = await mqtt.connectAsync(url, { reconnectPeriod: 0, will });
  dying.on('error', () => undefined);
  dying.stream.destroy();
  return 4;
}

export const strangerRows: readonly MatrixRow[] = [
  {
    number: 39,
    fault: 'MQTT strangers: 256 MB announced, topics of 101 levels, forged rows, a will, 500 sockets',
    expected: 'refused one by one; memory stays bounded, the broker lives and its readers get everything',
    long: true,
    limitMs: 900_000,
    run: hostileMqtt,
    heldBy: [
      { file: 'test/mqtt/strangers-cannot-publish-or-eat-memory.test.ts' },
      { file: 'test/mqtt/a-packet-is-judged-by-what-it-announces.test.ts' },
    ],
  },
];
