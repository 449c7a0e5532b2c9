/**
 * The pages and their neighbours: the board, sign-in, clocks, the event stream, the API, health and metrics. Who may see
 * what is decided in `access/` for all of them alike (docs/decisions/0012-accounts.md).
 */
import { randomUUID } from 'node:crypto';
import formBody from '@fastify/formbody';
import rateLimit from '@fastify/rate-limit';
import fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Readers } from '../accounts/readers.ts';
import { GerbangError, isStoreAway } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Database } from '../store/database.ts';
import { failureWords, signInWords } from '../words/accounts.ts';
import type { Lang } from '../words/language.ts';
import { type GuardedRoute, guardRoutes } from './access/guard-routes.ts';
import { addAlertRoutes } from './alerts/alert-routes.ts';
import { tellOfAnswers } from './answers.ts';
import { answerApiError } from './api/failures.ts';
import { addApi } from './api/plugin.ts';
import { keepReads } from './api/reads.ts';
import { apiRoutes } from './api-routes.ts';
import { readAssets } from './assets.ts';
import { addExportRoutes } from './attendance/export-routes.ts';
import { addAttendanceRoutes } from './attendance/routes.ts';
import type { PaceOf } from './board.ts';
import { boardApi } from './board-api.ts';
import { createBoardSource } from './board-source.ts';
import { addCalendarRoutes } from './calendar/routes.ts';
import { startChangeFeed } from './change-feed.ts';
import { clockApi } from './clock-api.ts';
import { type ClockPort, createClockDesk } from './clock-desk.ts';
import { addClockRoutes } from './clock-routes.ts';
import { sendMessage, type WebContext } from './context.ts';
import { createFeed } from './feed.ts';
import { isLoopback, isOwnHost, securityHeaders } from './guard.ts';
import type { Check } from './health.ts';
import { addIncidents } from './incidents/routes.ts';
import { startLive } from './live.ts';
import { machineApi } from './machines/api.ts';
import { addMachineRoutes } from './machines/machine-routes.ts';
import { defaultPace } from './mark.ts';
import type { Metrics } from './metrics.ts';
import { addPageRoutes, type HostErrorOf } from './page-routes.ts';
import { addPeopleRoutes } from './people/routes.ts';
import { addServiceRoutes } from './service-routes.ts';
import { addSettingsRoutes } from './settings/routes.ts';
import { setupApi } from './setup/api.ts';
import type { SetupPort } from './setup/port.ts';
import { rehearsalApi } from './setup/rehearsal-routes.ts';
import { addSetup } from './setup/routes.ts';
import { setupToolsApi } from './setup/tools-api.ts';
import { addSignInRoutes } from './sign-in-routes.ts';

/** What the page needs. */
export interface WebOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly database: Database;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Recognises who asks. */
  readonly readers: Readers;
  /** Addresses or networks of proxies in front of us, whose word on who asks is taken. Default none. */
  readonly proxies?: readonly string[];
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
  /** What offices and machines are set up with; without it there are no such pages. */
  readonly setup?: SetupPort;
  /** Begins the names of its cookies, where two servers share a host. Default `gerbang`. */
  readonly cookieName?: string | undefined;
  /** Pages open at one time. Default 100. */
  readonly maxPages?: number;
}

/** The running page. */
export interface Web {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** Everything that is answered, for those who check that nothing is open by mistake. */
  readonly routes: readonly GuardedRoute[];
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
  const maxReaders = options.maxPages ?? 100;
  const onReaders = metrics.pagesOpen;
  const live = startLive({ database, feed, boards, paceOf, nowMs, log, maxReaders, onReaders });

