/** Full logs of ever new terminals, stored one after the other without a pause: ingest as fast as it goes. */
import { createApplier } from '../../src/ingest/apply-together.ts';
import { type Database, openSharedTransactions } from '../../src/store/database.ts';
import { registerOffice } from '../../src/store/terminals.ts';
import { batchesOf, means } from '../ingest-batches.ts';

/** As pollers cut them. */
const batchRecords = 2_000;

/**
 * Begins to store, as the gateway's ingest does, and goes on until the process ends.
 *
 * @param url of the same database
 * @param atOnce terminals whose logs are stored at the same time
 * @returns how many rows are stored by now
 */
export async function keepStoring({ db }: Database, url: string, atOnce: number): Promise<() => number> {
  await registerOffice(db, { code: 'kominfo', name: 'Kominfo', timeZone: 'Asia/Jakarta' });
  const transactions = openSharedTransactions(url, { maxConnections: atOnce, applicationName: 'bench ingest' });
  const applier = createApplier(transactions, means, atOnce);
  // Made once: what is measured beside the pages is storing, not the making of test data.
  const logs = [0, 1, 2, 3].map((log) => batchesOf(log, batchRecords));
  let stored = 0;
  let terminal = 0;
  const storeOn = async (): Promise<void> => {
    for (;;) {
      terminal += 1;
      const serial = `NEW${process.pid}X${terminal}`;
      for (const batch of logs[terminal % logs.length] ?? []) {
        stored += (await applier.apply({ ...batch, serial, terminalName: serial })).stored;
      }
    }
  };
  for (let line = 0; line < atOnce; line += 1) {
    void storeOn().catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
  }
  return () => stored;
}
