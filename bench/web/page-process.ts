/** The pages as the gateway serves them, for the bench to read. */
import { silentLog } from '../../src/log.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb } from '../../src/web/server.ts';
import { everybodyIs } from '../../test/tools/everybody.ts';

const [, , url = '', nowText = '0'] = process.argv;
const database = openDatabase(url, { applicationName: 'bench pages' });
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
process.send?.({ url: web.url });
