import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** `docs/protocol.md, "Prepare and read"`, also over the border of a comment line. */
const citation = /(docs\/[\w/.-]+\.md),\s*(?:\n\s*(?:\*|\/\/)\s*)?"([^"]+)"/g;

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

function headingsOf(page: string): Set<string> {
  if (!existsSync(page)) return new Set();
  const lines = readFileSync(page, 'utf8').split('\n');
  return new Set(lines.flatMap((line) => /^#{1,4} (?:[\d.]+ )?(.+?)\s*$/.exec(line)?.[1] ?? []));
}

test('every page and heading that the code cites is there', () => {
  const missing: string[] = [];
  let cited = 0;
  // `test/zk` has a test of its own for this page, whose text holds an example of a citation.
  for (const file of ['src', 'device-sim', 'test'].flatMap(sources).filter((name) => !name.includes('headings'))) {
    for (const [, page = '', heading = ''] of readFileSync(file, 'utf8').matchAll(citation)) {
      cited += 1;
      const flat = heading.replace(/\s*\n\s*(?:\*|\/\/)\s*/g, ' ');
      if (!headingsOf(page).has(flat)) missing.push(`${file}: ${page}, "${flat}"`);
    }
  }
  expect(cited).toBeGreaterThan(40);
  expect(missing).toEqual([]);
});
