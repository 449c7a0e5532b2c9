import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);

/** Headings of docs/protocol.md cited in a source text: `docs/protocol.md, "A", "B" and "C"`, over line breaks too. */
function citedHeadings(source: string): string[] {
  const flat = source.replace(/\n\s*(\*|\/\/)\s?/g, ' ');
  const citations = [...flat.matchAll(/docs\/protocol\.md((?:,| and)? "[^"]+")+/g)].map(([whole]) => whole);
  return citations.flatMap((one) => [...one.matchAll(/"([^"]+)"/g)].map(([, heading]) => heading ?? ''));
}

it('every heading of docs/protocol.md that src/zk cites is there', () => {
  const headings = new Set(
    [...readFileSync(new URL('docs/protocol.md', root), 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading),
  );
  const folder = new URL('src/zk/', root);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const cited = files.flatMap((name) =>
    citedHeadings(readFileSync(new URL(name, folder), 'utf8')).map((heading) => ({ name, heading })),
  );
  expect(cited.length).toBeGreaterThan(25);
  expect(cited.filter(({ heading }) => !headings.has(heading))).toEqual([]);
});
