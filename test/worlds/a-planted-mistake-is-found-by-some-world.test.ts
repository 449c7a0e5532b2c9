/**
 * Worlds that never fail prove nothing: mistakes are planted in copies of the rules, and a world must name each. Where the
 * rules have changed since a seed was written down, the next worlds are asked as well.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judged } from '../tools/judged.ts';
import { type Plant, plants } from './plants.ts';

const house = join(import.meta.dirname, '../..');
const worldsAsked = 150;
const limitMs = 400_000;

async function copyWith({ file, from, to }: Plant): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gerbang-worlds-'));
  await mkdir(join(folder, 'test'));
  for (const part of ['src', 'device-sim', 'test/worlds']) {
    await cp(join(house, part), join(folder, part), { recursive: true });
  }
  await cp(join(house, 'package.json'), join(folder, 'package.json'));
  await symlink(join(house, 'node_modules'), join(folder, 'node_modules'));
  const text = await readFile(join(folder, file), 'utf8');
  // A plant that no longer fits would prove nothing.
  expect(text.split(from)).toHaveLength(2);
  await writeFile(
    join(folder, file),
    text.replace(from, () => to),
  );
  return folder;
}

async function worldsIn(folder: string, seed: number): Promise<string> {
  const search = ['--from', `${seed}`, '--count', `${worldsAsked}`, '--until-broken'];
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/worlds/main.ts', ...search], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TZ: 'UTC' },
    timeout: limitMs - 20_000,
  });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += String(chunk);
  });
  await once(child, 'close');
  return said;
}

test.each(plants)('$name', { ...judged, timeout: limitMs }, async (plant) => {
  const folder = await copyWith(plant);
  try {
    expect(await worldsIn(folder, plant.seed)).toMatch(new RegExp(`^seed \\d+: [^]*${plant.says}`));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
