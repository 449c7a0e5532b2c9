import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { configReference } from '../../src/config.ts';

it('docs/configuration.md is what `gerbang config-reference` prints', () => {
  const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
  expect(page).toBe(configReference());
});
