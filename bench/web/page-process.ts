/** The pages as the gateway serves them, for the bench to read; and, when told to, ingest in the same process beside them. */
import { keepHeapSmall } from '../../src/cli/small-heap.ts';
import { silentLog } from '../../src/log.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb } from '../../src/web/server.ts';
import { everybodyIs } from '../../test/tools/everybody.ts';
import { keepStoring } from './storing.ts';
import { watchProcess } from './trail.ts';

/** As `gerbang start` has them. */
const maxConnections = 12;
const batchesAtOnce = 4;

keepHeapSmall();
const [, , url = '', nowText = '0'] = process.argv;
const trail = watchProcess();
const database = openDatabase(url, { maxConnections, applicationName: 'bench pages' });
const shiftMs = Number(nowText) - Date.now();
const web = await startWeb({
  host: '127.0.0.1',
  port: 0,
  database,
  log: silentLog(),
  metrics: createMetrics(),
  readers: everybodyIs('operator'),
  nowMs: () => Date.now() + shiftMs,
});
let stored = (): number => 0;
process.on('message', async (asked) => {
  if (asked === 'store') stored = await keepStoring(database, url, batchesAtOnce);
  process.send?.({ stored: stored(), trail: trail() });
});
process.send?.({ url: web.url });
