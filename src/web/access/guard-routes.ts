/**
 * Who asks, and may they: decided before a body is read, for every route alike. A route that does not say what it needs
 * does not start, so none can be open by being forgotten.
 */
import cookie from '@fastify/cookie';
import csrf from '@fastify/csrf-protection';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { may, type Permission, type Reader } from '../../accounts/permissions.ts';
import type { Readers } from '../../accounts/readers.ts';
import { isStoreAway } from '../../errors.ts';
import { bearerOf } from '../api-access.ts';
import { sendProblem } from '../api-problem.ts';
import { forbidden, formTokenNeeded, signInNeeded, storeAway, tokenUnknown } from './problems.ts';

/** `anyone`: no account needed. `signed-in`: any account. `itself`: the route decides (it says why). */
export type Needs = Permission | 'anyone' | 'signed-in' | 'itself';

declare module 'fastify' {
  interface FastifyInstance {
    /** Begins the names of the cookies. */
    readonly cookieName: string;
  }
  interface FastifyContextConfig {
    needs?: Needs;
  }
  interface FastifyRequest {
    /** Who asks; null for somebody without account or token. */
    reader: Reader | null;
  }
}

const changing = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** What people who may not see a page are shown instead of it. */
export interface Refusals {
  forbidden(request: FastifyRequest, reply: FastifyReply): FastifyReply;
  away(request: FastifyRequest, reply: FastifyReply): FastifyReply;
  /** A form of somebody whose session is over. */
  signedOut(request: FastifyRequest, reply: FastifyReply): FastifyReply;
}

/** Cookie of a session. Behind TLS it gets the prefix with which a browser takes it from nobody else. */
export function sessionCookie({ protocol, server }: FastifyRequest): string {
  return protocol === 'https' ? `__Host-${server.cookieName}` : server.cookieName;
}

/** A route and what it needs. */
export interface GuardedRoute {
  readonly method: string;
  readonly url: string;
  readonly needs: Needs;
}

/**
 * Adds recognition, permissions and the defence of forms. To be called before any route is added.
 *
 * @param cookieName of this server: cookies know hosts and no ports, and two servers may share a host
 * @returns the routes that are added later, as they come
 */
export async function guardRoutes(
  app: FastifyInstance,
  readers: Readers,
  refusals: Refusals,
  cookieName = 'gerbang',
): Promise<readonly GuardedRoute[]> {
  app.decorate('cookieName', cookieName);
  await app.register(cookie);
  await app.register(csrf, {
    cookieKey: `${cookieName}_form`,
    cookieOpts: { path: '/', sameSite: 'lax', httpOnly: true },
    // A token is good for one session only: the session's own secret is part of it, so the key adds nothing.
    csrfOpts: { userInfo: true, hmacKey: 'gerbang' },
    getUserInfo: ownerOfForms,
    getToken: formToken,
    logLevel: 'debug',
  });
  app.decorateRequest('reader', null);
  const guarded: GuardedRoute[] = [];
  app.addHook('onRoute', (route) => {
    if (route.method !== 'HEAD' && route.config?.needs === undefined)
      throw new Error(`route ${route.url} does not say what it needs`);
    const { needs } = route.config ?? {};
    for (const method of [route.method].flat())
      if (method !== 'HEAD' && needs !== undefined) guarded.push({ method, url: route.url, needs });
  });
  app.addHook('onRequest', (request, reply) => admit(request, reply, readers, refusals));
  app.addHook('preHandler', (request, reply, done) => {
    // A token is not sent by a browser on its own, so it needs no defence; everything else that changes something does.
    if (!changing.has(request.method) || bearerOf(request) !== null) return done();
    const from = request.headers['sec-fetch-site'];
    if (from !== undefined && from !== 'same-origin' && from !== 'none') {
      void (request.url.startsWith('/api/') ? sendProblem(reply, formTokenNeeded) : refusals.forbidden(request, reply));
      return;
    }
    app.csrfProtection(request, reply, done);
  });
  return guarded;
}

async function admit(request: FastifyRequest, reply: FastifyReply, readers: Readers, refusals: Refusals) {
  const { needs = 'anyone' } = request.routeOptions.config;
  const isApi = request.url.startsWith('/api/');
  try {
    request.reader = isForMachines(request) ? null : await recognise(request, readers);
  } catch (error) {
    if (!isStoreAway(error)) throw error;
    if (needs !== 'anyone') return isApi ? sendProblem(reply, storeAway) : refusals.away(request, reply);
  }
  if (needs === 'anyone' || needs === 'itself') return undefined;
  if (request.reader === null) return isApi ? refuseSystem(request, reply) : toSignIn(request, reply, refusals);
  if (needs === 'signed-in' || may(request.reader, needs)) return undefined;
  return isApi ? sendProblem(reply, forbidden(needs)) : refusals.forbidden(request, reply);
}

/** What a form of this reader must carry in `_csrf`. Sets the cookie it belongs to. */
export function formTokenFor(request: FastifyRequest, reply: FastifyReply): string {
  return reply.generateCsrf({
    path: '/',
    sameSite: 'lax',
    httpOnly: true,
    userInfo: ownerOfForms(request),
    secure: request.protocol === 'https',
  });
}

/** Whose forms these are. The plugin takes no empty owner. */
function ownerOfForms(request: FastifyRequest): string {
  return sessionSecret(request) || 'nobody';
}

/** The secret of the session cookie; empty for nobody. */
export function sessionSecret(request: FastifyRequest): string {
  return request.cookies[sessionCookie(request)] ?? '';
}

async function recognise(request: FastifyRequest, readers: Readers): Promise<Reader | null> {
  const token = bearerOf(request);
  if (token !== null) return readers.ofToken(token);
  const secret = sessionSecret(request);
  return secret === '' ? readers.ofStranger() : readers.ofCookie(secret);
}

/** Asked often, by machines, and the same for everybody. */
function isForMachines(request: FastifyRequest): boolean {
  return /^\/(?:assets|healthz|readyz)/.test(request.url);
}

/** Field of a form, of a multipart form, or the header that a script sends. */
function formToken(request: FastifyRequest): string | undefined {
  const { body } = request;
  const field = typeof body === 'object' && body !== null && '_csrf' in body ? body._csrf : undefined;
  const value = typeof field === 'object' && field !== null && 'value' in field ? field.value : field;
  const header = request.headers['x-csrf-token'];
  return typeof value === 'string' ? value : typeof header === 'string' ? header : undefined;
}

/** Where to go on after signing in stands in the address, and only our own paths are followed. */
function toSignIn(request: FastifyRequest, reply: FastifyReply, refusals: Refusals): FastifyReply {
  if (request.url.startsWith('/events'))
    return reply.code(401).type('text/plain; charset=utf-8').send('Sign in first.\n');
  if (request.method !== 'GET') return refusals.signedOut(request, reply);
  return reply.redirect(`/masuk?ke=${encodeURIComponent(request.url)}`, 303);
}

function refuseSystem(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendProblem(reply, bearerOf(request) === null ? signInNeeded : tokenUnknown);
}
