import { expect, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { queueConnection } from '../../src/queue/connection.ts';
import { createBatchQueue } from '../../src/queue/producer.ts';
import { openTunnel } from '../matrix/rig/tunnel.ts';
import { createTestDatabase } from '../tools/database.ts';

const database = await createTestDatabase();

// Found by chaos: BullMQ checks its tables on a connection to whose errors nobody listened.
test('the connection on which the queue looks at its tables breaks', async () => {
  await queueConnection({ databaseUrl: database.url }).prepare();
  const address = new URL(database.url);
  const tunnel = await openTunnel({ port: Number(address.port) });
  address.port = String(tunnel.port);
  const direct = queueConnection({ databaseUrl: database.url });
  // Only BullMQ's own connections go through the tunnel.
  const connection = { ...queueConnection({ databaseUrl: address.href }), prepare: direct.prepare };
  const queue = createBatchQueue({ connection, log: silentLog(), maxDepth: 10 });
  const lost = tunnel.swallowAnswerTo('migration');
  await expect(queue.depth()).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
  await lost;
  await expect(queue.depth()).resolves.toBe(0);
  await queue.close();
  await tunnel.close();
});
