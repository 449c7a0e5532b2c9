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

it('seed 2027, driver:27843: the same of a log, where no counter contradicts, is no empty log', async () => {
  const record = '0100 313031 00*21 01 807d4c2e 00 00000000 ff000000';
  const terminal = await reciteDatagrams(
    new Map([
      ['e80317fc00000000', ['d007bfbd703a0000']],
      // Counters of four zero bytes: a terminal that counts nothing.
      ['32005cc5703a0100', ['d007bebd703a0100 00000000']],
      ['de05afbf703a0200', ['d007bdbd703a0200']],
      // The closing OK alone; asked once more, the terminal gives its one record.
      ['0d007fc5703a0300', ['d007d8f754000300']],
      ['0d007ec5703a0400', [`dd05e7fb00000400 28000000 ${record}`]],
      ['de05acbf703a0500', ['d007babd703a0500']],
      ['320058c5703a0500', ['d007babd703a0500 00000000']],
      ['de05adbf703a0400', ['d007bbbd703a0400']],
    ]),
  );
  const target = { host: '127.0.0.1', port: terminal.port, transport: 'udp', quirks: ['readDirectly'] } as const;
  const session = await openTerminal({ ...target, replyTimeoutMs: 1000 }, { nowMs: Date.now });
  await expect(session.readLog()).rejects.toThrow(/READ_INCOMPLETE/);
  await session.close();
  terminal.close();
});
