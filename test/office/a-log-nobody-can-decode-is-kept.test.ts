import { expect, test } from 'vitest';
import { startOffice } from '../../src/office/office.ts';
import { afterwards, createWorld, officeOf, simulate } from './tools/world.ts';

test('a log whose records have an unknown layout fails by name, stores nothing, and its bytes are kept', async () => {
  const world = createWorld();
  const { server, terminal } = await simulate({ serial: 'ODD', profile: 'wl-22' });
  terminal.fillLog({ count: 20 });
  const { host, port } = server;
  const lobi = { name: 'Lobi', host, port, driver: 'zk' as const, transport: 'tcp' as const, quirks: [] };
  const poller = startOffice(officeOf('kominfo', [lobi]), world.means);
  afterwards(() => poller.stop());

  await expect.poll(() => world.states()[0]?.errorCode, { timeout: 15_000 }).toBe('ZK_UNSUPPORTED');
  expect(world.shelf.enqueued).toEqual([]);
  // Twenty records of 22 bytes, as the terminal sent them.
  expect(world.unproven.get('Lobi')).toHaveLength(20 * 22);
});
