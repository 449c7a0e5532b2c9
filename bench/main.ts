/**
 * `npm run bench [-- name …]`: measurements, each beside its physical limit, in one run on one machine. Ratios are the
 * result; absolute times belong to the machine they were taken on. `scale` can be had in parts and in small:
 * `npm run bench -- scale --only polling,peak --small`, `-- web --only alone,same`; `web --small` takes fewer rows.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { benchClock } from './clock.ts';
import { benchIngest } from './ingest.ts';
import { benchLive } from './live.ts';
import { benchPoll } from './poll.ts';
import { benchRead } from './read.ts';
import { benchScale, scaleParts } from './scale.ts';
import { benchVerify } from './verify.ts';
import { benchWeb, webRounds } from './web.ts';

/** What may be said beside names. */
interface BenchOptions {
  readonly only: readonly string[];
  readonly small: boolean;
}

const benches: Readonly<Record<string, (options: BenchOptions) => Promise<void>>> = {
  read: benchRead,
  poll: benchPoll,
  ingest: benchIngest,
  verify: benchVerify,
  live: benchLive,
  clock: benchClock,
  scale: benchScale,
  web: benchWeb,
};

async function main(args: string[]): Promise<number> {
  const { values, positionals: names } = parseArgs({
    args,
    allowPositionals: true,
    options: { only: { type: 'string', default: '' }, small: { type: 'boolean', default: false } },
  });
  const options = { only: values.only.split(',').filter((part) => part !== ''), small: values.small };
  const parts = [...scaleParts, ...webRounds];
  const unknownParts = options.only.filter((part) => !parts.includes(part));
  if (unknownParts.length > 0) {
    console.error(`unknown part: ${unknownParts.join(', ')}. There are: ${parts.join(', ')}`);
    return 2;
  }
  const unknown = names.filter((name) => !(name in benches));
  if (unknown.length > 0) {
    console.error(`unknown bench: ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}`);
    return 2;
  }
  const [cpu] = cpus();
  console.log(`${cpus().length} × ${cpu?.model ?? 'unknown processor'}, Node ${process.version}`);
  for (const [name, bench] of Object.entries(benches)) {
    if (names.length === 0 || names.includes(name)) await bench(options);
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
