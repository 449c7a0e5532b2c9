/** The connection to Postgres: one pool, one way of reading values, one way of naming errors. */
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { pgTypes } from './pg-types.ts';
import { isOutdatedPlan, storeError } from './store-error.ts';
import type { Tables } from './tables.ts';

export { storeError } from './store-error.ts';

/** An open database. Close it last. */
export interface Database {
  /** Every error of a query through it is a GerbangError already. */
  readonly db: Kysely<Tables>;
  /** For LISTEN and COPY, which Kysely has no words for; pass errors through {@link storeError}. */
  readonly pool: pg.Pool;
  /** Waits for running queries, then closes all connections. Safe to call twice. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Default 10. */
  readonly maxConnections?: number;
  /** Shown in `pg_stat_activity`. Default `gerbang`. */
  readonly applicationName?: string;
  /** Upper bound for one statement, in milliseconds. Default 60,000. */
  readonly statementTimeoutMs?: number;
}

const connectTimeoutMs = 10_000;
/** A connection knows the statements it prepared: whoever opens a page once a minute must not begin anew each time. */
const keepIdleMs = 300_000;

/**
 * Opens a pool. Connects at the first query, so that a gateway can start while its database is still away.
 *
 * @param url a `postgres://` connection string
 */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const statementTimeoutMs = options.statementTimeoutMs ?? 60_000;
  const pool = new pg.Pool({
    connectionString: url,
    max: options.maxConnections ?? 10,
    application_name: options.applicationName ?? 'gerbang',
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: keepIdleMs,
    // The server ends a slow statement; the client's own limit is for a server that no longer answers at all.
    query_timeout: 1.25 * statementTimeoutMs,
    keepAlive: true,
    types: pgTypes,
    onConnect: async (client) => {
      // By statement, not by startup parameter: connection poolers refuse parameters they do not know.
      await client.query(
        `set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set statement_timeout = ${statementTimeoutMs};
         set idle_in_transaction_session_timeout = ${statementTimeoutMs}`,
      );
    },
  });
  // A connection that breaks, idle or between two statements of a transaction, shows at the next statement. Without
  // these listeners it would end the process: the pool listens on idle connections only, and for itself.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: namingErrors(pool) }) });
  let closed: Promise<void> | null = null;
  return {
    db,
    pool,
    close: () => {
      closed ??= pool.end();
      return closed;
    },
  };
}

/**
 * A connection of its own, outside of the pool, on which a statement may take as long as it takes: for COPY of everything.
 * The pool's clients count the time of a COPY stream for ever, and would break it, or another statement, in the middle.
 *
 * @throws GerbangError STORE_UNAVAILABLE
 */
export async function openUnhurried(database: Database): Promise<pg.Client> {
  const client = new pg.Client({ ...database.pool.options, query_timeout: 0 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(
      `set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set statement_timeout = 0;
       set idle_in_transaction_session_timeout = 0`,
    );
    return client;
  } catch (error) {
    await client.end().catch(() => {});
    throw storeError(error);
  }
}

/** The pool as Kysely sees it, with every error passed through {@link storeError} at this one door. */
function namingErrors(pool: pg.Pool): PostgresPool {
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return {
    async connect() {
      const client = await pool.connect().catch((error: unknown) => {
        throw storeError(error);
      });
      const known = clients.get(client) ?? namingClient(client);
      clients.set(client, known);
      return known;
    },
    end: () => pool.end(),
  };
}

function namingClient(client: pg.PoolClient): PostgresPoolClient {
  let unusable: Error | undefined;
  const nameOf = statementNames();
  const query = async (text: string, parameters: readonly unknown[]): Promise<unknown> => {
    const values = [...parameters];
    try {
      const name = values.length > 0 ? nameOf(text) : undefined;
      return await (name === undefined ? client.query(text, values) : client.query({ name, text, values }));
    } catch (error) {
      const named = storeError(error);
      // After a timeout of our own the answer is still under way, and after a migration beside us a prepared statement
      // fails for ever: the connection must not serve anybody else.
      if (error instanceof Error && (error.message === 'Query read timeout' || isOutdatedPlan(error))) unusable = named;
      throw named;
    }
  };
  return {
    query: query as PostgresPoolClient['query'],
    release: () => client.release(unusable),
  };
}

/** Statements prepared on one connection, at most; there are about a hundred texts, and lists of varying length beside. */
const mostPrepared = 200;

/**
 * Names for texts that come again: the server then reads and analyses them once per connection, which is half of what a
 * small statement costs it. One that is met for the first time goes without, so that lists of varying length take no room.
 */
function statementNames(): (text: string) => string | undefined {
  const names = new Map<string, string | null>();
  let prepared = 0;
  return (text) => {
    const known = names.get(text);
    if (known === undefined) {
      if (names.size < 2 * mostPrepared) names.set(text, null);
      return undefined;
    }
    if (known !== null) return known;
    if (prepared === mostPrepared) return undefined;
    prepared += 1;
    const name = `gerbang-${prepared}`;
    names.set(text, name);
    return name;
  };
}
