import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { type Broker, startBroker } from '../../src/mqtt/broker.ts';
import { consume, until } from './tools/consumer.ts';

const MiB = 2 ** 20;
let broker: Broker;
let port: number;

beforeAll(async () => {
  broker = await startBroker({ host: '127.0.0.1', port: 0, log: silentLog(), connectWithinMs: 300 });
  port = Number(new URL(broker.url).port);
});
afterAll(() => broker.close());

/** The gateway's own client on its own connection. */
function openGateway(at = broker, clientId = 'gerbang-gateway-test') {
  const gateway = new mqtt.MqttClient(() => at.openInside(), { clientId, protocolVersion: 4, reconnectPeriod: 0 });
  return new Promise<mqtt.MqttClient>((resolve) => gateway.once('connect', () => resolve(gateway)));
}

async function stranger(at = port): Promise<Socket> {
  const socket = connect(at, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

const closed = (socket: Socket) =>
  new Promise<void>((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())));

describe('memory', () => {
  test('four strangers who announce 256 MB each are cut before they have sent it', async () => {
    const before = process.memoryUsage();
    const chunk = Buffer.alloc(64 * 1024, 0x41);
    let taken = 0;
    const attack = async (): Promise<void> => {
      const socket = await stranger();
      // CONNECT, remaining length 268,435,455: MQTT 3.1.1, section 2.2.3.
      socket.write(Buffer.from('10ffffff7f', 'hex'));
      for (let sent = 0; sent < 64 * MiB && !socket.destroyed; sent += chunk.length) {
        if (!socket.write(chunk)) await Promise.race([once(socket, 'drain').catch(() => {}), closed(socket)]);
        if (!socket.destroyed) taken += chunk.length;
      }
      socket.destroy();
    };
    await Promise.all([attack(), attack(), attack(), attack()]);
    const after = process.memoryUsage();
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(16 * MiB);
    // What the sockets of both ends swallow before the cut is known to the sender; far from 256 MiB each.
    expect(taken).toBeLessThan(16 * MiB);
  });

  test('a connection that says nothing, or says it too slowly, is closed', async () => {
    const silent = await stranger();
    const slow = await stranger();
    slow.write(Buffer.from('100e0004', 'hex'));
    await Promise.all([closed(silent), closed(slow)]);
  });

  test('a subscriber may not send a packet of more than 64 KiB either', async () => {
    const socket = await stranger();
    socket.write(Buffer.from('100e00044d5154540402003c00026162', 'hex'));
    const [connack] = await once(socket, 'data');
    expect(connack).toEqual(Buffer.from('20020000', 'hex'));
    // PUBLISH, remaining length 268,435,455.
    socket.write(Buffer.from('30ffffff7f', 'hex'));
    await closed(socket);
  });

  test('more connections than allowed are turned away, and the gateway still gets in', async () => {
    const small = await startBroker({ host: '127.0.0.1', port: 0, log: silentLog(), maxConnections: 3 });
    const crowd = await Promise.all(Array.from({ length: 7 }, () => stranger(Number(new URL(small.url).port))));
    const away = () => crowd.filter((socket) => socket.closed).length;
    await until(() => away() >= 4);
    const gateway = await openGateway(small);
    await gateway.publishAsync('gerbang/a/b/punch', 'still here', { qos: 1 });
    expect(away()).toBe(4);
    await gateway.endAsync(true);
    await small.close();
    await Promise.all(crowd.map(closed));
  });
});

describe('rights', () => {
  test('only the gateway publishes', async () => {
    const consumer = await consume(broker.url, 'gerbang/#');
    const forger = await mqtt.connectAsync(broker.url, { reconnectPeriod: 0 });
    forger.on('error', () => {});
    const gone = new Promise<void>((resolve) => forger.once('close', () => resolve()));
    forger.publish('gerbang/kominfo/CKJ1/punch', '{"forged":true}', { qos: 0 });
    await gone;
    const gateway = await openGateway();
    await gateway.publishAsync('gerbang/kominfo/CKJ1/punch', 'true', { qos: 1 });
    await until(() => consumer.received.length > 0);
    expect(consumer.received.map(({ text }) => text)).toEqual(['true']);
    await Promise.all([consumer.close(), gateway.endAsync(true)]);
  });

  test("a stranger's last will is not carried out", async () => {
    const consumer = await consume(broker.url, 'gerbang/#');
    const will = { topic: 'gerbang/gateway/status', payload: Buffer.from('forged'), qos: 1 as const, retain: true };
    const dying = await mqtt.connectAsync(broker.url, { reconnectPeriod: 0, will });
    dying.stream.destroy();
    const gateway = await openGateway();
    await gateway.publishAsync('gerbang/gateway/status', 'true', { qos: 1 });
    await until(() => consumer.received.length > 0);
    expect(consumer.received.map(({ text }) => text)).toEqual(['true']);
    await Promise.all([consumer.close(), gateway.endAsync(true)]);
  });

  test.each(['#', '$SYS/#', '+/+/+/punch', 'mqtt/face/#'])('a subscription to %s is refused', async (topic) => {
    await expect(consume(broker.url, topic)).rejects.toThrow();
  });

  test('a client cannot pile up subscriptions', async () => {
    const client = await mqtt.connectAsync(broker.url, { reconnectPeriod: 0 });
    const topics = Array.from({ length: 40 }, (_, index) => `gerbang/office-${index}/#`);
    const outcomes = await Promise.allSettled(topics.map((topic) => client.subscribeAsync(topic, { qos: 1 })));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(32);
    await client.endAsync(true);
  });

  test('a session that would be kept for an absent client is refused', async () => {
    const kept = { clientId: 'payroll', clean: false, reconnectPeriod: 0 };
    await expect(mqtt.connectAsync(broker.url, kept)).rejects.toThrow('Not authorized');
  });

  test("nobody can take the gateway's place by its client id", async () => {
    const gateway = await openGateway(broker, 'gerbang-gateway-known');
    const thief = { clientId: 'gerbang-gateway-known', reconnectPeriod: 0 };
    await expect(mqtt.connectAsync(broker.url, thief)).rejects.toThrow('Not authorized');
    await delay(50);
    expect(gateway.connected).toBe(true);
    await gateway.endAsync(true);
  });
});

test('a port that is taken is named, with the way out', async () => {
  const second = startBroker({ host: '127.0.0.1', port, log: silentLog() });
  await expect(second).rejects.toMatchObject({ code: 'PORT_TAKEN', context: { host: '127.0.0.1', port } });
  await expect(second).rejects.toThrow(/MQTT_URL/);
});
