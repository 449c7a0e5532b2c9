/**
 * A copy of what the embedded Postgres needs of this clone, where every user can read it: a clone in root's home cannot
 * be read by the ordinary user whom a test plays.
 */
import { cp, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Copies sources and the named packages with all they depend on to `folder`. */
export async function makeReadableCopy(folder: string, packages: readonly string[]): Promise<void> {
  for (const part of ['src/errors.ts', 'src/store', 'test/tools', 'package.json', 'tsconfig.json']) {
    await copyTo(folder, part);
  }
  const wanted = [...packages];
  const copied = new Set<string>();
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    const part = join('node_modules', name);
    const isInstalled = await stat(join(root, part)).then(
      () => true,
      () => false,
    );
    if (copied.has(name) || !isInstalled) continue;
    copied.add(name);
    await copyTo(folder, part);
    const manifest = JSON.parse(await readFile(join(root, part, 'package.json'), 'utf8'));
    wanted.push(...Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }));
  }
}

async function copyTo(folder: string, part: string): Promise<void> {
  await mkdir(dirname(join(folder, part)), { recursive: true });
  await cp(join(root, part), join(folder, part), { recursive: true, verbatimSymlinks: true });
}
