/** The queue in PostgreSQL: BullMQ's own tables in a schema of their own, beside Gerbang's. */
import { Socket } from 'node:net';
import {
  assertSchemaCompatibility,
  createPostgresBackend,
  type IQueueBackend,
  LATEST_SCHEMA_VERSION,
  type PgQueryable,
  runMigrations,
  SchemaMigrationRequiredError,
  SchemaVersionMismatchError,
  UnsupportedPostgresVersionError,
} from 'bullmq';
import { GerbangError, isStoreAway } from '../errors.ts';
import { openDatabase, storeError } from '../store/database.ts';
import { HeardClient } from '../store/heard-client.ts';
import {
  keyPrefix,
  producerTimeoutMs,
  type QueueConnection,
  type QueueRole,
  queueUnavailable,
  workerTimeoutMs,
} from './backend.ts';
import { createLanes } from './lanes.ts';

const schema = 'gerbang_queue';

/** See `queueConnection`. */
export function postgresConnection(databaseUrl: string): QueueConnection {
  return {
    kind: 'postgres',
    prefix: keyPrefix,
    prepare: () => prepare(databaseUrl),
    open(role, maxQueries) {
      const timeoutMs = role === 'producer' ? producerTimeoutMs : workerTimeoutMs;
      const sockets = new Set<Socket>();
      const config = {
        ...addressOf(databaseUrl, role),
        schema,
        max: maxQueries,
        Client: HeardClient,
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
        backend: (name, options, ends) =>
          takingInTurn(createPostgresBackend(name, { ...options, connection: config }, ends)),
        cut: () => {
          for (const socket of sockets) socket.destroy();
        },
      };
    },
  };
}

/**
 * The same backend, but one job is taken at a time. Answers on several connections overtake each other, and then a batch
 * reaches its terminal's lane before its predecessor. Most jobs are taken in the answer to a completion.
 */
function takingInTurn(backend: IQueueBackend): IQueueBackend {
  const turns = createLanes(1);
  const take = backend.moveToActive.bind(backend);
  const complete = backend.moveToCompleted.bind(backend);
  backend.moveToActive = (...facts) => turns.run('take', () => take(...facts));
  backend.moveToCompleted = (...facts) => turns.run('take', () => complete(...facts));
  return backend;
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
      if ((await schemaVersion(client)) < LATEST_SCHEMA_VERSION) {
        await runMigrations(client, schema);
        await storeRecordsCheaply(client);
      }
    } finally {
      client.release();
    }
  } catch (error) {
    throw explain(error);
  } finally {
    await database.close();
  }
}

/**
 * Compressing base64 with Postgres' default method costs more than everything else the queue does
 * (docs/decisions/0005-queue.md, "Numbers"); a job lives for a second. Servers without LZ4 store it as it is.
 */
async function storeRecordsCheaply(client: PgQueryable): Promise<void> {
  const { rows } = await client.query<{ lz4: boolean }>(
    `select 'lz4' = any (enumvals) as lz4 from pg_settings where name = 'default_toast_compression'`,
  );
  const how = rows[0]?.lz4 === true ? 'compression lz4' : 'storage external';
  await client.query(`alter table ${schema}.job alter column data set ${how}`);
}

async function schemaVersion(client: PgQueryable): Promise<number> {
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

/**
 * An `options` parameter inside the URL would replace the search path that BullMQ sets, so it is handed over apart.
 *
 * A worker need not wait for the disk: when a crash of the server takes back that a job was taken or done, the job is
 * handed out again and changes nothing. What a producer adds must stay.
 *
 * BullMQ's functions are planned while the table of jobs is empty, and a plan that reads an empty table whole is kept when
 * a rush has filled it with jobs that are done: each look by a job's key then cost thirty times as much. There is an index
 * for all they look for.
 */
function addressOf(databaseUrl: string, role: QueueRole): { connectionString: string; options: string } {
  const url = new URL(databaseUrl);
  const options = [
    url.searchParams.get('options'),
    '-c enable_seqscan=off',
    role === 'worker' ? '-c synchronous_commit=off' : null,
  ];
  url.searchParams.delete('options');
  return { connectionString: url.href, options: options.filter((option) => option !== null).join(' ') };
}
