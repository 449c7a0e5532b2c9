/**
 * What all test files share: one real Postgres with a migrated template database, and Redis where the machine has one.
 *
 * Everything lives in one folder below the system's temporary folder. Its name holds the process id, so that a run can
 * clear up after an earlier one that was killed.
 */
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../src/store/database.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { findPostmaster, isAlive, stopPostmaster } from '../../src/store/embedded-process.ts';
import { migrateToLatest } from '../../src/store/migrate.ts';
import { startRedis } from './redis.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection string of the shared server; use `createTestDatabase()` instead. */
    postgresUrl: string;
    /** Connection string of a real Redis, or null when this machine has no `redis-server`. */
    redisUrl: string | null;
  }
}

const folderName = /^gerbang-test-(\d+)-/;

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  await clearUpAfterKilledRuns();
  const folder = await mkdtemp(join(tmpdir(), `gerbang-test-${process.pid}-`));
  // As root, the server runs as another user, who must get through.
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir: folder, fsync: false });
  await createTemplate(postgres.url);
  const redis = await startRedis(folder);
  project.provide('postgresUrl', postgres.url);
  project.provide('redisUrl', redis?.url ?? null);
  return async () => {
    await redis?.stop();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

async function createTemplate(url: string): Promise<void> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query('create database gerbang_template');
  await admin.end();
  const template = new URL(url);
  template.pathname = '/gerbang_template';
  const database = openDatabase(template.href);
  await migrateToLatest(database.db);
  await database.close();
}

async function clearUpAfterKilledRuns(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(folderName.exec(name)?.[1]);
    if (!pid || (await isAlive(pid))) continue;
    const folder = join(tmpdir(), name);
    const orphan = await findPostmaster(join(folder, 'pgdata')).catch(() => null);
    if (orphan) await stopPostmaster(orphan.pid);
    await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}
