import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { secretOfFolder } from '../../src/setup/secret-file.ts';

test('gateways that start at once on one folder read one whole secret', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gerbang-secret-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (let round = 0; round < 20; round += 1) {
    const own = join(folder, `${round}`);
    const secrets = await Promise.all(Array.from({ length: 8 }, () => secretOfFolder(own)));
    expect(new Set(secrets).size).toBe(1);
    expect(await readdir(own)).toEqual(['secret.key']);
  }
});