  const rehearsal = options.rehearsal ?? false;
  const frames = { assets, language, rehearsal, hostError: options.hostError };
  const context: WebContext = { database, frames, nowMs, log };
  const { app, routes } = await createApp(options, context);
  const pages = { ...frames, database, feed, boards, live, paceOf, nowMs };
  addPageRoutes(app, pages);
  addSignInRoutes(app, context, options.readers);
  const isInsecure = !isLoopback(options.host) && (options.proxies ?? []).length === 0;
  if (isInsecure) log.warn('pages leave this machine without TLS: put a proxy in front and name it in web.proxies');
  addSettingsRoutes(app, context, { readers: options.readers, isInsecure });
  await addIncidents(app, context);
  addAlertRoutes(app, context);
  addAttendanceRoutes(app, context);
  addExportRoutes(app, context);
  addCalendarRoutes(app, context);
  addPeopleRoutes(app, context);
  addMachineRoutes(app, context, pages, options.clocks ?? null);
  const desk = options.clocks === undefined ? null : createClockDesk(options.clocks);
  if (desk !== null) addClockRoutes(app, pages, desk);
  if (options.setup !== undefined) addSetup(app, { context, setup: options.setup });
  addServiceRoutes(app, { metrics, checks: options.checks ?? {} });
  const changes = startChangeFeed({ database, log });
  const stopReads = keepReads(database, log);
  try {
    const settingUp =
      options.setup === undefined
        ? []
        : [
            ...setupApi(context, options.setup),
            ...setupToolsApi({ context, setup: options.setup }),
            ...rehearsalApi({ context, setup: options.setup }),
          ];
    const clocks = desk === null ? [] : clockApi(context, desk);
    const areas = [...boardApi(boards), ...machineApi(context, boards), ...clocks, ...settingUp];
    await addApi(app, log, [...changes.routes, ...apiRoutes(context), ...areas]);
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    await Promise.all([live.close(), changes.close(), stopReads()]);
    throw listenError(error, options);
  }
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    routes,
    async close() {
      await Promise.all([live.close(), changes.close(), stopReads()]);
      await app.close();
    },
  };
}

/** An HTTP server that answers nobody who asks under a foreign name, and says nothing about persons in the log. */
async function createApp(
  { log, hostNames, proxies, readers, cookieName }: WebOptions,
  context: WebContext,
): Promise<{ readonly app: FastifyInstance; readonly routes: readonly GuardedRoute[] }> {
  const logger: FastifyBaseLogger = log;
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: 64 * 1024,
    // Photos from a phone in the hills take minutes; heads of requests do not.
    requestTimeout: 300_000,
    http: { headersTimeout: 15_000 },
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 100 },
    trustProxy: proxies === undefined || proxies.length === 0 ? false : [...proxies],
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    if (!isOwnHost(request.headers.host, hostNames ?? [])) {
      await reply.code(421).type('text/plain; charset=utf-8').send('This server does not answer to that host name.\n');
    }
  });
  tellOfAnswers(app);
  // The route, never the address: what a person typed is not ours to keep.
  app.addHook('onResponse', async (request, reply) => {
    const { url: route } = request.routeOptions;
    const facts = { reqId: request.id, method: request.method, route, status: reply.statusCode };
    log.debug({ ...facts, ms: Math.round(reply.elapsedTime) }, 'answered');
  });
  app.setErrorHandler<FastifyError>((error, request, reply) => answerFailure(error, request, reply, context));
  await app.register(formBody);
  await app.register(rateLimit, { global: false });
  const refusals = {
    forbidden: (request: FastifyRequest, reply: FastifyReply) => refuse(request, reply, context),
    away: (request: FastifyRequest, reply: FastifyReply) => sendMessage(request, reply, context, away),
    signedOut: (request: FastifyRequest, reply: FastifyReply) =>
      sendMessage(request, reply, context, { status: 401, ...failureWords.signedOut }),
  };
  const routes = await guardRoutes(app, readers, refusals, cookieName);
  return { app, routes };
}

const away = { status: 503, title: signInWords.away, text: signInWords.awayText };
const notPermitted = { status: 403, title: signInWords.forbidden, text: signInWords.forbiddenText };

function refuse(request: FastifyRequest, reply: FastifyReply, context: WebContext): FastifyReply {
  return sendMessage(request, reply, context, notPermitted);
}

async function answerFailure(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  context: WebContext,
): Promise<FastifyReply> {
  if (request.url.startsWith('/api/')) return answerApiError(error, request, reply, context.log);
  const status = isStoreAway(error) ? 503 : (error.statusCode ?? 500);
  if (status >= 500) context.log.error({ err: error, reqId: request.id }, 'request failed');
  if (status === 403) return refuse(request, reply, context);
  if (status === 503) return sendMessage(request, reply, context, away);
  // What went wrong inside is for the log; the reader gets the number to find it there.
  const detail = status < 500 ? undefined : { id: `Nomor: ${request.id}`, en: `Number: ${request.id}` };
  return sendMessage(request, reply, context, { status, ...failureWords[failureOf(status)], detail });
}

function failureOf(status: number): keyof typeof failureWords {
  if (status === 429) return 'tooMany';
  if (status === 413) return 'tooLarge';
  return status >= 500 ? 'failed' : 'unreadable';
}

function listenError(error: unknown, { host, port }: WebOptions): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) return error;
  const advice = 'Stop that program, or choose another port with --port, PORT or web.port.';
  const message = `Port ${port} on ${host} for the page is taken by another program. ${advice}`;
  return new GerbangError('PORT_TAKEN', message, { context: { host, port } });
}
