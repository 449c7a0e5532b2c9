/** The version of this program. */
import { readFileSync } from 'node:fs';

/** `package.json` lies two folders up in a clone and three up in `dist/`. */
export function packageVersion(): string {
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      const { version }: { version?: unknown } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
      if (typeof version === 'string') return version;
    } catch {
      // The other place.
    }
  }
  return '0.0.0';
}
