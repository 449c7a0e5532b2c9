/**
 * The queue in Postgres and the queue in Redis must give the same results: whatever starts a gateway, or one end of the
 * queue, names the place, or takes the one that was chosen for the run (`test/tools/chosen-queue.ts`).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const here = import.meta.dirname;
/** Starts what it is handed, with the variables it is handed; `world.ts` hands them to it. */
const handed = 'matrix/rig/gateway.ts';

/** How a gateway is started, and what of it must name the queue: the call, or where it is made, the file. */
const starts: readonly { readonly start: RegExp; readonly within: 'call' | 'file'; readonly names: RegExp }[] = [
  { start: /\bstartGateway\(\{/g, within: 'call', names: /\bredisUrl\b/ },
  { start: /\bqueueConnection\(\{/g, within: 'call', names: /\b(redisUrl|databaseUrl)\b/ },
  { start: /\bstartGatewayProcess\(/g, within: 'file', names: /\bREDIS_URL\b/ },
  { start: /\bprogramArguments\('start'/g, within: 'file', names: /\bREDIS_URL\b/ },
  { start: /\[\s*'(start|demo|rehearse)'/g, within: 'file', names: /\bREDIS_URL\b/ },
];

/** What is said between the parentheses that open at `from`. */
function callAt(text: string, from: number): string {
  let depth = 0;
  for (let at = text.indexOf('(', from); at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0) return text.slice(from, at);
  }
  return text.slice(from);
}

/** What starts without a word about its queue. */
function silentStarts(file: string, text: string): string[] {
  return starts.flatMap(({ start, within, names }) =>
    [...text.matchAll(start)]
      .filter(({ index }) => !names.test(within === 'file' ? text : callAt(text, index)))
      .map(([words]) => `${file}: ${words}`),
  );
}

test('every test names the queue of its gateways, or leaves it to whoever runs it', () => {
  const files = readdirSync(here, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const texts = files.map((file) => ({ file, text: readFileSync(join(here, file), 'utf8') }));
  const others = texts.filter(({ file }) => !import.meta.filename.endsWith(file) && file !== handed);
  expect(others.flatMap(({ file, text }) => silentStarts(file, text))).toEqual([]);
  const found = others.filter(({ text }) => starts.some(({ start }) => text.search(start) >= 0));
  expect(found.length).toBeGreaterThan(10);
});

test.each([
  ["const gateway = await startGateway({ config, log: make(1) }); const redisUrl = '';", 1],
  ['await startGateway({ config, redisUrl: queue.redisUrl })', 0],
  ["spawn(node, programArguments('start', '--config', file))", 1],
  ["spawn(node, programArguments('start'), { env: { REDIS_URL: url } })", 0],
  ["gerbang(['demo'])", 1],
])('%s: %i', (text, silent) => {
  expect(silentStarts('a.ts', text)).toHaveLength(silent);
});
