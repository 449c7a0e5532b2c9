/** Codes, words and documentation name the same errors. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorCodes, GerbangError } from '../src/errors.ts';
import { explainError } from '../src/words/errors.ts';
import { english } from '../src/words/errors-english.ts';
import { indonesian } from '../src/words/errors-indonesian.ts';

const operations = readFileSync(new URL('../docs/operations.md', import.meta.url), 'utf8');
const section = operations.slice(operations.indexOf('## Error codes'));
/** The prefixes of all families, to find codes in running text. */
const families = /\b(?:CONFIG|USAGE|NET|ZK|READ|TERMINAL|BATCH|QUEUE|STORE|POSTGRES|MQTT|GATEWAY)_[A-Z_]+[A-Z]\b/g;
/** Names in the same style that are no error codes: variables of the environment. */
const variables = new Set(['MQTT_URL']);

describe('the table of error codes in docs/operations.md', () => {
  it('has every code once, in the order of src/errors.ts, and no other', () => {
    expect([...section.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1])).toEqual([...errorCodes]);
  });

  it.each([...errorCodes])('says of %s what the command line says', (code) => {
    const { what, next } = explainError({ code }, 'en');
    expect(section).toContain(`| \`${code}\` | ${what} | ${next} |\n`);
  });
});

it('docs/operations.md mentions no code that does not exist', () => {
  const mentioned = new Set([...operations.matchAll(families)].map((match) => match[0]));
  const known: readonly string[] = errorCodes;
  expect([...mentioned].filter((name) => !known.includes(name) && !variables.has(name))).toEqual([]);
});

describe('the words', () => {
  it('have every code in both languages and no other', () => {
    expect(Object.keys(indonesian).sort()).toEqual([...errorCodes].sort());
    expect(Object.keys(english).sort()).toEqual([...errorCodes].sort());
  });

  it.each([...errorCodes])('explain %s in two different languages, as whole sentences', (code) => {
    const [id, en] = [explainError({ code }, 'id'), explainError({ code }, 'en')];
    for (const text of [id.what, id.next, en.what, en.next]) expect(text).toMatch(/^[A-Z].{8,}\.$/);
    expect(id.what).not.toBe(en.what);
    expect(id.next).not.toBe(en.next);
  });

  it('explain a code from nowhere as an error of our own', () => {
    expect(explainError({ code: 'toString' }, 'en')).toEqual(explainError({ code: 'INTERNAL' }, 'en'));
    expect(explainError(new GerbangError('NET_REFUSED', 'x'), 'id').what).toBe('Mesin menolak sambungan.');
  });
});
