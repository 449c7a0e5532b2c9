/** Writing a backup: all tables as they are at one moment, while the gateway goes on. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { link, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type pg from 'pg';
import pgCopy from 'pg-copy-streams';
import { GerbangError } from '../errors.ts';
import { type BackupHeader, endOfRows } from './backup-file.ts';
import { columnList, listSequences, listTables, quoted } from './backup-tables.ts';
import { type Database, openUnhurried, storeError } from './database.ts';

/** What was written. */
export interface BackupSummary {
  readonly tables: number;
  readonly rows: number;
  readonly bytes: number;
}

/** Rows of this kind press to a fifth at any level; higher ones only take longer. */
const gzipLevel = 3;

/**
 * Writes `file`, which must not exist; it appears whole or not at all. Its owner alone can read it: it holds everything.
 *
 * @param onTable told before each table
 * @throws GerbangError BACKUP_FILE when it exists or cannot be written, STORE_UNAVAILABLE
 */
export async function writeBackup(
  database: Database,
  file: string,
  onTable: (name: string) => void,
): Promise<BackupSummary> {
  if (await stat(file).catch(() => null)) throw fileTrouble(file, 'it exists already');
  const draft = `${file}.part`;
  const client = await openUnhurried(database);
  try {
    await client.query('begin isolation level repeatable read read only');
    const counted = { tables: 0, rows: 0 };
    const out = createWriteStream(draft, { mode: 0o600, flush: true });
    await pipeline(Readable.from(linesOf(client, counted, onTable)), createGzip({ level: gzipLevel }), out);
    await client.query('rollback');
    // A link appears whole and never replaces another file.
    await link(draft, file);
    return { ...counted, bytes: out.bytesWritten };
  } catch (error) {
    throw errorOf(error, file);
  } finally {
    await client.end().catch(() => {});
    await rm(draft, { force: true });
  }
}

/** What the file system says, or what the database says. */
function errorOf(error: unknown, file: string): GerbangError {
  const code = error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : null;
  return code === null ? storeError(error) : fileTrouble(file, code, error);
}

/** BACKUP_FILE, in one wording for every cause. */
export function fileTrouble(file: string, why: string, cause?: unknown): GerbangError {
  return new GerbangError('BACKUP_FILE', `${file}: ${why}.`, { cause });
}

async function* linesOf(
  client: pg.ClientBase,
  counted: { tables: number; rows: number },
  onTable: (name: string) => void,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const hashed = (piece: Buffer): Buffer => {
    hash.update(piece);
    return piece;
  };
  const line = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value)}\n`);
  const header = await headerOf(client);
  yield hashed(line(header));
  const rows: Record<string, number> = {};
  for (const { name, columns } of header.tables) {
    onTable(name);
    yield hashed(line({ table: name }));
    const copy = client.query(pgCopy.to(`copy (select ${columnList(columns)} from public.${quoted(name)}) to stdout`));
    for await (const piece of copy as AsyncIterable<Buffer>) yield hashed(piece);
    yield hashed(Buffer.from(endOfRows));
    rows[name] = copy.rowCount ?? 0;
    counted.tables += 1;
    counted.rows += copy.rowCount ?? 0;
  }
  yield line({ rows, sha256: hash.digest('hex') });
}

async function headerOf(client: pg.ClientBase): Promise<BackupHeader> {
  const { rows } = await client.query<{ name: string }>('select name from kysely_migration order by name');
  return {
    gerbang: 'backup',
    version: 1,
    madeAt: new Date().toISOString(),
    migrations: rows.map(({ name }) => name),
    tables: await listTables(client),
    sequences: await listSequences(client),
  };
}
