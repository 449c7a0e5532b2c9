/** The queue in PostgreSQL: BullMQ's own tables in a schema of their own, beside Gerbang's. */
import { Socket } from 'node:net';
import {
  assertSchemaCompatibility,
  createPostgresBackend,
  LATEST_SCHEMA_VERSION,
  runMigrations,
  SchemaMigrationRequiredError,
  SchemaVersionMismatchError,
  UnsupportedPostgresVersionError,
} from 'bullmq';
import { GerbangError, isStoreAway } from '../errors.ts';
import { openDatabase, storeError } from '../store/database.ts';
import { producerTimeoutMs, type QueueConnection, queueUnavailable, workerTimeoutMs } from './backend.ts';

const schema = 'gerbang_queue';

/** See `queueConnection`. */
export function postgresConnection(databaseUrl: string): QueueConnection {
  return {
    kind: 'postgres',
    prepare: () => prepare(databaseUrl),
    open(role, maxQueries) {
      const timeoutMs = role === 'producer' ? producerTimeoutMs : workerTimeoutMs;
      const sockets = new Set<Socket>();
      const config = {
        ...addressOf(databaseUrl),
        schema,
        max: maxQueries,
        application_name: `gerbang-queue-${role}`,
        connectionTimeoutMillis: timeoutMs,
        query_timeout: timeoutMs,
        keepAlive: true,
        keepAliveInitialDelayMillis: 10_000,
        // The driver's own close waits for the server; only the sockets themselves end when the server is frozen.
        stream: () => {
          const socket = new Socket();
          sockets.add(socket);
          socket.once('close', () => sockets.delete(socket));
          return socket;
        },
      };
      return {
        backend: (name, options, ends) => createPostgresBackend(name, { ...options, connection: config }, ends),
        cut: () => {
          for (const socket of sockets) socket.destroy();
        },
      };
    },
  };
}

/**
 * Applies BullMQ's migrations when there are any to apply. A database that has them all is only read, so that a role
 * without the right to create schemas can run a gateway that somebody else has prepared.
 */
async function prepare(databaseUrl: string): Promise<void> {
  const database = openDatabase(databaseUrl, { maxConnections: 1, applicationName: 'gerbang-queue-migrate' });
  try {
    const client = await database.pool.connect();
    try {
      if ((await schemaVersion(client)) < LATEST_SCHEMA_VERSION) await runMigrations(client, schema);
    } finally {
      client.release();
    }
  } catch (error) {
    throw explain(error);
  } finally {
    await database.close();
  }
}

async function schemaVersion(client: Parameters<typeof assertSchemaCompatibility>[0]): Promise<number> {
  try {
    return await assertSchemaCompatibility(client, schema);
  } catch (error) {
    if (error instanceof SchemaMigrationRequiredError) return 0;
    throw error;
  }
}

function explain(error: unknown): GerbangError {
  if (error instanceof SchemaVersionMismatchError) {
    const text = `Schema ${schema} was made by a newer Gerbang. Start that version, or use another database.`;
    return new GerbangError('CONFIG_INVALID', text, { cause: error });
  }
  if (error instanceof UnsupportedPostgresVersionError) {
    return new GerbangError('CONFIG_INVALID', 'The queue needs PostgreSQL 13 or newer.', { cause: error });
  }
  const named = storeError(error);
  if (isStoreAway(named)) return queueUnavailable(error);
  const text = `Schema ${schema} could not be prepared (SQLSTATE ${named.context.sqlState || 'none'}). Let the database user create it: grant create on database … to …`;
  return new GerbangError('CONFIG_INVALID', text, { cause: error });
}

/** An `options` parameter inside the URL would replace the search path that BullMQ sets, so it is handed over apart. */
function addressOf(databaseUrl: string): { connectionString: string; options?: string } {
  const url = new URL(databaseUrl);
  const options = url.searchParams.get('options');
  url.searchParams.delete('options');
  return options === null ? { connectionString: url.href } : { connectionString: url.href, options };
}
