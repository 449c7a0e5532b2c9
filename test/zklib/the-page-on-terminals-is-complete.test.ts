/** docs/terminals.md names every quirk with its reason, and every error code and profile it mentions exists. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PROFILES } from '../../device-sim/profiles.ts';
import { errorCodes } from '../../src/errors.ts';
import { quirks } from '../../src/zk/quirks.ts';

const page = readFileSync(new URL('../../docs/terminals.md', import.meta.url), 'utf8');

it('has a section with cause and price for every quirk, and for no other', () => {
  const sections = page.slice(page.indexOf('## Quirks')).split('\n### ').slice(1);
  expect(sections.map((section) => /^`(\w+)`/.exec(section)?.[1])).toEqual(Object.keys(quirks));
  for (const section of sections) expect(section).toMatch(/\*\*Seen as\*\*[\s\S]*\*\*Why\*\*[\s\S]*\*\*Price\*\*/);
});

it('mentions no error code that does not exist', () => {
  const known: readonly string[] = errorCodes;
  const mentioned = [...page.matchAll(/`((?:ZK|READ|NET)_[A-Z_]+)`/g)].map((match) => match[1] ?? '');
  expect(mentioned.filter((code) => !known.includes(code))).toEqual([]);
});

it('mentions no profile that the simulator does not have', () => {
  const table = page.slice(page.indexOf('## Families'), page.indexOf('## Which driver'));
  const named = table
    .split('\n')
    .filter((row) => row.startsWith('|'))
    .flatMap((row) => [...(row.split('|').at(-2) ?? '').matchAll(/`([\w-]+)`/g)].map((match) => match[1] ?? ''));
  const known = PROFILES.map((profile) => profile.name);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
});
