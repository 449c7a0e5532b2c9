/** Full logs of ever new terminals, stored one after the other without a pause: ingest as fast as it goes. */
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import type { Database } from '../../src/store/database.ts';
import { registerOffice } from '../../src/store/terminals.ts';
import { batchesOf, means } from '../ingest-batches.ts';

/** As pollers cut them. */
const batchRecords = 2_000;

/**
 * Begins to store and goes on until the process ends.
 *
 * @param atOnce terminals whose logs are stored at the same time
 * @returns how many rows are stored by now
 */
export async function keepStoring({ db }: Database, atOnce: number): Promise<() => number> {
  await registerOffice(db, { code: 'kominfo', name: 'Kominfo', timeZone: 'Asia/Jakarta' });
  let stored = 0;
  let terminal = 0;
  const storeOn = async (): Promise<void> => {
    for (;;) {
      terminal += 1;
      const serial = `NEW${process.pid}X${terminal}`;
      for (const batch of batchesOf(terminal % 4, batchRecords)) {
        stored += (await applyBatch(db, { ...batch, serial, terminalName: serial }, means)).stored;
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
