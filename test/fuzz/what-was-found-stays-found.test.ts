/** What the fuzz found, in literal bytes. Each was wrong once; the numbers are its seed and conversation. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { openTerminal } from '../../src/zk/terminal.ts';
import { bytes, hex } from '../vectors/bytes.ts';

/** A terminal that knows these answers by heart and says nothing to anything else. */
async function reciteDatagrams(answers: ReadonlyMap<string, readonly string[]>) {
  const socket = createSocket('udp4');
  socket.on('message', (request, from) => {
    for (const answer of answers.get(hex(request)) ?? []) socket.send(bytes(answer), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, close: () => socket.close() };
}

it('seed 77, driver:2127: a direct read of which only the closing OK arrives is no empty user table', async () => {
  const terminal = await reciteDatagrams(
    new Map([
      ['e80317fc00000000', ['d0078017afe00000']],
      ['32001d1fafe00100', ['d0076512afe00100 00*16 06000000 00*12 2c010000 00*28 e8030000 00*12']],
      ['de057019afe00200', ['d0077e17afe00200']],
      // PREPARE and DATA were lost; a block of an earlier answer came back.
      ['09003f1fafe0030005', ['dd05b341010002002d8a342e03000800', 'd00780f7ac000300']],
    ]),
  );
  const target = { host: '127.0.0.1', port: terminal.port, transport: 'udp', quirks: ['readDirectly'] } as const;
  const session = await openTerminal({ ...target, replyTimeoutMs: 2000 }, { nowMs: Date.now });
  await expect(session.readPins()).rejects.toThrow(/READ_INCOMPLETE/);
  await session.close();
  terminal.close();
});
