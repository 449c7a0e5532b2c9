/** Secrets that are handed over as files, as systemd and container platforms do it: `NAME_FILE` names the file of `NAME`. */
import { readFile, stat } from 'node:fs/promises';
import { GerbangError, messageOf } from '../errors.ts';
import type { Variables } from './check.ts';

/** A secret is a line; more is a mistaken path. */
const maxBytes = 64 * 1024;

/**
 * The environment with the variables that `text` takes from files. A variable that is set itself wins over its file.
 *
 * @param text of a configuration; only variables it names are looked for
 * @throws GerbangError CONFIG_UNREADABLE naming the variable and the file, never its content
 */
export async function withSecretFiles(text: string, env: Variables): Promise<Variables> {
  const names = new Set([...text.matchAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g)].map(([, name = '']) => name));
  const found: Record<string, string> = {};
  for (const name of names) {
    const path = env[`${name}_FILE`];
    if (path === undefined || path === '' || (env[name] ?? '') !== '') continue;
    found[name] = await readSecret(`${name}_FILE`, path);
  }
  return { ...env, ...found };
}

async function readSecret(variable: string, path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > maxBytes) throw new RangeError(`it has ${size} bytes, more than ${maxBytes}`);
    const content = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
    // Editors and `echo` end a file with a line break that is not part of the secret.
    return content.replace(/\r?\n$/, '');
  } catch (cause) {
    throw new GerbangError(
      'CONFIG_UNREADABLE',
      `Cannot read the file ${path} that ${variable} names: ${messageOf(cause)}. Check the path and that this user may read it.`,
      { context: { file: path, variable }, cause },
    );
  }
}
