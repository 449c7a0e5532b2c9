import { readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import { isGerbangError } from '../../src/errors.ts';
import { silentLog } from '../../src/log.ts';
import { queueConnection } from '../../src/queue/connection.ts';
import { createBatchQueue } from '../../src/queue/producer.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createTestDatabase } from '../tools/database.ts';

const folder = join(import.meta.dirname, 'tls');
const database = await createTestDatabase();
const front = await startTlsFront(database.url);
afterAll(() => front.close());

/** What a managed server shows: TLS, with a certificate of a private authority, and nothing without it. */
async function startTlsFront(url: string): Promise<{ readonly port: number; plain(): number; close(): void }> {
  const { hostname, port } = new URL(url);
  const [key, cert] = ['key.pem', 'certificate.pem'].map((file) => readFileSync(join(folder, file)));
  let plain = 0;
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined).once('close', () => open.delete(socket));
    socket.once('data', (asked) => {
      // SSLRequest: eight bytes, code 80877103.
      if (asked.length !== 8 || asked.readUInt32BE(4) !== 80_877_103) {
        plain += 1;
        socket.destroy();
        return;
      }
      socket.write('S');
      const secure = new TLSSocket(socket, { isServer: true, key, cert });
      const inner = connect(Number(port), hostname);
      secure.on('error', () => inner.destroy());
      inner.on('error', () => secure.destroy());
      secure.pipe(inner).pipe(secure);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    plain: () => plain,
    close() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

function urlWith(parameters: string): string {
  const url = new URL(database.url);
  url.hostname = 'localhost';
  url.port = String(front.port);
  return `${url.href}?${parameters}`;
}

async function outcome(url: string): Promise<string> {
  const opened = openDatabase(url, { maxConnections: 1 });
  try {
    await sql`select 1`.execute(opened.db);
    return 'connected';
  } catch (error) {
    return isGerbangError(error) ? error.code : String(error);
  } finally {
    await opened.close();
  }
}

const ours = `sslmode=verify-full&sslrootcert=${join(folder, 'certificate.pem')}`;

test('with the authority it names, tables and queue are reached', async () => {
  expect(await outcome(urlWith(ours))).toBe('connected');
  const connection = queueConnection({ databaseUrl: urlWith(ours) });
  // Making the queue's tables may take longer than a producer waits.
  await connection.prepare();
  const queue = createBatchQueue({ connection, log: silentLog(), maxDepth: 10 });
  expect(await queue.depth()).toBe(0);
  await queue.close();
  expect(front.plain()).toBe(0);
});

test('a certificate nobody vouches for is refused before the password is sent', async () => {
  expect(await outcome(urlWith('sslmode=verify-full'))).toBe('STORE_UNAVAILABLE');
});

test('a server without TLS is refused where TLS was asked for', async () => {
  expect(await outcome(`${database.url}?${ours}`)).toBe('STORE_UNAVAILABLE');
});

test('without TLS such a server hangs up', async () => {
  expect(await outcome(urlWith('sslmode=disable'))).toBe('STORE_UNAVAILABLE');
  expect(front.plain()).toBe(1);
});
