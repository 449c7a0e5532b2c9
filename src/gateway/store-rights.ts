/** Before anything else: the tables of this version, and a role for this gateway that cannot alter evidence. */
import { GerbangError } from '../errors.ts';
import type { Log } from '../log.ts';
import { queueConnection } from '../queue/connection.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { migrateToLatest, pendingMigrations } from '../store/migrate.ts';
import { alterableEvidence, currentRole, grantGateway } from '../store/roles.ts';

/** A migration may rebuild an index over years of punches. */
const migrationTimeoutMs = 86_400_000;

/** How the tables are made. */
export interface RightsOptions {
  /** The owner's connection string; without it the gateway's own role makes the tables, if it may. */
  readonly ownerUrl: string | undefined;
  /** The queue lives in this database. */
  readonly holdsQueue: boolean;
  readonly log: Log;
}

/**
 * Brings the database up to date. With an owner of its own, the gateway's role is given what it needs and no more;
 * without, the gateway runs and says what its role could do.
 *
 * @param database as the gateway uses it
 * @throws GerbangError STORE_SCHEMA_OUTDATED, STORE_UNAVAILABLE
 */
export async function prepareStore(database: Database, options: RightsOptions): Promise<void> {
  const { ownerUrl, log } = options;
  if (ownerUrl !== undefined) await prepareAsOwner(await currentRole(database.db), ownerUrl, options.holdsQueue);
  // A database that is up to date is only read: the role may not be allowed more.
  else if ((await pendingMigrations(database.db)).length > 0) await migrateToLatest(database.db);
  const alterable = await alterableEvidence(database.db);
  if (alterable.length > 0) {
    const role = await currentRole(database.db);
    log.warn(
      { role, tables: alterable.join(', ') },
      'the database role of this gateway could alter evidence: docs/operations.md, "Database roles"',
    );
  }
}

/**
 * Applies migrations as the owner and gives a gateway's role its rights.
 *
 * @returns names of the migrations applied now
 * @throws GerbangError CONFIG_INVALID when the owner is the gateway's role itself
 */
export async function prepareAsOwner(role: string, ownerUrl: string, holdsQueue: boolean): Promise<string[]> {
  const owner = openDatabase(ownerUrl, {
    maxConnections: 2,
    applicationName: 'gerbang migrate',
    statementTimeoutMs: migrationTimeoutMs,
  });
  try {
    if ((await currentRole(owner.db)) === role) {
      throw new GerbangError(
        'CONFIG_INVALID',
        'DATABASE_OWNER_URL and DATABASE_URL name the same role. Give the gateway a role of its own, or leave DATABASE_OWNER_URL out.',
      );
    }
    const applied = await migrateToLatest(owner.db);
    if (holdsQueue) await queueConnection({ databaseUrl: ownerUrl }).prepare();
    await grantGateway(owner.db, role);
    return applied;
  } finally {
    await owner.close();
  }
}
