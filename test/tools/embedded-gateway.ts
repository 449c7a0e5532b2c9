/**
 * A process that does with the embedded Postgres what the gateway does, for tests that kill it.
 *
 * Started with a data folder; prints the connection string; SIGTERM stops in order, SIGUSR2 leaves through
 * `process.exit` without a word, SIGINT is ignored, as while the gateway is still draining.
 */
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';

const [, , dataDir = ''] = process.argv;
process.on('SIGINT', () => {});
const postgres = await startEmbeddedPostgres({ dataDir, fsync: false });
process.on('SIGTERM', () => void postgres.stop());
process.on('SIGUSR2', () => process.exit(7));
process.stdout.write(`${postgres.url}\n`);
