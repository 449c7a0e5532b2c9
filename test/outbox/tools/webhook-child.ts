/** A process that delivers to one receiver and nothing else: `webhook-child.ts DATABASE_URL RECEIVER_URL`. */
import { silentLog } from '../../../src/log.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { startWebhooks } from '../../../src/webhooks/webhooks.ts';
import { secret } from './receiver.ts';

const [databaseUrl = '', url = ''] = process.argv.slice(2);
const database = openDatabase(databaseUrl, { maxConnections: 3, applicationName: 'webhook child' });
const receiver = { name: 'child', url, secret, offices: [], maxBatch: 4, startAt: 'oldest' } as const;
startWebhooks({
  database,
  receivers: [receiver],
  log: silentLog(),
  nowMs: () => Date.now(),
  answerWithinMs: 60_000,
  lookEveryMs: 200,
  pauseFactor: 0.02,
});
// Whoever started this process may be gone.
process.stdin.resume().once('end', () => process.exit(0));
