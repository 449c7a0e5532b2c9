/** In CI failed tests are tried once more. A judge that was right once is right: its tests are not (`test/tools/judged.ts`). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Who judges: properties over random draws, worlds, the fuzz, random clocks, the matrix, a ledger against a database. */
const judges =
  /\bfc\.assert\(|\bplayWorld\(|\bbreachesOf\(|\bfuzz\(\{|\brandomPlan\(|\bfaultsAtRest\(|\bawait run\(context\)|\bfleet\.ledger\.entries\b|\btruthOf\([^)]*\)\)/;
/** The simulator keeps the ledger and is judged by nobody; processes around node-zklib must start within seconds. */
const others = /^(device-sim|zklib)\//;
const house = join(import.meta.dirname, '..');

/** The tests of a file, each from its name to the next one. */
function testsOf(text: string): string[] {
  return text.split(/^(?= *(?:test|it)(?:\.\w+\([^\n]*\))?\()/m).slice(1);
}

test('a test that judges is not tried again', () => {
  const files = readdirSync(join(house, 'test'), { recursive: true, encoding: 'utf8' });
  const found = files
    .filter((file) => file.endsWith('.test.ts') || file === 'matrix/play.ts')
    .filter((file) => !others.test(file))
    .flatMap((file) => testsOf(readFileSync(join(house, 'test', file), 'utf8')).map((text) => ({ file, text })))
    .filter(({ text }) => judges.test(text));
  expect(found.length).toBeGreaterThan(40);
  const open = found.filter(({ text }) => !/\bjudged\b/.test(text.slice(0, 600)));
  expect(open.map(({ file, text }) => `${file}: ${text.split('\n')[0]}`)).toEqual([]);
});
