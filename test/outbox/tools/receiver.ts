/** A receiver of webhooks as one would write it, which can also be told to misbehave. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export interface Delivery {
  readonly id: string;
  readonly text: string;
  readonly timestamp: number;
  readonly signed: boolean;
  readonly rows: readonly {
    readonly id: string;
    readonly revision: number;
    readonly pin: string;
    readonly office: string;
  }[];
}

/** What a receiver does with a request whose body it has read. */
export type Manner = (response: ServerResponse, delivery: Delivery, request: IncomingMessage) => void;

export interface Receiver {
  readonly url: string;
  readonly port: number;
  /** Everything that arrived whole, confirmed or not. */
  readonly deliveries: readonly Delivery[];
  /** Ids of punches in the order of their first arrival in a confirmed or unconfirmed request. */
  punches(): readonly string[];
  /** From now on. */
  behave(manner: Manner): void;
  stop(): Promise<void>;
}

/** The secret of the public test vector of Standard Webhooks. */
export const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

export const confirm: Manner = (response) => void response.writeHead(204).end();

/** Starts a receiver on a free port, or on one it had before. */
export async function startReceiver(manner: Manner = confirm, port = 0): Promise<Receiver> {
  let current = manner;
  const deliveries: Delivery[] = [];
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    response.on('error', () => {});
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return;
    }
    const body = Buffer.concat(chunks);
    const id = String(request.headers['webhook-id']);
    const timestamp = Number(request.headers['webhook-timestamp']);
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    const text = body.toString();
    const signed = request.headers['webhook-signature'] === `v1,${mac}`;
    const delivery = { id, text, timestamp, signed, rows: JSON.parse(text).rows };
    deliveries.push(delivery);
    current(response, delivery, request);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return {
    port: address.port,
    url: `http://127.0.0.1:${address.port}/in`,
    deliveries,
    punches: () => [...new Set(deliveries.flatMap(({ rows }) => rows.map((row) => row.id)))],
    behave(next) {
      current = next;
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
