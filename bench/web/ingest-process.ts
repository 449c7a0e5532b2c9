/** Stores until it is killed: ingest of another gateway on the same machine, beside pages that are read. */
import { openDatabase } from '../../src/store/database.ts';
import { keepStoring } from './storing.ts';

const [, , url = ''] = process.argv;
const database = openDatabase(url, { maxConnections: 4, applicationName: 'bench ingest' });
const stored = await keepStoring(database, url, 2);
process.on('message', () => process.send?.({ stored: stored() }));
process.send?.({ stored: stored() });
