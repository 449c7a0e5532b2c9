import { createServer, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createReaders } from '../../src/web/stream.ts';

const MiB = 2 ** 20;

test('a reader that does not read costs a bounded amount and then its place', async () => {
  const readers = createReaders(1);
  const responses: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    responses.push(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const socket = connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1');
  socket.on('error', () => {});
  socket.pause();
  socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
  while (responses.length === 0) await delay(5);
  const [response] = responses;
  if (response === undefined) throw new Error('no response');

  const reader = readers.add(response, { lang: 'id', showPins: true, officeCode: null, cursor: 'cursor-0' });
  expect(readers.hasRoom()).toBe(false);
  const html = 'x'.repeat(64 * 1024);
  let sent = 0;
  let unsent = 0;
  // The system's own buffers on both ends take some megabytes before anything is left over.
  while (!response.destroyed && sent < 256 * MiB) {
    reader.rows({ html, cursor: `cursor-${sent}` });
    sent += html.length;
    unsent = Math.max(unsent, response.writableLength);
    await delay(0);
  }
  expect(response.destroyed).toBe(true);
  expect(unsent).toBeLessThan(MiB);
  while (!readers.hasRoom()) await delay(5);
  socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});
