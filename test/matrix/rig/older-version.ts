/** An older version of the program, built from the history of this clone. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rootFolder } from '../../tools/program.ts';
import { olderCommit } from './lacks.ts';

const run = promisify(execFile);

/** Where history is: the drill plays rows in a copy that has none. */
const repository = process.env.GERBANG_MATRIX_REPOSITORY ?? rootFolder;

const parts = ['src', 'device-sim', 'migrations', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];

export interface OlderVersion {
  /** Its compiled program, for `node`. */
  readonly program: string;
  /** Names of its migrations. */
  readonly migrations: readonly string[];
}

/** Builds it in `folder`, with the packages of this clone; null where the history does not reach back that far. */
export async function olderVersion(folder: string): Promise<OlderVersion | null> {
  const root = join(folder, 'older');
  await mkdir(root);
  const archive = join(folder, 'older.tar');
  const packed = await run('git', ['-C', repository, 'archive', '-o', archive, olderCommit, '--', ...parts]).then(
    () => true,
    () => false,
  );
  if (!packed) return null;
  await run('tar', ['-x', '-f', archive, '-C', root]);
  await symlink(join(rootFolder, 'node_modules'), join(root, 'node_modules'));
  // With the packages of today some types may differ; whether it runs is what the row looks at.
  const tsc = [
    join(root, 'node_modules/typescript/bin/tsc'),
    '-p',
    'tsconfig.build.json',
    '--outDir',
    'dist',
    '--noCheck',
  ];
  const built = spawnSync(process.execPath, tsc, { cwd: root, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`${olderCommit} does not compile: ${built.stdout}`);
  await run('cp', ['-R', join(root, 'migrations'), join(root, 'dist')]);
  await run('cp', ['-R', join(root, 'src/web/assets'), join(root, 'dist/src/web/')]);
  return { program: join(root, 'dist/src/main.js'), migrations: await readdir(join(root, 'migrations')) };
}
