/**
 * The broker that runs inside the gateway when no `MQTT_URL` is set: read-only for everybody but the gateway itself.
 *
 * aedes allows everything that is not forbidden and keeps its sessions in memory without bound, so every door is set
 * here: who may connect, publish and subscribe, how much may arrive before that, and for how long (docs/mqtt.md, "Access").
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import { Aedes, type AedesOptions, type AuthenticateError, type Client } from 'aedes';
import { GerbangError, messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { createPacketMeter, type PacketLimits, type PacketMeter } from './packet-meter.ts';
import { topicRoot } from './topics.ts';

/** How to run the broker. */
export interface BrokerOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly log: Log;
  /** Who may read, and what. Default: anybody who reaches it may read everything. */
  readonly clients?: readonly BrokerClient[];
  /** Connections from outside at one time. Default 64. */
  readonly maxConnections?: number;
  /** A connection must have said who it is within this time, in milliseconds. Default 5,000. */
  readonly connectWithinMs?: number;
}

/** A reader of the broker. */
export interface BrokerClient {
  readonly name: string;
  /** SHA-256 of its password, in hexadecimal digits. Long random passwords need no slow hash. */
  readonly sha256: string;
  /** Codes of the offices it may read; none for all. */
  readonly offices: readonly string[];
}

/** A running broker. */
export interface Broker {
  /** `mqtt://127.0.0.1:41883` */
  readonly url: string;
  /** A new connection for the gateway itself: in memory, allowed to publish, never refused for want of sockets. */
  openInside(): Duplex;
  close(): Promise<void>;
}

const limits: PacketLimits = { beforeAcceptedBytes: 16 * 1024, packetBytes: 64 * 1024 };
/** A subscriber that reads nothing for this long is dropped, or it would hold up all others. */
const drainWithinMs = 5_000;
const maxSubscriptionsPerClient = 32;
/** CONNACK return code "not authorized" (MQTT 3.1.1, section 3.2.2.3). */
const notAuthorized = 5;

/**
 * Starts the broker.
 *
 * @throws GerbangError PORT_TAKEN when another program listens there
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const inside = new WeakSet<Duplex>();
  const meters = new WeakMap<object, PacketMeter>();
  const sockets = new Set<Socket>();
  const aedes = await Aedes.createBroker({
    ...accessRules((client) => inside.has(client.conn), options.clients ?? []),
    connectTimeout: options.connectWithinMs ?? 5_000,
    drainTimeout: drainWithinMs,
  });

  aedes.on('connackSent', (_packet, client) => meters.get(client.conn)?.accept());
  const events: EventEmitter = aedes;
  events.on('error', (error: Error) => options.log.error({ err: error }, 'the built-in mqtt broker met an error'));
  const onRefused = (client: Client, error: Error): void =>
    options.log.debug({ reason: error.message, connected: client.connected }, 'mqtt connection ended');
  aedes.on('connectionError', onRefused);
  aedes.on('clientError', onRefused);

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    aedes.handle(socket);
    const meter = createPacketMeter(limits);
    meters.set(socket, meter);
    // aedes reads by 'readable'; Node then hands each chunk to 'data' listeners before `read()` returns it.
    socket.on('data', (chunk: Buffer) => {
      const fault = meter.take(chunk);
      if (fault === null) return;
      options.log.warn({ fault }, 'mqtt connection cut: it broke the limits of the built-in broker');
      socket.destroy();
    });
  });
  server.maxConnections = options.maxConnections ?? 64;
  const port = await listen(server, options.host, options.port);

  return {
    url: `mqtt://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    openInside() {
      const [ours, theirs] = duplexPair();
      inside.add(theirs);
      // The two ends of a pair do not learn of each other's end by themselves, as those of a socket do.
      theirs.once('close', () => ours.destroy());
      ours.once('close', () => theirs.destroy());
      aedes.handle(theirs);
      return ours;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Who may do what. `isGateway` knows the gateway by its connection, so there is no password to lose. */
function accessRules(isGateway: (client: Client) => boolean, clients: readonly BrokerClient[]): AedesOptions {
  const known = new WeakMap<Client, BrokerClient>();
  const subscriptions = new WeakMap<Client, number>();
  return {
    maxTopicLevels: 16,
    preConnect(client, packet, done) {
      // Nobody may publish, so nobody's will may either; aedes would keep it and try again for as long as it runs.
      if (!isGateway(client)) delete packet.will;
      return done(null, true);
    },
    authenticate(client, username, password, done) {
      if (isGateway(client)) return done(null, true);
      // A kept session is a queue in our memory that nobody may ever come back for.
      if (!client.clean) return done(refusal('the built-in broker keeps no sessions: connect with a clean one'), false);
      // A second connection with the gateway's client id would push the gateway out.
      if (client.id.startsWith(gatewayClientPrefix)) return done(refusal('this client id is reserved'), false);
      if (clients.length === 0) return done(null, true);
      const named = clients.find(({ name }) => name === username);
      if (!isPassword(named, password)) return done(refusal('user name or password is wrong'), false);
      if (named !== undefined) known.set(client, named);
      return done(null, true);
    },
    authorizePublish(client, _packet, done) {
      // Without a client it is a broker of a cluster, or a will of an earlier life: neither exists here.
      if (client !== null && isGateway(client)) return done(null);
      return done(new Error('only the gateway publishes here'));
    },
    authorizeSubscribe(client, subscription, done) {
      const count = (subscriptions.get(client) ?? 0) + 1;
      // `#` and `$SYS` would show other clients' ids; only the gateway's own tree is for reading.
      const allowed = mayRead(known.get(client), subscription.topic) && count <= maxSubscriptionsPerClient;
      if (allowed) subscriptions.set(client, count);
      return done(null, allowed ? subscription : null);
    },
  };
}

/** Whether a filter stays within what a client may read. An office's topics begin with its code, which no wildcard replaces. */
function mayRead(client: BrokerClient | undefined, filter: string): boolean {
  const [root, branch = ''] = filter.split('/');
  if (root !== topicRoot || !filter.includes('/')) return false;
  const offices = client?.offices ?? [];
  return offices.length === 0 || offices.includes(branch) || branch === 'gateway';
}

/** Compared in constant time, and a name that nobody has costs as much as one that somebody has. */
function isPassword(client: BrokerClient | undefined, password: Readonly<Buffer> | undefined): boolean {
  const given = createHash('sha256')
    .update(password ?? Buffer.alloc(0))
    .digest();
  const expected = client === undefined ? randomBytes(given.length) : Buffer.from(client.sha256, 'hex');
  return timingSafeEqual(given, expected);
}

/** Client ids that only the gateway's own connection may use. */
export const gatewayClientPrefix = 'gerbang-gateway-';

function refusal(message: string): AuthenticateError {
  return Object.assign(new Error(message), { returnCode: notAuthorized });
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      const advice = 'Stop that program, choose another port for MQTT, or set MQTT_URL to use its broker.';
      const message = `Port ${port} on ${host} for the built-in MQTT broker is taken by another program. ${advice}`;
      reject(new GerbangError('PORT_TAKEN', message, { context: { host, port }, cause: messageOf(error) }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
