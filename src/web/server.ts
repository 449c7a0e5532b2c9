/**
 * The page and its neighbours: `/`, one office's machines, the event stream, health and metrics.
 *
 * There are no accounts yet, so the page belongs on loopback; where it is bound to more, PINs show only their end
 * (docs/decisions/0007-first-page.md).
 */
import { randomUUID } from 'node:crypto';
import fastify, { type FastifyBaseLogger, type FastifyError, type FastifyInstance, LogController } from 'fastify';
import { GerbangError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Database } from '../store/database.ts';
import type { Lang } from '../words/language.ts';
import type { ReaderToken } from './api-access.ts';
import { readAssets } from './assets.ts';
import type { PaceOf } from './board.ts';
import { createBoardSource } from './board-source.ts';
import { startChangeFeed } from './change-feed.ts';
import { addClockRoutes, type ClockPort } from './clock-routes.ts';
import { addCompletenessApi } from './completeness-api.ts';
import { createFeed } from './feed.ts';
import { isLoopback, isOwnHost, maskedPin, securityHeaders } from './guard.ts';
import type { Check } from './health.ts';
import { startLive } from './live.ts';
import { defaultPace } from './mark.ts';
import type { Metrics } from './metrics.ts';
import { addPageRoutes, type HostErrorOf } from './page-routes.ts';
import { addServiceRoutes } from './service-routes.ts';

/** What the page needs. */
export interface WebOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly database: Database;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Host time in milliseconds UTC. */
  readonly nowMs: () => number;
  /** Language of a reader who has not chosen one. Default Indonesian. */
  readonly language?: Lang;
  /** The machines are simulated: every page is marked as a rehearsal. */
  readonly rehearsal?: boolean;
  /** How far the gateway's own clock may be from UTC; null where nobody knows. Left out: nothing is said of it. */
  readonly hostError?: HostErrorOf;
  /** What is expected of each configured office; offices without an answer are not shown. Default: all, one minute. */
  readonly paceOf?: PaceOf;
  /** What `/readyz` asks, by name. */
  readonly checks?: Readonly<Record<string, Check>>;
  /** Names, beside addresses and `localhost`, under which browsers reach this page. */
  readonly hostNames?: readonly string[];
  /** What explains punches and clocks; without it there are no such pages. */
  readonly clocks?: ClockPort;
  /** Pages open at one time. Default 100. */
  readonly maxPages?: number;
  /** Who may read the change feed. Default nobody but programs of this machine. */
  readonly tokens?: readonly ReaderToken[];
}

/** The running page. */
export interface Web {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** Ends all streams and stops listening. */
  close(): Promise<void>;
}

/**
 * Starts the page.
 *
 * @throws GerbangError PORT_TAKEN when another program listens there
 */
export async function startWeb(options: WebOptions): Promise<Web> {
  const { database, log, nowMs, metrics } = options;
  const language = options.language ?? 'id';
  const paceOf = options.paceOf ?? (() => defaultPace);
  const assets = await readAssets();
  const feed = createFeed(database, nowMs);
  const boards = createBoardSource(database, paceOf, nowMs, log);
  const showPin = isLoopback(options.host) ? (pin: string): string => pin : maskedPin;
  const maxReaders = options.maxPages ?? 100;
  const onReaders = metrics.pagesOpen;
  const live = startLive({ database, feed, boards, paceOf, showPin, nowMs, log, maxReaders, onReaders });

  const app = createApp(options);
  const rehearsal = options.rehearsal ?? false;
  const pages = {
    assets,
    feed,
    boards,
    live,
    paceOf,
    showPin,
    nowMs,
    language,
    rehearsal,
    hostError: options.hostError,
  };
  addPageRoutes(app, pages);
  if (options.clocks !== undefined)
    addClockRoutes(app, pages, { clocks: options.clocks, hidePerson: !isLoopback(options.host) });
  addServiceRoutes(app, { metrics, checks: options.checks ?? {} });
  addCompletenessApi(app, { database, tokens: options.tokens ?? [] });
  const changes = startChangeFeed(app, { database, log, tokens: options.tokens ?? [] });
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    await Promise.all([live.close(), changes.close()]);
    throw listenError(error, options);
  }
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    async close() {
      await Promise.all([live.close(), changes.close()]);
      await app.close();
    },
  };
}

/** An HTTP server that answers nobody who asks under a foreign name, and says nothing about persons in the log. */
function createApp({ log, hostNames }: WebOptions): FastifyInstance {
  const logger: FastifyBaseLogger = log;
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: 64 * 1024,
    requestTimeout: 15_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 100 },
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    if (!isOwnHost(request.headers.host, hostNames ?? [])) {
      await reply.code(421).type('text/plain; charset=utf-8').send('This server does not answer to that host name.\n');
    }
  });
  // The route, never the address: what a person typed is not ours to keep.
  app.addHook('onResponse', async (request, reply) => {
    const { url: route } = request.routeOptions;
    const facts = { reqId: request.id, method: request.method, route, status: reply.statusCode };
    log.debug({ ...facts, ms: Math.round(reply.elapsedTime) }, 'answered');
  });
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error({ err: error, reqId: request.id }, 'request failed');
    // What went wrong inside is for the log; the reader gets the number to find it there.
    const text = status >= 500 ? `Gerbang could not answer. Look for ${request.id} in its log.` : 'Bad request.';
    return reply.code(status).type('text/plain; charset=utf-8').send(`${text}\n`);
  });
  return app;
}

function listenError(error: unknown, { host, port }: WebOptions): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) return error;
  const advice = 'Stop that program, or choose another port with --port, PORT or web.port.';
  const message = `Port ${port} on ${host} for the page is taken by another program. ${advice}`;
  return new GerbangError('PORT_TAKEN', message, { context: { host, port } });
}
