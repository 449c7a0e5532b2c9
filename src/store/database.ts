/** The connection to Postgres: one pool, one way of reading values, one way of naming errors. */
import { Socket } from 'node:net';
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { GerbangError } from '../errors.ts';
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
  const pool = openPool(url, options);
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

function openPool(url: string, options: DatabaseOptions & { readonly pipeline?: boolean }): pg.Pool {
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
    ...(options.pipeline === true ? { pipeline: true, stream: gatheringSocket } : {}),
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
  return pool;
}

/** Transactions that several tasks share. Close them before the database. */
export interface SharedTransactions {
  /**
   * Runs tasks side by side in one transaction: all are committed, or none. Statements of one do not wait for the answers
   * of another, which saves most of what small statements cost both ends. What tasks lock, they lock in the order given.
   *
   * @throws what the first task in that order threw; a task that stumbles over another's failed statement throws, too
   */
  run<T>(tasks: readonly ((tx: Kysely<Tables>) => Promise<T>)[]): Promise<T[]>;
  /** Waits for running transactions. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Opens connections that send what they are given without waiting ("pipelining" in pg). They cannot COPY.
 *
 * @param options.maxConnections transactions at a time
 */
export function openSharedTransactions(url: string, options: DatabaseOptions = {}): SharedTransactions {
  const pool = openPool(url, { ...options, pipeline: true });
  const clients = namingErrors(pool);
  const known = new WeakMap<PostgresPoolClient, Kysely<Tables>>();
  let closed: Promise<void> | null = null;
  return {
    async run(tasks) {
      const client = await clients.connect();
      try {
        const tx =
          known.get(client) ?? new Kysely<Tables>({ dialect: new PostgresDialect({ pool: onlyClient(client) }) });
        known.set(client, tx);
        return await inTransaction(client, () => Promise.allSettled(tasks.map((task) => task(tx))));
      } finally {
        client.release();
      }
    },
    close: () => {
      closed ??= pool.end();
      return closed;
    },
  };
}

/**
 * Sends at the end of a turn of the event loop what was written in it: statements of several tasks cost one system call,
 * which at a rush is dearer than most of them. pg corks around each statement. Without effect under TLS.
 */
function gatheringSocket(): Socket {
  const socket = new Socket();
  const uncork = socket.uncork.bind(socket);
  socket.uncork = () => void setImmediate(uncork);
  return socket;
}

/** Everybody who asks for a connection gets this one, at once. */
function onlyClient(client: PostgresPoolClient): PostgresPool {
  const shared = { query: client.query.bind(client), release: () => {} } as PostgresPoolClient;
  return { connect: async () => shared, end: async () => {} };
}

async function inTransaction<T>(
  client: PostgresPoolClient,
  work: () => Promise<readonly PromiseSettledResult<T>[]>,
): Promise<T[]> {
  // Waited for: statements behind a `begin` that failed would each be committed by themselves.
  await client.query('begin', []);
  try {
    const ends = (await work()).map((end) => {
      if (end.status === 'rejected') throw end.reason;
      return end.value;
    });
    const { command } = await client.query<unknown>('commit', []);
    // A transaction with a failed statement ends like this, without an error.
    if (String(command) !== 'COMMIT')
      throw new GerbangError('INTERNAL', 'A transaction was not committed although no statement of it failed.');
    return ends;
  } catch (error) {
    await client.query('rollback', []).catch(() => {});
    throw error;
  }
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
      // fails for ever, and one that could not roll back may still be in its transaction: the connection must not serve anybody else.
      const isStale = error instanceof Error && (error.message === 'Query read timeout' || isOutdatedPlan(error));
      if (isStale || text === 'rollback') unusable = named;
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
