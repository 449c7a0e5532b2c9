/** Stores full logs of ever new terminals until it is killed: ingest as fast as it goes, beside pages that are read. */
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import { openDatabase } from '../../src/store/database.ts';
import { registerOffice } from '../../src/store/terminals.ts';
import { batchesOf, means } from '../ingest-batches.ts';

const [, , url = ''] = process.argv;
const database = openDatabase(url, { maxConnections: 4, applicationName: 'bench ingest' });
await registerOffice(database.db, { code: 'kominfo', name: 'Kominfo', timeZone: 'Asia/Jakarta' });
let stored = 0;
let terminal = 0;

async function keepStoring(): Promise<void> {
  for (;;) {
    terminal += 1;
    const serial = `NEW${process.pid}X${terminal}`;
    for (const batch of batchesOf(terminal % 4, 2_000)) {
      stored += (await applyBatch(database.db, { ...batch, serial, terminalName: serial }, means)).stored;
    }
  }
}

process.on('message', () => process.send?.({ stored }));
void keepStoring().catch(() => process.exit(1));
void keepStoring().catch(() => process.exit(1));
process.send?.({ stored });
