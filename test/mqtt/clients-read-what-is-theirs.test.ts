import { createHash } from 'node:crypto';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkConfig } from '../../src/config.ts';
import { silentLog } from '../../src/log.ts';
import { type Broker, startBroker } from '../../src/mqtt/broker.ts';

const sha256 = (password: string): string => createHash('sha256').update(password).digest('hex');
let broker: Broker;

beforeAll(async () => {
  const clients = [
    { name: 'payroll', sha256: sha256('for-all'), offices: [] },
    { name: 'dinkes-app', sha256: sha256('for-one'), offices: ['dinkes'] },
  ];
  broker = await startBroker({ host: '127.0.0.1', port: 0, log: silentLog(), clients });
});
afterAll(() => broker.close());

/** Connects, subscribes; resolves with what was granted: 128 is a refusal (MQTT 3.1.1, section 3.9.3). */
async function granted(username: string, password: string, topic: string): Promise<number | undefined> {
  const client = await mqtt.connectAsync(broker.url, { username, password, reconnectPeriod: 0 });
  client.on('error', () => undefined);
  try {
    const answers = await new Promise<number | undefined>((resolve) =>
      client.subscribe(topic, { qos: 0 }, (_error, grants, packet) => {
        const [code] = packet?.granted ?? grants?.map(({ qos }) => qos) ?? [];
        resolve(typeof code === 'number' ? code : undefined);
      }),
    );
    return answers;
  } finally {
    await client.endAsync(true);
  }
}

describe('a client', () => {
  test.each([
    ['without a name', {}],
    ['with a wrong password', { username: 'payroll', password: 'for-one' }],
    ['without a password', { username: 'payroll' }],
    ['with a name nobody has', { username: 'root', password: 'for-all' }],
    ['with an empty password for a name nobody has', { username: '', password: '' }],
  ])('%s does not get in', async (_what, who) => {
    await expect(mqtt.connectAsync(broker.url, { ...who, reconnectPeriod: 0 }, false)).rejects.toThrow(
      /Not authorized|Bad username/,
    );
  });

  test.each([
    ['payroll', 'for-all', 'gerbang/#', 0],
    ['payroll', 'for-all', 'gerbang/dikbud/+/punch', 0],
    ['payroll', 'for-all', '#', 128],
    ['dinkes-app', 'for-one', 'gerbang/dinkes/#', 0],
    ['dinkes-app', 'for-one', 'gerbang/gateway/status', 0],
    ['dinkes-app', 'for-one', 'gerbang/dikbud/#', 128],
    ['dinkes-app', 'for-one', 'gerbang/+/CKJ1/punch', 128],
    ['dinkes-app', 'for-one', 'gerbang/#', 128],
    ['dinkes-app', 'for-one', 'gerbang', 128],
    ['dinkes-app', 'for-one', 'gerbang/dinkes2/#', 128],
  ])('%s with %s on %s is answered %i', async (name, password, topic, answer) => {
    expect(await granted(name, password, topic)).toBe(answer);
  });
});

describe('the configuration', () => {
  const offices = 'offices: [ { code: a, name: A, timeZone: Asia/Jakarta } ]\n';
  const faults = (text: string): readonly string[] =>
    (checkConfig(offices + text, {}).faults ?? []).map(({ field, kind }) => `${field}: ${kind}`);

  test('opens the broker to a network only for named clients', () => {
    expect(faults('mqtt: { host: 0.0.0.0 }')).toEqual(['mqtt.host: not-allowed']);
    expect(faults(`mqtt: { host: 0.0.0.0, clients: [ { name: a, sha256: ${sha256('x')} } ] }`)).toEqual([]);
    expect(faults('mqtt: { host: "::1" }')).toEqual([]);
    expect(faults('mqtt: { host: broker.example }')).toEqual(['mqtt.host: not-allowed']);
  });

  test('knows a client once', () => {
    const client = `{ name: a, sha256: ${sha256('x')} }`;
    expect(faults(`mqtt: { clients: [ ${client}, ${client} ] }`)).toEqual(['mqtt.clients[1].name: name-twice']);
  });
});
