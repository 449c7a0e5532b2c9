import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { afterwards, byHand, createWorld, type Simulated, simulate } from './tools/world.ts';

/** Another program that takes the terminal's only session and keeps it. */
async function occupy({ server, terminal }: Simulated): Promise<void> {
  const before = terminal.journal.connections.length;
  const socket = connect(server.port, server.host);
  afterwards(() => socket.destroy());
  socket.on('error', () => undefined);
  for (let tries = 0; tries < 100 && terminal.journal.connections.length === before; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test.each([
  ['refused', /^NET_CLOSED$/],
  ['reset', /^NET_(CLOSED|REFUSED)$/],
  ['hangs', /^ZK_NO_REPLY$/],
] as const)('a second client that is %s: %s names who holds the session', async (secondClient, code) => {
  const simulated = await simulate({ profile: 'one-client', knobs: { secondClient } });
  simulated.terminal.fillLog({ count: 5 });
  const hand = byHand(createWorld(), simulated);
  expect(await hand.poll()).toEqual({ end: 'done', error: null });
  await occupy(simulated);
  await expect(hand.poll()).rejects.toMatchObject({
    code: expect.stringMatching(code),
    context: { heldElsewhere: true },
    message: expect.stringContaining('another program holds its only session'),
  });
});

test('a terminal that never answered is not said to have been taken away', async () => {
  const simulated = await simulate({ profile: 'one-client' });
  await occupy(simulated);
  const hand = byHand(createWorld(), simulated);
  await expect(hand.poll()).rejects.toMatchObject({ code: 'NET_CLOSED', context: { asked: 'connect' } });
  await expect(hand.poll()).rejects.not.toMatchObject({ context: { heldElsewhere: true } });
});
