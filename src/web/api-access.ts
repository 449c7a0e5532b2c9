/** Where a request comes from, and the token it brings. */
import type { FastifyRequest } from 'fastify';
import { isLoopback } from './guard.ts';

/** Headers that a proxy adds: who asks is not who is connected. */
const forwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

/** The token of `Authorization: Bearer …`, or null. */
export function bearerOf(request: FastifyRequest): string | null {
  return /^Bearer ([\x21-\x7e]{1,512})$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

/** True for a program on this machine that no proxy stands before. */
export function isOwnMachine(request: FastifyRequest): boolean {
  const address = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  return isLoopback(address) && forwarded.every((name) => request.headers[name] === undefined);
}
