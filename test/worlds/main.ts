/**
 * `npm run worlds -- --count N --from S` plays N worlds from seed S on; `--seed N --trace` plays one and prints its history.
 */
import { parseArgs } from 'node:util';
import { planWorld } from './plan.ts';
import { playWorld } from './world.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    count: { type: 'string', default: '500' },
    from: { type: 'string', default: '1' },
    trace: { type: 'boolean', default: false },
    'until-broken': { type: 'boolean', default: false },
  },
});

const first = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.count) : 1;
if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count))
  throw new RangeError('seeds and counts are whole numbers');
// Errors are made by the thousand, and where they were made is seldom asked: `--trace` tells.
if (!values.trace) Error.stackTraceLimit = 0;
const startedMs = performance.now();
const total = { events: 0, stored: 0, finals: 0, judged: 0, lost: 0, broken: 0 };
for (let seed = first; seed < first + count; seed += 1) {
  const { breaches, digest, events, tally } = await playWorld(
    planWorld(seed),
    values.trace ? (line) => console.log(line) : undefined,
  );
  total.events += events;
  total.stored += tally.stored;
  total.finals += tally.finals;
  total.judged += tally.judged;
  total.lost += tally.lost;
  if (values.trace) console.log(digest);
  if (breaches.length === 0) continue;
  total.broken += 1;
  process.exitCode = 1;
  console.log(`seed ${seed}: ${breaches.join('\n  ')}\n  again: npm run worlds -- --seed ${seed} --trace`);
  if (values['until-broken']) break;
}
const seconds = (performance.now() - startedMs) / 1000;
const cpuSeconds = process.cpuUsage().user / 1e6;
console.log(
  `${count} worlds, ${total.broken} broken, ${total.events} events, ${total.stored} records stored, ` +
    `${total.judged} of ${total.finals} final times judged, ${total.lost} punches reported lost, ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU`,
);
process.exit();
