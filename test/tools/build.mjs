// `npm run build [-- FOLDER [PROJECT [OPTIONS OF TSC]]]`: compiles into dist/ (or FOLDER, inside the clone) what
// tsconfig.build.json (or PROJECT) names, and adds what the compiler does not move: the migrations and the page's styles,
// scripts and icons.
import { spawnSync } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [, , out = 'dist', project = 'tsconfig.build.json', ...options] = process.argv;
const folder = join(root, out);

await rm(folder, { recursive: true, force: true });
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', project, '--outDir', folder, ...options], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
await cp(join(root, 'migrations'), join(folder, 'migrations'), { recursive: true });
await cp(join(root, 'src/web/assets'), join(folder, 'src/web/assets'), { recursive: true });
