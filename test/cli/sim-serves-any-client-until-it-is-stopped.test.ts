import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { printed, start } from './gerbang.ts';
import { inProcess } from './in-process.ts';

it('prints an address per terminal that another command can read, and stops on SIGTERM', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gerbang-sim-'));
  const file = join(folder, 'scenario.json');
  await writeFile(file, JSON.stringify({ terminals: [{ serial: 'SIM1', history: 3 }, { serial: 'SIM2' }] }));
  const child = start(['sim', '--terminals', '2', '--base-port', '0', '--scenario', file, '--seed', '7']);
  try {
    const lines = await printed(child, 'SIM2');
    const address = /^SIM1 +(127\.0\.0\.1:\d+)/m.exec(lines)?.[1] ?? '';
    const read = await inProcess(['read', address]);
    expect(read.code).toBe(0);
    expect(read.stdout.trimEnd().split('\n')).toHaveLength(3);
  } finally {
    child.kill('SIGTERM');
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    await rm(folder, { recursive: true, force: true });
  }
});

it('names a port that is taken', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { code, stderr } = await inProcess(['sim', '--terminals', '1', '--base-port', String(port)]);
  holder.close();
  expect(code).toBe(1);
  expect(stderr).toContain('[PORT_TAKEN]');
  expect(stderr).toContain(String(port));
});

it('says what is wrong with a scenario', async () => {
  const { code, stderr } = await inProcess(['sim', '--scenario', '/nowhere/scenario.json', '--lang', 'en']);
  expect(code).toBe(1);
  expect(stderr).toContain('/nowhere/scenario.json');
  expect(stderr).toContain('[CONFIG_INVALID]');
});
