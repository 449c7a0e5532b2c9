/**
 * `npm run bench [-- name …]`: measurements, each beside its physical limit, in one run on one machine. Ratios are the
 * result; absolute times belong to the machine they were taken on.
 */
import { cpus } from 'node:os';
import { benchClock } from './clock.ts';
import { benchIngest } from './ingest.ts';
import { benchLive } from './live.ts';
import { benchPoll } from './poll.ts';
import { benchRead } from './read.ts';
import { benchScale } from './scale.ts';
import { benchVerify } from './verify.ts';

const benches: Readonly<Record<string, () => Promise<void>>> = {
  read: benchRead,
  poll: benchPoll,
  ingest: benchIngest,
  verify: benchVerify,
  live: benchLive,
  clock: benchClock,
  scale: benchScale,
};

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !(name in benches));
  if (unknown.length > 0) {
    console.error(`unknown bench: ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}`);
    return 2;
  }
  const [cpu] = cpus();
  console.log(`${cpus().length} × ${cpu?.model ?? 'unknown processor'}, Node ${process.version}`);
  for (const [name, bench] of Object.entries(benches)) {
    if (names.length === 0 || names.includes(name)) await bench();
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
