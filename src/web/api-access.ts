/**
 * Who may read the API until there are accounts: this machine itself, or whoever knows a token that was configured.
 *
 * Once there is a token, everybody needs one, this machine too: behind a reverse proxy on the same host all readers look
 * as if they were on it.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { ApiProblem } from './api-problem.ts';
import { isLoopback } from './guard.ts';

/** A reader as configured. */
export interface ReaderToken {
  readonly name: string;
  /** SHA-256 of the token, 64 hexadecimal digits. */
  readonly sha256: string;
}

/** Headers that a proxy adds: who asks is not who is connected. */
const forwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

/** Null when the request may be answered, else why not. */
export type Access = (request: FastifyRequest) => ApiProblem | null;

/** Decides for all requests of one server. */
export function createAccess(tokens: readonly ReaderToken[]): Access {
  const hashes = tokens.map(({ sha256 }) => Buffer.from(sha256, 'hex'));
  return (request) => {
    if (hashes.length === 0) return isOwnMachine(request) ? null : elsewhere;
    const token = bearerOf(request);
    const given = createHash('sha256')
      .update(token ?? '')
      .digest();
    // All of them, and each in constant time: how long the answer takes says nothing about any token.
    const matches = hashes.map((hash) => timingSafeEqual(hash, given));
    return token !== null && matches.includes(true) ? null : unknown;
  };
}

/** The token of `Authorization: Bearer …`, or null. */
export function bearerOf(request: FastifyRequest): string | null {
  return /^Bearer ([\x21-\x7e]{1,512})$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

/** True for a program on this machine that no proxy stands before. */
export function isOwnMachine(request: FastifyRequest): boolean {
  const address = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  return isLoopback(address) && forwarded.every((name) => request.headers[name] === undefined);
}

const elsewhere: ApiProblem = {
  status: 403,
  type: 'not-here',
  title: 'Not from here',
  detail: 'Without tokens the API answers only programs on its own machine. Configure one in web.tokens.',
};

const unknown: ApiProblem = {
  status: 401,
  type: 'token-needed',
  title: 'A token is needed',
  detail: 'Send the header "Authorization: Bearer TOKEN" with a token whose SHA-256 stands in web.tokens.',
};
