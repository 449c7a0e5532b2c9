/**
 * `npm run fuzz [-- --frames N] [--seed S] [--again LANE:INDEX] [--max-rss-mb N]`: disturbs conversations until so many
 * frames were mutated. Prints what happened, the speed and the peak of memory. Exits with 1 when anything was found.
 */
import { parseArgs } from 'node:util';
import { fuzz, type Lane, laneNames, playAgain } from './fuzz.ts';

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    again: { type: 'string' },
    'max-rss-mb': { type: 'string', default: '1024' },
  },
});

const peakRssMb = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

/** Errors outside of any conversation count as found; what was running is unknown, so the seed has to do. */
process.on('uncaughtException', (error) => {
  console.error(`uncaught, seed ${values.seed}: ${error.stack}`);
  process.exit(1);
});

async function again(wanted: string): Promise<number> {
  const [name, index] = wanted.split(':');
  const lane = laneNames.find((one): one is Lane => one === name);
  if (lane === undefined || index === undefined) {
    console.error(`--again takes LANE:INDEX; lanes are ${laneNames.join(', ')}`);
    return 2;
  }
  const { outcome, mutated, fault } = await playAgain(lane, Number(index), values.seed);
  console.log(
    `${lane} ${index}, seed ${values.seed}: ${outcome}, ${mutated} frames mutated\n${fault ?? 'nothing wrong'}`,
  );
  return fault === null ? 0 : 1;
}

async function run(): Promise<number> {
  const frames = Number(values.frames);
  if (!Number.isInteger(frames) || frames < 1) {
    console.error('--frames takes a number of frames');
    return 2;
  }
  let shownAtMs = performance.now();
  const report = await fuzz({
    frames,
    seed: values.seed,
    onProgress(done) {
      if (performance.now() - shownAtMs < 10_000) return;
      shownAtMs = performance.now();
      console.log(`… ${done} frames, peak ${peakRssMb()} MB`);
    },
  });
  for (const lane of report.lanes) {
    const perSecond = Math.round(lane.frames / lane.seconds);
    console.log(
      `${lane.lane}: ${lane.frames} mutated frames in ${lane.conversations} conversations, ${perSecond} frames/s`,
    );
    const outcomes = [...lane.outcomes].sort(([, a], [, b]) => b - a);
    console.log(`  ${outcomes.map(([name, count]) => `${name} ${count}`).join(', ')}`);
  }
  for (const { lane, index, text } of report.findings) {
    console.log(`\nFOUND --again ${lane}:${index} --seed ${values.seed}\n${text}`);
  }
  const total = report.lanes.reduce((sum, lane) => sum + lane.frames, 0);
  const seconds = report.lanes.reduce((sum, lane) => sum + lane.seconds, 0);
  const tooMuch = peakRssMb() > Number(values['max-rss-mb']);
  console.log(
    `fuzz: ${total} mutated frames, seed ${values.seed}, ${Math.round(total / seconds)} frames/s, peak RSS ${peakRssMb()} MB` +
      `${tooMuch ? ` (more than ${values['max-rss-mb']})` : ''}, ${report.findings.length} found`,
  );
  return report.findings.length > 0 || tooMuch ? 1 : 0;
}

process.exitCode = values.again === undefined ? await run() : await again(values.again);
