import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sheetText } from '../../src/cli/sheet-text.ts';
import { punchSheet } from '../../src/explain/punch-sheet.ts';
import { stepKinds } from '../../src/words/clock.ts';
import { troubleKinds } from '../../src/words/clock-troubles.ts';
import { evidenceOf, explanationOf, worlds } from './cases.ts';

const page = readFileSync(new URL('../../docs/time.md', import.meta.url), 'utf8');

test('the excerpt in docs/time.md is what the program prints, line by line', () => {
  const [, excerpt = ''] = /## How to read an explanation[\s\S]*?```text\n([\s\S]*?)```/.exec(page) ?? [];
  const printed = sheetText(punchSheet(explanationOf(evidenceOf(worlds.final)), { lang: 'en' })).split('\n');
  const lines = excerpt.split('\n').filter((line) => line !== '' && line !== '…');
  expect(lines.length).toBeGreaterThan(30);
  expect(lines.filter((line) => !printed.includes(line))).toEqual([]);
});

test('every name of a step and of a trouble stands in docs/time.md', () => {
  const names = [...Object.keys(stepKinds), ...Object.keys(troubleKinds)];
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

test('every trouble has a next step, and no word that accuses', () => {
  for (const { name, meaning, next } of Object.values(troubleKinds)) {
    for (const texts of [name, meaning, next]) {
      expect(texts.id).not.toMatch(/curang|palsu|manipulasi|pelaku|sengaja/i);
      expect(texts.en).not.toMatch(/fraud|fake|forg|manipulat|culprit|cheat|on purpose/i);
      expect(texts.id).not.toBe(texts.en);
    }
    expect(next.id).toMatch(/\.$/);
  }
});
